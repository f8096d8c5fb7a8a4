"""Bringing every encrypted value under the newest SECRET_KEY, in small transactions, while the assistant runs.

A value is replaced only where it is still what was read, so whoever writes at the same moment wins (and writes under the
newest key anyway). Ended in the middle it goes on where it is run again: what is renewed is seen to be so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Session

from common.database import Base, Database
from common.encryption import Cipher, EncryptedJson, EncryptedText

BATCH = 200  # rows in one transaction
PAUSE = 0.02  # seconds between two transactions, in which turns go first
# The bot's own table is not on our Base.
TRACKER = ("tracker_turn", (sa.Column("id", sa.Integer),), ("events",))


@dataclass(frozen=True)
class Renewed:
    """What one table holds. renewed: values that were under an older key until now. lost: values that no key fits."""

    table: str
    values: int = 0
    renewed: int = 0
    lost: int = 0


@dataclass(frozen=True)
class _Encrypted:
    table: str
    key: tuple[sa.Column[Any], ...]
    columns: tuple[str, ...]

    @property
    def plain(self) -> sa.TableClause:
        """The table with its encrypted columns as the bytes that they are."""
        return sa.table(
            self.table,
            *(sa.column(one.name, one.type) for one in self.key),
            *(sa.column(name, sa.LargeBinary) for name in self.columns),
        )


def encrypted_tables() -> list[_Encrypted]:
    """Every table with encrypted columns that this process has declared, and the bot's."""
    found = []
    for table in Base.metadata.sorted_tables:
        columns = tuple(one.name for one in table.columns if isinstance(one.type, EncryptedText | EncryptedJson))
        if columns:
            found.append(_Encrypted(table.name, tuple(table.primary_key.columns), columns))
    return [*found, _Encrypted(*TRACKER)]


def rotate(db: Database, cipher: Cipher, pause: float = PAUSE, write: bool = True) -> Iterator[Renewed]:
    """Go over every table and say what was found in each. Without `write` nothing is changed: `renewed` is what would be."""
    there = set(sa.inspect(db.engine).get_table_names())
    for one in encrypted_tables():
        if one.table in there:
            yield _table(db, cipher, one, write, lambda: time.sleep(pause))


def _table(db: Database, cipher: Cipher, one: _Encrypted, write: bool, rest: Callable[[], None]) -> Renewed:
    values = renewed = lost = 0
    after: Sequence[Any] | None = None
    while True:
        with db.transaction() if write else db.reading() as session:
            rows = _read(session, one, after)
            for row in rows:
                new: dict[str, bytes] = {}
                for name in one.columns:
                    blob = getattr(row, name)
                    if blob is None:
                        continue
                    values += 1
                    try:
                        fresh = cipher.renewed(bytes(blob))
                    except InvalidTag:
                        lost += 1
                        continue
                    if fresh is not None:
                        new[name] = fresh
                renewed += _write(session, one, row, new) if write and new else len(new)
        if len(rows) < BATCH:
            return Renewed(one.table, values, renewed, lost)
        after = [getattr(rows[-1], column.name) for column in one.key]
        rest()


def _read(session: Session, one: _Encrypted, after: Sequence[Any] | None) -> Sequence[sa.Row[Any]]:
    table = one.plain
    key = [table.c[column.name] for column in one.key]
    query = sa.select(table).order_by(*key).limit(BATCH)
    if after is not None:
        bound = [sa.literal(value, column.type) for value, column in zip(after, one.key, strict=True)]
        query = query.where(sa.tuple_(*key) > sa.tuple_(*bound) if len(key) > 1 else key[0] > bound[0])
    return session.execute(query).all()


def _write(session: Session, one: _Encrypted, row: sa.Row[Any], new: dict[str, bytes]) -> int:
    """How many values were replaced: each only while it is still the one that was read."""
    table, written = one.plain, 0
    same = [table.c[column.name] == getattr(row, column.name) for column in one.key]
    for name, blob in new.items():
        still = table.c[name] == getattr(row, name)
        done = session.execute(sa.update(table).where(*same, still).values({name: blob}))
        written += cast("sa.CursorResult[Any]", done).rowcount
    return written
