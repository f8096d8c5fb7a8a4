"""Is the audit whole? Walks the chain of `common.chain` and says where it breaks; drops old rows so that it stays checkable."""

from __future__ import annotations

import heapq
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, literal, select
from sqlalchemy.orm import Session

from common.chain import Chained, covered, link_digest, lock_head, tables
from common.chain_head import Head, read_head, write_head

CHANGED, MISSING, INSERTED, HEAD_CHANGED, HEAD_LOST = "changed", "missing", "inserted", "head_changed", "head_lost"
END = re.compile(r"[0-9]{1,18}:[0-9a-f]{64}")
AT_ONCE, REST = 1000, 0.005  # rows, and the seconds of rest after them
MOST = 100  # places that one check names; a chain that is broken once is broken


@dataclass(frozen=True)
class Break:
    """One place where the chain does not hold. `seq`: place in the chain, 0 when it has none; `row`: "table id"; `at`: the time
    that the row itself gives."""

    kind: str
    seq: int = 0
    row: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Checked:
    """What a check found. `rows`: how many it read; `end`: "place:digest" of the last row, to be noted down somewhere else: a
    later check given this as `known` also sees that the whole database was set back."""

    rows: int
    first: int
    end: str
    breaks: tuple[Break, ...]

    @property
    def whole(self) -> bool:
        return not self.breaks


def check(session: Session, known: str = "", rest: Callable[[float], None] = time.sleep) -> Checked:
    """Read the whole chain, in one consistent view of the database. `known` is an `end` of an earlier check; `rest` sleeps for so
    many seconds, after each AT_ONCE rows: the check is long, and runs in a thread beside those that answer residents.

    A changed row is found where it is; removed ones are one break before the next that is there; a row that was put in is
    found by its missing or wrong link. Raises ValueError when `known` is no such end.
    """
    if known and not END.fullmatch(known):
        raise ValueError("the end of a chain is a number, a colon and 64 digits from 0 to f")
    if session.get_bind().dialect.name == "postgresql":
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    head = read_head(session)
    breaks: list[Break] = []
    if head is None or not head.whole:
        if head or _any_linked(session):
            breaks.append(Break(HEAD_CHANGED))
    elif head.lost_at:
        breaks.append(Break(HEAD_LOST, at=head.lost_at))
    before, seq = (head.base_digest, head.base_seq) if head else ("", 0)
    first, rows, seen_known = seq + 1, 0, not known or _known_is(known, seq, before)
    for row in _walk(session):
        if len(breaks) >= MOST:
            break
        where = {"seq": row.chain_seq, "row": f"{row.table_name} {row.id}", "at": row.at}
        if row.chain_seq > seq + 1:
            breaks.append(Break(MISSING, **{**where, "seq": seq + 1}))
        digest = link_digest(before, row.chain_seq, row.table_name, covered(row, _columns(row.table_name)))
        # After a gap the row before is not there to check against: the gap is the break.
        if row.chain_seq <= seq or (row.chain_seq == seq + 1 and digest != row.chain_digest):
            breaks.append(Break(CHANGED, **where))
        before, seq, rows = row.chain_digest, row.chain_seq, rows + 1
        if rows % AT_ONCE == 0:
            rest(REST)
        seen_known = seen_known or _known_is(known, seq, before)
    if head is not None and len(breaks) < MOST:
        if (seq, before) != (head.seq, head.digest):
            breaks.append(Break(MISSING, seq=min(seq, head.seq) + 1))
        breaks.extend(_inserted(session, head)[: MOST - len(breaks)])
    place = int(known.partition(":")[0] or 0)
    if not seen_known and place >= first:  # one older than what retention dropped says nothing any more
        breaks.append(Break(MISSING, seq=place))
    return Checked(rows, first, f"{seq}:{before}", tuple(breaks[:MOST]))


def prune(session: Session, before: datetime, limit: int) -> int:
    """Drop audit rows older than `before` (aware), at most about `limit` of them in this transaction; how many went.

    Only from the beginning of the chain, up to the first row that is young enough; the head keeps the digest of the last one
    dropped, so that the rest can still be checked. A break among the rows that go is kept as `lost_at` of the head: dropping
    rows never hides that they were tampered with.
    """
    gone = 0
    for table in tables():
        old = select(table.id).where(table.chain_seq.is_(None), table.at < before).limit(limit)
        gone += _rowcount(session.execute(delete(table).where(table.id.in_(old)), execution_options=_NO_SYNC))
    if read_head(session) is None or gone >= limit:
        return gone
    head = lock_head(session, before)
    digest, seq = head.base_digest, head.base_seq
    for number, row in enumerate(_walk(session, limit - gone)):
        if row.at >= before or number >= limit - gone:
            break
        due = link_digest(digest, row.chain_seq, row.table_name, covered(row, _columns(row.table_name)))
        if row.chain_seq != seq + 1 or due != row.chain_digest:
            head.lost_at = head.lost_at or row.at
        digest, seq = row.chain_digest, row.chain_seq
    if seq > head.base_seq:
        for table in tables():
            gone += _rowcount(session.execute(delete(table).where(table.chain_seq <= seq), execution_options=_NO_SYNC))
        head.base_seq, head.base_digest = seq, digest
    write_head(session, head)
    return gone


_NO_SYNC = {"synchronize_session": False}


def _rowcount(result: Any) -> int:
    return int(result.rowcount)


def _columns(table: str) -> tuple[str, ...]:
    return next(one.CHAINED for one in tables() if one.__tablename__ == table)


def _walk(session: Session, limit: int | None = None) -> Iterator[Any]:
    """Every linked row of every table by its place in the chain. `limit`: how many of each table, None for all."""
    return heapq.merge(*(_rows(session, table, limit) for table in tables()), key=lambda row: row.chain_seq)


def _rows(session: Session, table: type[Chained], limit: int | None) -> Iterator[Any]:
    names = ("id", "chain_seq", "chain_digest", *dict.fromkeys(("at", *table.CHAINED)))
    columns = (literal(table.__tablename__).label("table_name"), *(getattr(table, name) for name in names))
    query = select(*columns).where(table.chain_seq.is_not(None)).order_by(table.chain_seq)
    return iter(
        session.execute(query.limit(limit + 1 if limit is not None else None).execution_options(yield_per=1000))
    )


def _inserted(session: Session, head: Head) -> list[Break]:
    """Rows younger than the chain that have no link: nobody added them through the assistant."""
    found = []
    for table in tables():
        rows = select(table.id, table.at).where(
            table.chain_seq.is_(None), table.id > head.older.get(table.__tablename__, 0)
        )
        found += [
            Break(INSERTED, row=f"{table.__tablename__} {row.id}", at=row.at)
            for row in session.execute(rows.limit(MOST))
        ]
    return found


def _any_linked(session: Session) -> bool:
    return any(session.scalar(select(func.count(table.chain_seq))) for table in tables())


def _known_is(known: str, seq: int, digest: str) -> bool:
    return known == f"{seq}:{digest}"
