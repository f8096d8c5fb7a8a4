"""One service: every field and where it came from, what was done to it, what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from desk import audit
from desk.audit import history
from desk.catalogue.issues import issues_of
from desk.catalogue.pages import field, go, page
from desk.catalogue.standing import standings
from desk.keys import DESK, SIGNED_IN
from service_catalogue import reports
from service_catalogue.care_model import Correction
from service_catalogue.checking import check_of
from service_catalogue.correction_fields import CorrectionError
from service_catalogue.corrections import FIELDS, as_corrected, corrections_of
from service_catalogue.feed_model import RawRecord
from service_catalogue.freshness import last_checked
from service_catalogue.holding import bring_back, decision_on, hold_back
from service_catalogue.hours import describe
from service_catalogue.local import LocalCatalogueData, local_data
from service_catalogue.model import Service

_LONGEST_RAW = 50_000


@dataclass(frozen=True)
class Fact:
    """One field: as it holds now, as its source has it, and the correction that makes the difference. `shown` is what
    staff read; `note` says what they should know about it."""

    field: str
    shown: str
    of_source: str
    correction: Correction | None
    note: str = ""


async def service_page(request: web.Request) -> web.StreamResponse:
    """Everything that is known about one service. Every view is written to the audit."""
    return await show_service(request)


async def withdraw(request: web.Request) -> web.StreamResponse:
    """Hold it back: nobody is shown it, whatever its source says."""
    return await _decide(request, hold_back, "held_back", reason_needed=True)


async def bring_back_service(request: web.Request) -> web.StreamResponse:
    """Show it again, also when its source has dropped it or an import set it aside."""
    return await _decide(request, bring_back, "brought_back", reason_needed=False)


async def _decide(request: web.Request, decide: Any, code: str, *, reason_needed: bool) -> web.StreamResponse:
    desk, who, id = request.app[DESK], request[SIGNED_IN], request.match_info["service"]
    reason = (await field(request, "reason")).strip()
    if reason_needed and not reason:
        return await show_service(request, problem="Say why, so that the next person understands.", status=422)

    def work(session: Session) -> None:
        now = desk.clock.now()
        decide(session, id, by=who.name, reason=reason, now=now)
        audit.note(session, who=who.name, what=code, object=id, now=now, detail=reason)

    try:
        await desk.db.run(work)
    except CorrectionError:
        raise web.HTTPNotFound from None
    raise go(request, "service", service=id, said=code)


async def show_service(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    """The page of the service in the address, with what went wrong at the top. HTTPNotFound when there is none."""
    desk, who, id = request.app[DESK], request[SIGNED_IN], request.match_info["service"]
    local = local_data(desk.settings.data_dir)

    def work(session: Session) -> dict[str, Any] | None:
        view = read_service(session, id, local)
        if view is not None:
            audit.note(session, who=who.name, what=audit.VIEWED, object=id, now=desk.clock.now())
        return view

    view = await desk.db.run(work)
    if view is None:
        raise web.HTTPNotFound
    return await page(request, "service.html", status, problem=problem, **view)


def read_service(session: Session, id: str, local: LocalCatalogueData) -> dict[str, Any] | None:
    """What the page of one service shows; None when there is no such service."""
    service = session.get(Service, id)
    if service is None:
        return None
    (now_reads,) = as_corrected(session, [service])
    holding = corrections_of(session, id)
    raw = session.scalar(
        select(RawRecord).where(
            RawRecord.source_id == service.source_id,
            RawRecord.external_id == service.external_id,
            RawRecord.kind == "service",
        )
    )
    return {
        "service": service,
        "source": service.source,
        "name": now_reads.name,
        "standing": standings(session, [service])[id],
        "decision": decision_on(session, id),
        "facts": [fact(service, now_reads, name, holding.get(name)) for name in FIELDS],
        "more": more_facts(service, now_reads, local),
        "checked_on": last_checked(now_reads),
        "check": check_of(session, service),
        "verified": now_reads.verified,
        "phone_in_doubt": id in reports.numbers_in_doubt(session),
        "reports": reports.open_reports(session, id),
        "issues": issues_of(session, service),
        "history": history(session, id),
        "raw": raw,
        "raw_text": _raw_text(raw.payload) if raw else "",
    }


def fact(service: Service, now_reads: Service, name: str, correction: Correction | None) -> Fact:
    """One field that can be corrected."""
    if name == "phone":
        return Fact(name, _numbers(now_reads), _numbers(service), correction)
    value, own = str(getattr(now_reads, name) or ""), str(getattr(service, name) or "")
    note = describe(value) if name == "opening_hours" and value else ""
    return Fact(name, value, own, correction, note)


def more_facts(service: Service, now_reads: Service, local: LocalCatalogueData) -> list[tuple[str, str]]:
    """(what, value) of the fields that the source alone decides."""
    labels = {code: need for need, codes in local.needs.codes.items() for code in sorted(codes)}
    ages = (now_reads.minimum_age, now_reads.maximum_age)
    return [
        ("Organisation", service.organization.name),
        ("Answers the needs", ", ".join(_need(one.code, one.method, one.confidence, labels) for one in service.needs)),
        ("Areas", ", ".join(area.name for area in service.areas)),
        ("Ages", _ages(*ages)),
        ("For women or men only", "" if service.gender == "any" else service.gender),
        ("How to take part", ", ".join(service.attending)),
        ("How to get in", service.referral_route),
        ("Languages", ", ".join([*(one.name for one in service.languages), *filter(None, [service.interpretation])])),
        ("Places", "\n".join(_place(place) for place in service.locations)),
        ("Long description", now_reads.description),
        ("The source's own labels", ", ".join(term.name for term in service.terms)),
        ("Prices", ", ".join(_price(cost) for cost in now_reads.costs)),
        ("Where it was read", service.source_text),
        ("Anything else the source says", _short_json(service.extra)),
    ]


def _numbers(service: Service) -> str:
    lines = []
    for phone in service.phones:
        notes = [phone.description] if phone.description else []
        notes += ["takes texts only"] if phone.kind == "text" else []
        notes += [] if phone.verified else ["not verified, so residents do not see it"]
        lines.append(f"{phone.number} ({'; '.join(notes)})" if notes else phone.number)
    return "\n".join(lines)


def _need(code: str, method: str, confidence: float, labels: Mapping[str, str]) -> str:
    name = (labels.get(code) or code).replace("_", " ")
    sure = "" if method == "curated" else f" ({round(confidence * 100)}% sure, by {method})"
    return f"{name}: {code}{sure}" if name != code else f"{code}{sure}"


def _ages(minimum: int | None, maximum: int | None) -> str:
    if minimum is None:
        return "" if maximum is None else f"up to {maximum}"
    return f"{minimum} and over" if maximum is None else f"{minimum} to {maximum}"


def _place(place: Any) -> str:
    parts = [place.name, place.street, place.town, place.county, place.postcode]
    parts += ["address kept secret"] if place.masked else []
    return ", ".join(part for part in [*parts, *place.accessibility] if part)


def _price(cost: Any) -> str:
    amount = "" if cost.amount is None else f"£{cost.amount}"
    return " ".join(part for part in (cost.option, amount, cost.amount_description) if part)


def _short_json(value: Any) -> str:
    return _raw_text(json.dumps(value, ensure_ascii=False)) if value else ""


def _raw_text(payload: str) -> str:
    try:
        text = json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = payload
    return text if len(text) <= _LONGEST_RAW else text[:_LONGEST_RAW] + "\n... (cut off here)"
