"""A row in every table that is declared, with values made up by type: for what has to hold for each table there is or will be."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timezone
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.database import Base, Database, UtcDateTime
from common.encryption import EncryptedJson, EncryptedText

AT = datetime(2026, 11, 22, 12, tzinfo=timezone.utc)
_numbers = itertools.count(1)


def value(column: sa.Column[Any], at: datetime = AT, words: str = "made up") -> Any:
    """Something that fits the column and is never the same twice where that is possible."""
    number, kind = next(_numbers), column.type
    if isinstance(kind, EncryptedText):
        return f"{words} {number}"
    if isinstance(kind, EncryptedJson | sa.JSON):
        return {"made": number} if isinstance(kind, sa.JSON) else {words: number}
    if isinstance(kind, UtcDateTime):
        return at
    if isinstance(kind, sa.Boolean):
        return False
    if isinstance(kind, sa.Date):
        return date(2026, 11, 22)
    if isinstance(kind, sa.Integer | sa.Numeric | sa.Float):
        return number
    if isinstance(kind, sa.LargeBinary):
        return b"made up"
    return f"{number:x}"[: getattr(kind, "length", None) or 10]


def row(table: sa.Table, at: datetime = AT, words: str = "made up", **given: Any) -> dict[str, Any]:
    """Values for one row of a table; `given` go first."""
    return {column.name: given.get(column.name, value(column, at, words)) for column in table.columns}


def fill(db: Database, at: datetime = AT, words: str = "made up") -> None:
    """One row in every table, whatever they would have to point to. (SQLite only: checks and foreign keys are put aside.)"""
    with db.engine.connect() as connection:
        raw = connection.connection.cursor()
        raw.execute("PRAGMA foreign_keys=OFF")
        raw.execute("PRAGMA ignore_check_constraints=ON")
    try:
        with Session(db.engine) as session:
            for table in Base.metadata.sorted_tables:
                session.execute(sa.insert(table).values(row(table, at, words)))
            session.commit()
    finally:
        with db.engine.connect() as connection:
            raw = connection.connection.cursor()
            raw.execute("PRAGMA foreign_keys=ON")
            raw.execute("PRAGMA ignore_check_constraints=OFF")
