"""What a text costs by another road than the product's: the alphabet as 3GPP TS 23.038 tables it, and parts filled one by one."""

from __future__ import annotations

# The default alphabet by rows of sixteen, from code 0x00 on (3GPP TS 23.038, 6.2.1). 0x1B is the escape.
_ROWS = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)
_CODES = {char: code for code, char in enumerate("".join(_ROWS)) if code != 0x1B}
# The extension table (6.2.1.1): an escape before each of these.
_AFTER_ESCAPE = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_EXTENDED = {char: code for code, char in _AFTER_ESCAPE.items()}
_OCTETS, _HEADER = (
    140,
    6,
)  # of user data in one message; of the header of a part (8-bit reference, TS 23.040, 9.2.3.24.1)


def parts(text: str) -> int:
    """How many messages a network makes of `text`: encoded character by character, each part filled until the next one does not fit."""
    septets = _septets(text)
    if septets is not None:
        units, alone, room = septets, _OCTETS * 8 // 7, (_OCTETS - _HEADER) * 8 // 7
    else:
        units = [_utf16(char) for char in text]
        alone, room = _OCTETS // 2, (_OCTETS - _HEADER) // 2
    if sum(map(len, units)) <= alone:
        return 1
    filled: list[list[int]] = [[]]
    for codes in units:
        if len(filled[-1]) + len(codes) > room:
            filled.append([])
        filled[-1] += codes
    return len(filled)


def _septets(text: str) -> list[list[int]] | None:
    if any(char not in _CODES and char not in _EXTENDED for char in text):
        return None
    return [[_CODES[char]] if char in _CODES else [0x1B, _EXTENDED[char]] for char in text]


def _utf16(char: str) -> list[int]:
    raw = char.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
