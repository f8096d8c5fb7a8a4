"""A service as it reads with the council's corrections laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from service_catalogue.eligibility import read_eligibility
from service_catalogue.feeds.normalise import FOUND_IN_TEXT
from service_catalogue.identity import child_id
from service_catalogue.model import CostOption, Phone, Schedule, Service
from service_catalogue.weekly import weekly_openings


class CorrectedService:
    """Reads like a `Service`. What a correction says takes the place of the record's own value; the rest is the record's.

    Its phones, schedules and costs belong to no session.
    """

    def __init__(
        self, service: Service, values: Mapping[str, str], rung_on: date | None = None, checked_on: date | None = None
    ) -> None:
        over: dict[str, Any] = {field: value for field, value in values.items() if field != "phone"}
        if "phone" in values:
            over["phones"] = _phones(service, values["phone"])
        if checked_on:
            phones = over.get("phones", service.phones)
            over |= {"verified": True, "phones": [_verified(phone) for phone in phones]}
        if rung_on or checked_on:
            over["checked_on"] = max(day for day in (service.checked_on, rung_on, checked_on) if day)
        if "opening_hours" in values:
            over["schedules"] = _schedules(service, values["opening_hours"])
        if "cost" in values:
            over["costs"] = _costs(service, values["cost"])
        if "summary" in values:
            over["description"] = ""  # the long text of the file may say what was corrected
        if "eligibility_text" in values:
            who = read_eligibility(values["eligibility_text"])
            over |= {"minimum_age": who.minimum_age, "maximum_age": who.maximum_age, "audience": who.audience}
        self.__dict__.update(over, _service=service)

    def __getattr__(self, name: str) -> Any:  # only what was not corrected
        if name.startswith("_"):  # what the database library hangs on records is not ours to show
            raise AttributeError(name)
        return getattr(self._service, name)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("a service as corrected is for reading; change the record, or correct it")


def _verified(phone: Phone) -> Phone:
    """As checked; a number within running text has nobody who rang it."""
    if phone.verified or phone.description == FOUND_IN_TEXT:
        return phone
    same = {name: getattr(phone, name) for name in ("id", "service_id", "position", "number", "kind", "description")}
    return Phone(**same, verified=True)


def _phones(service: Service, number: str) -> list[Phone]:
    """The corrected number takes the place of the numbers that take calls; where a service only takes texts, of those."""
    kinds = {phone.kind for phone in service.phones}
    kind = "text" if kinds == {"text"} else "voice"
    kept = [phone for phone in service.phones if phone.kind != kind]
    if not number:
        return kept
    id = child_id(service.id, "phone", number)
    new = Phone(id=id, service_id=service.id, position=0, number=number, kind=kind, description="", verified=True)
    return [new, *kept]


def _schedules(service: Service, hours: str) -> list[Schedule]:
    return [
        Schedule(
            id=child_id(service.id, "schedule", f"{opening.byday} {opening.opens_at}-{opening.closes_at}"),
            service_id=service.id,
            position=position,
            freq="WEEKLY",
            interval=1,
            byday=opening.byday,
            bymonthday="",
            opens_at=opening.opens_at,
            closes_at=opening.closes_at,
            description="",
        )
        for position, opening in enumerate(weekly_openings(hours))
    ]


def _costs(service: Service, cost: str) -> list[CostOption]:
    """An amount that is on record stays while the service costs something."""
    if cost == "unknown":
        return []
    priced = [option for option in service.costs if option.amount]
    if cost == "paid" and priced:
        return priced
    amount = Decimal(0) if cost == "free" else None
    id = child_id(service.id, "cost", cost)
    return [CostOption(id=id, service_id=service.id, position=0, option=cost, amount=amount, amount_description="")]
