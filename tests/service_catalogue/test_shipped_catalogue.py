"""The shipped catalogue as residents meet it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue.local import DISTRICTS, local_data
from service_catalogue.search import Query, search
from tests.service_catalogue.conftest import NOON, digits, starter_rows, unverified_numbers

NEEDS = tuple(local_data().needs.codes)


def test_there_are_26_needs_and_each_has_words() -> None:
    assert len(NEEDS) == 26


@pytest.mark.parametrize("need", NEEDS)
def test_every_need_finds_a_service_in_every_district(shipped_session: Session, need: str) -> None:
    """What is found may be national; only the hand-off to people does not count as a service."""
    codes = local_data().needs.codes_for(need)
    for district in DISTRICTS:
        has_any = any(
            codes & set(cells["needs"].split(";"))
            and {district, "Leicestershire", "England"} & set(cells["areas"].split(";"))
            and "navigation" not in cells["needs"]
            and cells["verified"] != "no"
            for cells in starter_rows()
        )
        shown = search(shipped_session, Query((need,), district), NOON)
        assert bool(shown) == has_any, district
        assert all(need in card.needs for card in shown)


def test_no_unverified_number_is_on_any_card(shipped_session: Session) -> None:
    """Every need, every place, every page of results: not one digit run of a number that is not verified."""
    hidden = unverified_numbers()
    assert len(hidden) > 30
    for district in (*DISTRICTS, "Leicester", "Rutland", None):
        for card in search(shipped_session, Query(NEEDS, district, limit=500), NOON):
            text = json.dumps(card.as_dict())
            assert not [number for number in hidden if number in digits(text.replace(card.id, ""))], card.name


def test_no_first_contact_plus_and_no_coordinator_among_the_services(shipped_session: Session) -> None:
    for need in NEEDS:
        for card in search(shipped_session, Query((need,), "Blaby", limit=500), NOON):
            assert card.name not in (
                "First Contact Plus",
                "Local Area Coordination",
                "NHS 111",
                "999 emergency services",
            )


def test_the_first_card_is_never_for_young_people_or_through_a_professional_when_there_is_another(
    shipped_session: Session,
) -> None:
    for need in NEEDS:
        for district in DISTRICTS:
            first, *rest = search(shipped_session, Query((need,), district, limit=10), NOON)
            assert not rest or "Your GP or a professional" not in first.how_to_reach
            assert not rest or not first.for_whom.startswith(("Children", "Young", "Under"))


@pytest.mark.parametrize(
    ("needs", "district", "words", "expected"),
    [
        (("money_debt",), "Blaby", "", "Citizens Advice LeicesterShire"),
        (("smoking",), "Melton", "", "Quit Ready"),
        (("bereavement",), "Charnwood", "", "Cruse Bereavement Support helpline"),
        (("falls_mobility",), "Oadby and Wigston", "", "Steady Steps falls prevention"),
        (("domestic_abuse",), "North West Leicestershire", "", "Freeva domestic and sexual violence support line"),
        (("long_term_condition",), "Blaby", "just been told I've got diabetes", "Diabetes UK helpline"),
        ((), "Blaby", "dementa", "Dementia Support Leicestershire"),
        ((), "Melton", "samaritans", "Samaritans"),
    ],
)
def test_what_a_person_who_knows_the_county_would_say_first(
    shipped_session: Session, needs: tuple[str, ...], district: str, words: str, expected: str
) -> None:
    assert search(shipped_session, Query(needs, district, words), NOON)[0].name == expected


def test_at_night_and_on_christmas_day_nothing_breaks(shipped_session: Session) -> None:
    """Every card of the catalogue can be drawn at every hour of a week that holds holidays and a turn of the year."""
    for hour in range(0, 24 * 10, 5):
        at = datetime(2026, 12, 24, tzinfo=LONDON) + timedelta(hours=hour)
        for card in search(shipped_session, Query(NEEDS, "Blaby", limit=500), at):
            assert card.open_text and card.hours_text and "{" not in "".join(map(str, card.as_dict().values()))
