"""One record of any dialect as the facts that fit our tables. Pure, and never raises for what a record holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from service_catalogue.feeds.areas import areas_of, reach_of
from service_catalogue.feeds.dialect import dialect_of
from service_catalogue.feeds.findings import QUARANTINE, Findings
from service_catalogue.feeds.html_text import plain, summary_of
from service_catalogue.feeds.leftovers import leftovers
from service_catalogue.feeds.opening_hours import notation, note
from service_catalogue.feeds.phones import numbers_in_text, phones_of, without_numbers
from service_catalogue.feeds.places import places_of
from service_catalogue.feeds.provider import languages_of, organization_row, service_mail
from service_catalogue.feeds.quality import judge
from service_catalogue.feeds.refuge import coarse, is_hiding_place
from service_catalogue.feeds.schedules import has_exceptions, openings_of
from service_catalogue.feeds.standing import alert_of, capacity_of, status_of
from service_catalogue.feeds.terms import Crosswalk, terms_of
from service_catalogue.feeds.values import Json, bounded, day, first_of, moment, objects, text
from service_catalogue.feeds.web_names import url
from service_catalogue.feeds.who_and_how import (
    ages_of,
    attending_of,
    audience_of,
    costs_of,
    eligibility_text,
    gender_of,
    route_of,
)
from service_catalogue.local import local_data
from service_catalogue.points import Points
from service_catalogue.publishing.read_back import read_back

Row = dict[str, Any]
FRESH = timedelta(days=365)  # how old a publisher's own check may be, where its numbers are vouched for
FOUND_IN_TEXT = "found in the description"  # marks a number that stood in running text only


@dataclass(frozen=True)
class Facts:
    """`values`: columns of model.Service. `children`: rows by the name of the relationship, without ids. `organization`:
    columns of model.Organization with its `external_id` ("" when there is none)."""

    dialect: str
    values: Row
    children: dict[str, list[Row]]
    organization: Row
    findings: Findings
    hidden: bool  # an address that must not be known

    @property
    def quarantined(self) -> bool:
        return any(finding.code in QUARANTINE for finding in self.findings.found)


@dataclass(frozen=True)
class Normaliser:
    """`vouched`: a person of the council vouches for this source's numbers. `today`: London's date."""

    crosswalk: Crosswalk
    points: Points
    today: date
    vouched: bool = False

    @staticmethod
    def load(data_dir: Path, today: date, *, vouched: bool = False) -> Normaliser:
        """Raises LocalDataError."""
        return Normaliser(*_local(data_dir.resolve()), today, vouched)

    def facts(self, record: Json, *, already: Findings | None = None) -> Facts:
        """The facts of one record; `already`: what was found wrong with it before."""
        findings = already or Findings()
        name = text(plain(record.get("name"))[0], 300)
        about, cut = plain(record.get("description"))
        if cut:
            findings.add("text_cut", "description")
        terms = terms_of(record)
        organization = organization_row(record, self.crosswalk, findings)
        eligibility = eligibility_text(record)
        hidden = is_hiding_place(name, about, *(term["name"] for term in terms), organization["name"])
        if hidden:
            findings.add("address_withheld")
        places = places_of(record, findings, self.points, hidden=hidden)
        assured = day(first_of(record, "assured_date")) or next(
            (day(one.get("date_assured")) for one in objects(record.get("pc_metadata"))), None
        )
        sure = self.vouched and assured is not None and self.today - FRESH <= assured <= self.today
        phones = [{**row, "verified": sure} for row in phones_of(record, findings)]
        known_numbers = {row["number"] for row in phones}
        for number in numbers_in_text(about):
            if number not in known_numbers:
                phones.append({"number": number, "kind": "voice", "description": FOUND_IN_TEXT, "verified": False})
        openings = openings_of(record, findings)
        exceptions = has_exceptions(record)
        hours = notation(openings, about, exceptions=exceptions)
        low, high = ages_of(record, findings)
        cost, costs = costs_of(record, findings)
        applying = plain(record.get("application_process"))[0]
        areas = areas_of(record, self.crosswalk.areas)
        if not areas:
            findings.add("no_area", "service_areas")
        web, mail = url(first_of(record, "url", "website"), "url", findings), service_mail(record, findings)
        judge(
            name, about, text(organization.get("given_name"), 300), bool(web or mail or phones), bool(terms), findings
        )

        def shown(said: str) -> str:
            said = said if sure else without_numbers(said, self.crosswalk.number_left_out)
            return coarse(said, self.crosswalk.address_left_out) if hidden else said

        about, eligibility = shown(about), shown(eligibility)
        values: Row = {
            "name": shown(name),
            "summary": summary_of(about),
            "description": about,
            "url": web,
            "email": mail,
            "status": status_of(record, self.today, findings),
            "alert": shown(alert_of(record)),
            "minimum_age": low,
            "maximum_age": high,
            "audience": audience_of(low, high, eligibility),
            "gender": gender_of(name, eligibility, *(term["name"] for term in terms)),
            "eligibility_text": eligibility,
            "attending": attending_of(record),
            "capacity": capacity_of(record),
            "waiting_text": shown(plain(record.get("wait_time"))[0])[:1_000],
            "interpretation": shown(plain(record.get("interpretation_services"))[0])[:1_000],
            "referral_route": route_of(record, applying),
            "cost": cost,
            "opening_hours": hours,
            "hours_note": shown(note(openings, hours, self.crosswalk.sentences, exceptions=exceptions)),
            "verified": sure,
            "assured_on": assured,
            "source_changed_at": moment(first_of(record, "last_modified", "updated_at"))
            or next((moment(one.get("date_modified")) for one in objects(record.get("pc_metadata"))), None),
            "extra": {
                **leftovers(record, applying=shown(applying)[:2_000]),
                "reach": reach_of(areas, places, self.crosswalk.areas, self.points),
            },
        }
        children: dict[str, list[Row]] = {
            "phones": phones,
            "schedules": [{**opening.row(), "description": shown(opening.description)} for opening in openings],
            "areas": [{"name": name} for name in areas],
            "costs": [{**row, "amount_description": shown(row["amount_description"])[:300]} for row in costs],
            "languages": languages_of(record),
            "locations": [{**row, "accessibility_text": shown(row["accessibility_text"])} for row in places],
            "terms": terms,
            "needs": self.crosswalk.needs(terms, name, f"{about} {eligibility}"),
        }
        values, children = read_back(record, values, children, self.crosswalk.known, lambda said: shown(plain(said)[0]))
        children = {part: [bounded(row) for row in rows] for part, rows in children.items()}
        organization.pop("given_name")
        return Facts(dialect_of(record), values, children, organization, findings, hidden)


@lru_cache(maxsize=4)
def _local(data_dir: Path) -> tuple[Crosswalk, Points]:
    return Crosswalk.load(data_dir, local_data(data_dir).needs.known), Points.load(data_dir)
