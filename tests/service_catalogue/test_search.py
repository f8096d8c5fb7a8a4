"""Which services a resident is shown, and in what order: each rule on a catalogue of a few made-up rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from common.clock import LONDON
from common.database import Database
from service_catalogue import snapshot
from service_catalogue.load import LoadReport
from service_catalogue.model import QUARANTINED, Service
from service_catalogue.search import ServiceCard
from service_catalogue.wishes import Wishes
from tests.service_catalogue.conftest import NOON, both_databases, row

Load = Callable[..., LoadReport]
Find = Callable[..., list[ServiceCard]]

pytestmark = both_databases


def names(cards: list[ServiceCard]) -> list[str]:
    return [card.name for card in cards]


def test_a_service_of_another_place_is_never_shown(load: Load, find: Find) -> None:
    """Only the own district, the county and the country; Leicester's and Rutland's are not for county residents."""
    load(
        [
            row(f"in-{area.lower()}", areas=area)
            for area in ("Blaby", "Melton", "Leicestershire", "Leicester", "Rutland", "England")
        ]
    )
    assert set(names(find(("loneliness",), "Blaby", limit=9))) == {"In Blaby", "In Leicestershire", "In England"}
    assert set(names(find(("loneliness",), "Leicester", limit=9))) == {"In Leicester", "In England"}
    assert set(names(find(("loneliness",), None, limit=9))) == {"In Leicestershire", "In England"}


def test_a_service_for_two_areas_is_found_from_both(load: Load, find: Find) -> None:
    load([row("both", areas="Leicester;Blaby")])
    assert names(find(("loneliness",), "Blaby")) == names(find(("loneliness",), "Leicester")) == ["Both"]


def test_local_comes_before_national_and_verified_before_unverified(load: Load, find: Find) -> None:
    load(
        [
            row("national", areas="England"),
            row("county-unverified", verified="unverified"),
            row("national-unverified", areas="England", verified="unverified"),
            row("county"),
            row("own-district", areas="Blaby"),
        ]
    )
    assert names(find(("loneliness",), limit=9)) == [
        "Own District",
        "County",
        "County Unverified",
        "National",
        "National Unverified",
    ]


def test_covering_more_of_the_asked_needs_comes_first_even_from_further_away(load: Load, find: Find) -> None:
    load([row("one-need", areas="Blaby", needs="food"), row("two-needs", areas="England", needs="food;loneliness")])
    assert names(find(("food", "loneliness")))[0] == "Two Needs"


def test_open_now_comes_before_closed_now(load: Load, find: Find) -> None:
    load([row("shut", opening_hours="Sa 09:00-10:00; PH off"), row("open", opening_hours="We 09:00-17:00; PH off")])
    assert names(find(("loneliness",))) == ["Open", "Shut"]
    assert names(find(("loneliness",), now=datetime(2026, 11, 28, 9, 30, tzinfo=LONDON))) == ["Shut", "Open"]


def test_equals_take_turns_by_the_day_and_never_within_one(load: Load, find: Find) -> None:
    load([row(f"club-{number}") for number in range(6)])
    morning, evening = (NOON.replace(hour=hour) for hour in (0, 23))
    assert names(find(("loneliness",), now=morning)) == names(find(("loneliness",), now=evening))
    first = {names(find(("loneliness",), now=NOON + timedelta(days=day)))[0] for day in range(40)}
    assert len(first) == 6


def test_between_them_the_top_three_cover_different_needs(load: Load, find: Find) -> None:
    """Three needs, and many better-placed services for one of them: each need is served all the same."""
    load(
        [
            *(row(f"food-{number}", areas="Blaby", needs="food") for number in range(5)),
            row("debt", areas="England", needs="money_debt"),
            row("company", verified="unverified", needs="loneliness"),
        ]
    )
    shown = find(("food", "money_debt", "loneliness"))
    assert {need for card in shown for need in card.needs} == {"food", "money_debt", "loneliness"}


def test_a_service_through_a_professional_is_shown_last_and_says_so(load: Load, find: Find) -> None:
    load(
        [
            row("voucher", areas="Blaby", needs="food;loneliness", referral_route="professional"),
            row("open-to-all", areas="England", needs="food", verified="unverified"),
        ]
    )
    shown = find(("food", "loneliness"))
    assert names(shown) == ["Open To All", "Voucher"]
    assert "Your GP or a professional can refer you." in shown[1].how_to_reach


def test_a_childrens_service_never_stands_first_for_an_adult_nor_the_other_way_round(load: Load, find: Find) -> None:
    load(
        [
            row("for-children", areas="Blaby", eligibility="Under 18s with a caring role"),
            row("for-adults", areas="England", eligibility="18+", verified="unverified"),
        ]
    )
    assert names(find(("loneliness",))) == ["For Adults", "For Children"]


def test_who_is_outside_a_plain_age_limit_is_not_shown_the_service(load: Load, find: Find) -> None:
    """Only when the age is known; "for older people" is no limit."""
    load(
        [
            row("under-18", eligibility="Under 18s"),
            row("adults", eligibility="18+"),
            row("old", eligibility="Older people"),
        ]
    )
    assert set(names(find(("loneliness",), age=40))) == {"Adults", "Old"}
    assert set(names(find(("loneliness",), age=15))) == {"Under 18", "Old"}
    assert len(find(("loneliness",))) == 3


def test_a_service_for_a_group_waits_until_the_person_shows_they_belong(load: Load, find: Find) -> None:
    load([row("veterans-line", needs="veterans;loneliness", areas="Blaby"), row("for-everyone", areas="England")])
    assert names(find(("loneliness",))) == ["For Everyone", "Veterans Line"]
    assert names(find(("loneliness",), words="I served in the army for 12 years"))[0] == "Veterans Line"


def test_first_contact_plus_and_other_navigators_are_not_listed_as_services(load: Load, find: Find) -> None:
    load([row("navigators", needs="navigation;loneliness"), row("first-contact-plus", needs="navigation"), row("club")])
    assert names(find(("loneliness",))) == ["Club"]
    assert names(find((), words="navigators")) == ["Navigators"]
    assert "First Contact Plus" not in names(find((), words="first contact plus", limit=9))


def test_a_crisis_line_is_no_ordinary_service(load: Load, find: Find) -> None:
    """One that only carries crisis codes is never listed for a need; one that also carries the need is, after the ordinary
    ones. Who asks for it in words finds it."""
    load(
        [
            row("crisis-only", needs="mental_health_crisis", areas="Blaby"),
            row("duty-team", needs="safeguarding_child;family_support", areas="Blaby"),
            row("family-help", needs="family_support", areas="England", verified="unverified"),
        ]
    )
    assert names(find(("family_parenting",))) == ["Family Help", "Duty Team"]
    assert find(("mental_wellbeing",)) == []
    assert names(find((), words="crisis only"))[0] == "Crisis Only"


def test_what_was_shown_already_is_not_shown_again(load: Load, find: Find) -> None:
    load([row(f"club-{number}") for number in range(5)])
    first = find(("loneliness",))
    more = find(("loneliness",), exclude=frozenset(card.id for card in first))
    assert len(first) == 3 and len(more) == 2
    assert not set(names(first)) & set(names(more))


@pytest.mark.parametrize("words", ["pottery", "POTTERY!", "potery", "pott", "somewhere to do some pottery please"])
def test_words_find_a_service_by_whole_word_beginning_or_near_miss(load: Load, find: Find, words: str) -> None:
    load([row("kiln", summary="Pottery for beginners."), row("club")])
    assert names(find((), words=words))[0] == "Kiln"


@pytest.mark.parametrize("words", ["", "please help me", "zzzzqqq", "' OR 1=1 --", "🙂", "(" * 2000])
def test_words_that_say_nothing_find_nothing_and_break_nothing(load: Load, find: Find, words: str) -> None:
    load([row("club")])
    assert find((), words=words) == []


def test_with_needs_the_words_change_the_order_and_never_add_other_services(load: Load, find: Find) -> None:
    load(
        [
            row("walks", needs="physical_activity"),
            row("yoga", needs="physical_activity"),
            row("yoga-debt", needs="money_debt"),
        ]
    )
    assert names(find(("physical_activity",), words="yoga")) == ["Yoga", "Walks"]


def test_an_unknown_need_is_an_error_not_an_empty_answer(load: Load, find: Find) -> None:
    load([row("club")])
    with pytest.raises(ValueError, match="lonelyness"):
        find(("lonelyness",))


def test_every_change_to_the_catalogue_shows_at_once(
    db: Database, load: Load, find: Find, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy in memory of a small catalogue is made anew after a load, an edit and a withdrawal, and a change that is rolled back
    leaves no trace."""
    monkeypatch.setattr(snapshot, "QUICK", 60.0)  # small, however busy the machine
    load([row("club")])
    assert names(find(("loneliness",))) == ["Club"]
    with db.transaction() as session:
        session.query(Service).one().name = "Better Club"
    assert names(find(("loneliness",))) == ["Better Club"]
    with pytest.raises(RuntimeError), db.transaction() as session:
        session.query(Service).one().name = "Never"
        session.flush()
        raise RuntimeError
    assert names(find(("loneliness",))) == ["Better Club"]
    with db.transaction() as session:
        session.query(Service).update({"state": QUARANTINED})
    assert find(("loneliness",)) == []
    load([row("other")])
    assert names(find(("loneliness",))) == ["Other"]


def test_the_nearer_of_two_comes_first_also_across_the_county_line(load: Load, find: Find) -> None:
    """Both serve the whole county; the one in Leicester is nearer to Oadby than the one in Melton Mowbray."""
    load(
        [
            row("melton-club", latitude="52.766", longitude="-0.887", postcode="LE13 1AA"),
            row(
                "city-club", areas="Leicester;Leicestershire", latitude="52.632", longitude="-1.130", postcode="LE1 1AA"
            ),
        ]
    )
    assert names(find(("loneliness",), "Oadby and Wigston", place="Oadby")) == ["City Club", "Melton Club"]
    assert names(find(("loneliness",), "Melton", place="Melton Mowbray")) == ["Melton Club", "City Club"]


def test_a_wish_ranks_and_never_leaves_out(load: Load, find: Find) -> None:
    load(
        [
            row("paid", cost="paid", areas="Blaby"),
            row("unsure", cost="unknown", areas="Blaby"),
            row("free", areas="England"),
        ]
    )
    assert names(find(("loneliness",), words="skint so nothing that costs")) == ["Free", "Unsure", "Paid"]


def test_women_only_is_left_out_only_for_who_says_he_is_a_man(load: Load, find: Find) -> None:
    load([row("women", gender="women"), row("all")])
    assert set(names(find(("loneliness",)))) == {"Women", "All"}
    assert names(find(("loneliness",), wishes=Wishes(gender="men"))) == ["All"]
    assert set(names(find(("loneliness",), wishes=Wishes(gender="women")))) == {"Women", "All"}


def test_full_and_waiting_lists_come_after_what_has_room(load: Load, find: Find) -> None:
    load([row("full", capacity="full"), row("waiting", capacity="waiting"), row("room", capacity="open")])
    assert names(find(("loneliness",))) == ["Room", "Waiting", "Full"]


def test_checked_within_a_year_comes_before_checked_long_ago(load: Load, find: Find) -> None:
    load([row("old", checked_on="2025-03-02"), row("new", checked_on="2026-03-02")])
    assert names(find(("loneliness",))) == ["New", "Old"]


@pytest.mark.parametrize("words", ["something to do with my hands", "sumat to do wi me hands", "woodwrok"])
def test_meaning_and_everyday_words_find_what_shares_no_word(load: Load, find: Find, words: str) -> None:
    load(
        [
            row("shed", summary="Older men make things and mend them.", needs="loneliness"),
            row("debt-line", needs="money_debt", summary="Free debt advice."),
        ]
    )
    assert names(find((), words=words))[0] == "Shed"


def test_the_same_question_has_the_same_answer_in_any_capitals(load: Load, find: Find) -> None:
    load([row("power", needs="utilities;warm_home"), row("food", needs="food")])
    assert names(find((), words="LECKY BILL")) == names(find((), words="lecky bill"))
