"""Who else than First Contact Plus receives referrals (destinations.yml): by when they answer, and how they are told."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from common.local_data import LocalDataError, read_date, read_yaml
from referrals.closure_days import read_closure_days
from referrals.consent import FIRST_CONTACT_PLUS, ONLY_BY_AGREEMENT, RECEIVERS
from referrals.working_time import HoursError, OfficeWeek, WorkingTime

FILE = "destinations.yml"
OTHER_COUNCIL, PROVIDER = ONLY_BY_AGREEMENT
_KEYS = frozenset(
    [
        "destination",
        "team",
        "areas",
        "needs",
        "hours",
        "answer_within_working_days",
        "closure_days",
        "mailbox",
        "webhook",
        "confirmed_by",
        "confirmed_on",
        "source",
    ]
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Webhook:
    """Where referrals are announced to another computer. `name` picks the secret in WEBHOOK_SECRETS; only with
    `personal_data` does the packet travel too."""

    name: str
    url: str
    personal_data: bool = False


@dataclass(frozen=True)
class Receiver:
    """One team that receives referrals. `areas` where the people live whom it takes (for another council: names of places.csv'
    areas; for a provider: districts, none for the whole county); `needs` what a provider helps with. Without hours of its own its referrals get the county team's internal target."""

    destination: str
    team: str
    working_time: WorkingTime | None = None
    answer_within_working_days: int | None = None
    mailbox: str = ""
    webhook: Webhook | None = None
    confirmed_by: str = ""
    confirmed_on: date | None = None
    areas: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def dated(self) -> bool:
        """True when a named person confirmed hours and days, so that a resident may hear the day."""
        return bool(self.confirmed_by) and self.working_time is not None


@dataclass(frozen=True)
class Destinations:
    """All receivers that somebody wrote down."""

    receivers: dict[tuple[str, str], Receiver] = field(default_factory=dict)

    @classmethod
    def load(cls, data_dir: Path) -> Destinations:
        """Read and check the file. Raises LocalDataError naming the entry and the key."""
        path = data_dir / FILE
        entries = read_yaml(path).get("receivers")
        if not isinstance(entries, list):
            raise LocalDataError(f"{path}: receivers must be a list")
        found: dict[tuple[str, str], Receiver] = {}
        for number, entry in enumerate(entries, start=1):
            where = f"{path}: receiver {number}"
            receiver = _receiver(entry, where)
            if (key := (receiver.destination, receiver.team)) in found:
                raise LocalDataError(f"{where}: {receiver.team} stands there twice")
            found[key] = receiver
        return cls(found)

    def find(self, destination: str, team: str) -> Receiver | None:
        return self.receivers.get((destination, team))

    def takes(self, destination: str, team: str) -> bool:
        """Whether referrals may go there: another council and a provider only once somebody confirmed that they take them."""
        if destination in ONLY_BY_AGREEMENT:
            found = self.find(destination, team)
            return bool(found and found.confirmed_by)
        return destination in RECEIVERS

    def council_for(self, area: str) -> Receiver | None:
        """The confirmed team of another council that takes people who live in `area` ("Leicester", "Rutland", a county)."""
        fits = (one for one in self.receivers.values() if one.destination == OTHER_COUNCIL and area in one.areas)
        return next((one for one in fits if one.confirmed_by), None)

    def providers_for(self, needs: Collection[str], district: str | None) -> list[Receiver]:
        """The confirmed providers that help with one of `needs` where this person lives, in the order of the file. One for
        some districts only is none for who did not say where they live."""
        return [
            one
            for one in self.receivers.values()
            if one.destination == PROVIDER
            and one.confirmed_by
            and set(one.needs) & set(needs)
            and (not one.areas or district in one.areas)
        ]

    def unconfirmed(self) -> list[str]:
        """The teams that nobody confirmed, for the staff pages."""
        return [receiver.team for receiver in self.receivers.values() if not receiver.confirmed_by]


def _receiver(entry: Any, where: str) -> Receiver:
    if not isinstance(entry, dict) or set(entry) - _KEYS:
        raise LocalDataError(f"{where}: expected only {', '.join(sorted(_KEYS))}")
    destination = entry.get("destination")
    if destination not in RECEIVERS:
        raise LocalDataError(f"{where}: destination must be one of {', '.join(RECEIVERS)}")
    hours, days = _text(entry, "hours", where), entry.get("answer_within_working_days")
    if destination == FIRST_CONTACT_PLUS and (hours or days is not None):
        raise LocalDataError(f"{where}: hours and days of First Contact Plus stand in team.yml")
    if bool(hours) != (days is not None):
        raise LocalDataError(f"{where}: hours and answer_within_working_days go together")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 60):
        raise LocalDataError(f"{where}: answer_within_working_days must be a whole number from 0 to 60")
    webhook, confirmed_by = _webhook(entry.get("webhook"), where), _text(entry, "confirmed_by", where)
    if webhook and webhook.personal_data and not confirmed_by:
        raise LocalDataError(f"{where}: webhook: personal_data needs confirmed_by: a person who agreed it")
    return Receiver(
        destination=destination,
        team=_text(entry, "team", where, needed=True),
        working_time=_working_time(hours, entry.get("closure_days") or [], where) if hours else None,
        answer_within_working_days=days,
        mailbox=_text(entry, "mailbox", where),
        webhook=webhook,
        confirmed_by=confirmed_by,
        confirmed_on=read_date(entry.get("confirmed_on"), f"{where}: confirmed_on"),
        areas=_names(entry, "areas", where),
        needs=_names(entry, "needs", where),
    )


def _working_time(hours: str, closure_days: Any, where: str) -> WorkingTime:
    try:
        return WorkingTime(OfficeWeek.parse(hours), read_closure_days(closure_days, where))
    except HoursError as error:
        raise LocalDataError(f"{where}: {error}") from None


def _webhook(entry: Any, where: str) -> Webhook | None:
    if entry is None:
        return None
    if not isinstance(entry, dict) or set(entry) - {"name", "url", "personal_data"}:
        raise LocalDataError(f"{where}: webhook: expected name, url and personal_data")
    url, personal = _text(entry, "url", where, needed=True), entry.get("personal_data", False)
    parts = urlsplit(url)
    # What we announce is nobody's business on the way; only on this very machine may it travel in clear.
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)):
        raise LocalDataError(f"{where}: webhook: url must start with https://")
    if not isinstance(personal, bool):
        raise LocalDataError(f"{where}: webhook: personal_data must be true or false")
    return Webhook(_text(entry, "name", where, needed=True), url, personal)


def _names(entry: dict[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = entry.get(key) or []
    if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
        raise LocalDataError(f"{where}: {key} must be a list of names")
    return tuple(one.strip() for one in value)


def _text(entry: dict[str, Any], key: str, where: str, needed: bool = False) -> str:
    value = entry.get(key)
    if (value is None or value == "") and not needed:
        return ""
    if not isinstance(value, str) or not value.strip():
        raise LocalDataError(f"{where}: {key} must be text")
    return value.strip()
