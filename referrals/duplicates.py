"""Referrals that may be of one person: flagged to staff both ways, judged by staff, never merged and never told to a resident."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, String, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, Session, load_only, mapped_column

from common.database import Base, UtcDateTime
from referrals.case_rules import CaseRules
from referrals.handling import note
from referrals.lookup import LookupKey
from referrals.model import WITHDRAWN, Referral

JUDGED_SAME, JUDGED_DIFFERENT = "same_person", "not_same_person"  # in the audit, with the other's reference


class DuplicateDecision(Base):
    """What a member of staff said of two referrals (the smaller id first). The newest word counts; the audit keeps each."""

    __tablename__ = "duplicate_decision"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    same: Mapped[bool] = mapped_column(Boolean)
    who: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


# What a list tells of a twin: its packet is not opened for that.
_SHOWN = (Referral.reference, Referral.team, Referral.state, Referral.created_at, Referral.taken_by)


@dataclass(frozen=True)
class Twin:
    """Another referral that may be of the same person. `by`: the kinds of `lookup` that agree, as in the rules; `same`: what
    staff said of the two, None when nobody has yet."""

    of: int
    other: Referral
    by: tuple[str, ...]
    same: bool | None


def twins(session: Session, rules: CaseRules, referrals: Sequence[Referral]) -> list[Twin]:
    """All twins of these referrals, oldest first. A withdrawn one has none and is nobody's."""
    known = {one.id: one for one in referrals if one.state != WITHDRAWN}
    mine = session.execute(
        select(LookupKey.referral_id, LookupKey.kind, LookupKey.digest).where(LookupKey.referral_id.in_(list(known)))
    )
    wanted: dict[tuple[str, str], list[int]] = {}
    for of, kind, digest in mine:
        if kind in rules.duplicate_by:
            wanted.setdefault((kind, digest), []).append(of)
    # In two steps: joined to itself, the table was read whole.
    theirs = session.execute(
        select(LookupKey.kind, LookupKey.digest, Referral)
        .join(Referral, Referral.id == LookupKey.referral_id)
        .where(
            LookupKey.kind.in_(rules.duplicate_by),
            LookupKey.digest.in_([digest for _, digest in wanted]),
            Referral.state != WITHDRAWN,
        )
        .order_by(Referral.id)
        .options(load_only(*_SHOWN))
    )
    found: dict[tuple[int, int], tuple[Referral, list[str]]] = {}
    for kind, digest, other in theirs:
        for of in wanted.get((kind, digest), ()):
            if of != other.id and abs(known[of].created_at - other.created_at) <= rules.duplicate_within:
                found.setdefault((of, other.id), (other, []))[1].append(kind)
    said = _decisions(session, list(known))
    return [
        Twin(of, other, tuple(kind for kind in rules.duplicate_by if kind in kinds), said.get(_pair(of, other.id)))
        for (of, _), (other, kinds) in found.items()
    ]


def decide(session: Session, referral: Referral, other: Referral, *, same: bool, who: str, now: datetime) -> bool:
    """Keep what `who` says of the two; both audits tell it. False when it is one and the same referral."""
    if referral.id == other.id:
        return False
    first, second = _pair(referral.id, other.id)
    # Two members of staff may judge at once: the second waits for the first, and then finds their row.
    session.execute(select(Referral.id).where(Referral.id.in_((first, second))).order_by(Referral.id).with_for_update())
    row = session.scalar(
        select(DuplicateDecision).where(DuplicateDecision.first_id == first, DuplicateDecision.second_id == second)
    )
    if row is None:
        session.add(DuplicateDecision(first_id=first, second_id=second, same=same, who=who, at=now))
    else:
        row.same, row.who, row.at = same, who, now
    what = JUDGED_SAME if same else JUDGED_DIFFERENT
    note(session, referral, who=who, what=what, now=now, detail=other.reference)
    note(session, other, who=who, what=what, now=now, detail=referral.reference)
    session.flush()
    return True


def _decisions(session: Session, ids: Collection[int]) -> dict[tuple[int, int], bool]:
    rows = session.scalars(
        select(DuplicateDecision).where(or_(DuplicateDecision.first_id.in_(ids), DuplicateDecision.second_id.in_(ids)))
    )
    return {(row.first_id, row.second_id): row.same for row in rows}


def _pair(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)
