"""Conditions in a resident's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.local_data import LocalDataError
from service_catalogue.wishes import NONE, Wishes, wishes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("skint so nothing that costs", Wishes(free=True)),
        ("Somewhere free, please", Wishes(free=True)),
        ("only after work", Wishes(evening=True)),
        ("not Tuesdays", Wishes(not_days=frozenset({1}))),
        ("any day but friday", Wishes(not_days=frozenset({4}))),
        ("on Tuesdays after 6", Wishes(days=frozenset({1}), after=18 * 60)),
        ("before 11am", Wishes(before=11 * 60)),
        ("sat or sun", Wishes(weekend=True)),
        ("near me", Wishes(near=True)),
        ("I can't get out of the house", Wishes(remote=True)),
        ("face to face, not online", Wishes(in_person=True)),
        ("I'm in a wheelchair", Wishes(access=frozenset({"step_free"}))),
        ("help in Polish", Wishes(language="pl")),
        ("she only speaks Gujarati", Wishes(language="gu")),
        ("women only", Wishes(gender="women")),
        ("im 72", Wishes(age=72)),
    ],
)
def test_what_is_said_plainly_is_a_wish(text: str, expected: Wishes) -> None:
    assert wishes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "got thursdays free now",
        "I'm free in the mornings",
        "polish sausages",
        "baby is 6 weeks old",
        "my online banking",
        "🙂",
    ],
)
def test_what_only_looks_like_a_condition_is_none(text: str) -> None:
    assert wishes(text) == NONE


def test_two_ages_say_nothing_of_the_persons_own() -> None:
    assert wishes("im 34 and my dad is 72").age is None


@given(st.text(max_size=300))
def test_no_text_breaks_it_and_capitals_change_nothing(text: str) -> None:
    assert wishes(text) == wishes(text)
    assert wishes(text.upper().lower()) == wishes(text.lower())


def test_a_wish_that_search_does_not_know_is_an_error_naming_the_file(tmp_path: Path) -> None:
    (tmp_path / "catalogue_wishes.yml").write_text("never: [x]\nwishes: {cheap: [cheap]}\ngender: {}\nlanguages: {}\n")
    with pytest.raises(LocalDataError, match=r"catalogue_wishes\.yml: unknown cheap"):
        wishes("cheap", tmp_path)
