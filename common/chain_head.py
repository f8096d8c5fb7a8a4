"""Where the chain of the audit ends and begins (`common.chain`): one row, sealed with a key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import JSON, BigInteger, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from common import encryption
from common.database import Base, UtcDateTime

HEAD = 1  # the id of the one row


class ChainHead(Base):
    """Where the chain ends, and where it begins since old rows were dropped. One row; `mac` covers all the rest of it."""

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)  # of the last row
    digest: Mapped[str] = mapped_column(String(64))
    base_seq: Mapped[int] = mapped_column(BigInteger)  # of the last row that retention dropped
    base_digest: Mapped[str] = mapped_column(String(64))
    older: Mapped[dict[str, int]] = mapped_column(JSON)  # table -> highest id of a row older than the chain
    lost_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # when this row was found missing or changed
    mac: Mapped[str] = mapped_column(String(64))


@dataclass
class Head:
    """The row of `ChainHead`, read and written without the ORM: every audited turn does so."""

    seq: int
    digest: str
    base_seq: int
    base_digest: str
    older: dict[str, int]
    lost_at: datetime | None
    mac: str = ""

    def sealed(self) -> str:
        """What `mac` has to be."""
        lost = moment(self.lost_at) if self.lost_at else ""
        return keyed("head", [self.seq, self.digest, self.base_seq, self.base_digest, sorted(self.older.items()), lost])

    @property
    def whole(self) -> bool:
        """False when somebody without the key has changed the row."""
        return self.mac == self.sealed()


_HEAD = ChainHead.__table__
_READ = select(*(_HEAD.c[one.name] for one in fields(Head))).where(_HEAD.c.id == HEAD)
_READ_LOCKED = _READ.with_for_update()
_WRITE = update(ChainHead.__table__).where(_HEAD.c.id == HEAD)  # type: ignore[arg-type]


def read_head(session: Session, locked: bool = False) -> Head | None:
    """The head as it stands in the database; `locked` until the commit."""
    row = session.connection().execute(_READ_LOCKED if locked else _READ).first()
    return Head(*row) if row else None


def write_head(session: Session, head: Head) -> None:
    """Seal it and put it in its place."""
    head.mac = head.sealed()
    session.connection().execute(_WRITE, vars(head))


def moment(at: datetime) -> str:
    """A time as digests cover it: the same before and after it was stored, in either database."""
    return at.astimezone(timezone.utc).isoformat(timespec="microseconds")


def keyed(kind: str, values: Sequence[Any]) -> str:
    """The keyed digest of these values; `kind` keeps those of rows and of the head apart."""
    return encryption.active().digest(f"audit-{kind}: {json.dumps(values, separators=(',', ':'))}")
