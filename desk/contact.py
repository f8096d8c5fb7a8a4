"""Keeping contact details off a page until the safe-contact rules were read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from referrals.packet import Packet

HIDDEN = "[contact detail hidden]"
# Words of our own, in which no resident can have put a number: the exact words of the consent must stay exact.
_CODES = frozenset({"red_flags", "team", "tier", "contact_method", "consent_words", "consent_purpose"})
# People also type their number into free text, with or without its first nought, in the digits of any script; that must not
# get round the banner.
_NUMBER = re.compile(r"\+?\(?(?<!\d)\d(?:[\s().-]*\d){9,}")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


def mask(text: str) -> str:
    """The text with anything like a phone number or an e-mail address hidden."""
    return _EMAIL.sub(HIDDEN, _NUMBER.sub(HIDDEN, text))


def hide(packet: Packet) -> Packet:
    """The packet without contact details: the number or address goes whole, and from every text what looks like one."""
    texts = {name: value for name, value in vars(packet).items() if name not in _CODES}
    hidden = {name: _mask_all(value) for name, value in texts.items()}
    needs = tuple(replace(need, label=mask(need.label), said=mask(need.said)) for need in packet.needs)
    value = HIDDEN if packet.contact_value.strip() else ""
    # Without a phone or e-mail the note is how to find them: "at my sister's, 12 Mill Lane".
    elsewhere = packet.contact_method == "other" and packet.safe_note.strip()
    note = HIDDEN if elsewhere else mask(packet.safe_note)
    return replace(packet, **{**hidden, "needs": needs, "contact_value": value, "safe_note": note})


def _mask_all(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    return tuple(_mask_all(one) for one in value) if isinstance(value, tuple) else value
