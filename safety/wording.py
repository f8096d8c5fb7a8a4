"""The reviewed wording of red_flag_replies.yml, with every number filled in from the contacts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from safety.contacts import Contacts
from safety.data import SafetyDataError, text_of

DISTRICTS = (
    "Blaby",
    "Charnwood",
    "Harborough",
    "Hinckley and Bosworth",
    "Melton",
    "North West Leicestershire",
    "Oadby and Wigston",
)
AREAS = (*DISTRICTS, "Leicester", "Rutland")
_PLACEHOLDER = re.compile(r"\{(phone|text|web|line):([a-z0-9_]+)\}")
# A number of three digits or more must come from contacts.yml. "16 or 17", "8am" and "A&E" may be written.
_TYPED_NUMBER = re.compile(r"\d(?: ?\d){2,}")

IsOpen = Callable[[str], "bool | None"]


@dataclass(frozen=True)
class Choice:
    """One wording of a line: where it holds, and what is said when a contact is open, closed, or not known to be either."""

    areas: frozenset[str]
    hours: str
    open: str
    closed: str
    unknown: str


class Wording:
    """Fills `{phone:id}`, `{text:id}`, `{web:id}` once at loading and `{line:name}` for an area and a moment."""

    def __init__(self, lines: Mapping[str, Any], contacts: Contacts) -> None:
        self._contacts = contacts
        self._lines: dict[str, tuple[Choice, ...]] = {}
        for name, choices in lines.items():
            self._lines[name] = tuple(self._choice(choice, f"lines.{name}") for choice in choices)
            for area in (*AREAS, "unknown"):
                if not any(_fits(choice, area) for choice in self._lines[name]):
                    raise SafetyDataError(f"lines.{name}: nothing is said for {area}")

    def fill(self, value: object, where: str) -> str:
        """The wording with its numbers; `{line:name}` stays. SafetyDataError for a number typed in, an unknown placeholder,
        a missing contact, or one that is not verified."""
        text = text_of(value, where)
        if _TYPED_NUMBER.search(_PLACEHOLDER.sub("", text)):
            raise SafetyDataError(f"{where}: a number is typed in; write {{phone:id}}")

        def filled(found: re.Match[str]) -> str:
            kind, name = found.groups()
            if kind == "line":
                if name not in self._lines:
                    raise SafetyDataError(f"{where}: there is no line {name!r}")
                return found.group()
            return self._contact(kind, name, where)

        text = _PLACEHOLDER.sub(filled, text)
        if "{" in text.replace("{line:", ""):
            raise SafetyDataError(f"{where}: a placeholder is not one of phone, text, web, line")
        return text

    def say(self, text: str, area: str | None, is_open: IsOpen) -> str:
        """A filled wording with its lines chosen for `area` (None or another place: unknown) and for now."""

        def line(found: re.Match[str]) -> str:
            here = area if area in AREAS else "unknown"
            choice = next(choice for choice in self._lines[found.group(2)] if _fits(choice, here))
            state = is_open(choice.hours) if choice.hours else None
            return choice.unknown if state is None else choice.open if state else choice.closed

        return _PLACEHOLDER.sub(line, text).strip()

    def _contact(self, kind: str, name: str, where: str) -> str:
        try:
            contact = self._contacts.get(name)
        except KeyError:
            raise SafetyDataError(f"{where}: there is no contact {name!r}") from None
        if not contact.verified:
            raise SafetyDataError(f"{where}: the contact {name!r} is not verified")
        if kind == "text":
            said = f"text {contact.text_word} to {contact.text_number}" if contact.text_number else ""
        else:
            said = contact.phone if kind == "phone" else re.sub(r"^https?://(www\.)?|/$", "", contact.url)
        if not said:
            raise SafetyDataError(f"{where}: the contact {name!r} has no {kind}")
        return said

    def _choice(self, entry: Mapping[str, Any], where: str) -> Choice:
        hours = ""
        if entry.get("hours_of"):
            try:
                hours = self._contacts.get(str(entry["hours_of"])).hours
            except KeyError:
                raise SafetyDataError(f"{where}: there is no contact {entry['hours_of']!r}") from None
        keys = ("open", "closed", "unknown") if "text" not in entry else ("text", "text", "text")
        if any(key not in entry for key in keys):
            raise SafetyDataError(f"{where}: needs text, or open, closed and unknown")
        areas = frozenset(entry.get("areas", ()))
        if not areas or not areas <= {*AREAS, "county", "unknown"}:
            raise SafetyDataError(f"{where}: {sorted(areas)} are not all areas")
        said = [self.fill(entry[key], where) for key in keys]
        if any("{line:" in one for one in said):
            raise SafetyDataError(f"{where}: a line cannot hold another line")
        return Choice(areas, hours, *said)


def _fits(choice: Choice, area: str) -> bool:
    return area in choice.areas or ("county" in choice.areas and area in DISTRICTS)
