"""What staff write down on the page of a referral: notes, attempts to make contact, and whether two referrals are of one person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from aiohttp import web
from sqlalchemy.orm import Session

from common.clock import LONDON
from desk.case_keys import CASE_RULES
from desk.keys import DESK, SIGNED_IN
from desk.referral import act, refuse, seen_by
from desk.referral_words import REFUSED
from desk.sessions import SignedIn
from referrals import casework, duplicates
from referrals.model import WITHDRAWN, Referral
from referrals.reference import read_reference


def add_casework(app: web.Application, one: str) -> None:
    """The routes under the address `one` of a referral; each takes a form of ours."""
    app.router.add_post(f"{one}/note", note, name="note")
    app.router.add_post(f"{one}/attempt", attempt, name="attempt")
    app.router.add_post(f"{one}/same-person", same_person, name="same_person")


async def note(request: web.Request) -> web.StreamResponse:
    """Keep a note. It cannot be changed afterwards; the same form sent twice keeps one."""
    form, rules = await request.post(), request.app[CASE_RULES]
    words = str(form.get("words", "")).replace("\0", "").replace("\r\n", "\n").strip()
    if not words:
        return await refuse(request, "note", 422)
    if len(words) > rules.longest_note:
        return await refuse(request, "note_long", 422)
    return await act(request, "noted", casework.add_note, anchor="notes", words=words, form_id=_form_id(form))


async def attempt(request: web.Request) -> web.StreamResponse:
    """Keep an attempt to make contact: how, with what result, and when, in London time."""
    form, desk, rules = await request.post(), request.app[DESK], request.app[CASE_RULES]
    method, result = str(form.get("method", "")), str(form.get("result", ""))
    if method not in rules.methods or result not in rules.results:
        return await refuse(request, "attempt", 422)
    tried_at = _london(str(form.get("tried_at", "")))
    if tried_at is None or tried_at > desk.clock.now():
        return await refuse(request, "tried_at", 422)
    return await act(
        request,
        "attempted",
        _attempt,
        anchor="attempts",
        method=method,
        result=result,
        tried_at=tried_at,
        form_id=_form_id(form),
    )


async def same_person(request: web.Request) -> web.StreamResponse:
    """Say of another referral that it is of the same person, or that it is not. Nothing is merged."""
    form = await request.post()
    reference, answer = read_reference(str(form.get("other", ""))), form.get("answer")
    if answer not in ("same", "different"):
        raise web.HTTPBadRequest
    seen = await request.app[DESK].db.read(seen_by, reference or "", request[SIGNED_IN])
    if seen is None or seen.referral.reference == request.match_info["reference"]:
        return await refuse(request, "other", 422)
    return await act(
        request, "judged", _judge, anchor="same", me=request[SIGNED_IN], other=reference, same=answer == "same"
    )


def _attempt(session: Session, referral: Referral, *, tried_at: datetime, **more: object) -> bool | str:
    if tried_at < referral.created_at.replace(second=0, microsecond=0):
        return REFUSED["tried_at"]
    return casework.add_attempt(session, referral, tried_at=tried_at, **more)  # type: ignore[arg-type]


def _judge(
    session: Session, referral: Referral, *, me: SignedIn, other: str, same: bool, who: str, now: datetime
) -> bool:
    seen = seen_by(session, other, me)
    if seen is None or WITHDRAWN in (referral.state, seen.referral.state):
        return False
    return duplicates.decide(session, referral, seen.referral, same=same, who=who, now=now)


def _form_id(form: Mapping[str, object]) -> str:
    """The id of the page that a form stood on. Raises HTTPBadRequest when it is not one of ours."""
    value = str(form.get("form_id", ""))
    if not 16 <= len(value) <= 64:
        raise web.HTTPBadRequest
    return value


def _london(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=LONDON) if at.tzinfo is None else None
