"""Keeping contact details off a page until the safe-contact rules were read."""

from __future__ import annotations

import re
from dataclasses import replace

from referrals.packet import Section

HIDDEN = "[contact detail hidden]"
# People also type their number into free text; that must not get round the banner.
_NUMBER = re.compile(r"(?:\+|\b0|\b44)(?:[\s().-]*\d){9,}")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+")


def mask(text: str) -> str:
    """The text with anything like a phone number or an e-mail address hidden."""
    return _EMAIL.sub(HIDDEN, _NUMBER.sub(HIDDEN, text))


def mask_section(section: Section) -> Section:
    """A section with its contact details hidden; in the contact section every value but the name goes."""
    return replace(
        section,
        lines=tuple(mask(line) for line in section.lines),
        pairs=tuple(
            (label, HIDDEN if section.key == "contact" and label not in ("Name", "Best time") else mask(value))
            for label, value in section.pairs
        ),
    )
