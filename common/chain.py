"""The audit as one chain: each row holds a keyed digest over itself and the digest of the row before.

Whoever changes, removes or inserts a row without the key breaks the chain where they did it (`common.chain_check` finds the
place). A table joins by `Chained`; rows are linked whoever adds them, by an event of every session, just before the commit:
the chain's head is the last thing that a transaction locks and so can neither deadlock nor hold up other work.

Rows must be added through the ORM. A row that came into the table another way has no link, and the check says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import (
    BigInteger,
    String,
    TableClause,
    Update,
    bindparam,
    column,
    event,
    func,
    inspect,
    select,
    table,
    text,
    update,
)
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column
from sqlalchemy.orm.attributes import set_committed_value

from common.chain_head import HEAD, Head, keyed, moment, read_head, write_head

START = "0" * 64  # stands for the digest of the row before the first
_ADDED = "audit rows to link"
_LINKS: dict[str, Update] = {}


class Chained:
    """A table of the audit. `CHAINED` names the columns that the digest covers, beside the id and the table."""

    CHAINED: ClassVar[tuple[str, ...]]
    if TYPE_CHECKING:
        __tablename__: str

    id: Mapped[int]
    at: Mapped[datetime]
    # Place in the chain, from 1, over all tables of the audit; None for a row older than the chain.
    chain_seq: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    chain_digest: Mapped[str | None] = mapped_column(String(64))


def link_digest(before: str, seq: int, table: str, values: Sequence[Any]) -> str:
    """The digest of the row at place `seq` of the chain; `values` as `covered` gives them, `before` the row before's digest."""
    return keyed("row", [before, seq, table, *values])


def covered(row: Any, columns: Iterable[str]) -> list[Any]:
    """What the digest covers of a row (an object or a result row with `id` and these columns), the same before and after it
    was stored, in either database."""
    values = [getattr(row, name) for name in ("id", *columns)]
    return [moment(value) if isinstance(value, datetime) else value for value in values]


def tables() -> list[type[Chained]]:
    """Every table of the audit that this process knows, by name."""
    return sorted(Chained.__subclasses__(), key=lambda table: table.__tablename__)


def lock_head(session: Session, now: datetime, new: Sequence[Chained] = ()) -> Head:
    """The head, locked until the commit; made when there is none. One that is missing or changed although there are rows is
    made anew behind the last row and says since when (`lost_at`), so that work goes on and the check still tells."""
    head = read_head(session, locked=True)
    if head is not None and head.whole:
        return head
    if head is None:
        session.connection().execute(_BEGIN, {"id": HEAD, "start": START})
        head = read_head(session, locked=True)
        assert head is not None
        if head.whole:  # another transaction made it meanwhile
            return head
    last_seq, last_digest = _last(session)
    if last_seq or head.seq:
        head.lost_at = head.lost_at or now
    if not head.older:
        head.older = _older(session, new)
    head.seq, head.digest = last_seq or head.base_seq, last_digest or head.base_digest
    return head


_BEGIN = text(
    "INSERT INTO audit_chain (id, seq, digest, base_seq, base_digest, older, mac)"
    " VALUES (:id, 0, :start, 0, :start, '{}', '') ON CONFLICT DO NOTHING"
)


def _stored(session: Session) -> list[TableClause]:
    """Every table of the audit that the database has, whichever of them this process knows: the first row may come from a process
    that knows one of them only."""
    found = inspect(session.connection())
    chained = (
        name for name in found.get_table_names() if any(one["name"] == "chain_seq" for one in found.get_columns(name))
    )
    return [table(name, column("id"), column("chain_seq"), column("chain_digest")) for name in sorted(chained)]


def _last(session: Session) -> tuple[int, str]:
    rows = (session.execute(_newest(one)).first() for one in _stored(session))
    return max(((row[0], row[1]) for row in rows if row), default=(0, ""))


def _newest(of: TableClause) -> Any:
    linked = select(of.c.chain_seq, of.c.chain_digest).where(of.c.chain_seq.is_not(None))
    return linked.order_by(of.c.chain_seq.desc()).limit(1)


def _older(session: Session, new: Sequence[Chained]) -> dict[str, int]:
    """The highest id of each table among the rows that were there before the chain began."""
    found = {}
    for one in _stored(session):
        mine = [row.id for row in new if row.__tablename__ == one.name]
        found[one.name] = session.scalar(select(func.max(one.c.id)).where(one.c.id.not_in(mine))) or 0
    return found


def _remember(session: Session, _context: Any) -> None:
    added = [row for row in session.new if isinstance(row, Chained)]
    if added:
        session.info.setdefault(_ADDED, []).extend(added)


def _link(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint: the whole is linked when the whole is committed
    if any(isinstance(row, Chained) for row in session.new):
        session.flush()
    added = session.info.pop(_ADDED, [])
    # A row of a savepoint that was rolled back is not in the database.
    new = sorted((row for row in added if inspect(row).persistent), key=lambda row: (row.__tablename__, row.id))
    if not new:
        return
    head = lock_head(session, max(row.at for row in new), new)
    for row in new:
        head.seq += 1
        head.digest = link_digest(head.digest, head.seq, row.__tablename__, covered(row, row.CHAINED))
        link = {"of": row.id, "seq": head.seq, "digest": head.digest}
        session.connection().execute(_link_of(type(row)), link)
        set_committed_value(row, "chain_seq", head.seq)
        set_committed_value(row, "chain_digest", head.digest)
    write_head(session, head)


def _link_of(table: type[Chained]) -> Update:
    """Made once for each table."""
    if table.__tablename__ not in _LINKS:
        link: dict[str, Any] = {"chain_seq": bindparam("seq"), "chain_digest": bindparam("digest")}
        _LINKS[table.__tablename__] = update(table).where(table.id == bindparam("of")).values(link)
    return _LINKS[table.__tablename__]


def _forget(session: Session, ended: SessionTransaction) -> None:
    if not ended.nested:  # what a savepoint takes back is known by its state
        session.info.pop(_ADDED, None)


event.listen(Session, "after_flush", _remember)
event.listen(Session, "before_commit", _link)
event.listen(Session, "after_soft_rollback", _forget)
