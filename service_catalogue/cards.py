"""The card of a service: every fact on it comes from a field of its record, in the words of catalogue_words.yml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from common.clock import LONDON
from service_catalogue.entry import Entry
from service_catalogue.hour_phrases import join
from service_catalogue.hours import Opening, State, describe, opening
from service_catalogue.local import COUNTY, NATIONAL, LocalCatalogueData, Words
from service_catalogue.near import nearest
from service_catalogue.plain_hours import WEEKDAYS, clock
from service_catalogue.reasons import About, Asker, cautions, reasons


@dataclass(frozen=True)
class ServiceCard:
    """What a resident sees of a service. `phone` takes calls, `text_number` takes texts; both None unless verified.
    `open_state` is "open", "closed" or "unknown". `needs` are the needs it serves, asked ones first. `reasons` say why
    it is shown, `cautions` what to know first (full, checked long ago, a wish it misses); each from a field of the record.
    `address` is that of the venue nearest to the resident, or of the only one; "" when it is not known which.
    `checked_on` is the day of the newest check as "2026-03-01", None when it is not known."""

    id: str
    name: str
    organisation: str
    summary: str
    phone: str | None
    text_number: str | None
    email: str | None
    url: str | None
    hours_text: str
    open_state: State
    open_text: str
    cost_text: str
    area_text: str
    for_whom: str
    how_to_reach: str
    reasons: tuple[str, ...]
    needs: tuple[str, ...]
    verified: bool
    cautions: tuple[str, ...] = ()
    address: str = ""
    checked_on: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The card as JSON-safe values."""
        lists = {"reasons": list(self.reasons), "needs": list(self.needs), "cautions": list(self.cautions)}
        return asdict(self) | lists


def card(
    entry: Entry,
    asked: Sequence[str],
    district: str | None,
    now: datetime,
    local: LocalCatalogueData,
    asker: Asker = Asker(),  # noqa: B008 (it cannot be changed)
) -> ServiceCard:
    """The card of `entry` for someone in `district` who asked for `asked`, at the aware time `now`."""
    words = local.words
    state = opening(entry.opening_hours, now)
    open_text = _open_text(state, entry, now, words)
    serves = [need for need, codes in local.needs.codes.items() if codes & set(entry.codes)]
    helps = [need for need in dict.fromkeys(asked) if need in serves]
    about = About(entry, helps, district, asker, state, open_text, now, words)
    return ServiceCard(
        id=entry.id,
        name=entry.name,
        organisation=entry.organisation,
        summary=entry.summary,
        phone=entry.phone,
        text_number=entry.text_number,
        email=entry.email or None,
        url=entry.url or None,
        hours_text=_hours_text(entry, words),
        open_state=state.state,
        open_text=open_text[0].upper() + open_text[1:],
        cost_text=words("cost", entry.cost),
        area_text=_area_text(entry, words),
        for_whom=entry.eligibility,
        how_to_reach=_how_to_reach(entry, words),
        reasons=reasons(about),
        needs=(*helps, *(need for need in serves if need not in helps)),
        verified=entry.verified,
        cautions=cautions(about),
        address=_address(entry, asker),
        checked_on=entry.checked_on.isoformat() if entry.checked_on else None,
    )


def _hours_text(entry: Entry, words: Words) -> str:
    text = describe(entry.opening_hours)
    return text if entry.verified or not entry.opening_hours else words("opening", "unconfirmed", hours=text)


def _open_text(state: Opening, entry: Entry, now: datetime, words: Words) -> str:
    if state.state == "unknown":
        return words("opening", "may_differ" if entry.opening_hours else "unknown")
    if state.state == "open":
        if state.until is None:
            return words("opening", "always_open")
        return words("opening", "open_until", time=when(state.until, now, words, closing=True))
    if state.opens is None:
        return words("opening", "closed")
    return words("opening", "closed_until", time=when(state.opens, now, words))


def when(moment: datetime, now: datetime, words: Words, *, closing: bool = False) -> str:
    """An hour in words as heard at `now`: "5pm" (or "5pm today"), "9am tomorrow", "9am on Monday", "9am on Monday 4 January".

    A service that closes at midnight closes today, so `closing` counts midnight to the day before.
    """
    moment, today = moment.astimezone(LONDON), now.astimezone(LONDON).date()
    facts = {"clock": clock(moment.hour * 60 + moment.minute, words)}
    day = (moment - timedelta(minutes=1)).date() if closing else moment.date()
    distance = (day - today).days
    if distance <= 0:
        return facts["clock"] if closing else words("opening", "at_today", **facts)
    if distance == 1:
        return words("opening", "at_tomorrow", **facts)
    facts["weekday"] = WEEKDAYS[day.weekday()]
    if distance < 7:
        return words("opening", "at_weekday", **facts)
    return words("opening", "at_date", day=str(day.day), month=f"{day:%B}", **facts)


def _area_text(entry: Entry, words: Words) -> str:
    if not entry.area_names:
        return words("area", "unknown")
    if NATIONAL in entry.areas:
        return words("area", "national")
    if COUNTY in entry.areas:
        return words("area", "county")
    return words("area", "district", places=join(list(entry.area_names), words))


def _address(entry: Entry, asker: Asker) -> str:
    if (near := nearest(entry, asker.place)) is not None:
        return near[1].address
    return entry.venues[0].address if len(entry.venues) == 1 else ""


def _how_to_reach(entry: Entry, words: Words) -> str:
    ways = [
        words("reach", name, **{name: value})
        for name, value in (
            ("phone", entry.phone),
            ("text_number", entry.text_number),
            ("email", entry.email),
            ("url", entry.url),
        )
        if value
    ]
    if entry.referral_route == "professional":
        ways.insert(0, words("route", "professional"))
    caution = [] if entry.verified else [words("reach", "unconfirmed")]
    if entry.number_in_doubt and (entry.phone or entry.text_number):
        caution.append(words("reports", "number_in_doubt"))
    return " ".join(caution + (ways or [words("reach", "nothing_known")]))
