"""Who has a referral, and when it is over: take, give to a colleague, put back, finish, open again."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlalchemy.orm import Session

from desk.case_keys import CASE_RULES
from desk.case_view import colleagues, may_release
from desk.keys import DESK, SIGNED_IN
from desk.referral import act, refuse
from desk.referral_words import REFUSED
from desk.sessions import SignedIn
from referrals import closing, handling
from referrals.case_rules import CaseRules
from referrals.model import Referral


def add_actions(app: web.Application, one: str) -> None:
    """The routes under the address `one` of a referral; each takes a form of ours."""
    app.router.add_post(f"{one}/take", take, name="take")
    app.router.add_post(f"{one}/assign", assign, name="assign")
    app.router.add_post(f"{one}/release", release, name="release")
    app.router.add_post(f"{one}/done", finish, name="done")
    app.router.add_post(f"{one}/reopen", reopen, name="reopen")


async def take(request: web.Request) -> web.StreamResponse:
    """Take it, unless somebody was faster: then 409 and who it was."""
    return await act(request, "taken", handling.take)


async def assign(request: web.Request) -> web.StreamResponse:
    """A lead gives it to somebody who may see it, if it is still with whom the page said; else 409 and who has it."""
    form = await request.post()
    return await act(request, "assigned", _assign, to=str(form.get("to", "")), holder=str(form.get("holder", "")))


async def release(request: web.Request) -> web.StreamResponse:
    """Put it back into the queue: who has it, or a lead."""
    holder = str((await request.post()).get("holder", ""))
    return await act(request, "released", _release, me=request[SIGNED_IN], holder=holder)


async def finish(request: web.Request) -> web.StreamResponse:
    """Close it with one of the outcomes of referral_words.yml, if desk_rules.yml allows that one yet; else 422 and what is missing."""
    outcome = str((await request.post()).get("outcome", ""))
    if outcome not in request.app[DESK].team.words.outcomes:
        return await refuse(request, "outcome", 422)
    return await act(request, "done", _close, rules=request.app[CASE_RULES], outcome=outcome)


async def reopen(request: web.Request) -> web.StreamResponse:
    """A lead opens a finished one again, for one of the reasons of desk_rules.yml."""
    reason = str((await request.post()).get("reason", ""))
    if reason not in request.app[CASE_RULES].reopen_reasons:
        return await refuse(request, "reason", 422)
    return await act(request, "reopened", handling.reopen, reason=reason)


def _assign(session: Session, referral: Referral, *, to: str, holder: str, who: str, now: datetime) -> bool | str:
    if to not in colleagues(session, referral.team):
        return REFUSED["assignee"]
    return handling.assign(session, referral, to=to, holder=holder, who=who, now=now)


def _release(session: Session, referral: Referral, *, me: SignedIn, holder: str, who: str, now: datetime) -> bool:
    return may_release(referral, me) and handling.release(session, referral, holder=holder, who=who, now=now)


def _close(
    session: Session, referral: Referral, *, rules: CaseRules, outcome: str, who: str, now: datetime
) -> bool | str:
    done = closing.close(session, rules, referral, outcome=outcome, who=who, now=now)
    return done if isinstance(done, bool) else in_words(done, rules)


def in_words(missing: closing.Shortfall, rules: CaseRules) -> str:
    """What has to be done before a referral may be closed as out of reach."""
    asked = f"That outcome needs {rules.attempts} attempts to make contact, on {_days(rules.days)}"
    wanting = []
    if missing.attempts:
        wanting.append(f"{missing.attempts} more attempt{'s' if missing.attempts != 1 else ''}")
    if missing.days:
        wanting.append(f"an attempt on {missing.days} more day{'s' if missing.days != 1 else ''}")
    return f"{asked}. Still missing: {' and '.join(wanting)}. Write each attempt down below. Nothing was changed."


def _days(days: int) -> str:
    return "one day" if days == 1 else f"{days} different days"
