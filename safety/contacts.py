"""The contacts of contacts.yml: who may be rung, where, when, and how sure we are of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from safety.data import SafetyDataError, date_of, read_mapping, text_of

FILE = "contacts.yml"
_TEXTS = ("name", "phone", "text_number", "text_word", "hours", "hours_text", "area", "url", "source", "note")
_KEYS = frozenset([*_TEXTS, "source_date", "checked_on", "verified"])
_DISTRICTS = ("Blaby", "Charnwood", "Harborough", "Hinckley and Bosworth", "Melton", "North West Leicestershire")
_AREAS = frozenset(["UK", "England", "LLR", "county", "Leicester", "Rutland", "Oadby and Wigston", *_DISTRICTS])
# Numbers of national services that do not have the usual ten or eleven digits.
_SHORT = frozenset(["999", "55", "18000", "111", "101", "105", "116123", "08001111"])
STALE_AFTER_DAYS = 365
_SOURCE_OLD_AFTER_DAYS = 3 * 365


@dataclass(frozen=True)
class Contact:
    """One contact. Texts are "" where nothing is known. `hours`: OpenStreetMap opening_hours, "24/7" or ""; `hours_text`: the same
    in plain words. `text_number` with `text_word`: a number to text and the word to send. Not `verified`: never shown."""

    id: str
    name: str
    phone: str
    text_number: str
    hours: str
    area: str
    source: str
    source_date: date | None
    checked_on: date | None
    verified: bool
    url: str
    text_word: str = ""
    hours_text: str = ""
    note: str = ""


class Contacts:
    """All contacts by id."""

    def __init__(self, contacts: Mapping[str, Contact]) -> None:
        self._contacts = dict(contacts)

    @classmethod
    def load(cls, data_dir: Path) -> Contacts:
        """Reads `data_dir`/contacts.yml. Raises SafetyDataError when it cannot be read as contacts; what is wrong
        inside a contact is told by `problems`."""
        path = data_dir / FILE
        entries = read_mapping(path).get("contacts")
        if not isinstance(entries, dict) or not entries:
            raise SafetyDataError(f"{path}: there are no contacts")
        try:
            return cls({str(name): _contact(str(name), entry) for name, entry in entries.items()})
        except SafetyDataError as error:
            raise SafetyDataError(f"{path}: {error}") from None

    def get(self, id: str) -> Contact:
        """The contact with this id. KeyError when there is none."""
        return self._contacts[id]

    def all(self) -> tuple[Contact, ...]:
        """Every contact, in the order of the file."""
        return tuple(self._contacts.values())

    def problems(self, today: date) -> tuple[list[str], list[str]]:
        """Errors (a contact is malformed and must not go live) and warnings (stale, old or confirmed by nobody)."""
        errors: list[str] = []
        warnings: list[str] = []
        seen: dict[str, str] = {}
        for contact in self._contacts.values():
            where = f"contacts.yml: {contact.id}"
            errors += [f"{where}: {problem}" for problem in _errors(contact)]
            number = _digits(contact.phone or contact.text_number)
            if len(number) > 3 and seen.setdefault(number, contact.id) != contact.id:
                errors.append(f"{where}: has the same number as {seen[number]}")
            if contact.verified:
                warnings += [f"{where}: {problem}" for problem in _warnings(contact, today)]
        return errors, warnings


def _contact(name: str, entry: Mapping[str, Any]) -> Contact:
    if not isinstance(entry, dict):
        raise SafetyDataError(f"{name}: expected keys and values")
    unknown = sorted(set(entry) - _KEYS)
    if unknown:
        raise SafetyDataError(f"{name}: unknown keys {', '.join(unknown)}")
    if not isinstance(entry.get("verified"), bool):
        raise SafetyDataError(f"{name}: verified must be yes or no")
    texts = {key: text_of(entry.get(key), f"{name}.{key}") for key in _TEXTS}
    return Contact(
        id=name,
        source_date=date_of(entry.get("source_date"), f"{name}.source_date"),
        checked_on=date_of(entry.get("checked_on"), f"{name}.checked_on"),
        verified=entry["verified"],
        **texts,
    )


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _errors(contact: Contact) -> list[str]:
    found = []
    if not contact.name:
        found.append("has no name")
    if contact.phone and not _is_phone(contact.phone):
        found.append(f"{contact.phone!r} has the wrong number of digits for a UK phone number")
    if contact.text_number and not re.fullmatch(r"\d{5,6}", contact.text_number):
        found.append(f"{contact.text_number!r} is not a text number of 5 or 6 digits")
    if contact.text_number and not contact.text_word:
        found.append("has a text number but no word to send")
    if not (contact.phone or contact.text_number or contact.url):
        found.append("has no way to reach it")
    if not contact.source or contact.source_date is None:
        found.append("has no source or no source date")
    if contact.area not in _AREAS:
        found.append(f"{contact.area!r} is not an area")
    return found


def _is_phone(phone: str) -> bool:
    """UK numbers: 11 digits from the 0, or 10 for some 0800 numbers; short national numbers are listed one by one."""
    digits = _digits(phone)
    if digits in _SHORT:
        return True
    if not re.fullmatch(r"[0-9 ]+", phone) or not re.fullmatch(r"0[1-3578]\d+", digits):
        return False
    return len(digits) == 11 or (len(digits) == 10 and digits.startswith("0800"))


def _warnings(contact: Contact, today: date) -> list[str]:
    found = []
    if contact.checked_on is None:
        found.append("nobody has confirmed it yet (checked_on is empty)")
    elif (today - contact.checked_on).days > STALE_AFTER_DAYS:
        found.append(f"was last confirmed on {contact.checked_on}; more than 12 months ago")
    if contact.source_date and (today - contact.source_date).days > _SOURCE_OLD_AFTER_DAYS:
        found.append(f"its source is of {contact.source_date}; more than three years old")
    return found
