"""Numbers in wording: `{phone:id}` is filled from the contacts, and a sentence whose number is not verified is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from assessment.own_doors import PHONE
from safety.contacts import Contacts


def sentences(text: str) -> list[str]:
    """A wording cut at its full stops and question marks."""
    return re.split(r"(?<=[.?!])\s+", text)


def with_numbers(parts: Iterable[str], contacts: Contacts) -> str:
    """The usable sentences with their numbers, joined. Raises KeyError for a contact that does not exist."""

    def number(match: re.Match[str]) -> str:
        return contacts.get(match[1]).phone

    usable = [part for part in parts if all(contacts.get(i).verified for i in PHONE.findall(part))]
    return " ".join(PHONE.sub(number, part) for part in usable)
