"""The queue: what waits, what is late, and which notices did not go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy.orm import Session

from desk.keys import DESK
from desk.render import due_state
from desk.security import show
from desk.texts import lost_confirmations
from referrals import handling
from referrals.model import NEW, SKIPPED, TAKEN, URGENT, Referral
from referrals.packet import Packet, contact_unsafe


@dataclass(frozen=True)
class Row:
    """One referral in the queue. Needs and district are shown, never a name or number: screens can be seen."""

    reference: str
    state: str
    due_at: datetime
    due_state: str
    promised: bool
    needs: tuple[str, ...]
    district: str
    team: str
    urgent: bool
    contact_unsafe: bool
    taken_by: str
    created_at: datetime
    done_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class Queue:
    rows: tuple[Row, ...]
    waiting: int
    overdue: int
    taken: int
    notices_failed: tuple[str, ...]  # references
    notices_skipped: str  # the reason, or empty
    texts_failed: tuple[str, ...]  # references whose resident did not get the text that says so


async def queue_page(request: web.Request) -> web.StreamResponse:
    """Open referrals, or with ?show=done those finished last."""
    desk = request.app[DESK]
    done = request.query.get("show") == "done"
    queue = await desk.db.read(read_queue, desk.clock.now(), done)
    return show(
        request, "queue.html", queue=queue, done=done, limit=handling.QUEUE_LIMIT, outcomes=desk.team.words.outcomes
    )


def read_queue(session: Session, now: datetime, done: bool) -> Queue:
    """The rows to show, and the counts of all that is open."""
    waiting = handling.open_referrals(session, now)
    shown = handling.done_referrals(session) if done else waiting
    problems = handling.undelivered(session)
    return Queue(
        rows=tuple(_row(referral, now) for referral in shown),
        waiting=sum(referral.state == NEW for referral in waiting),
        overdue=sum(referral.due_at < now for referral in waiting),
        taken=sum(referral.state == TAKEN for referral in waiting),
        notices_failed=tuple(p.referral.reference for p in problems if p.state != SKIPPED),
        notices_skipped=next((p.problem for p in problems if p.state == SKIPPED), ""),
        texts_failed=lost_confirmations(session, now),
    )


def _row(referral: Referral, now: datetime) -> Row:
    packet = Packet.from_dict(referral.packet)
    return Row(
        reference=referral.reference,
        state=referral.state,
        due_at=referral.due_at,
        due_state=due_state(referral.due_at, now),
        promised=referral.promised,
        needs=tuple(need.label for need in packet.needs),
        district=packet.district,
        team=referral.team,
        urgent=referral.priority == URGENT,
        contact_unsafe=contact_unsafe(packet),
        taken_by=referral.taken_by or "",
        created_at=referral.created_at,
        done_at=referral.done_at,
        outcome=referral.outcome or "",
    )
