"""Every place of the county is found as people write it, and ordinary words are left alone."""

from __future__ import annotations

import csv
import random
import string

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.places import PlaceExtractor, PlaceNames
from tests.bot.conftest import ROOT

DATA = ROOT / "data" / "leicestershire"
SAMPLE, RIGHT = 100, 0.95  # names with one letter wrong, and the share that must be found


@pytest.fixture(scope="module")
def names() -> PlaceNames:
    return PlaceNames.load(DATA)


def rows() -> list[dict[str, str]]:
    with (DATA / "places.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def places(names: PlaceNames, text: str) -> list[str]:
    return [found.value for found in names.find(text) if found.entity == "place"]


def postcodes(names: PlaceNames, text: str) -> list[str]:
    return [found.value for found in names.find(text) if found.entity == "postcode"]


SPELLINGS = [
    (spelling.strip(), row["name"])
    for row in rows()
    for spelling in (row["name"], *row["aliases"].split(";"))
    if spelling.strip()
]


@pytest.mark.parametrize(
    "said",
    ["{}", "i live in {}", "I'm from {}, near the church", "{} please", "my mum lives in {} and she is lonely"],
)
@pytest.mark.parametrize("case", [str, str.lower, str.upper], ids=["as written", "lower", "upper"])
def test_every_name_is_found(names: PlaceNames, said: str, case: type[str]) -> None:
    """Each name and alias of places.csv: alone, in any case, and where the message says where; the value is the data's own."""
    assert len(SPELLINGS) > 500
    wrong = {
        spelling: places(names, said.format(case(spelling)))
        for spelling, name in SPELLINGS
        if places(names, said.format(case(spelling))) != [name]
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ashby de la zouch", "Ashby-de-la-Zouch"),
        ("Ashby-de-la-Zouch", "Ashby-de-la-Zouch"),
        ("kings norton", "King's Norton"),
        ("king’s norton", "King's Norton"),
        ("I live at Donington-le-Heath", "Donington le Heath"),
        ("it’s hose", "Hose"),
        ("hinckley & bosworth", "Hinckley and Bosworth"),
        ("ashby", "Ashby"),
        ("in kirkby", "Kirby"),
    ],
)
def test_hyphens_apostrophes_and_short_forms(names: PlaceNames, text: str, name: str) -> None:
    """Hyphens, apostrophes and & make no difference; a name that could be several places is found as that name."""
    assert places(names, text) == [name]


def misspelt(name: str, kind: str, rng: random.Random) -> str:
    """The name with one letter wrong, never the first: swapped with the next, left out, doubled, added or another one."""
    at = rng.choice([i for i in range(1, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()])
    before, letter, after = name[:at], name[at], name[at + 1 :]
    other = rng.choice([c for c in string.ascii_lowercase if c != letter.lower()])
    return {
        "swapped": before + after[0] + letter + after[1:],
        "left out": before + after,
        "doubled": before + letter + letter + after,
        "added": before + other + letter + after,
        "another": before + other + after,
    }[kind]


@pytest.mark.parametrize("kind", ["swapped", "left out", "doubled", "added", "another"])
def test_one_letter_wrong(names: PlaceNames, kind: str) -> None:
    """Of names of six letters and more with one letter wrong, at least 95% are found, alone and after "i live in"."""
    rng = random.Random(f"places, {kind}")
    long = [row["name"] for row in rows() if len(row["name"]) >= 6]
    wrong = []
    for name in rng.sample(long, SAMPLE):
        text = misspelt(name, kind, rng).lower()
        wrong += [said for said in (text, f"i live in {text}") if places(names, said) != [name]]
    assert len(wrong) <= 2 * SAMPLE * (1 - RIGHT), wrong


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("i live in kirby muxlo", "Kirby Muxloe"),
        ("Loughbrough", "Loughborough"),
        ("im in wigstn", "Wigston"),
        ("market harborogh", "Market Harborough"),
    ],
)
def test_common_misspellings(names: PlaceNames, text: str, name: str) -> None:
    """The longer name with one letter wrong, not a shorter one inside it."""
    assert places(names, text) == [name]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("LE18 1AB", "LE18 1AB"),
        ("le18 1ab", "LE18 1AB"),
        ("le181ab", "LE18 1AB"),
        ("LE181AB", "LE18 1AB"),
        ("le8  5rt", "LE8 5RT"),
        ("my postcode is le8 5rt thanks", "LE8 5RT"),
        ("cv13 0la", "CV13 0LA"),
        ("its LE67 3ab.", "LE67 3AB"),
        ("B79 0AA", "B79 0AA"),
        ("SW1A 1AA", "SW1A 1AA"),
        ("le18", "LE18"),
        ("somewhere in le12", "LE12"),
        ("DE74", "DE74"),
    ],
)
def test_postcodes(names: PlaceNames, text: str, value: str) -> None:
    """Whole postcodes with or without the space and in any case, and the first halves that the county has."""
    assert postcodes(names, text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "PIP 4 me",
        "at 3pm",
        "call me on 07700 900123",
        "my UC50 letter",
        "the B4114 is shut",
        "i am 67 and he is 72",
        "my A1C is high",
        "order number 12345",
        "it was £20 off",
    ],
)
def test_numbers_are_no_postcodes(names: PlaceNames, text: str) -> None:
    """Times, roads, benefits, ages and phone numbers are not taken for a postcode."""
    assert names.find(text) == []


def test_a_postcode_and_a_village(names: PlaceNames) -> None:
    """Both are found, in the order of the text, each with its own place in it."""
    text = "I live in Wigston, LE18 1AB"
    found = names.find(text)
    assert [(f.entity, f.value, text[f.start : f.end]) for f in found] == [
        ("place", "Wigston", "Wigston"),
        ("postcode", "LE18 1AB", "LE18 1AB"),
    ]


def test_two_places(names: PlaceNames) -> None:
    """A person who moved, or asks for somebody else, may name two."""
    assert places(names, "i live in syston but my dad is in oadby") == ["Syston", "Oadby"]


@pytest.mark.parametrize(
    "text",
    ["", " ", "🙂", "\u200b\x00", "in", "i live in", "the " * 2000, "Wigston " * 1000],
    ids=["empty", "space", "emoji", "odd", "one word", "no place", "long", "many places"],
)
def test_odd_texts_do_not_raise(names: PlaceNames, text: str) -> None:
    """A resident may paste anything."""
    names.find(text)


def test_the_component_adds_entities() -> None:
    """Entities have Rasa's form, and those that were there already stay."""
    message = Message({"text": "Wigston LE18 1AB", "entities": [{"entity": "need", "value": "food"}]})
    PlaceExtractor({}).process([message])
    entities = message.get("entities")
    assert [(e["entity"], e["value"]) for e in entities] == [
        ("need", "food"),
        ("place", "Wigston"),
        ("postcode", "LE18 1AB"),
    ]
    assert entities[1] == {
        "entity": "place",
        "value": "Wigston",
        "start": 0,
        "end": 7,
        "confidence": 1.0,
        "extractor": "PlaceExtractor",
    }
    assert "entities" in message.as_dict(only_output_properties=True)


def test_a_changed_list_of_places_is_noticed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`rasa train` must not reuse a model that knows other villages."""
    folder = tmp_path_factory.mktemp("data")
    for name in ("places.csv", "ambiguous_places.yml"):
        (folder / name).write_bytes((DATA / name).read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATA_DIR", str(folder))
        same = PlaceExtractor.fingerprint_addon({})
        (folder / "places.csv").write_bytes((DATA / "places.csv").read_bytes() + b"\n")
        changed = PlaceExtractor.fingerprint_addon({})
    assert same == PlaceExtractor.fingerprint_addon({}) != changed
