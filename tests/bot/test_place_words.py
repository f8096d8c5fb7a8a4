"""Ordinary words, people and streets are not taken for places."""

from __future__ import annotations

import pytest

from bot.nlu.places import PlaceNames
from tests.bot.conftest import ROOT


@pytest.fixture(scope="module")
def names() -> PlaceNames:
    return PlaceNames.load(ROOT / "data" / "leicestershire")


def places(names: PlaceNames, text: str) -> list[str]:
    return [found.value for found in names.find(text) if found.entity == "place"]


@pytest.mark.parametrize(
    "text",
    [
        "the garden hose burst and flooded the kitchen",
        "my friend heather passed away last month",
        "Heather is my neighbour and she is poorly",
        "mr wilson next door keeps shouting",
        "Dr Wilson told me to get in touch",
        "my daughter brooke has stopped eating",
        "i broke my left wing mirror",
        "moira from the lunch club said to ring you",
        "my mate preston drinks too much",
        "he plays rugby and hurt his knee",
        "the derby match was on and he lost his temper",
        "we had carlton over for tea",
        "my husband stapleton was in the army",
        "burley lad came and took my money",
    ],
)
def test_words_and_people_are_no_places(names: PlaceNames, text: str) -> None:
    """A name that is a word or a person too counts only where the message says where."""
    assert places(names, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("i live in hose", "Hose"),
        ("hose", "Hose"),
        ("I'm from Heather", "Heather"),
        ("wilson", "Wilson"),
        ("near moira", "Moira"),
    ],
)
def test_the_same_words_said_as_a_place(names: PlaceNames, text: str, name: str) -> None:
    """... and there it does."""
    assert places(names, text) == [name]


@pytest.mark.parametrize(
    "text",
    [
        "the bus on melton road never comes",
        "I fell on Hinckley Rd outside the shop",
        "loughborough street is full of rubbish",
        "my flat on Wigston Lane is damp",
        "the surgery on uppingham road",
        "Blaby Avenue has no lights",
    ],
)
def test_street_names_are_no_places(names: PlaceNames, text: str) -> None:
    """Half the county's towns have a road named after them somewhere else."""
    assert places(names, text) == []


ORDINARY = [
    "I feel so alone since my husband died",
    "i cant pay the gas bill this month",
    "My landlord wants me out by Friday",
    "I keep falling over in the bathroom",
    "is there anything on for people my age",
    "the doctor said to lose some weight",
    "I want to stop smoking before the baby comes",
    "my son drinks every night and shouts at me",
    "I look after my wife who has dementia and I am worn out",
    "nobody has rung me back in weeks",
    "I need a rail by the front step",
    "how do I get to the hospital without a car",
    "someone rang and took money from my bank",
    "I don't know how to use the computer",
    "can I talk to a real person please",
    "what time do you open on Saturdays",
    "we have no food left until Tuesday",
    "the house is freezing and the boiler has packed up",
    "I would like to help other people, perhaps in a charity shop",
    "my anxiety is bad and I can't sleep",
    "I lost my job at the warehouse in March",
    "he used to hit me but that is over now",
    "my knees hurt and the stairs are hard",
    "i am new here and know no one",
    "who will see what I tell you",
    "the kids are playing up and I am at the end of my tether",
    "I think I am owed some benefits but the form is too long",
    "my smoke alarm keeps beeping",
    "thanks ever so much, you have been a great help",
    "yes that's right, and my hearing is going as well",
    "I might go for a walk by the canal if somebody came with me",
    "in the end I gave up and went to bed",
]


@pytest.mark.parametrize("text", ORDINARY)
@pytest.mark.parametrize("case", [str, str.lower, str.upper], ids=["as written", "lower", "upper"])
def test_ordinary_sentences_name_no_place(names: PlaceNames, text: str, case: type[str]) -> None:
    """A village that nobody named would send a resident to the wrong district."""
    assert names.find(case(text)) == []
