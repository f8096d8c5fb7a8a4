"""Where the person lives, out of an answer that names more than that."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions import placing
from assessment.places import Places
from tests.actions.support import turn

PLACES = Places.load(Path(__file__).parents[2] / "data" / "leicestershire")


@pytest.mark.parametrize(
    ("text", "named", "expected"),
    [
        ("actually not measham, put ellistown, im off to live at our kids", [], "Ellistown"),
        ("its fleckney not measham", [], "Fleckney"),
        ("sorry not Measham but Hinckley", [], "Hinckley"),
        ("no its fleckney not great glen, and the number is 07700 900445", ["Fleckney", "Great Glen"], "Fleckney"),
        ("make it coalville", ["Coalville"], "Coalville"),
        ("I am not keen on any of that", [], "Measham"),
        ("my sister went to Hinckley", ["Hinckley"], "Measham"),
    ],
)
def test_a_place_is_put_in_the_place_of_another(text: str, named: list[str], expected: str) -> None:
    """The new one counts however shortly it is said; a place in passing changes nothing."""
    now = turn(text, intent="chitchat", place="Measham", entities=[("place", name) for name in named])
    placing.correct(now, PLACES)
    assert now.get("place") == expected


def test_who_asks_for_somebody_else_may_name_their_own_place_too() -> None:
    """ "He's in Shepshed, I'm in Derby": help is for him."""
    now = turn(
        "He's in Shepshed, I'm not, I'm in Derby, but it's him it's for",
        about_other=True, requested_slot="place", entities=[("place", "Shepshed"), ("place", "Derby")],
    )  # fmt: skip
    assert placing.answer(now, PLACES)
    assert now.get("place") == "Shepshed"


def test_a_choice_between_places_is_read_by_the_name_it_begins_with() -> None:
    """What comes after the name is talk."""
    options = [["Market Bosworth, in Hinckley and Bosworth", "Market Bosworth"], ["Husbands Bosworth, in Harborough", "Husbands Bosworth"], ["Somewhere else", "none"]]  # fmt: skip
    text = "Market Bosworth. The other one is Husbands Bosworth and quite another matter"
    now = turn(text, requested_slot="place_choice", place_options=options, entities=[("place", "Husbands Bosworth")])
    assert placing.answer_choice(now, PLACES)
    assert now.get("place") == "Market Bosworth"
