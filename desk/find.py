"""Finding a referral by its reference, a name, a phone number or an e-mail address. What was typed stands in no address."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from desk import audit
from desk.case_keys import CASE_RULES
from desk.keys import DESK, SIGNED_IN
from desk.queue_filter import visible_to
from desk.queue_rows import Row, rows_of
from desk.security import show
from desk.sessions import SignedIn
from referrals import lookup
from referrals.case_rules import CaseRules
from referrals.model import WITHDRAWN, Referral

MOST = 50
SEARCHED = "searched"  # in the desk's record, with what kind of words and how many were found
_LONGEST = 200


def add_find(app: web.Application) -> None:
    """The route: a form of ours posts to it, because addresses are kept by browsers and proxies."""
    app.router.add_post("/find", find, name="find")


async def find(request: web.Request) -> web.StreamResponse:
    """The one referral of that reference, or the list of what was found: exact matches only, names without regard to order."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    typed = str((await request.post()).get("q", "")).replace("\0", "")[:_LONGEST]
    kind, rows = await desk.db.run(_find, request.app[CASE_RULES], who, typed, desk.clock.now())
    if kind == lookup.REFERENCE and len(rows) == 1:
        raise web.HTTPSeeOther(str(request.app.router["referral"].url_for(reference=rows[0].reference)))
    return show(request, "found.html", typed=typed, kind=kind, rows=rows, most=MOST, outcomes=desk.team.words.outcomes)


def _find(session: Session, rules: CaseRules, who: SignedIn, typed: str, now: datetime) -> tuple[str, tuple[Row, ...]]:
    understood = lookup.search(typed)
    if understood is None:
        return "", ()
    kind, condition = understood
    # Somebody who took it back is found by nothing but the reference that staff still hold.
    kept = or_(Referral.state != WITHDRAWN, Referral.reference == lookup.reference_in(typed))
    rows = session.scalars(
        select(Referral).where(condition, kept, visible_to(who)).order_by(Referral.id.desc()).limit(MOST)
    ).all()
    audit.note(session, who=who.name, what=SEARCHED, object="queue", now=now, detail=f"{kind}, {len(rows)} found")
    return kind, rows_of(session, rows, rules, who, now)
