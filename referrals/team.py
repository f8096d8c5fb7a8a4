"""What we know of the team that receives referrals (team.yml, closure_days.yml) and may therefore say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from common import phone as phones
from common.local_data import LocalDataError, read_date, read_yaml
from referrals.closure_days import load_closure_days
from referrals.consent import FIRST_CONTACT_PLUS
from referrals.destinations import Destinations
from referrals.words import ReferralWords
from referrals.working_time import HoursError, OfficeWeek, WorkingTime

STALE_AFTER = timedelta(days=365)


@dataclass(frozen=True)
class TeamFacts:
    """First Contact Plus as local people wrote it down.

    `hours` is in OpenStreetMap form; `phone` as printed. Both are for residents only when `confirmed`; ask
    `contact_line()` for words that obey that rule. `basis` says where each field comes from.
    """

    name: str
    organisation: str
    website: str
    phone: str
    hours: str
    answer_within_working_days: int
    mailbox: str
    confirmed_by: str
    confirmed_on: date | None
    source_date: date | None
    working_time: WorkingTime
    words: ReferralWords
    basis: dict[str, str] = field(default_factory=dict)
    lead_mailbox: str = ""
    others: Destinations = field(default_factory=Destinations)

    @classmethod
    def load(cls, data_dir: Path) -> TeamFacts:
        """Read and check the files. Raises LocalDataError naming the file, the key and what is wrong."""
        path = data_dir / "team.yml"
        raw = read_yaml(path)

        def text(key: str, needed: bool = True) -> str:
            value = raw.get(key)
            if (value is None or value == "") and not needed:
                return ""
            if not isinstance(value, str) or not value.strip():
                raise LocalDataError(f"{path}: {key} must be text")
            return value.strip()

        phone = text("phone", needed=False)
        if phone and phones.normalise(phone) is None:
            raise LocalDataError(f"{path}: phone {phone!r} is not a UK phone number")
        days = raw.get("answer_within_working_days")
        if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= 60:
            raise LocalDataError(f"{path}: answer_within_working_days must be a whole number from 0 to 60")
        try:
            week = OfficeWeek.parse(text("hours"))
        except HoursError as error:
            raise LocalDataError(f"{path}: {error}") from None
        basis = raw.get("basis") or {}
        if not isinstance(basis, dict):
            raise LocalDataError(f"{path}: basis must be keys and values")
        return cls(
            name=text("name"),
            organisation=text("organisation"),
            website=text("website"),
            phone=phone,
            hours=text("hours"),
            answer_within_working_days=days,
            mailbox=text("mailbox", needed=False),
            confirmed_by=str(raw.get("confirmed_by") or "").strip(),
            confirmed_on=read_date(raw.get("confirmed_on"), f"{path}: confirmed_on"),
            source_date=read_date(raw.get("source_date"), f"{path}: source_date"),
            working_time=WorkingTime(week, load_closure_days(data_dir)),
            words=ReferralWords.load(data_dir),
            basis={str(key): str(value) for key, value in basis.items()},
            lead_mailbox=text("lead_mailbox", needed=False),
            others=Destinations.load(data_dir),
        )

    @property
    def confirmed(self) -> bool:
        """True once a named person has confirmed the facts; before that residents hear no number, hours or day."""
        return bool(self.confirmed_by)

    def contact_line(self) -> str:
        """One or two sentences for a resident: the website and the offer of a call back, or number and hours."""
        kind = "confirmed" if self.confirmed and self.phone else "unconfirmed"
        return self.words.contact_line[kind].format(
            team=self.name, website=self.website, phone=self.phone, hours=self.working_time.week.describe()
        )

    def for_receiver(self, destination: str, team: str) -> TeamFacts:
        """The facts to promise by when `team` receives the referral.

        Another team than First Contact Plus is promised for by its own confirmed entry in destinations.yml. Without one
        nothing dated may be said for it; its referrals get the same internal target.
        """
        if destination == FIRST_CONTACT_PLUS:
            return self
        known = self.others.find(destination, team)
        mine = replace(self, name=team, phone="", confirmed_by="", confirmed_on=None)
        if known is None or known.working_time is None or known.answer_within_working_days is None:
            return mine
        return replace(
            mine,
            working_time=known.working_time,
            answer_within_working_days=known.answer_within_working_days,
            confirmed_by=known.confirmed_by,
            confirmed_on=known.confirmed_on,
        )

    def warnings(self, today: date) -> list[str]:
        """What a person should check, in plain words for the staff pages; empty when all is confirmed and fresh."""
        found = [f"Nobody has confirmed the entry of {team} in destinations.yml." for team in self.others.unconfirmed()]
        if not self.confirmed:
            return [
                f"Nobody has confirmed the facts about {self.name}. Residents see no phone number and hear no day. "
                "The due times on this desk are our own target.",
                *found,
            ]
        if self.confirmed_on is None:
            found.append(f"The facts about {self.name} do not say when they were confirmed.")
        elif today - self.confirmed_on > STALE_AFTER:
            found.append(f"The facts about {self.name} were last confirmed on {self.confirmed_on}: check them again.")
        if not self.phone:
            found.append(f"{self.name} has no phone number on file, so residents see the website.")
        return found
