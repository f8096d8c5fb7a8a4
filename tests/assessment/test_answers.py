"""Free answers to one question, as residents write them."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import answers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", True),
        ("yh", True),
        ("nah", False),
        ("ok then", True),
        ("no thanks", False),
        ("no problem", True),
        ("i dont mind", True),
        ("not really", False),
        ("dont know", None),
        ("maybe", None),
        ("go on then", True),
        ("Yes please", True),
        ("no i dont", False),
        ("yes i am", True),
        ("im not", False),
        ("I'm 45", None),
        ("yeah but not now", None),
        ("👍", True),
        ("over 18 yes", True),
        ("i am 18", None),
        ("of course not", False),
        ("why do you ask", None),
        ("not sure", None),
        ("I do", True),
        ("she does", True),
        ("no that's fine", None),
        ("never", False),
        ("aye", True),
        ("i would rather not", False),
        ("i cant say", False),
        ("no way", False),
        ("yeah no", None),
        ("nope all good", False),
        ("i am over 18", None),
        ("yes she does not mind", True),
    ],
)
def test_yes_and_no(text, expected):
    """Yes, no, or neither: a torn or unsure answer is asked again."""
    assert answers.yes_no(text) == expected


def test_the_intent_decides_where_the_words_are_silent():
    """The words win over the classifier; without clear words the classifier decides."""
    assert answers.yes_no("rather", "affirm") is True
    assert answers.yes_no("hm", "deny") is False
    assert answers.yes_no("no", "affirm") is False
    assert answers.yes_no("hm", "tell_need") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", True),
        ("i am 18", True),
        ("im 15", False),
        ("no", False),
        ("17", False),
        ("45", True),
        ("over 18", True),
        ("under 18", False),
        ("yes im 52", True),
        ("why", None),
        ("no im 16", False),
        ("I'm over 18", True),
        ("i am", True),
        ("18", True),
        ("not yet 18", False),
        ("yes 18", True),
        ("no im not 18", False),
    ],
)
def test_adult(text, expected):
    """An age decides; under 18 is always noticed."""
    assert answers.adult(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my name is Jo Bloggs", "Jo Bloggs"),
        ("its Jo", "Jo"),
        ("Jo Bloggs", "Jo Bloggs"),
        ("jo", "jo"),
        ("why do you need it", None),
        ("I'm Mary O'Brien", "Mary O'Brien"),
        ("नेहा शर्मा", "नेहा शर्मा"),
        ("Zażółć Gęślą", "Zażółć Gęślą"),
        ("rather not say", None),
        ("i feel really lonely", None),
        ("My name's Will", "Will"),
        ("Will Young", "Will Young"),
        ("im struggling with bills", None),
        ("07700900123", None),
        ("call me Dot please", "Dot"),
        ("Mrs. A. Smith", "Mrs. A. Smith"),
        ("no", None),
        ("Ian", "Ian"),
        ("Ivy Imran", "Ivy Imran"),
        ("Thisbe", "Thisbe"),
        ("Mary, and I live in Oadby", "Mary"),
        ("she's called Edna Hill", "Edna Hill"),
        ("Itsuki", "Itsuki"),
        ("张伟", "张伟"),
        ("Ada", "Ada"),
        ("Jean-Paul d'Arc", "Jean-Paul d'Arc"),
        ("none of your business", None),
        ("Dawn thanks", "Dawn"),
        ("Hi I'm Sam", "Sam"),
        ("her name is Pat", "Pat"),
        ("Hope", "Hope"),
        ("Will", "Will"),
    ],
)
def test_names(text, expected):
    """A name in any script, and nothing that is plainly no name."""
    assert answers.name(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("07700 900123", ("phone", "07700900123")),
        ("its 07700-900-123 after 5", ("phone", "07700900123")),
        ("+44 7700 900123", ("phone", "+447700900123")),
        ("jo.b@Example.org.", ("email", "jo.b@example.org")),
        ("jo at example dot org", ("email", "jo@example.org")),
        ("0116 496 0123", ("phone", "01164960123")),
        ("i dont have one", None),
        ("12", None),
        ("o7700 900 123", ("phone", "07700900123")),
        ("(0116) 496 0123", ("phone", "01164960123")),
        ("ring me at 5", None),
        ("7700900123", ("phone", "7700900123")),
    ],
)
def test_contacts(text, expected):
    """A phone number as rough digits, or an address."""
    assert answers.contact(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my mum keeps falling", True),
        ("a patient of ours is lonely", True),
        ("for my neighbour", True),
        ("my husband died", False),
        ("my husband has died and im lonely", False),
        ("i look after my mum", False),
        ("im skint", False),
        ("my partner hits me", False),
        ("asking for my mum", True),
        ("My dad's struggling to pay his bills", True),
        ("my friend wants to stop smoking", True),
        ("since my wife passed im lost", False),
        ("my daughter isnt speaking to me", True),
        ("i lost my job", False),
        ("We have an elderly gentleman who needs food", True),
        ("my mum and dad are arguing", True),
        ("worried about my nan shes not eating", True),
        ("my son wont go to school", True),
        ("i live with my mum and she drinks", False),
        ("i want help for my 80 year old neighbour", True),
    ],
)
def test_about_somebody_else(text, expected):
    """Help for another person; own loss, harm and caring are about oneself."""
    assert answers.about_other(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("im 15", True),
        ("i'm 15 and my dad drinks", True),
        ("year 10", True),
        ("my teacher said", True),
        ("im in yr 9", True),
        ("i am 45", False),
        ("my son is 15", False),
        ("15 years ago", False),
        ("im 15 stone", False),
        ("i am sixteen", True),
        ("my daughter is in year 10", False),
        ("im 17 next week", True),
        ("im 18", False),
        ("ive been sober 15 years", False),
        ("I smoke, only 15 a day", False),
        ("im 12 weeks pregnant", False),
        ("10 year old boiler", False),
        ("im at school", True),
        ("i am 10 miles away", False),
        ("i'm a teacher", False),
    ],
)
def test_young(text, expected):
    """Wording of somebody under 18; not of a parent, and no other number."""
    assert answers.young(text) == expected


def test_best_time_keeps_the_words_and_cuts_at_120():
    """The words are kept as they are; only their length and spaces change."""
    assert answers.best_time("  after 5,   not Tuesdays ") == "after 5, not Tuesdays"
    assert answers.best_time(" ?! ") is None
    assert len(answers.best_time("evenings " * 40) or "") <= 120


@pytest.mark.parametrize(
    "piece",
    ["no ", "my ", "yes then ", "0 ", "my son is ", "a", "i am ", "her name is ", "and ring me on ", "he checks "],
)
def test_no_long_text_holds_a_reader_up(piece):
    """A text of some 6,000 characters is read in well under a second by each reader."""
    text = piece * (6000 // len(piece))
    for reader in (
        answers.yes_no, answers.agrees, answers.adult, answers.stated_minor, answers.child_concerned, answers.safe_contact, answers.best_time,
        answers.name, answers.contact, answers.no_contact, answers.is_question, answers.about_other, answers.young,
    ):  # fmt: skip
        began = time.process_time()
        reader(text)
        assert time.process_time() - began < 1, reader.__name__


@given(st.text(max_size=400))
def test_no_text_breaks_a_reader(text):
    """Whatever somebody types, each reader gives an answer within its limits."""
    assert answers.yes_no(text) in (True, False, None)
    assert answers.adult(text) in (True, False, None)
    found = answers.name(text)
    assert found is None or 0 < len(found) <= answers.NAME_LIMIT
    contact = answers.contact(text)
    assert contact is None or contact[1]
    assert len(answers.best_time(text) or "") <= answers.TIME_LIMIT
    assert isinstance(answers.about_other(text), bool) and isinstance(answers.young(text), bool)


def test_dialect_speaks_of_somebody_else() -> None:
    """ "me nan" and "me mum" are somebody else; "help me" is not."""
    assert answers.about_other("hi, im worried about me nan in barwell, shes freezing")
    assert answers.about_other("me mum keeps falling")
    assert not answers.about_other("can you help me please")
