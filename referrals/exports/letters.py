"""Letters that a font lacks: said in brackets what they are, so that nothing is lost without a sign."""

from __future__ import annotations

import unicodedata
from collections.abc import Container
from itertools import groupby

_SILENT = frozenset("\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff\u00ad")  # joiners and signs that change how others look


def shown(text: str, font: Container[int]) -> tuple[str, bool]:
    """The text as it can be printed with the letters in `font` (code points), and whether anything had to be replaced.

    A run of letters of another script becomes "[Gujarati: 14 letters]", a picture its name: "[slightly smiling face]".
    """
    composed = unicodedata.normalize("NFC", text)
    parts: list[str] = []
    replaced = False
    for kind, run in groupby(_kinds(composed, font), key=lambda pair: pair[0]):
        letters = "".join(letter for _, letter in run)
        if kind == "":
            parts.append(letters)
            continue
        replaced = True
        parts.append(_described(kind, letters))
    return "".join(parts), replaced


def _kinds(text: str, font: Container[int]) -> list[tuple[str, str]]:
    """Each letter with "" when it can be printed, else with its script. A blank between two of one script belongs to it."""
    kinds: list[tuple[str, str]] = []
    for at, letter in enumerate(text):
        if letter in "\n\t" or ord(letter) in font:
            kind = ""
        elif letter in _SILENT:
            kind = kinds[-1][0] if kinds else ""
            if not kind:
                continue  # nothing to be seen is lost
        else:
            kind = _script(letter)
        following = text[at + 1 : at + 2]
        blank_within = letter == " " and kinds and kinds[-1][0] not in ("", "sign") and following
        if (
            blank_within
            and ord(following) not in font
            and following not in _SILENT
            and _script(following) == kinds[-1][0]
        ):
            kind = kinds[-1][0]
        kinds.append((kind, letter))
    return kinds


def _script(letter: str) -> str:
    """ "Gujarati"; "sign" for pictures and signs."""
    if unicodedata.category(letter)[0] not in "LMN":
        return "sign"
    first = unicodedata.name(letter, "other").split()[0].capitalize()
    return {"Cjk": "Chinese"}.get(first, first)


def _described(kind: str, letters: str) -> str:
    if kind == "sign":
        names = [
            unicodedata.name(letter, f"sign U+{ord(letter):04X}").lower() for letter in letters if letter not in _SILENT
        ]
        return "".join(f"[{name}]" for name in names)
    count = sum(letter != " " and letter not in _SILENT for letter in letters)
    return f"[{kind}: {count} letter{'s' if count != 1 else ''}]"
