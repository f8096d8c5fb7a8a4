"""What one member of staff may see of the safety entries, and what the pages say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from assessment.coverage import Coverage
from common import phone
from common.clock import LONDON
from desk import audit
from desk.contact import mask
from desk.model import DeskAudit
from desk.queue_filter import visible_to as visible_referrals
from desk.safety_contact import area_of, audit_object, contact_rules, contact_shown_since, number_of, referrals_of
from desk.sessions import SignedIn
from front_door.model import Conversation
from front_door.safeguarding import handling
from front_door.safeguarding.model import SafetyCase
from front_door.safeguarding.rules import SafetyRules
from referrals.model import Referral
from referrals.packet import FLAG_LABELS
from referrals.packet_words import PacketWords
from referrals.working_time import WorkingTime


@dataclass(frozen=True)
class Rules:
    """What the pages stand on beside the database: the rules, the team's hours and who covers which place."""

    safety: SafetyRules
    office: WorkingTime
    coverage: Coverage
    packet: PacketWords


@dataclass(frozen=True)
class Row:
    """An entry in the list. Nothing of what was said, and no number: screens can be seen."""

    id: str
    label: str
    state: str
    taken_by: str
    opened_at: datetime
    last_at: datetime
    count: int
    due_at: datetime | None
    late: bool
    new_words: bool
    by_text: bool
    references: tuple[str, ...]
    outcome: str
    done_at: datetime | None


@dataclass(frozen=True)
class Said:
    """One message of an entry. `shown`: what the assistant answered; None when nothing was shown."""

    at: datetime
    words: str
    shown: str | None


@dataclass(frozen=True)
class Entry:
    """One entry as its page shows it. `number` is empty until the contact rules were read, and where none is known."""

    row: Row
    area: str
    said: tuple[Said, ...]
    notes: tuple[tuple[datetime, str, str], ...]
    contact: tuple[str, ...]
    has_number: bool
    contact_shown: bool
    number: str
    reason: str
    done_by: str
    forgotten: bool
    history: Sequence[DeskAudit]


def label(flag: str) -> str:
    """A flag in the words of safeguarding practice."""
    return FLAG_LABELS.get(flag, "A danger that was not named")


def visible(session: Session, case: SafetyCase, who: SignedIn, coverage: Coverage, now: datetime) -> bool:
    """Advisers and leads see every entry; a coordinator those of a referral to, or a place of, their own teams."""
    if who.whole_county:
        return True
    if any(who.sees_team(referral.team) for referral in referrals_of(session, case)):
        return True
    area = area_of(session, case)
    covered = coverage.team_for(area, area, now.astimezone(LONDON).date()) if area else None
    return covered is not None and who.sees_team(covered.team)


def visible_to(session: Session, who: SignedIn, coverage: Coverage, now: datetime) -> ColumnElement[bool]:
    """`visible` as a condition on a case, so that those of others take no place in a list that has an end."""
    if who.whole_county:
        return true()
    of_chat = select(Conversation.area).where(Conversation.id == SafetyCase.conversation).scalar_subquery()
    area, today = func.coalesce(func.nullif(of_chat, ""), SafetyCase.area), now.astimezone(LONDON).date()
    own = []
    for place in session.scalars(select(area).select_from(SafetyCase).distinct()):
        covered = coverage.team_for(place, place, today) if place else None
        if covered is not None and who.sees_team(covered.team):
            own.append(place)
    return or_(SafetyCase.conversation.in_(select(Referral.conversation).where(visible_referrals(who))), area.in_(own))


def rows(session: Session, cases: Sequence[SafetyCase], who: SignedIn, rules: Rules, now: datetime) -> tuple[Row, ...]:
    """Those that `who` may see, in the order given."""
    return tuple(
        _row(session, case, who, rules, now) for case in cases if visible(session, case, who, rules.coverage, now)
    )


def by_urgency(found: Sequence[Row]) -> list[Row]:
    """Late ones first, then by due time; what was looked at and waits for an outcome comes last."""
    return sorted(found, key=lambda row: (row.due_at is None, row.due_at or row.opened_at, row.opened_at))


def entry(session: Session, case: SafetyCase, who: SignedIn, rules: Rules, now: datetime) -> Entry:
    """The whole entry, with numbers hidden from every text until the contact rules were read in this session."""
    shown = contact_shown_since(session, case, who)
    number = number_of(session, case)

    def readable(text: str) -> str:
        return text if shown else mask(text)

    return Entry(
        row=_row(session, case, who, rules, now),
        area=area_of(session, case),
        said=tuple(Said(event.at, readable(event.words or ""), event.reply_shown) for event in case.events),
        notes=tuple((note.at, note.who, readable(note.text)) for note in case.notes),
        contact=contact_rules(session, case, who, rules.safety, rules.packet),
        has_number=bool(number),
        contact_shown=shown,
        number=phone.national(number) if shown and number else "",
        reason=readable(case.reason or ""),
        done_by=case.done_by or "",
        forgotten=case.forgotten_at is not None,
        history=audit.history(session, audit_object(case)),
    )


def waiting_for(session: Session, who: SignedIn, rules: Rules, now: datetime) -> handling.Waiting:
    """The counts over the open entries that `who` may see."""
    seen = [case for case in handling.open_cases(session) if visible(session, case, who, rules.coverage, now)]
    return handling.waiting(seen, rules.safety, rules.office, now)


def _row(session: Session, case: SafetyCase, who: SignedIn, rules: Rules, now: datetime) -> Row:
    outcome = rules.safety.outcomes.get(case.outcome or "")
    return Row(
        id=case.id,
        label=label(case.flag),
        state=case.state,
        taken_by=case.taken_by or "",
        opened_at=case.opened_at,
        last_at=case.last_at,
        count=case.count,
        due_at=rules.safety.due_at(case, rules.office),
        late=rules.safety.is_late(case, rules.office, now),
        new_words=case.unseen_since is not None,
        by_text=case.channel == "sms",
        references=tuple(one.reference for one in referrals_of(session, case) if who.sees_team(one.team)),
        outcome=outcome.label if outcome else case.outcome or "",
        done_at=case.done_at,
    )
