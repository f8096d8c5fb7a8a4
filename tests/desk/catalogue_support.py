"""A small catalogue for the desk's pages, and what trouble there can be with it."""

from __future__ import annotations

import csv
import re
import time
import uuid
from html.parser import HTMLParser
from pathlib import Path

from sqlalchemy import select

from desk.model import DeskAudit
from service_catalogue import reports
from service_catalogue.feed_model import DuplicateCandidate, ImportIssue, ImportRun, RawRecord
from service_catalogue.load import load_starter
from service_catalogue.model import Organization, Phone, Service, Source
from service_catalogue.search import Query, ServiceCard, search
from service_catalogue.starter_file import COLUMNS
from tests.desk.conftest import Office

FEED = str(uuid.UUID(int=1))
RUN = str(uuid.UUID(int=2))


def load(office: Office, folder: Path, rows: list[dict[str, str]]) -> dict[str, str]:
    """Load these rows as the starter file; ids of the services by the rows' ids."""
    path = folder / "services.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    with office.db.transaction() as session:
        load_starter(session, path, office.clock.now())
        return dict(session.execute(select(Service.external_id, Service.id)).all())


def add_feed_service(office: Office, external_id: str, **changes: object) -> str:
    """A service of a made-up feed; its id."""
    now, id = office.clock.now(), str(uuid.uuid5(uuid.UUID(int=1), external_id))
    with office.db.transaction() as session:
        if session.get(Source, FEED) is None:
            session.add(Source(id=FEED, name="Made-up feed", publisher="Made-up publisher", dialect="oruk-3.0"))
            session.flush()
            session.add(Organization(id=FEED, source_id=FEED, external_id="org", name="Made-up provider"))
            session.add(ImportRun(id=RUN, source_id=FEED, started_at=now, ended_at=now, complete=True))
            session.flush()
        values: dict[str, object] = {"name": external_id.title(), "summary": "Made up.", "verified": False}
        session.add(
            Service(
                id=id,
                source_id=FEED,
                external_id=external_id,
                organization_id=FEED,
                content_hash="",
                added_at=now,
                changed_at=now,
                **{**values, **changes},
            )
        )
        session.flush()
        session.add(Phone(id=str(uuid.uuid4()), service_id=id, number="01509 550317", kind="voice", verified=False))
    return id


def add_issue(office: Office, external_id: str, code: str, severity: str = "error", path: str = "name") -> None:
    with office.db.transaction() as session:
        session.add(ImportIssue(run_id=RUN, external_id=external_id, severity=severity, code=code, path=path))


def add_raw(office: Office, external_id: str, payload: str) -> None:
    with office.db.transaction() as session:
        session.add(
            RawRecord(
                id=str(uuid.uuid4()),
                source_id=FEED,
                kind="service",
                external_id=external_id,
                payload=payload,
                sha256="",
                read_at=office.clock.now(),
                seen_run=RUN,
            )
        )


def add_pair(office: Office, first: str, second: str) -> int:
    with office.db.transaction() as session:
        pair = DuplicateCandidate(first_id=first, second_id=second, score=0.9, reasons=["same web address"])
        session.add(pair)
        session.flush()
        return pair.id


def tell(office: Office, id: str, message: str, words: str = "that number is dead", kind: str = "number") -> None:
    with office.db.transaction() as session:
        reports.report(session, id, kind, words, channel="sms", message_id=message, now=office.clock.now())


def cards(office: Office, *needs: str) -> list[ServiceCard]:
    """What a resident of Blaby is shown."""
    with office.db.reading() as session:
        return search(session, Query(needs or ("loneliness",), "Blaby", limit=9), office.clock.now())


def names(office: Office) -> list[str]:
    return sorted(card.name for card in cards(office))


def shown_soon(office: Office, *expected: str) -> bool:
    """Whether residents are shown exactly these; what comes back may take as long as reading the catalogue anew."""
    until = time.monotonic() + 10
    while names(office) != sorted(expected):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def audited(office: Office) -> list[tuple[str, str, str, str]]:
    """(who, what, object, detail) of everything written down but who came and went, oldest first."""
    with office.db.reading() as session:
        rows = session.scalars(select(DeskAudit).where(DeskAudit.object.not_like("account %")).order_by(DeskAudit.id))
        return [(row.who, row.what, row.object, row.detail) for row in rows]


class Outline(HTMLParser):
    """What assistive technology finds on a page: headings, fields without a label, ids, and what takes the focus."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.fields: list[dict[str, str]] = []
        self.labelled: set[str] = set()
        self.described: set[str] = set()
        self.focus: list[str] = []
        self.in_label = 0
        self.legends = self.fieldsets = self.tables = self.captions_or_titles = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in values:
            self.ids.append(values["id"])
        for name in ("aria-describedby", "aria-labelledby"):
            self.described |= set(values.get(name, "").split())
        if tag == "label":
            self.in_label += 1
            self.labelled.add(values.get("for", ""))
        if tag in ("input", "select", "textarea") and values.get("type") != "hidden":
            self.fields.append({**values, "inside": str(self.in_label)})
        if tag == "fieldset":
            self.fieldsets += 1
        if tag == "legend":
            self.legends += 1
        takes_focus = tag in ("a", "button", "select", "textarea", "summary") or tag == "input"
        if takes_focus and values.get("type") != "hidden":
            self.focus.append(values.get("href") or values.get("name") or tag)
        assert int(values.get("tabindex", "0")) <= 0, "a positive tabindex breaks the order of focus"
        assert "autofocus" not in values and not any(name.startswith("on") for name in values)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.in_label -= 1

    @property
    def unlabelled(self) -> list[dict[str, str]]:
        return [one for one in self.fields if one["inside"] == "0" and one.get("id") not in self.labelled]
