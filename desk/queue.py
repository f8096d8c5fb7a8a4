"""The queue: what waits, what is late, and which notices did not go out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from assessment.needs import Needs
from desk import audit
from desk.case_keys import CASE_RULES
from desk.cookies import set_cookie
from desk.keys import DESK, SIGNED_IN
from desk.queue_counts import Counts, counts, read_counts
from desk.queue_filter import QueueFilter, visible_to
from desk.queue_rows import Row, rows_of
from desk.safety import RULES
from desk.safety_view import waiting_for
from desk.security import show
from desk.sessions import SignedIn
from desk.texts import lost_confirmations
from referrals import handling
from referrals.case_rules import CaseRules
from referrals.model import ALERTS, EMAIL, SKIPPED, WEBHOOK, Referral

PER_PAGE = 50
LOOK_EVERY = 20  # seconds between two looks of the script at the counts
NEEDS: web.AppKey[dict[str, str]] = web.AppKey("needs", dict)
_LAST_PAGE = 10_000
_SHORTCUTS = "desk-shortcuts"


@dataclass(frozen=True)
class Troubles:
    """What did not go out, by reference; `skipped` is the reason why no e-mail goes, `lead` why the lead is not told."""

    notices: tuple[str, ...]
    skipped: str
    webhooks: tuple[str, ...]
    lead: str
    lead_failed: tuple[str, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Queue:
    """One page of the list, the counts of all that is open, and the teams to choose from."""

    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    counts: Counts
    troubles: Troubles
    teams: tuple[str, ...]


def add_queue(app: web.Application) -> None:
    """The queue, its counts and its setting. Raises LocalDataError when needs.yml cannot be used."""
    app[NEEDS] = {need.slug: need.short for need in Needs.load(app[DESK].settings.data_dir)}
    app.router.add_get("/", queue_page, name="queue")
    app.router.add_get("/counts", counts, name="queue_counts")
    app.router.add_post("/shortcuts", shortcuts, name="shortcuts")


async def queue_page(request: web.Request) -> web.StreamResponse:
    """Open referrals, overdue first; or those that the filters of the address leave, fifty at a time."""
    desk, who, wanted = request.app[DESK], request[SIGNED_IN], QueueFilter.of(request.query)
    queue = await desk.db.run(
        read_queue, request.app[CASE_RULES], who, wanted, page_of(request.query.get("page", "")), desk.clock.now()
    )
    return show(
        request,
        "queue.html",
        queue=queue,
        safety=await desk.db.read(waiting_for, who, request.app[RULES], desk.clock.now()),
        wanted=wanted,
        needs=request.app[NEEDS],
        channels=desk.team.words.packet.channels,
        outcomes=desk.team.words.outcomes,
        look_every=LOOK_EVERY,
        shortcuts=request.cookies.get(_SHORTCUTS) != "off",
    )


async def shortcuts(request: web.Request) -> web.StreamResponse:
    """Single-key shortcuts on or off, for this browser."""
    off = (await request.post()).get("shortcuts") == "off"
    response = web.HTTPSeeOther(str(request.app.router["queue"].url_for()))
    set_cookie(response, request.app[DESK].settings, _SHORTCUTS, "off" if off else "on")
    raise response


def page_of(asked: str) -> int:
    """The page number of an address; 1 for whatever is none."""
    return max(1, min(int(asked), _LAST_PAGE)) if asked.isascii() and asked.isdigit() and len(asked) < 8 else 1


def read_queue(
    session: Session, rules: CaseRules, who: SignedIn, wanted: QueueFilter, page: int, now: datetime
) -> Queue:
    """One page of what `who` may see and `wanted` leaves; a page past the end is the last one. The view is written down."""
    audit.note(session, who=who.name, what=audit.VIEWED, object="queue", now=now)
    where = wanted.conditions(who, now)
    total = session.scalar(select(func.count()).select_from(Referral).where(*where)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(page, pages)
    order = (Referral.done_at.desc(), Referral.id.desc()) if wanted.closed else handling.by_due()
    chosen = select(Referral).where(*where).order_by(*order)
    referrals = session.scalars(chosen.offset((page - 1) * PER_PAGE).limit(PER_PAGE)).all()
    return Queue(
        rows=rows_of(session, referrals, rules, who, now),
        total=total,
        page=page,
        pages=pages,
        counts=read_counts(session, who, now),
        troubles=_troubles(session, who, now),
        teams=tuple(session.scalars(select(Referral.team).where(visible_to(who)).distinct().order_by(Referral.team))),
    )


def _troubles(session: Session, who: SignedIn, now: datetime) -> Troubles:
    mine = visible_to(who)
    mail = handling.undelivered(session, (EMAIL, handling.GONE[0]), mine)
    hooks = handling.undelivered(session, (WEBHOOK, handling.GONE[1]), mine)
    alerts = handling.undelivered(session, ALERTS) if who.whole_county else ()
    lost = lost_confirmations(session, now, who)
    seen = session.scalars(select(Referral.reference).where(Referral.reference.in_(lost), mine))
    return Troubles(
        notices=tuple(one.referral.reference for one in mail if one.state != SKIPPED),
        skipped=next((one.problem for one in mail if one.state == SKIPPED), ""),
        webhooks=tuple(one.referral.reference for one in hooks),
        lead=next((one.problem for one in alerts if "LEAD_MAILBOX" in one.problem), ""),
        lead_failed=tuple(dict.fromkeys(one.referral.reference for one in alerts if "LEAD_MAILBOX" not in one.problem)),
        texts=tuple(seen),
    )
