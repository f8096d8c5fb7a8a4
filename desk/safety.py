"""Safety entries on the desk: who disclosed a danger, by when somebody must act, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from assessment.coverage import Coverage
from desk import audit, safety_view
from desk.keys import DESK, SIGNED_IN
from desk.safety_contact import CONTACT_SHOWN, audit_object
from desk.safety_view import Rules
from desk.security import show
from desk.sessions import SignedIn
from front_door.safeguarding import filing, handling
from front_door.safeguarding.model import SafetyCase
from front_door.safeguarding.rules import SafetyRules

RULES = web.AppKey("safety_rules", Rules)
COUNTED = timedelta(weeks=4)
SAID = {  # what a page says after an action; chosen by code, never from the address
    "taken": "You have taken this entry.",
    "note": "Your note is kept.",
    "done": "This entry is closed.",
}
REFUSED = {
    "taken": "Somebody has taken this entry already, or it is closed. Nothing was changed.",
    "note": "Write something first.",
    "outcome": "Choose what came of it.",
    "reason": "Say why, in the box under the outcome.",
    "done": "The person has written again, or the entry is closed. Read it first. Nothing was changed.",
    "read": "Tick that you have read how to contact this person.",
}
EVENTS = {
    "taken": "Taken",
    "note": "Wrote a note",
    "closed": "Closed",
    CONTACT_SHOWN: "Read the contact rules and saw the number",
}
Act = Callable[[Session, SafetyCase, SignedIn], bool]


def add_safety(app: web.Application) -> None:
    """Put the pages into the desk. Raises LocalDataError when their data cannot be used."""
    desk = app[DESK]
    data = desk.settings.data_dir
    app[RULES] = Rules(SafetyRules.load(data), desk.team.working_time, Coverage.load(data), desk.team.words.packet)
    one = "/safety/{case:[0-9a-f]{32}}"
    app.router.add_get("/safety", list_page, name="safety")
    app.router.add_get(one, entry_page, name="safety_entry")
    app.router.add_post(f"{one}/take", take, name="safety_take")
    app.router.add_post(f"{one}/note", add_note, name="safety_note")
    app.router.add_post(f"{one}/contact", show_contact, name="safety_contact")
    app.router.add_post(f"{one}/outcome", close, name="safety_outcome")


async def list_page(request: web.Request) -> web.StreamResponse:
    """Entries without an outcome, late ones first; or with ?show=done those closed last, and how many were false alarms."""
    desk, who, rules = request.app[DESK], request[SIGNED_IN], request.app[RULES]
    done, now = request.query.get("show") == "done", desk.clock.now()
    await filing.file_all(desk.db, now)  # what came a moment ago is there too

    def read(session: Session) -> dict[str, Any]:
        audit.note(session, who=who.name, what=audit.VIEWED, object="safety", now=now)
        seen = safety_view.visible_to(session, who, rules.coverage, now)
        cases = handling.done_cases(session, seen) if done else handling.open_cases(session)
        rows = safety_view.rows(session, cases, who, rules, now)
        outcomes = rules.safety.outcomes
        counted = handling.outcomes_since(session, now - COUNTED) if who.whole_county else {}
        return {
            "rows": rows if done else safety_view.by_urgency(rows),
            "waiting": safety_view.waiting_for(session, who, rules, now),
            "mail_problem": handling.mail_problem(session),
            "closed": sum(counted.values()),
            "false_alarms": sum(number for code, number in counted.items() if _is_false(outcomes.get(code))),
            "counts_shown": who.whole_county,
        }

    return show(request, "safety/list.html", done=done, weeks=COUNTED.days // 7, **await desk.db.run(read))


async def entry_page(request: web.Request) -> web.StreamResponse:
    """One entry. Every view is written to the audit, and counts as somebody having looked."""
    return await _page(request, said=SAID.get(request.query.get("said", ""), ""))


async def take(request: web.Request) -> web.StreamResponse:
    """Take it, unless somebody was faster: then 409."""
    now = request.app[DESK].clock.now()
    return await _act(request, "taken", lambda session, case, who: handling.take(session, case, who=who.name, now=now))


async def add_note(request: web.Request) -> web.StreamResponse:
    """Write something down; it is kept with the entry, encrypted."""
    text, now = str((await request.post()).get("text", "")), request.app[DESK].clock.now()

    def write(session: Session, case: SafetyCase, who: SignedIn) -> bool:
        return handling.add_note(session, case, who=who.name, text=text, now=now)

    return await _act(request, "note", write, status=422)


async def show_contact(request: web.Request) -> web.StreamResponse:
    """The contact rules were read: from now on, in this session, the page shows the number."""
    if (await request.post()).get("read") != "yes":
        return await _page(request, problem=REFUSED["read"], status=422)
    return await _act(request, CONTACT_SHOWN, lambda *_: True, anchor="#contact")


async def close(request: web.Request) -> web.StreamResponse:
    """Close it with one of the outcomes of safety_rules.yml, having read every message of it."""
    form, now = await request.post(), request.app[DESK].clock.now()
    code, reason, seen = (str(form.get(name, "")) for name in ("outcome", "reason", "seen"))
    outcome = request.app[RULES].safety.outcomes.get(code)
    if outcome is None or (outcome.needs_reason and not reason.strip()):
        return await _page(request, problem=REFUSED["reason" if outcome else "outcome"], status=422, kept=reason)
    count = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 8 else -1

    def finish(session: Session, case: SafetyCase, who: SignedIn) -> bool:
        return handling.close(session, case, outcome=code, reason=reason, seen=count, who=who.name, now=now)

    return await _act(request, "done", finish, what="closed", detail=code)


async def _act(
    request: web.Request, code: str, act: Act, what: str = "", detail: str = "", anchor: str = "", status: int = 409
) -> web.StreamResponse:
    desk, who = request.app[DESK], request[SIGNED_IN]
    now = desk.clock.now()

    def work(session: Session) -> bool | None:
        case = _found(session, request, who)
        if case is None:
            return None
        if changed := act(session, case, who):
            audit.note(session, who=who.name, what=what or code, object=audit_object(case), now=now, detail=detail)
        return changed

    changed = await desk.db.run(work)
    if changed is None:
        raise web.HTTPNotFound
    if not changed:
        return await _page(request, problem=REFUSED[code], status=status)
    page = request.app.router["safety_entry"].url_for(case=request.match_info["case"])
    raise web.HTTPSeeOther(f"{page.with_query(said=code) if code in SAID else page}{anchor}")


async def _page(
    request: web.Request, said: str = "", problem: str = "", status: int = 200, kept: str = ""
) -> web.StreamResponse:
    desk, who, rules = request.app[DESK], request[SIGNED_IN], request.app[RULES]
    now = desk.clock.now()
    await filing.file_all(desk.db, now)

    def read(session: Session) -> safety_view.Entry | None:
        case = _found(session, request, who)
        if case is None:
            return None
        found = safety_view.entry(session, case, who, rules, now)
        audit.note(session, who=who.name, what=audit.VIEWED, object=audit_object(case), now=now)
        handling.see(session, case)
        return found

    found = await desk.db.run(read)
    if found is None:
        raise web.HTTPNotFound
    return show(
        request,
        "safety/entry.html",
        status,
        entry=found,
        outcomes=rules.safety.outcomes,
        event_words=EVENTS,
        longest=handling.LONGEST,
        said=said,
        problem=problem,
        kept=kept,
    )


def _found(session: Session, request: web.Request, who: SignedIn) -> SafetyCase | None:
    desk = request.app[DESK]
    case = handling.find(session, request.match_info["case"])
    if case is None or not safety_view.visible(session, case, who, request.app[RULES].coverage, desk.clock.now()):
        return None  # 404 either way: nobody learns what there is elsewhere
    return case


def _is_false(outcome: Any) -> bool:
    return bool(outcome and outcome.false_alarm)
