"""A text to the person of a referral, from a template: choose, read it word for word, send. Nothing goes out unread or untold."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from common.encryption import Cipher
from desk.keys import DESK, SIGNED_IN, Desk
from desk.referral import Seen, seen_by
from desk.security import show
from desk.sessions import SignedIn
from front_door.model import Conversation
from front_door.rows import told_of_abuse_since
from front_door.sms.numbers import newest_of, told_of_abuse
from referrals import handling, staff_text
from referrals.staff_text_rules import NO_TEXTS, Plan, StaffTextRules

RULES: web.AppKey[StaffTextRules] = web.AppKey("staff_text_rules", StaffTextRules)
UNREAD = "unread"  # the contact rules; the other reasons are those of the rules


@dataclass(frozen=True)
class _View:
    seen: Seen
    plan: Plan
    sent: list[staff_text.StaffText]


def add_staff_texts(app: web.Application, one: str) -> None:
    """Put the page under the address `one` of a referral. Raises LocalDataError when staff_texts.yml cannot be used."""
    settings = app[DESK].settings
    app[RULES] = StaffTextRules.load(settings.data_dir, settings.allow_test_numbers)
    app.router.add_get(f"{one}/texts/new", choose, name="staff_text")
    app.router.add_post(f"{one}/texts/new", send, name="staff_text_send")


async def choose(request: web.Request) -> web.StreamResponse:
    """The templates; with ?template= the preview: the exact words, and when they would go."""
    code = request.query.get("template", "")
    if code and code not in request.app[RULES].templates:
        raise web.HTTPNotFound
    return await _page(request, code)


async def send(request: web.Request) -> web.StreamResponse:
    """Queue the text that was read; sent twice, the form makes one text. 409 with the reason when it may not go."""
    form, desk, who = await request.post(), request.app[DESK], request[SIGNED_IN]
    code, form_id = str(form.get("template", "")), str(form.get("form_id", ""))
    if code not in request.app[RULES].templates or not 16 <= len(form_id) <= 64:
        raise web.HTTPBadRequest
    plan = await desk.db.run(_send, desk, request.app[RULES], who, request.match_info["reference"], code, form_id)
    if plan is None:
        raise web.HTTPNotFound
    if plan.refused:
        return await _page(request, code, refused=plan.refused, status=409)
    page = request.app.router["staff_text"].url_for(reference=request.match_info["reference"])
    raise web.HTTPSeeOther(str(page.with_query(said="queued")))


async def _page(request: web.Request, code: str, refused: str = "", status: int = 200) -> web.Response:
    desk, rules = request.app[DESK], request.app[RULES]
    view = await desk.db.run(_view, desk, rules, request[SIGNED_IN], request.match_info["reference"], code)
    if view is None:
        raise web.HTTPNotFound
    return show(
        request,
        "texts/new.html",
        status,
        referral=view.seen.referral,
        templates=rules.templates,
        code=code,
        plan=view.plan,
        refused=rules.refusals.get(refused or view.plan.refused, ""),
        unread=UNREAD in (refused, view.plan.refused),
        form_id=secrets.token_hex(16),
        sent=view.sent,
        queued=request.query.get("said") == "queued",
    )


def _view(
    session: Session, desk: Desk, rules: StaffTextRules, who: SignedIn, reference: str, code: str
) -> _View | None:
    seen = seen_by(session, reference, who)
    if seen is None:
        return None
    referral, now = seen.referral, desk.clock.now()
    handling.note(session, referral, who=who.name, what=handling.VIEWED, now=now, detail="texts")
    plan = Plan(refused="" if seen.contact_shown else UNREAD)
    if seen.contact_shown:
        # Before one is chosen, the first in the file stands for all: what is true of the number is true for each.
        to = staff_text.recipient(session, referral, **_known(session, referral.conversation, seen, desk.cipher))
        found = rules.plan(code or next(iter(rules.templates)), to, now)
        plan = found if code or found.refused else replace(found, text="")
        if not desk.settings.sms_configured:
            plan = Plan(refused=NO_TEXTS)
    return _View(seen, plan, staff_text.of_referral(session, referral))


def _send(
    session: Session, desk: Desk, rules: StaffTextRules, who: SignedIn, reference: str, code: str, form_id: str
) -> Plan | None:
    seen = seen_by(session, reference, who)
    if seen is None:
        return None
    if not seen.contact_shown:
        return Plan(refused=UNREAD)
    if not desk.settings.sms_configured:
        return Plan(refused=NO_TEXTS)
    known = _known(session, seen.referral.conversation, seen, desk.cipher)
    now = desk.clock.now()
    return staff_text.ask(session, rules, seen.referral, code, form_id=form_id, who=who.name, now=now, **known)


def _known(session: Session, conversation: str, seen: Seen, cipher: Cipher) -> dict[str, Any]:
    """What the front door knows against a text: of the number, and of the conversation that the referral came of."""
    talks = [session.get(Conversation, conversation)]
    told = told_of_abuse_since(session, conversation, seen.referral.created_at)
    if seen.packet.contact_method == "phone":
        digest = cipher.digest(seen.packet.contact_value)
        talks.append(newest_of(session, digest))
        told = told or told_of_abuse(session, digest, talks[-1])
    return {
        "stopped": any(talk.texts_stopped for talk in talks if talk),
        "careful": told or any(talk.careful for talk in talks if talk),
    }
