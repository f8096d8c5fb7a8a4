"""The counts above the queue, and the same by themselves for the script that keeps them true while the page is open."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import and_, case, func, literal, select
from sqlalchemy.orm import Session

from desk.keys import DESK, SIGNED_IN
from desk.queue_filter import visible_to
from desk.sessions import SignedIn
from referrals.model import NEW, OPEN, TAKEN, Referral


@dataclass(frozen=True)
class Counts:
    """Of the open referrals that somebody may see: overdue, taken by nobody, taken, theirs. `newest`: a number that grows
    with each referral; `came`: how many came after the one that was asked about."""

    overdue: int
    waiting: int
    taken: int
    mine: int
    newest: int
    came: int


def read_counts(session: Session, who: SignedIn, now: datetime, since: int | None = None) -> Counts:
    """One look at the database. `since` is a `newest` of before."""

    def those(*where: object) -> object:
        return func.coalesce(func.sum(case((and_(*where), 1), else_=0)), 0)  # type: ignore[arg-type]

    is_open = Referral.state.in_(OPEN)
    row = session.execute(
        select(
            those(is_open, Referral.due_at < now),
            those(Referral.state == NEW),
            those(Referral.state == TAKEN),
            those(Referral.state == TAKEN, Referral.taken_by == who.name),
            func.coalesce(func.max(Referral.id), 0),
            those(is_open, Referral.id > since) if since is not None else literal(0),
        ).where(visible_to(who))  # type: ignore[call-overload]
    ).one()
    return Counts(*(int(value) for value in row))


async def counts(request: web.Request) -> web.StreamResponse:
    """The counts as JSON; `?since=` the `newest` that the page knows."""
    desk, asked = request.app[DESK], request.query.get("since", "")
    since = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else None
    found = await desk.db.read(read_counts, request[SIGNED_IN], desk.clock.now(), since)
    return web.json_response(asdict(found))
