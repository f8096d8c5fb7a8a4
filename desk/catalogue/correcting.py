"""Putting one field of a service right, and taking that back."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy.orm import Session

from desk import audit
from desk.catalogue.one_service import Fact, fact
from desk.catalogue.pages import field, go, page
from desk.keys import DESK, SIGNED_IN
from service_catalogue.correction_fields import CAPACITIES, COSTS, STATUSES, CorrectionError
from service_catalogue.corrections import FIELDS, as_corrected, correct, corrections_of, withdraw_correction
from service_catalogue.model import Service

CHOICES = {"status": STATUSES, "cost": COSTS, "capacity": CAPACITIES}
LONG = frozenset({"summary", "eligibility_text", "hours_note", "waiting_text", "alert"})


async def correct_page(request: web.Request) -> web.StreamResponse:
    """The form for one field, filled with what holds now."""
    desk, who, (id, name) = request.app[DESK], request[SIGNED_IN], _asked(request)
    response = await _form(request)
    await desk.db.run(audit.note, who=who.name, what=audit.VIEWED, object=id, now=desk.clock.now(), detail=name)
    return response


async def correct_field(request: web.Request) -> web.StreamResponse:
    """Save it, or say in words what is wrong and keep what was typed."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    id, name = _asked(request)
    value, reason = await field(request, "value"), await field(request, "reason")

    def work(session: Session) -> bool:
        if session.get(Service, id) is None:
            return False
        row = correct(session, id, name, value, by=who.name, reason=reason, now=desk.clock.now())
        note = f"{name}: {row.value or 'none'}" + (f" ({row.reason})" if row.reason else "")
        audit.note(session, who=who.name, what="corrected", object=id, now=desk.clock.now(), detail=note)
        return True

    try:
        if not await desk.db.run(work):
            raise web.HTTPNotFound
    except CorrectionError as refusal:
        return await _form(request, problem=str(refusal), typed=value, reason=reason, status=422)
    raise go(request, "service", service=id, said="corrected", anchor=f"#{name}")


async def uncorrect_field(request: web.Request) -> web.StreamResponse:
    """Withdraw the correction: what the source says holds again."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    id, name = _asked(request)

    def work(session: Session) -> None:
        now = desk.clock.now()
        if withdraw_correction(session, id, name, now=now):
            audit.note(session, who=who.name, what="uncorrected", object=id, now=now, detail=name)

    await desk.db.run(work)
    raise go(request, "service", service=id, said="uncorrected", anchor=f"#{name}")


def _asked(request: web.Request) -> tuple[str, str]:
    id, name = request.match_info["service"], request.match_info["field"]
    if name not in FIELDS:
        raise web.HTTPNotFound
    return id, name


async def _form(
    request: web.Request, problem: str = "", typed: str | None = None, reason: str = "", status: int = 200
) -> web.Response:
    id, name = _asked(request)
    found = await request.app[DESK].db.read(_read, id, name)
    if found is None:
        raise web.HTTPNotFound
    service_name, one, value = found
    context: dict[str, Any] = {"id": id, "name": service_name, "fact": one, "reason": reason}
    return await page(
        request,
        "correct.html",
        status,
        problem=problem,
        value=value if typed is None else typed,
        choices=CHOICES.get(name, ()),
        long=name in LONG,
        **context,
    )


def _read(session: Session, id: str, name: str) -> tuple[str, Fact, str] | None:
    service = session.get(Service, id)
    if service is None:
        return None
    (now_reads,) = as_corrected(session, [service])
    one = fact(service, now_reads, name, corrections_of(session, id).get(name))
    if name == "phone":
        return now_reads.name, one, next((phone.number for phone in now_reads.phones), "")
    return now_reads.name, one, one.shown
