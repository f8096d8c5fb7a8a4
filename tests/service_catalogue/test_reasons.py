"""Every reason on a card is borne out by its record: checked here by rules of their own, over made-up records of all kinds."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from common.clock import LONDON
from service_catalogue.cards import card
from service_catalogue.entry import Entry, Venue
from service_catalogue.hours import is_open
from service_catalogue.local import DISTRICTS, local_data
from service_catalogue.points import Point, miles
from service_catalogue.reasons import Asker
from service_catalogue.wishes import ACCESS, Wishes

LOCAL = local_data()
HOME = Point(52.606, -1.08, "place")
HOURS = ("", "24/7", "Tu 10:00-12:00; PH off", "Mo-Fr 09:00-17:00; PH off", "Th 18:00-20:00; PH off", "nonsense")

venues = st.builds(
    Venue,
    town=st.sampled_from(("", "Oadby", "Syston")),
    outcode=st.sampled_from(("", "LE2", "LE11")),
    latitude=st.none() | st.floats(52.4, 52.9),
    longitude=st.none() | st.floats(-1.5, -0.7),
    accessibility=st.frozensets(st.sampled_from(ACCESS)),
)
entries = st.builds(
    Entry,
    **{name: st.just(name) for name in ("id", "name", "organisation", "summary", "eligibility")},
    email=st.just(""),
    url=st.just(""),
    phone=st.none() | st.just("0116 496 0001"),
    text_number=st.none(),
    opening_hours=st.sampled_from(HOURS),
    cost=st.sampled_from(("free", "paid", "unknown")),
    referral_route=st.sampled_from(("self", "professional")),
    audience=st.just("any"),
    minimum_age=st.none(),
    maximum_age=st.none(),
    verified=st.booleans(),
    codes=st.just(("food", "loneliness")),
    sureness=st.just((1.0, 0.5)),
    areas=st.frozensets(st.sampled_from((*DISTRICTS, "Leicestershire", "England")), min_size=1),
    area_names=st.just(("Blaby",)),
    groups=st.just(frozenset()),
    gender=st.sampled_from(("any", "women", "men")),
    attending=st.frozensets(st.sampled_from(("venue", "online", "phone", "home"))),
    capacity=st.sampled_from(("open", "waiting", "full", "unknown")),
    waiting=st.sampled_from(("", "About 6 weeks.")),
    alert=st.sampled_from(("", "Closed for building work.")),
    languages=st.sampled_from(((), (("Polish", "pl"),), (("English", "en"), ("Polish", "pl-PL")))),
    venues=st.lists(venues, max_size=2).map(tuple),
    checked_on=st.none() | st.dates(date(2024, 1, 1), date(2026, 11, 25)),
)
wanted = st.builds(
    Wishes,
    free=st.booleans(),
    evening=st.booleans(),
    remote=st.booleans(),
    near=st.booleans(),
    access=st.frozensets(st.sampled_from(ACCESS)),
    language=st.sampled_from((None, "pl")),
)
askers = st.builds(Asker, wanted, st.sampled_from((None, HOME)), st.sampled_from(("", "LE11")))


def borne_out(reason: str, entry: Entry, asker: Asker, now: datetime, district: str | None) -> bool:
    """Whether a reason is true of the record; each kind of reason is looked up anew, not by the code that made it."""
    points = [
        Point(v.latitude, v.longitude, "place")
        for v in entry.venues
        if v.latitude is not None and v.longitude is not None
    ]
    nearest = min((miles(asker.place, point) for point in points), default=None) if asker.place else None
    if reason == "free":
        return entry.cost == "free"
    if reason.startswith("helps with"):
        return "food" in entry.codes
    if reason.startswith("local to"):
        return reason == f"local to {district}" and district in entry.areas
    if reason.startswith("open now"):
        return entry.verified and is_open(entry.opening_hours, now) is True
    if found := re.match(r"(less than a mile|about (\d+) miles?) away", reason):
        return nearest is not None and (nearest < 1 if found[2] is None else abs(nearest - int(found[2])) <= 0.5)
    if found := re.fullmatch(r"in the (\w+) area", reason):
        return found[1] in {venue.outcode for venue in entry.venues}
    if reason == "in Polish":
        return any(name == "Polish" for name, _ in entry.languages)
    if reason in ("by phone", "online", "they come to you"):
        return {"by phone": "phone", "online": "online", "they come to you": "home"}[reason] in entry.attending
    if reason in ("for women", "for men"):
        return entry.gender == reason.removeprefix("for ")
    if re.fullmatch(r"(Tues|Thurs)days .+ to .+", reason):
        return entry.verified and entry.opening_hours[:2] == reason[:2]
    words = {LOCAL.words("access", code): code for code in ACCESS}
    return reason in words and any(words[reason] in venue.accessibility for venue in entry.venues)


@settings(max_examples=400, deadline=None)
@given(entries, askers, st.sampled_from((None, *DISTRICTS)), st.integers(0, 24 * 14))
def test_every_reason_is_borne_out_by_the_record(entry: Entry, asker: Asker, district: str | None, hours: int) -> None:
    now = datetime(2026, 12, 20, tzinfo=LONDON) + timedelta(hours=hours)
    shown = card(entry, ("food",), district, now, LOCAL, asker)
    for reason in shown.reasons:
        assert borne_out(reason, entry, asker, now, district), reason


@settings(max_examples=200, deadline=None)
@given(entries, askers)
def test_what_is_not_known_of_a_wish_is_said_as_not_known(entry: Entry, asker: Asker) -> None:
    said = card(entry, (), None, datetime(2026, 11, 25, 12, tzinfo=LONDON), LOCAL, asker).cautions
    if asker.wishes.free:
        assert ("We don't know if there is a charge." in said) == (entry.cost == "unknown")
        assert ("There is a charge." in said) == (entry.cost == "paid")
    for code in asker.wishes.access:
        assert (LOCAL.words("wish_unknown", code) in said) == (code not in entry.accessibility)


@settings(max_examples=200, deadline=None)
@given(entries)
def test_checked_over_a_year_ago_is_said_and_ringing_only_where_a_number_is_shown(entry: Entry) -> None:
    now = datetime(2026, 11, 25, 12, tzinfo=LONDON)
    said = [text for text in card(entry, (), None, now, LOCAL).cautions if text.startswith("Details last checked")]
    old = entry.verified and entry.checked_on is not None and entry.checked_on < date(2025, 11, 25)
    assert bool(said) == old
    if said:
        assert f"{entry.checked_on:%B %Y}" in said[0]
        assert ("ring" in said[0]) == (entry.phone is not None)
