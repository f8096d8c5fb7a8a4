"""Who is an adult, who is a child, and for whom help is asked."""

from __future__ import annotations

import pytest

from assessment import answers


@pytest.mark.parametrize(
    "text",
    [
        "nearly 18", "almost 18", "i turn 18 in march", "18 next month", "not quite 18", "im nearly 18", "ill be 18 soon", "18 in june", "not yet", "not 18", "no im not 18", "im 17", "nearly eighteen", "seventeen", "sixteen",
        "not over 18", "under 18", "no under 18", "i am a minor", "turning 18 next week", "im not 18 yet", "im 16 why", "15 years old", "no im 15",
    ],
)  # fmt: skip
def test_not_yet_an_adult(text):
    """Whoever is nearly 18 is not 18."""
    assert answers.adult(text) is False


@pytest.mark.parametrize(
    "text",
    [
        "not under 18", "no im not under 18", "i am a pensioner", "retired", "im a grandma", "82 of course i am", "yes", "yes im over 18", "im well over", "18", "i am 18", "just turned 18", "turned 18 last week", "eighty two", "in my 70s", "im in my eighties",
        "45", "yes 45", "she is 82", "old enough", "born in 1950", "1950", "72 and my husband is 75", "im 45 and my son is 12", "nearly 82", "i'm not a kid", "19", "im 64 why", "long past 18", "yes i am", "over 18", "18 plus", "both over 60",
        "im 45 with 3 kids",
    ],
)  # fmt: skip
def test_an_adult(text):
    """An age, a stage of life, or a yes."""
    assert answers.adult(text) is True


@pytest.mark.parametrize(
    "text",
    ["thats enough", "no idea", "enough", "why", "why do you ask", "do i have to be 18", "is it only for over 18s", "what if im under 18", "i have 3 kids", "ive lived here 15 years", "dont know", "hmm", "not sure", "my address is 12 high street"],
)  # fmt: skip
def test_no_age_said(text):
    """A question, a doubt, or another number is asked again."""
    assert answers.adult(text) is None


def test_the_classifier_does_not_make_enough_a_yes():
    """ "thats enough" is no age, whatever the classifier makes of it."""
    assert answers.adult("thats enough", "affirm") is None
    assert answers.adult("no idea", "deny") is None


@pytest.mark.parametrize(
    "text",
    ["im 15 and my dad drinks", "I'm 15", "i am sixteen", "im only 14", "im nearly 18", "i turn 18 in march", "ill be 18 next month", "15 and homeless", "just turned 17", "im 16 and pregnant", "hi im 13", "im under 18", "I’m 12"],
)  # fmt: skip
def test_the_writer_gives_an_own_age_under_18(text):
    """An age that the writer gives as their own."""
    assert answers.stated_minor(text)


@pytest.mark.parametrize(
    "text",
    [
        "my son is 15", "my teacher said", "year 10", "im 45", "im 15 stone", "im 12 weeks pregnant", "im 10 miles away", "im not under 18", "my 15 year old son is so lonely", "when i was 15", "ive been sober 15 years", "im 17 years clean",
        "im 12 grand in debt", "im 18", "yes", "i have 3 kids", "im 15 minutes away", "im a teacher", "my daughter 13", "im 9 months sober", "im 10 pounds overweight", "im 8 payments behind",
    ],
)  # fmt: skip
def test_no_own_age_under_18(text):
    """A child of the writer, another number, or a hint that is no age."""
    assert not answers.stated_minor(text)


@pytest.mark.parametrize("text", ["not under 18", "im not under 18"])
def test_not_under_18_is_not_young(text):
    """Whoever says that they are not under 18 is not taken for a child."""
    assert not answers.young(text)


@pytest.mark.parametrize(
    "text",
    [
        "my 15 year old son is so lonely", "my daughter 13", "my son is 15", "my son is 15 and wont leave his room", "my daughter is in year 10 and self harming", "my lad whos 12 is being bullied", "my grandson is 9", "my little boy is scared all the time",
        "i need help for my 15 year old", "my teenage daughter has no friends", "a 15 year old patient of ours is lonely", "my neighbours 14 year old is always out", "my toddler isnt talking", "my 8yr old wont sleep", "counselling for my 11 year old daughter",
        "a young person aged 16 needs help", "my niece is fourteen and very low", "im asking for my 15 year old son", "my kid is being bullied", "my son whos only 10 is overweight", "hes 14 and so lonely",
    ],
)  # fmt: skip
def test_help_is_asked_for_a_child(text):
    """Somebody under 18 is the one who needs the help."""
    assert answers.child_concerned(text)


@pytest.mark.parametrize(
    "text",
    [
        "my son is lonely", "my 45 year old son is lonely", "my son is 45", "im 15", "my mum is 82", "i cant feed my 4 year old", "i need money for my 3 kids", "my 15 year old son died", "i look after my 12 year old son", "i live with my 15 year old daughter",
        "im lonely and have a 4 year old", "my son hits me", "my son moved out 10 years ago", "my daughter lives 15 miles away", "my adult child is homeless", "my mum keeps falling", "my grown up kid drinks", "my son has 3 kids", "my daughter owes 15 quid",
        "im a single mum of a 2 year old", "", "my husband is 72", "my son 32", "we have a patient of 84",
    ],
)  # fmt: skip
def test_no_child_is_concerned(text):
    """A grown child, a child of unknown age, or a parent who asks for themselves or the household."""
    assert not answers.child_concerned(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("im asking for my mum", True),
        ("its for my mum actually", True),
        ("my mum cant manage the stairs", True),
        ("i cant pay the leccy bill and my mum keeps falling", False),
        ("im skint and my dad is lonely", False),
        ("im worried and my mum keeps falling", True),
        ("i dont know what to do and my mum keeps falling", True),
        ("i need help for my nan", True),
        ("my mum keeps falling and i cant cope", True),
        ("I'm asking for my mum, shes called Joan Price", True),
        ("i need help with bills and my son is lonely", False),
    ],
)
def test_for_whom_help_is_asked(text, expected):
    """A need of the writer's own that comes first makes the message about the writer."""
    assert answers.about_other(text) is expected


def test_a_young_carer_is_noticed_by_school() -> None:
    """Somebody who cares for a parent around school hours is asked for their age early; a parent's school run is not that."""
    assert answers.young("i look after my mum shes got ms. i do tea n washing n her tablets b4 skl")
    assert answers.young("been helping my dad get dressed and im always late for school")
    assert not answers.young("i look after my mum and work full time")
    assert not answers.young("my daughter is late for school every day and i care for my mum")
