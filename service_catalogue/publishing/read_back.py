"""Reading a record of a catalogue of our own kind: its own fields say outright what an importer can otherwise only guess."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from service_catalogue.osm_hours import HoursError, check
from service_catalogue.publishing.own_fields import (
    read_own,
    read_own_location,
    read_own_need,
    read_own_schedule,
)
from service_catalogue.publishing.record import Json
from service_catalogue.publishing.terms import NEEDS

Row = dict[str, Any]
_NUMBER = re.compile(r"[+0-9][0-9 ]{1,39}")
_SAID_ELSEWHERE = frozenset(("id", "service_id", "description", "notes", "attending_type"))


def read_back(
    record: Json,
    values: Row,
    children: dict[str, list[Row]],
    known_codes: Collection[str],
    shown: Callable[[str], str],
) -> tuple[Row, dict[str, list[Row]]]:
    """Columns of `Service` and rows of its children, as the record's own fields put them right.

    In: the record as read, what an importer made of it (rows by the name of the relationship, places with their id under
    `external_id`), the need codes there are, and what makes a text fit to be stored (without numbers nobody vouches for,
    without a hidden address). A record of any other catalogue comes back as it was. A hidden place stays hidden.
    """
    own = read_own(record)
    if not own:
        return values, children
    about = values["description"]
    values = values | {
        "summary": shown(own["summary"]) if "summary" in own else about,
        "description": about if "summary" in own else "",
        "audience": own.get("audience", "any"),
        "gender": own.get("gender", "any"),
        "attending": own.get("attending", []),
        **{key: own.get(key, "unknown") for key in ("capacity", "cost", "referral_route")},
        "opening_hours": _hours(own.get("opening_hours", "")),
        "hours_note": shown(own.get("hours_note", "")),
    }
    terms = [(attribute, _part(attribute, "taxonomy_term")) for attribute in _parts(record, "attributes")]
    children = children | {
        "needs": _needs([(link, term) for link, term in terms if term.get("taxonomy") == NEEDS], known_codes),
        "terms": [_label(term) for _, term in terms if term.get("taxonomy") != NEEDS and _text(term, "name", 300)],
        "phones": _phones(children["phones"], _parts(record, "phones")),
        "costs": [row for row in children["costs"] if any(_same(row, cost) for cost in _parts(record, "cost_options"))],
        "schedules": _schedules(children["schedules"], _parts(record, "schedules"), shown),
        "locations": _places(children["locations"], record, shown),
    }
    return values, children


def _parts(record: Any, key: str) -> list[Json]:
    found = record.get(key) if isinstance(record, dict) else None
    return [part for part in found if isinstance(part, dict)] if isinstance(found, list) else []


def _part(record: Json, key: str) -> Json:
    found = record.get(key)
    return found if isinstance(found, dict) else {}


def _text(record: Json, key: str, most: int) -> str:
    value = record.get(key)
    return value.strip()[:most] if isinstance(value, str) else ""


def _hours(text: str) -> str:
    try:
        check(text)
    except HoursError:
        return ""
    return text


def _needs(links: list[tuple[Json, Json]], known: Collection[str]) -> list[Row]:
    rows: dict[str, Row] = {}
    for link, term in links:
        code = _text(term, "term", 60)
        if code in known:
            rows.setdefault(code, {"code": code, "method": "curated", "confidence": 1.0} | read_own_need(link))
    return list(rows.values())


def _label(term: Json) -> Row:
    columns = (("name", "name", 300), ("taxonomy", "taxonomy", 200), ("code", "code", 200), ("uri", "term_uri", 500))
    return {column: _text(term, key, most) for column, key, most in columns}


def _phones(rows: list[Row], published: list[Json]) -> list[Row]:
    """Numbers keep the spaces that people put into them, and their own words. Which of them may be shown stays as it was."""
    written = {_digits(number): phone for phone in published if _NUMBER.fullmatch(number := _text(phone, "number", 40))}
    return [row | _phone(written[_digits(row["number"])]) if _digits(row["number"]) in written else row for row in rows]


def _phone(phone: Json) -> Row:
    kind = "text" if phone.get("type") == "text" else "voice"
    return {"number": _text(phone, "number", 40), "kind": kind, "description": _text(phone, "description", 200)}


def _digits(number: str) -> str:
    return re.sub(r"[^+0-9]", "", number)


def _same(row: Row, cost: Json) -> bool:
    """A price that the record lists; others were read from its one text on fees, which repeats them."""
    texts = all(_text(cost, key, 300) == row[key] for key in ("option", "amount_description"))
    return texts and (row["amount"] is None) == (cost.get("amount") is None)


def _schedules(rows: list[Row], published: list[Json], shown: Callable[[str], str]) -> list[Row]:
    """With each schedule's own words, and frequencies that the profile lacks; only where it is plain which row is which."""
    regular = [schedule for schedule in published if not set(schedule) <= _SAID_ELSEWHERE]
    if len(rows) != len(regular):
        return rows
    return [
        row | {"description": shown(_text(schedule, "description", 2000))} | read_own_schedule(schedule)
        for row, schedule in zip(rows, regular, strict=True)
    ]


def _places(rows: list[Row], record: Json, shown: Callable[[str], str]) -> list[Row]:
    published = {_text(place, "id", 200): place for place in _published_places(record)}
    return [_place(row, published.get(row["external_id"], {}), shown) for row in rows]


def _published_places(record: Json) -> list[Json]:
    return [_part(where, "location") for where in _parts(record, "service_at_locations")]


def _place(row: Row, place: Json, shown: Callable[[str], str]) -> Row:
    own = read_own_location(place)
    if row["masked"] or own.get("masked"):
        outcode = row["postcode"].split(" ")[0]
        nowhere = {"name": "", "street": "", "latitude": None, "longitude": None, "precision": "none"}
        return (
            row
            | nowhere
            | {"masked": True, "postcode": outcode, "accessibility": own.get("accessibility", [])}
            | {"accessibility_text": ""}
        )
    told = place.get("latitude") is not None and row["latitude"] is not None
    nowhere = {"latitude": None, "longitude": None, "precision": "none"}
    return (
        row
        | ({"precision": own.get("precision", "none")} if told else nowhere)
        | {
            "accessibility": own.get("accessibility", []),
            "accessibility_text": shown(own.get("accessibility_text", "")),
        }
    )
