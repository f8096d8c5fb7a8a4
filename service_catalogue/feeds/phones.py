"""Phone numbers out of whatever field or sentence they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import phonenumbers
from phonenumbers import Leniency, PhoneNumberMatcher, shortnumberinfo

from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.values import Json, as_list, objects, text

Row = dict[str, Any]
_MOST = 12
_SHORT = re.compile(r"(?<!\d)(?:116\s?\d{3}|1\d{2}|999|18000)(?!\d)")
_TEXT_CODE = re.compile(r"(?<!\d)[68]\d{4}(?!\d)")  # "text SHOUT to 85258"
# A British number as it stands in a sentence. Bounded everywhere: it reads hostile text.
IN_TEXT = re.compile(r"(?<![\d/.@-])(?:\+44[\s-]?(?:\(0\)[\s-]?)?|\(?0)\d(?:[\s().-]{0,2}\d){7,9}(?!\d)")
_TEXT_ONLY = re.compile(r"^\s*(?:text|sms|textphone only)\b", re.IGNORECASE)
_LABEL = re.compile(r"^[^\d+(]{2,80}?(?=[:\s-]*[+(\d])")


def phones_of(record: Json, findings: Findings) -> list[Row]:
    """Every number of the service's own fields, once, with the label the publisher gave it (never a person's name)."""
    rows: dict[str, Row] = {}
    for value, label, path in _places(record):
        said = text(value, 300)
        if not said:
            continue
        numbers = list(numbers_in(said))
        if not numbers:
            findings.add("bad_phone", path, said)
        if not label and (own := _LABEL.match(said)):
            label = own[0].strip(" :-.")
        for number in numbers:
            kind = "text" if _TEXT_ONLY.match(label) or _TEXT_CODE.fullmatch(number) else "voice"
            rows.setdefault(number, {"number": number, "kind": kind, "description": label[:200]})
    return list(rows.values())[:_MOST]


def numbers_in(said: str) -> Iterator[str]:
    """British numbers in `said` as people read them: "0116 305 4286", also helplines of few digits ("116 123")."""
    if len(re.sub(r"\D", "", said)) <= 6:
        for short in _SHORT.finditer(said):
            number = phonenumbers.PhoneNumber(country_code=44, national_number=int(re.sub(r"\D", "", short[0])))
            if shortnumberinfo.is_valid_short_number_for_region(number, "GB"):
                yield short[0]
        yield from _TEXT_CODE.findall(said)
        return
    for match in PhoneNumberMatcher(said, "GB", leniency=Leniency.POSSIBLE, max_tries=20):
        if match.number.country_code == 44 and phonenumbers.is_possible_number(match.number):
            national = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.NATIONAL)
            yield national.replace(" x", " ext ")[:40]


def numbers_in_text(said: str) -> list[str]:
    """Like `numbers_in` for running text, where only whole British numbers count."""
    found: dict[str, None] = {}
    for match in IN_TEXT.finditer(said):
        for number in numbers_in(match[0]):
            found.setdefault(number)
    return list(found)[:_MOST]


def without_numbers(said: str, instead: str) -> str:
    """Running text in which every phone number is replaced: an unconfirmed one must not reach anybody that way."""
    return IN_TEXT.sub(instead, said)


def _places(record: Json) -> Iterator[tuple[Any, str, str]]:
    yield from _of(record, "")
    for where in objects(record.get("service_at_locations")):
        yield from _of(where, "service_at_locations.")
        for place in objects(where.get("location")):
            yield from _of(place, "service_at_locations.location.")
    for place in objects(record.get("locations")):
        yield from _of(place, "locations.")


def _of(holder: Json, path: str) -> Iterator[tuple[Any, str, str]]:
    for phone in as_list(holder.get("phones")):
        yield from _phone(phone, "", f"{path}phones")
    if "phone" in holder:
        yield from ((value, "", f"{path}phone") for value in as_list(holder["phone"]))
    for contact in objects(holder.get("contacts")):
        role = text(contact.get("title") or contact.get("department"), 200)
        for phone in as_list(contact.get("phones")):
            yield from _phone(phone, role, f"{path}contacts.phones")
        for phone in as_list(contact.get("phone")):
            yield from _phone(phone, role, f"{path}contacts.phone")


def _phone(phone: Any, label: str, path: str) -> Iterator[tuple[Any, str, str]]:
    if not isinstance(phone, dict):
        yield phone, label, path
        return
    kind = text(phone.get("type"), 20).casefold()
    said = text(phone.get("description"), 200) or label
    if kind in ("sms", "text", "textphone"):
        said = f"text {said}".strip() if not _TEXT_ONLY.match(said) else said
    if kind != "fax":
        yield phone.get("number"), said, f"{path}.number"
