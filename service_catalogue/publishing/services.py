"""A service as Open Referral UK 3.0 JSON: fields without a value are left out, never null.

What the UK profile leaves out and a reader needs (phones, who it is for, how to get in, waiting times, names of
languages) goes under its HSDS 3.0 name, which the profile allows; what neither has a field for stands under
"self_referral" (see own_fields.py). Unverified phone numbers and notes on sources stay here.
"""

from __future__ import annotations

from datetime import datetime

from service_catalogue.local import Words
from service_catalogue.model import Service
from service_catalogue.publishing import own_fields, terms
from service_catalogue.publishing.organizations import organization
from service_catalogue.publishing.places import service_at_location
from service_catalogue.publishing.prose import held_back
from service_catalogue.publishing.record import Json, day, email, filled, moment, web_address
from service_catalogue.publishing.times import schedules
from service_catalogue.starter_record import STARTER_ID


class ServiceView:
    """Tells services in the words of `cards` (costs, ways in) and `feed` (this API's own).

    `modified` in each method: when the service last changed, aware.
    """

    def __init__(self, cards: Words, feed: Words) -> None:
        self._cards = cards
        self._feed = feed

    def summary(self, service: Service, modified: datetime) -> Json:
        """The one-to-one fields, as in the list of services."""
        return self._confirmed(service, self._fields(service, modified))

    def full(self, service: Service, modified: datetime) -> Json:
        """The service with everything nested in it."""
        return self._confirmed(service, self._fields(service, modified) | self._parts(service))

    def at_locations(self, service: Service) -> list[Json]:
        """The places of the service, each with its link to the service."""
        places: list[Json] = self._confirmed(
            service, [service_at_location(place, self._feed) for place in service.locations]
        )
        return places

    def _confirmed(self, service: Service, record: Json | list[Json]):  # type: ignore[no-untyped-def]
        if service.verified:
            return record
        numbers = [phone.number for phone in service.phones if phone.verified]
        return held_back(record, numbers, self._feed("numbers", "held_back"))

    def _fields(self, service: Service, modified: datetime) -> Json:
        words = self._cards
        checked = [found for found in (service.checked_on, service.assured_on) if found]
        # Of what a feed says its publisher is the author; our own file says itself what nobody has confirmed yet.
        unconfirmed = not service.verified and service.source_id == STARTER_ID
        return filled(
            id=service.id,
            organization_id=service.organization_id,
            name=service.name,
            description=service.description or service.summary,
            url=web_address(service.url),
            email=email(service.email),
            status=service.status,
            fees="" if service.cost == "unknown" else words("cost", service.cost),
            minimum_age=service.minimum_age,
            maximum_age=service.maximum_age,
            eligibility_description=service.eligibility_text,
            application_process="" if service.referral_route == "unknown" else words("route", service.referral_route),
            wait_time=service.waiting_text,
            interpretation_services=service.interpretation,
            assured_date=day(max(checked)) if checked else None,
            alert=service.alert or (words("reach", "unconfirmed") if unconfirmed else ""),
            last_modified=moment(modified),
            organization=organization(service.organization),
            **{own_fields.OWN: own_fields.of_service(service)},
        )

    def _parts(self, service: Service) -> Json:
        of = {"service_id": service.id}
        return filled(
            phones=[
                filled(id=phone.id, **of, number=phone.number, type=phone.kind, description=phone.description)
                for phone in service.phones
                if phone.verified
            ],
            schedules=schedules(service, self._feed),
            service_areas=[{"id": area.id, **of, "name": area.name} for area in service.areas],
            service_at_locations=[service_at_location(place, self._feed) for place in service.locations],
            cost_options=[
                filled(
                    id=cost.id,
                    **of,
                    option=cost.option,
                    amount=None if cost.amount is None else float(cost.amount),
                    amount_description=cost.amount_description,
                )
                for cost in service.costs
            ],
            languages=[filled(id=spoken.id, **of, name=spoken.name, code=spoken.code) for spoken in service.languages],
            attributes=_attributes(service),
        )


def _attributes(service: Service) -> list[Json]:
    """Our needs, the main one first, then the publisher's own labels."""
    needs = [
        filled(
            id=need.id,
            link_id=service.id,
            link_type="need",
            taxonomy_term=terms.need_term(need.code),
            **{own_fields.OWN: own_fields.of_need(need)},
        )
        for need in service.needs
    ]
    labels = [
        {
            "id": label.id,
            "link_id": service.id,
            "link_type": "label",
            "taxonomy_term": terms.label_term(label.name, label.taxonomy, label.code, label.uri),
        }
        for label in service.terms
        if label.taxonomy != terms.NEEDS
    ]
    return needs + labels
