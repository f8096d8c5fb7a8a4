"""Reference numbers a person can read out and write down."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Callable

# No character that looks like another (0 O, 1 I L, 5 S, 2 Z, 8 B), none that sounds like another on the phone
# (B C D E G P T V, M N, F S, A 8, J K), and no vowel, so that no word comes out.
ALPHABET = "234679FHKMPRWXY"
LENGTH = 6
_HOURS = re.compile(r"\dPM\dPM")  # "4pm-6pm" is when somebody can be reached, and never a reference


def new_reference(choice: Callable[[str], str] = secrets.choice) -> str:
    """A random reference such as "K7M-4PR": about 11 million of them, so the caller checks that it is free."""
    while _HOURS.fullmatch(drawn := "".join(choice(ALPHABET) for _ in range(LENGTH))):
        pass
    return f"{drawn[:3]}-{drawn[3:]}"


# What people write for a letter that they heard, or that looks like one of ours.
_HEARD = str.maketrans("BCDEGTVNSJZ", "PPPPPPPMFK2")
_SHAPE = re.compile(
    r"(?:(?:my|the|reference|ref|number|code|is|it's|its|no)\b[\W_]*)*([^\W_]{3})[\W_]*([^\W_]{3})[\W_]*", re.IGNORECASE
)
_LONGEST = 60  # characters of a text that can be a reference and nothing else


def read_reference(text: str) -> str | None:
    """The reference that is the whole of `text` ("k7m4pr", "K7M 4PR", "my reference is K7M-4PR."), or None.

    A letter that is never in a reference is taken for the one that it sounds or looks like. Whether there is such a
    reference is not known here.
    """
    if len(text) > _LONGEST or (match := _SHAPE.fullmatch(unicodedata.normalize("NFKC", text).strip())) is None:
        return None
    written = "".join(match.groups()).upper().translate(_HEARD)
    return f"{written[:3]}-{written[3:]}" if set(written) <= set(ALPHABET) else None


def is_reference(text: str) -> bool:
    """Whether `text` can hardly be anything else: our own letters, with a dash, or with a digit among them."""
    bare = unicodedata.normalize("NFKC", text).strip(" \t\r\n.,!?\"'()").upper()
    letters = re.sub(r"[\s\u2010-\u2015-]", "", bare)
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET) or _HOURS.fullmatch(letters):
        return False
    if read_reference(bare) is None:
        return False
    return bool(re.search(r"[\u2010-\u2015-]", bare)) or any(letter.isdigit() for letter in letters)
