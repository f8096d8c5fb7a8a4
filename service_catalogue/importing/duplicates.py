"""Services that may be one and the same, for a person to decide. Nothing is ever merged here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from service_catalogue.feed_model import DuplicateCandidate
from service_catalogue.feeds.values import key_of
from service_catalogue.model import LIVE, Location, Organization, Service

_ALIKE = 90.0
_LARGEST_BLOCK = 40  # a postcode of 41 services is a town hall, not a sign
_MOST = 2_000
_HOST = re.compile(r"https?://(?:www\.)?([^/:?#]+)", re.IGNORECASE)
_EVERYBODYS = frozenset(
    ("facebook.com", "m.facebook.com", "twitter.com", "x.com", "instagram.com", "linktr.ee", "nhs.uk", "gov.uk")
)


@dataclass(frozen=True)
class _Sketch:
    id: str
    name: str
    organization: str
    host: str
    postcodes: frozenset[str]


def record_candidates(session: Session, touched: Sequence[str]) -> int:
    """Compares new and changed services with all live ones. How many pairs are new."""
    changed = set(touched)
    if not changed:
        return 0
    known = {
        (first, second)
        for first, second in session.execute(select(DuplicateCandidate.first_id, DuplicateCandidate.second_id))
    }
    added = 0
    for first, second, score, reasons in _pairs(_sketches(session), changed):
        pair = (first, second) if first < second else (second, first)
        if pair in known:
            continue
        known.add(pair)
        session.add(DuplicateCandidate(first_id=pair[0], second_id=pair[1], score=score, reasons=reasons))
        added += 1
        if added >= _MOST:
            break
    return added


def _sketches(session: Session) -> list[_Sketch]:
    postcodes: dict[str, set[str]] = {}
    for service_id, postcode in session.execute(
        select(Location.service_id, Location.postcode).where(Location.postcode != "")
    ):
        postcodes.setdefault(service_id, set()).add(postcode)
    rows = session.execute(
        select(Service.id, Service.name, Service.url, Organization.name.label("organization"))
        .join(Organization, Service.organization_id == Organization.id)
        .where(Service.state == LIVE)
    )
    return [
        _Sketch(
            row.id, key_of(row.name), key_of(row.organization), _host(row.url), frozenset(postcodes.get(row.id, ()))
        )
        for row in rows
    ]


def _pairs(sketches: Iterable[_Sketch], changed: set[str]) -> Iterator[tuple[str, str, float, list[str]]]:
    blocks: dict[tuple[str, str], list[_Sketch]] = {}
    for one in sketches:
        if one.name:
            blocks.setdefault(("name", one.name), []).append(one)
        if one.host:
            blocks.setdefault(("host", one.host), []).append(one)
        for postcode in one.postcodes:
            blocks.setdefault(("postcode", postcode), []).append(one)
    met: set[tuple[str, str]] = set()
    for block in blocks.values():
        if not 2 <= len(block) <= _LARGEST_BLOCK:
            continue
        for first, second in combinations(block, 2):
            pair = (first.id, second.id) if first.id < second.id else (second.id, first.id)
            if pair in met or not changed.intersection(pair):
                continue
            met.add(pair)
            alike = fuzz.token_sort_ratio(first.name, second.name)
            reasons = _reasons(first, second, alike)
            if alike >= _ALIKE and len(reasons) >= (1 if first.name == second.name else 2):
                yield *pair, round(min(1.0, alike / 200 + 0.125 * len(reasons)), 3), reasons


def _reasons(first: _Sketch, second: _Sketch, alike: float) -> list[str]:
    found = ["same name" if first.name == second.name else "similar name"] if alike >= _ALIKE else []
    if first.organization and first.organization == second.organization:
        found.append("same organisation")
    if first.postcodes & second.postcodes:
        found.append("same postcode")
    if first.host and first.host == second.host:
        found.append("same website")
    return found


def _host(url: str) -> str:
    found = _HOST.match(url)
    host = found[1].lower() if found else ""
    return "" if host in _EVERYBODYS else host
