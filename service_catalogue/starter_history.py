"""What the spreadsheet said last, row by row: as shipped, and as it holds now.

A start of the product reads the shipped file again. Only rows that are new or different *in that file* since it was last
read count then, so what a council officer has changed since stays changed: the newest edit of a row wins.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service_catalogue.feed_model import RawRecord
from service_catalogue.identity import content_hash, record_id
from service_catalogue.starter_file import StarterRow
from service_catalogue.starter_record import STARTER, STARTER_ID

_SHIPPED, _IN_FORCE = "shipped", "in force"


class Kept:
    """The rows of one kind, by id, kept as raw records. A flush of the session stores what changed."""

    def __init__(self, session: Session, kind: str) -> None:
        self._session, self._kind = session, kind
        wanted = (RawRecord.source_id == STARTER_ID, RawRecord.kind == kind)
        self._records = {record.external_id: record for record in session.scalars(select(RawRecord).where(*wanted))}

    @classmethod
    def shipped(cls, session: Session) -> Kept:
        """The rows as the shipped file had them when it was last read."""
        return cls(session, _SHIPPED)

    @classmethod
    def in_force(cls, session: Session) -> Kept:
        """The rows that the live records come from."""
        return cls(session, _IN_FORCE)

    def __contains__(self, id: str) -> bool:
        return id in self._records

    def rows(self) -> dict[str, StarterRow]:
        """All of them, by id."""
        return {id: StarterRow.of(json.loads(self._records[id].payload)) for id in sorted(self._records)}

    def same(self, row: StarterRow) -> bool:
        return row.id in self._records and self._records[row.id].sha256 == content_hash(row.cells)

    def keep(self, rows: Iterable[StarterRow], now: datetime) -> None:
        """Bring what is kept in line with `rows`: changed and new ones stored, missing ones dropped."""
        gone = dict(self._records)
        for row in rows:
            gone.pop(row.id, None)
            if self.same(row):
                continue
            record = self._records.get(row.id)
            if record is None:
                record = self._records[row.id] = RawRecord(
                    id=record_id(STARTER, self._kind, row.id),
                    source_id=STARTER_ID,
                    kind=self._kind,
                    external_id=row.id,
                    dialect="csv",
                    seen_run="",
                    read_at=now,
                )
                self._session.add(record)
            record.payload = json.dumps(row.cells, ensure_ascii=False)
            record.sha256, record.read_at = content_hash(row.cells), now
        for id, record in gone.items():
            del self._records[id]
            self._session.delete(record)
