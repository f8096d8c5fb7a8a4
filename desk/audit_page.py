"""The audit on the desk: what was done lately, and whether anybody has tampered with the record."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.chain import Chained
from desk import audit
from desk.audit_check import check
from desk.keys import DESK, SIGNED_IN
from desk.model import DeskAudit
from desk.referral_words import EVENTS
from desk.roles import LEADS
from desk.security import show
from referrals.model import ReferralEvent

NEWEST = 100
NO_END = "That is not where a chain ends. Copy it whole: a number, a colon and 64 letters and digits."
BREAKS = {  # what a break of the chain is, in words
    "changed": "This entry was changed after it was written.",
    "missing": "Entries are missing from here.",
    "inserted": "This entry was put in by somebody else.",
    "moved": "This entry was moved away from its referral.",
    "head_changed": "The record of where the chain ends was changed or removed.",
    "head_lost": "The record of where the chain ends, or an old entry, was found changed. Entries before this time may be missing.",
}


def add_audit(app: web.Application) -> None:
    """The page and its check."""
    app.router.add_get("/audit", audit_page, name="audit")
    app.router.add_post("/audit/check", check_now, name="audit_check")


async def audit_page(request: web.Request) -> web.StreamResponse:
    """The newest entries (for a lead; `?who=` or `?object=` chooses) and a button that checks the chain."""
    return await _page(request)


async def check_now(request: web.Request) -> web.StreamResponse:
    """Walk the chain and say whether it is whole, and where it breaks."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    known = str((await request.post()).get("known", "")).strip()
    try:
        found = await desk.db.read(check, known)
    except ValueError:
        return await _page(request, 422, problem=NO_END, known=known)
    await desk.db.run(
        audit.note,
        who=who.name,
        what="audit_checked",
        object="audit",
        now=desk.clock.now(),
        detail="whole" if found.whole else f"{len(found.breaks)} breaks",
    )
    return await _page(request, checked=found, known=known)


async def _page(request: web.Request, status: int = 200, **more: Any) -> web.Response:
    desk, who = request.app[DESK], request[SIGNED_IN]
    by, about = (request.query.get(name, "").strip()[:80] for name in ("who", "object"))
    reads = not who.roles.isdisjoint(LEADS)  # an administrator checks the chain, and reads nothing of a referral

    def read(session: Session) -> list[Chained]:
        found = [*_desk(session, by, about), *_referrals(session, by, about)] if reads else []
        return sorted(found, key=lambda row: (row.at, row.chain_seq or 0), reverse=True)[:NEWEST]

    # Read on its own: the record is long, and residents' messages wait for whoever may write.
    entries = await desk.db.read(read)
    await desk.db.run(audit.note, who=who.name, what=audit.VIEWED, object="audit", now=desk.clock.now(), detail=by)
    context = {
        "problem": "",
        "checked": None,
        "known": "",
        "breaks": BREAKS,
        "event_words": {**EVENTS, **audit.WORDS},
    } | more
    return show(
        request, "audit/page.html", status, entries=entries, by=by, about=about, reads=reads, limit=NEWEST, **context
    )


def _desk(session: Session, by: str, about: str) -> list[Chained]:
    rows = select(DeskAudit).order_by(DeskAudit.id.desc()).limit(NEWEST)
    rows = rows.where(DeskAudit.who == by) if by else rows
    return list(session.scalars(rows.where(DeskAudit.object == about) if about else rows))


def _referrals(session: Session, by: str, about: str) -> list[Chained]:
    rows = select(ReferralEvent).order_by(ReferralEvent.id.desc()).limit(NEWEST)
    rows = rows.where(ReferralEvent.who == by) if by else rows
    return list(session.scalars(rows.where(ReferralEvent.reference == about) if about else rows))
