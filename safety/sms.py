"""Counting a text message: the GSM-7 alphabet (3GPP TS 23.038) and how many characters fit in a few texts."""

from __future__ import annotations

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")


def septets(text: str) -> int | None:
    """How many 7-bit places a text takes, or None when a character is outside the GSM-7 alphabet."""
    if not all(letter in _BASIC or letter in _EXTENDED for letter in text):
        return None
    return sum(2 if letter in _EXTENDED else 1 for letter in text)


def room(segments: int) -> int:
    """How many 7-bit places fit in this many texts joined into one message."""
    return 160 if segments == 1 else 153 * segments
