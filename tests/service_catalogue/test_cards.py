"""What a card says: each fact from a field of the record, in plain words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from common.clock import LONDON
from service_catalogue.load import LoadReport
from service_catalogue.search import ServiceCard
from tests.service_catalogue.conftest import row

Load = Callable[..., LoadReport]
Find = Callable[..., list[ServiceCard]]


def test_a_whole_card(load: Load, find: Find) -> None:
    load([row("tea-club", needs="loneliness;food", areas="Blaby", email="tea@example.org")])
    (card,) = find(("food", "loneliness"))
    assert card.as_dict() == {
        "id": card.id,
        "name": "Tea Club",
        "organisation": "Village Friends",
        "summary": "Company and a cup of tea.",
        "phone": "0116 496 0001",
        "text_number": None,
        "email": "tea@example.org",
        "url": "https://tea.example.org",
        "hours_text": "Monday to Friday 9am to 5pm, not bank holidays",
        "open_state": "open",
        "open_text": "Open now until 5pm",
        "cost_text": "Free",
        "area_text": "Covers Blaby",
        "for_whom": "Anyone",
        "how_to_reach": "Ring 0116 496 0001. Email tea@example.org. Website: https://tea.example.org",
        "reasons": ["helps with food and loneliness", "local to Blaby", "free", "open now until 5pm"],
        "needs": ["food", "loneliness"],
        "verified": True,
        "cautions": [],
        "address": "",
        "checked_on": None,
    }
    assert json.loads(json.dumps(card.as_dict())) == card.as_dict()


def test_an_unverified_card_shows_no_number_and_says_that_it_is_not_confirmed(load: Load, find: Find) -> None:
    """Nor does it claim to be open now as a reason: its hours are not confirmed either."""
    load([row("tea-club", verified="unverified")])
    (card,) = find(("loneliness",))
    assert card.phone is None and "496" not in json.dumps(card.as_dict())
    assert (
        card.how_to_reach
        == "We have not confirmed this service yet, so please check first. Website: https://tea.example.org"
    )
    assert card.hours_text.endswith("(not confirmed yet)")
    assert not any("open" in reason for reason in card.reasons)


def test_a_number_for_texts_is_never_offered_for_ringing(load: Load, find: Find) -> None:
    load([row("text-line", phone="85258", phone_kind="text", url="")])
    (card,) = find(("loneliness",))
    assert (card.phone, card.text_number, card.how_to_reach) == (None, "85258", "Text 85258.")


def test_what_is_not_known_is_said_plainly(load: Load, find: Find) -> None:
    load([row("tea-club", phone="", url="", opening_hours="", cost="unknown")])
    (card,) = find(("loneliness",))
    assert card.hours_text == card.open_text == "We don't know its opening hours"
    assert card.cost_text == "We don't know if there is a charge. Ask them first."
    assert card.how_to_reach.startswith("We don't have a phone number or website for them yet.")
    assert card.reasons == ("helps with loneliness",)


@pytest.mark.parametrize(
    ("hours", "at", "text"),
    [
        ("24/7", "2026-11-25 12:00", "Open now, 24 hours a day"),
        ("Mo-Su,PH 17:00-24:00", "2026-11-25 18:00", "Open now until midnight"),
        ("Mo-Th 17:00-08:30; PH off", "2026-11-25 18:00", "Open now until 8:30am tomorrow"),
        ("Mo-Fr 09:00-17:00; PH off", "2026-11-25 08:00", "Closed now, opens 9am today"),
        ("Mo-Fr 09:00-17:00; PH off", "2026-11-25 18:00", "Closed now, opens 9am tomorrow"),
        ("Mo-Fr 12:00-17:00; PH off", "2026-11-27 18:00", "Closed now, opens noon on Monday"),
        ("Jan 04 09:00-17:00", "2026-12-18 18:00", "Closed now, opens 9am on Monday 4 January"),
        ("Mo-Fr 09:00-17:00", "2026-12-25 12:00", "Its hours may be different today. Please check first"),
    ],
)
def test_open_or_closed_now_in_plain_words(load: Load, find: Find, hours: str, at: str, text: str) -> None:
    load([row("tea-club", opening_hours=hours)])
    (card,) = find(("loneliness",), now=datetime.fromisoformat(at).replace(tzinfo=LONDON))
    assert card.open_text == text


@pytest.mark.parametrize(
    ("areas", "text"),
    [
        ("Blaby;Melton", "Covers Blaby and Melton"),
        ("Leicestershire;Rutland", "Covers all of Leicestershire"),
        ("England", "Covers all of England"),
    ],
)
def test_where_it_works(load: Load, find: Find, areas: str, text: str) -> None:
    load([row("tea-club", areas=areas)])
    (card,) = find(("loneliness",))
    assert card.area_text == text
    assert ("local to Blaby" in card.reasons) == ("Blaby" in areas)
