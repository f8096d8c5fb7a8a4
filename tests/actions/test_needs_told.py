"""What a message does to the list of needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.needs_told import changed_list, take_needs
from actions.services import Services
from common.clock import Clock
from common.database import open_database
from tests.actions.support import turn

DATA = Path(__file__).parents[2] / "data/leicestershire"
SERVICES = Services.load(open_database("sqlite://"), Clock(), DATA, allow_test_numbers=True)


@pytest.mark.parametrize(
    ("known", "told", "text", "correcting", "expected"),
    [
        ([], ["food"], "no food in", False, ["food"]),
        (["food"], ["loneliness"], "and im lonely", False, ["food", "loneliness"]),
        (["food"], ["food"], "like i said, food", False, ["food"]),
        (["money_debt"], ["money_debt", "energy_warm_home"], "not debt, my heating", True, ["energy_warm_home"]),
        (["money_debt"], ["weight"], "no its my weight", True, ["weight"]),
        (["money_debt"], ["weight"], "no, my weight as well", True, ["money_debt", "weight"]),
        (["food", "loneliness"], ["food"], "just the food", True, ["food"]),
        (["food", "loneliness"], ["loneliness"], "im not lonely", True, ["food"]),
        (["food", "loneliness"], ["food"], "take food off", True, ["loneliness"]),
    ],
)
def test_the_list_follows_what_is_meant(
    known: list[str], told: list[str], text: str, correcting: bool, expected: list[str]
) -> None:
    """Telling adds; correcting takes off, puts in place or keeps alone, as the words say."""
    assert changed_list(known, told, text, correcting) == expected


def test_the_same_needs_in_another_order_are_the_same_list() -> None:
    """ "Food and the shops", said of a list that holds both, leaves it agreed to."""
    now = turn(
        "just the food, n the shops",
        form="assessment_form", requested_slot="needs_right", needs=["food", "transport"], needs_right="yes",
        entities=[("need", "transport"), ("need", "food")],
    )  # fmt: skip
    assert not take_needs(now, SERVICES)
    assert now.get("needs_right") == "yes"


def test_a_need_named_in_a_correction_is_heard_by_its_name() -> None:
    """A short "not this, just that" needs no more than the plain name of what is meant."""
    now = turn(
        "not the money, just the smoke alarms", intent="correction",
        form="assessment_form", requested_slot="needs_right", needs=["money_debt"],
    )  # fmt: skip
    assert take_needs(now, SERVICES)
    assert now.get("needs") == ["home_safety_fire"]


def test_a_need_denied_that_was_not_on_the_list_stays_off_it() -> None:
    """The same correction again leaves the corrected list as it is."""
    now = turn(
        "not the money, just the smoke alarms", intent="correction", form="assessment_form",
        requested_slot="needs_right", needs=["home_safety_fire"], entities=[("need", "money_debt")],
    )  # fmt: skip
    assert not take_needs(now, SERVICES)
    assert now.get("needs") == ["home_safety_fire"]
