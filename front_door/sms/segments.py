"""How many segments a text costs, and the punctuation that would make it cost more (GSM 03.38, 3GPP TS 23.038)."""

from __future__ import annotations

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a character: two septets that may not be parted
_PLAIN = {
    **dict.fromkeys("‘’‚‛′`´", "'"),
    **dict.fromkeys("“”„‟″", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\t\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000", " "),
    **dict.fromkeys("•·▪", "-"),
    "…": "...",
}
_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad")
_JOINERS = frozenset("\u200c\u200d")


def downgrade(text: str) -> str:
    """The same text with typographic punctuation made plain, so that Latin text stays in the cheap alphabet.

    Letters are never changed. Invisible characters go, except joiners in text of a script other than Latin and between
    emoji, where they change words and pictures.
    """
    keep_joiners = any(not _is_latin_or_common(c) for c in text)
    out = []
    for c in text.replace("\r\n", "\n").replace("\r", "\n"):
        if c in _INVISIBLE and not (keep_joiners and c in _JOINERS):
            continue
        out.append(_PLAIN.get(c, c))
    return "".join(out)


def _is_latin_or_common(c: str) -> bool:
    if ord(c) >= 0x1F000:  # emoji
        return False
    return not c.isalpha() or "LATIN" in unicodedata.name(c, "LATIN")


def is_gsm(text: str) -> bool:
    """True when every character has a place in the GSM alphabet or its extension."""
    return all(c in _BASIC or c in _EXTENDED for c in text)


def count(text: str) -> int:
    """How many segments `text` is billed as: walked greedily, as a phone network cuts it.

    GSM text: 160 septets alone, 153 a part. Anything else: 70 UTF-16 units alone, 67 a part. A pair (escape and
    character, or a surrogate pair) is never cut in half. An empty text counts as one.
    """
    if is_gsm(text):
        sizes, alone, part = [2 if c in _EXTENDED else 1 for c in text], 160, 153
    else:
        sizes, alone, part = [2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67
    if sum(sizes) <= alone:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > part:
            parts, used = parts + 1, 0
        used += size
    return parts
