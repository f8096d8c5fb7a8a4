"""No number of a row that is not verified ever reaches a card, whatever the row holds; what the row says is what is kept."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from common.database import Base, open_database
from service_catalogue.csv_route import take_in
from service_catalogue.csv_table import write_table
from service_catalogue.local import local_data
from service_catalogue.model import Service
from service_catalogue.search import Query, search
from service_catalogue.starter_file import COLUMNS, OPTIONAL_COLUMNS, read
from tests.service_catalogue.conftest import NOON, digits, row, starter_rows

ALL = (*COLUMNS, *OPTIONAL_COLUMNS)
RUNNING_TEXT = ("name", "organisation", "summary", "eligibility", "waiting", "hours_note", "address", "alert")
# Each row has a number of its own, of Ofcom's fictional ones.
numbers = st.integers(0, 999).map(lambda last: f"0116 496 0{last:03}")
written_numbers = numbers.flatmap(
    lambda number: st.sampled_from(
        [
            number,
            number.replace(" ", ""),
            number.replace(" ", "-"),
            number.replace(" ", "."),
            f"({number[:4]}){number[4:]}",
            f"+44 {number[1:]}",
            f"+44{number[1:].replace(' ', '')}",
        ]
    )
)
rows = st.lists(
    st.fixed_dictionaries(
        {
            "phone": numbers,
            "verified": st.sampled_from(["yes", "unverified", "no"]),
            "phone_kind": st.sampled_from(["", "text"]),
            "needs": st.sampled_from(["loneliness", "loneliness;food", "mental_wellbeing"]),
            "areas": st.sampled_from(["Blaby", "Leicestershire", "England"]),
            "cost": st.sampled_from(["free", "paid", "unknown"]),
            "opening_hours": st.sampled_from(["", "24/7", "Mo-Fr 09:00-17:00"]),
            "referral_route": st.sampled_from(["self", "both", "professional"]),
            "status": st.sampled_from(["", "active", "temporarily closed"]),
            "capacity": st.sampled_from(["", "full", "waiting"]),
            "waiting": st.sampled_from(["", "about six weeks"]),
            "checked_on": st.sampled_from(["", "2024-03-01", "2026-11-01"]),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda cells: cells["phone"],
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_no_card_of_a_row_that_is_not_verified_shows_a_number(found: list[dict[str, str]]) -> None:
    """Whatever else the rows say. A row marked `no` makes no card at all; a verified one may show its number, and keeps
    the day it was checked."""
    given_rows = [row(f"club-{'abcdef'[at]}", **cells) for at, cells in enumerate(found)]
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{Path(folder) / 'catalogue.db'}")
        Base.metadata.create_all(db.engine)
        with db.transaction() as session:
            assert take_in(session, write_table(ALL, given_rows), NOON, allow_removals=True).report
        with db.reading() as session:
            cards = search(session, Query(("loneliness", "mental_wellbeing", "food"), "Blaby", limit=50), NOON)
            checked = {service.name: service.checked_on for service in session.scalars(select(Service))}
        db.close()
    shown = digits(json.dumps([{**card.as_dict(), "id": ""} for card in cards]))
    for cells in given_rows:
        if cells["verified"] != "yes":
            assert digits(cells["phone"]) not in shown
        if cells["verified"] == "no":
            assert cells["name"] not in {card.name for card in cards}
        elif cells["checked_on"]:
            assert checked[cells["name"]] == date.fromisoformat(cells["checked_on"])


@given(st.sampled_from(RUNNING_TEXT), written_numbers, st.sampled_from(["unverified", "no"]))
def test_a_number_in_the_words_of_a_row_that_is_not_verified_is_refused(
    column: str, number: str, verified: str
) -> None:
    """However it is written: a number in running text could not be held back."""
    cells = row("tea-club", verified=verified, **{column: f"Ring {number} first"})
    problems = read(write_table(ALL, [cells]), local_data().needs).problems
    assert column in {problem.column for problem in problems}


@pytest.mark.parametrize(
    "words", ["Ring 116 123", "Text READY to 66777", "call 101", "Call us on 18000", "phone 0800 1111"]
)
def test_a_short_number_in_words_is_refused_too(words: str) -> None:
    problems = read(
        write_table(ALL, [row("tea-club", verified="unverified", summary=words)]), local_data().needs
    ).problems
    assert [problem.column for problem in problems] == ["summary"]


@pytest.mark.parametrize(
    "words",
    [
        "For ages 0 to 18",
        "Open 0900-1700",
        "Since 01.02.2026",
        "A 24-week course",
        "Call 24 hours a day",
        "For 0-25s",
        "In 2022",
    ],
)
def test_other_figures_are_no_phone_numbers(words: str) -> None:
    assert not read(
        write_table(ALL, [row("tea-club", verified="unverified", summary=words)]), local_data().needs
    ).problems


def test_what_the_shipped_rows_say_of_age_gender_and_attendance_stands_in_their_own_words() -> None:
    """A person filled these columns from the row's own text; a value without words behind it would be a guess."""
    said = {
        "phone": ("phone", "helpline", "line", "ring ", "call"),
        "online": ("online", "webchat"),
        "home": ("home", "visit"),
        "venue": ("drop-in", "park", "walk", "workshop", "fridge", "free surplus", "session", "centre"),
    }
    filled = 0
    for cells in starter_rows():
        text = " ".join(cells[column] for column in ("name", "summary", "eligibility")).casefold()
        for way in filter(None, cells["attending"].split(";")):
            assert any(word in text for word in said[way]), (cells["id"], way)
            filled += 1
        if cells["minimum_age"]:
            assert f"{cells['minimum_age']}+" in cells["eligibility"], cells["id"]
        if cells["maximum_age"]:
            assert str(int(cells["maximum_age"]) + 1) in cells["eligibility"], cells["id"]
        if cells["gender"]:
            assert "men" in cells["eligibility"].casefold(), cells["id"]
        for place in cells["address"].split(","):
            assert place.strip().casefold() in text, cells["id"]
    assert filled > 50


def test_no_shipped_row_stands_for_a_day_on_which_nobody_checked(shipped_session) -> None:
    """As shipped nobody has rung anybody, so no service claims a day."""
    assert not [day for day in shipped_session.scalars(select(Service.checked_on)) if day]
