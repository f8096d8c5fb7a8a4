"""One referral as a file: who took which, in what form and when is written down, and nobody empties the desk in a minute."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk.case_keys import CASE_RULES
from desk.keys import DESK, SIGNED_IN
from desk.own_record import own_record
from desk.referral import refuse, seen_by
from desk.referral_words import EXPORTED
from desk.sessions import SignedIn
from referrals import handling
from referrals.case_rules import CaseRules
from referrals.exports.formats import FORMATS
from referrals.exports.record import ExportRecord, printable_section, record_of
from referrals.live import may_leave
from referrals.model import ReferralEvent

MOST = 30  # files for one member of staff
WINDOW = timedelta(minutes=15)
TOO_MANY = "too_many"
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class _Refused:
    """Why there is no file: a key of `desk.referral_words.REFUSED`, and the status of the page that says so."""

    code: str
    status: int


def add_exports(app: web.Application, one: str) -> None:
    """The route under the address `one` of a referral: a form of ours posts to it, so no link from elsewhere fetches a file."""
    app.router.add_post(f"{one}/export/{{format:[a-z]{{1,8}}}}", export, name="export")


async def export(request: web.Request) -> web.StreamResponse:
    """The file. Contact details only for whom the page shows them to; 409 once agreement was taken back, 429 for too many."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    form = FORMATS.get(request.match_info["format"])
    if form is None:
        raise web.HTTPNotFound
    own = request.app[CASE_RULES] if (await request.post()).get("own") == "yes" and form.takes_own else None
    found = await desk.db.run(
        _take_out, request.match_info["reference"], request.match_info["format"], who, desk.clock.now(), own
    )
    if found is None:
        raise web.HTTPNotFound
    if isinstance(found, _Refused):
        return await refuse(request, found.code, found.status)
    body = await asyncio.to_thread(form.make, found, desk.team.words.packet)
    name = f"{found.reference}.{form.ending}"  # the reference alone: file names are seen, mailed and logged
    return web.Response(
        body=body,
        content_type=form.media_type,
        charset=form.charset,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _take_out(
    session: Session, reference: str, form: str, who: SignedIn, now: datetime, own: CaseRules | None
) -> ExportRecord | _Refused | None:
    seen = seen_by(session, reference, who)
    if seen is None:
        return None
    referral = seen.referral
    if not may_leave(referral):
        return _Refused(WITHDRAWN, 409)
    if taken_lately(session, who.name, now) >= MOST:
        return _Refused(TOO_MANY, 429)
    detail = form if seen.contact_shown else f"{form}, without contact details"
    detail += ", with notes" if own else ""
    handling.note(session, referral, who=who.name, what=EXPORTED, now=now, detail=detail)
    record = record_of(referral, seen.packet, contact_hidden=not seen.contact_shown, now=now, who=who.name)
    return replace(record, own=tuple(map(printable_section, own_record(session, seen, own)))) if own else record


def taken_lately(session: Session, who: str, now: datetime) -> int:
    """How many files `who` took in the last quarter of an hour, from the audit: a restart does not start afresh."""
    mine = (ReferralEvent.what == EXPORTED, ReferralEvent.who == who, ReferralEvent.at > now - WINDOW)
    return session.scalar(select(func.count()).select_from(ReferralEvent).where(*mine)) or 0
