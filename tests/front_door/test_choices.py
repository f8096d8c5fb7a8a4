"""Numbers, number words and labels as answers to numbered choices."""

from __future__ import annotations

import pytest

from front_door.choices import number_in, resolve

CHOICES = [
    {"label": "Yes, that's right", "value": "right=yes"},
    {"label": "No", "value": "right=no"},
    {"label": "Lle arall / Elsewhere", "value": "right=other"},
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", "right=yes"),
        (" 2. ", "right=no"),
        ("(3)", "right=other"),
        ("two", "right=no"),
        ("TWO!", "right=no"),
        ("option 2", "right=no"),
        ("number two", "right=no"),
        ("2 please", "right=no"),
        ("2, thanks x", "right=no"),
        ("the second one", "right=no"),
        ("3rd", "right=other"),
        ("2\ufe0f\u20e3", "right=no"),
        ("૨", "right=no"),
        ("I'd like option 2 please", "right=no"),
        ("press 1", "right=yes"),
        ("1 and 2", None),
        ("second hand furniture", None),
        ("one of my kids is ill", None),
        ("I want one", None),
        ("no 2", "right=no"),
        ("２", "right=no"),
        ("yes thats right", "right=yes"),
        ("Yes, that’s right.", "right=yes"),
        ("1 Yes, that's right", "right=yes"),
        ("2 Yes, that's right", None),
        ("lle arall elsewhere", "right=other"),
        ("no", "right=no"),
        ("no I don't think so", None),
        ("4", None),
        ("0", None),
        ("2 kids and no food", None),
        ("12", None),
        ("", None),
        ("...", None),
        ("²", "right=no"),
    ],
)
def test_a_number_a_number_word_or_the_whole_label_is_the_choice(text: str, value: str | None) -> None:
    """Case, punctuation and typography aside; anything that says more is no choice."""
    assert resolve(text, CHOICES) == value


def test_without_choices_nothing_is_a_choice() -> None:
    """A number outside a question is only a number."""
    assert resolve("1", []) is None
    assert number_in("1") == 1


def test_a_label_that_is_a_number_goes_before_its_place_in_the_list() -> None:
    """ "2" means the choice that says 2, not the second one."""
    ages = [{"label": "2", "value": "two"}, {"label": "1", "value": "one"}]
    assert resolve("2", ages) == "two"
