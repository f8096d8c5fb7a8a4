"""The records as they were published, and what was wrong with them: the part of the catalogue that no rule ever mends."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service_catalogue.feed_model import ImportIssue, RawRecord
from service_catalogue.feeds.decode import decode
from service_catalogue.feeds.findings import Finding
from service_catalogue.feeds.refuge import withheld
from service_catalogue.feeds.values import objects, truth
from service_catalogue.identity import child_id
from service_catalogue.importing.prepared import Prepared
from service_catalogue.importing.report import ImportReport

Raws = Mapping[tuple[str, str], Any]
_LONGEST_UNREADABLE = 1_000_000


def raw_records(session: Session, source_id: str, batch: Sequence[Prepared]) -> Raws:
    """What is kept already, by kind and external id."""
    ids = [name for one in batch for _, name, _, _ in _raw_texts(one)] + [one.staged.external_id for one in batch]
    wanted = select(RawRecord.id, RawRecord.kind, RawRecord.external_id, RawRecord.sha256, RawRecord.missed_since)
    rows = session.execute(wanted.where(RawRecord.source_id == source_id, RawRecord.external_id.in_(ids)))
    return {(row.kind, row.external_id): row for row in rows}


def knew_more(one: Prepared, raws: Mapping[tuple[str, str], Any]) -> bool:
    """Its own page could not be read this time and was read before: the list alone must not thin out what we have."""
    return one.staged.detail_failed and ("service_list", one.staged.external_id) in raws


def keep_raw(
    session: Session, source_id: str, run_id: str, now: datetime, batch: Sequence[Prepared], raws: Raws
) -> None:
    """Writes what is new or another text than before; of the rest only that this run met it."""
    same: list[str] = []
    new: list[dict[str, Any]] = []
    for one in batch:
        for kind, external, text, url in _raw_texts(one):
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            row = raws.get((kind, external))
            if row is not None and (row.sha256 == digest or knew_more(one, raws)):
                same.append(row.id)
                continue
            values = {
                "payload": _payload(text, one), "sha256": digest, "url": url[:1000], "read_at": now, "seen_run": run_id,
                "dialect": one.facts.dialect if one.facts else "", "missed_runs": 0, "missed_since": None,
            }  # fmt: skip
            if row is not None:
                session.execute(update(RawRecord).where(RawRecord.id == row.id).values(**values))
            else:
                id = child_id(source_id, f"raw {kind}", external)
                new.append({"id": id, "source_id": source_id, "kind": kind, "external_id": external, **values})
    if new:
        session.execute(insert(RawRecord), new)
    if same:
        met = update(RawRecord).where(RawRecord.id.in_(same))
        session.execute(met.values(seen_run=run_id, missed_runs=0, missed_since=None))


def keep_issues(session: Session, run_id: str, batch: Sequence[Prepared], report: ImportReport) -> None:
    """Into the table and into the report; of a place that must not be known without a word of the record."""
    rows = []
    for one in batch:
        secret = one.facts is not None and one.facts.hidden
        for finding in one.findings.found:
            excerpt = "" if secret else finding.excerpt
            rows.append(issue_row(run_id, one.staged.external_id, finding, excerpt))
            report.note(one.staged.external_id, finding.severity, finding.code, finding.path, excerpt)
    if rows:
        session.execute(insert(ImportIssue), rows)


def issue_row(run_id: str, external_id: str, finding: Finding, excerpt: str) -> dict[str, str]:
    return {
        "run_id": run_id,
        "external_id": external_id,
        "severity": finding.severity,
        "code": finding.code,
        "path": finding.path,
        "excerpt": _storable(excerpt)[:200],
    }


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


def _raw_texts(one: Prepared) -> Iterator[tuple[str, str, str, str]]:
    """Kind, external id, text and address of every raw record that is kept of a service."""
    external = one.staged.external_id
    for number, item in enumerate(one.staged.items):
        kind, name = ("service", external) if number == 0 else ("service_copy", _copy_id(external, number))
        if number == 0 and item.detail:
            yield "service_list", external, item.text, item.url
        yield kind, name, item.detail or item.text, item.url


def _copy_id(external: str, number: int) -> str:
    return f"{external[:190]}#{number}"


def _payload(text: str, one: Prepared) -> str:
    """The record as published; where an address must not be known, without anything finer than the outward postcode."""
    text = _storable(text)
    if one.facts is None:
        return text[:_LONGEST_UNREADABLE]
    if one.facts.hidden:
        return json.dumps(withheld(decode(text), prose=True), ensure_ascii=True)
    record = one.staged.record or {}
    places = [
        *objects(record.get("locations")),
        *(p for w in objects(record.get("service_at_locations")) for p in objects(w.get("location"))),
    ]
    if any(truth(place.get("mask_exact_address")) for place in places):
        return json.dumps(withheld(decode(text), prose=False), ensure_ascii=True)
    return text
