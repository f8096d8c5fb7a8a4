"""How needs are spoken of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.needs import Needs
from common.local_data import LocalDataError

DATA = Path(__file__).parents[2] / "data" / "leicestershire"
NEEDS = Needs.load(DATA)
SLUGS = [need.slug for need in NEEDS]


def test_there_are_26_needs_each_with_its_own_words_and_rank():
    """Nothing shares a wording or an urgency, so that order and reflection are never a matter of chance."""
    assert len(SLUGS) == 26
    assert len({need.say for need in NEEDS}) == len({need.short for need in NEEDS}) == 26
    assert sorted(need.urgency for need in NEEDS) == list(range(1, 27))


def test_related_needs_count_as_one_family():
    """Loneliness, activities and loss; weight, exercise and smoking; debt, benefits, food and warmth: one family each."""
    for group in (
        ["loneliness", "social_activities", "bereavement"],
        ["weight", "physical_activity", "smoking"],
        ["money_debt", "benefits", "food", "energy_warm_home"],
    ):
        assert len(NEEDS.families(group)) == 1
    assert len(NEEDS.families(SLUGS)) == 26 - 2 - 2 - 3


def test_needs_are_reflected_the_most_urgent_first():
    """One need alone, two joined by "and", at most five spoken and the rest counted."""
    assert NEEDS.reflect([]) == ""
    assert NEEDS.reflect(["loneliness"]) == "feeling lonely"
    assert (
        NEEDS.reflect(["loneliness", "food", "money_debt"]) == "getting enough food, money worries and feeling lonely"
    )
    assert NEEDS.reflect(SLUGS).endswith(" and 21 more")
    assert "their home" in NEEDS.reflect(["housing"], other=True)


@given(st.lists(st.sampled_from([*SLUGS, "unknown"])))
def test_order_and_repetition_of_words_change_nothing(slugs):
    """The same needs in another order are spoken of alike; unknown ones are left out."""
    assert NEEDS.order(slugs) == NEEDS.order(list(reversed(slugs)) * 2)
    assert NEEDS.reflect(slugs) == NEEDS.reflect(sorted(set(slugs)))


def test_a_need_without_words_is_refused(tmp_path):
    """The error names the need and what is missing."""
    (tmp_path / "needs.yml").write_text("needs: {food: {say: food}}\njoining: {}\n")
    with pytest.raises(LocalDataError, match="food: missing family, short, urgency"):
        Needs.load(tmp_path)


def test_plain_names_of_needs_are_found_in_the_order_said():
    """The longest name counts, and a word inside another is none."""
    assert NEEDS.named("not the money, just the smoke alarms") == ["money_debt", "home_safety_fire"]
    assert NEEDS.named("my gas bill and the leccy") == ["energy_warm_home"]
    assert NEEDS.named("moneybox alarming") == []
