"""What a resident typed, matched with the choices of the newest reply: "2", "2.", "two" or the label itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_SHAPE = re.compile(
    r"(?:(?:i(?:'d| would|'ll)? )?(?:press|choose|pick|go for|say|reply|answer)\s+|i(?:'d| would)? (?:want|like) (?=(?:the )?(?:number|option|choice)))?"
    r"(?:(?:the |its |it's )?(?:number|option|choice|no\.?|#)\s*)?"
    rf"(?:(?P<digits>\d{{1,2}})|(?P<word>{'|'.join(_WORDS)})"
    rf"|(?:the )?(?:(?P<nth>\d{{1,2}})(?:st|nd|rd|th)|(?P<ordinal>{'|'.join(_ORDINALS)}))(?: (?:one|option|choice))?)"
    r"(?:[\s,.]+(?:please|pls|plz|thanks|thank you|thx|ta|x+))*",
)
_KEYCAP = re.compile("[\ufe0e\ufe0f\u20e3]")  # "1" on a key, as phones offer it among their pictures
_NUMBER_AND_LABEL = re.compile(r"(\d{1,2}) (.+)")
_EDGES = " \t\r\n.,;:!?()[]'\"-*#/"


def resolve(text: str, choices: Sequence[Mapping[str, str]]) -> str | None:
    """The value of the choice that `text` means, or None when it is no choice.

    `choices` are {"label", "value"} in the order shown, numbered from 1. A label counts when it is the whole text,
    case, punctuation and spacing aside; it goes before a number, in case a label is itself a number.
    """
    if not choices:
        return None
    plain = _plain(text)
    if plain:
        for choice in choices:
            if _plain(choice["label"]) == plain:
                return choice["value"]
    if (match := _NUMBER_AND_LABEL.fullmatch(plain)) and match.group(1).isdecimal():
        shown = int(match.group(1))
        if 1 <= shown <= len(choices) and _plain(choices[shown - 1]["label"]) == match.group(2):
            return choices[shown - 1]["value"]
    number = number_in(text)
    if number is not None and 1 <= number <= len(choices):
        return choices[number - 1]["value"]
    return None


def number_in(text: str) -> int | None:
    """The number that is the whole of `text` ("2", " 2. ", "(2)", "option 2", "two", "2 please", "the second one"), or None."""
    bare = unicodedata.normalize("NFKC", _KEYCAP.sub("", text)).replace("’", "'").casefold().strip(_EDGES)
    match = _SHAPE.fullmatch(bare)
    if match is None:
        return None
    if digits := match["digits"] or match["nth"]:
        return int(digits)
    return _WORDS.index(match["word"]) + 1 if match["word"] else _ORDINALS.index(match["ordinal"]) + 1


def _plain(text: str) -> str:
    """Letters, marks and digits of any script, in lower case, single spaces between words."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'").replace("'", "").casefold()
    kept = (c if unicodedata.category(c)[0] in "LMN" else " " for c in folded)
    return " ".join("".join(kept).split())
