"""Where people live: every name, every postcode row, and what settles a doubt."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from assessment.places import OTHER, PlaceAnswer, Places
from assessment.postcodes import parse_postcode
from common.local_data import LocalDataError

DATA = Path(__file__).parents[2] / "data" / "leicestershire"
PLACES = Places.load(DATA)
ROWS = list(csv.DictReader((DATA / "places.csv").open(encoding="utf-8")))
OUTCODES = list(csv.DictReader((DATA / "postcode_districts.csv").open(encoding="utf-8")))
AMBIGUOUS = yaml.safe_load((DATA / "ambiguous_places.yml").read_text(encoding="utf-8"))["names"]
KINDS = {"place": "district", "city": "city", "rutland": "rutland", "outside": "outside"}
DISTRICTS = {"Blaby": 30, "Charnwood": 46, "Harborough": 105, "Hinckley and Bosworth": 49, "Melton": 73, "North West Leicestershire": 58, "Oadby and Wigston": 8}  # fmt: skip


def offered(answer: PlaceAnswer) -> set[str]:
    """The areas an answer settles on or asks about."""
    return {value.partition("@")[2] for _, value in answer.options if value != OTHER} or {answer.area or ""}


def test_all_369_places_of_the_county_are_there():
    """Each district has as many places as the fact base lists, beside the names of districts and one extra hamlet."""
    extra = {"Charnwood", "Hinckley and Bosworth", "North West Leicestershire", "Oadby and Wigston", "Newbold (Owston)"}
    for district, count in DISTRICTS.items():
        assert len([row for row in ROWS if row["district"] == district and row["name"] not in extra]) == count
    assert sum(DISTRICTS.values()) == 369


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_every_name_and_alias_resolves_to_its_area(row):
    """A name gives its own district or door, or a question that offers it; never another place."""
    for name in [
        row["name"],
        row["name"].upper(),
        row["name"].replace("-", " "),
        *filter(None, row["aliases"].split(";")),
    ]:
        answer = PLACES.resolve([name])
        assert row["area"] in offered(answer), name
        if answer.kind not in ("ambiguous", "confirm"):
            assert (answer.kind, answer.area) == (KINDS[row["kind"]], row["area"])
            assert answer.district == (row["district"] or None)


@pytest.mark.parametrize("row", OUTCODES, ids=lambda row: row["outcode"])
def test_every_postcode_row_gives_its_verdict(row):
    """The first half alone is believed only where it is safe; elsewhere it is confirmed or asked."""
    options = row["options"].split(";")
    expected = {
        "one district": "district",
        "city": "city",
        "likely district": "confirm",
        "ambiguous": "ambiguous",
        "rutland": "confirm",
        "outside": "outside" if len(options) == 1 else "confirm",
        "not_residential": "unknown",
    }[row["verdict"]]
    for postcode in (row["outcode"], row["outcode"].lower(), f"{row['outcode']} 1AA", f"{row['outcode']}1aa"):
        answer = PLACES.resolve([], postcode)
        assert answer.kind == expected, postcode
        if expected == "ambiguous":
            assert offered(answer) == set(options)
        elif expected != "unknown":
            assert answer.area == options[0]


def test_only_four_outcodes_settle_a_place_alone():
    """Only LE1, LE11, LE13 and LE19 are safe without another question."""
    assert {row["outcode"] for row in OUTCODES if PLACES.resolve([], row["outcode"]).kind in ("district", "city")} == {
        "LE1", "LE11", "LE13", "LE19",
    }  # fmt: skip


@pytest.mark.parametrize("entry", AMBIGUOUS, ids=lambda entry: entry["name"])
def test_an_ambiguous_name_is_asked_unless_the_district_is_safe(entry):
    """Options in more than one area are asked; options in one district are not; each option given back is settled."""
    answer = PLACES.resolve([entry["name"]])
    values = [option if isinstance(option, str) else option["value"] for option in entry["options"]]
    areas = {value.partition("@")[2] for value in values}
    if entry.get("ask") == "confirm":
        assert answer.kind == "confirm"
    else:
        assert answer.kind == ("ambiguous" if len(areas) > 1 else "district")
    for value in values:
        settled = PLACES.resolve([value])
        assert settled.kind in ("district", "city", "rutland", "outside") and settled.area == value.partition("@")[2]


@pytest.mark.parametrize(
    ("names", "postcode", "kind", "area"),
    [
        (["Ashby"], "LE65 1AA", "district", "North West Leicestershire"),
        (["Ashby", "Melton"], None, "district", "Melton"),
        (["Eaton"], "NG32", "district", "Melton"),
        (["Hinckley"], "LE10 1AA", "district", "Hinckley and Bosworth"),
        (["Bosworth"], "CV13", "district", "Hinckley and Bosworth"),
        (["Oadby", "Leicester"], None, "district", "Oadby and Wigston"),
        (["Knighton", "Leicester"], None, "city", "Leicester"),
        (["Leicester"], None, "city", "Leicester"),
        (["Stamford"], "PE9", "outside", "Lincolnshire"),
        (["Loughborough"], "LE2", "ambiguous", None),
        (["Nottingham", "Loughborough"], None, "ambiguous", None),
        (["Braunstone"], "LE3", "ambiguous", None),
        ([], "SW1A 1AA", "outside", None),
        ([], "LE99", "unknown", None),
        (["Atlantis"], None, "unknown", None),
        ([OTHER], None, "unknown", None),
        ([], None, "unknown", None),
    ],
)
def test_a_name_and_a_postcode_settle_each_other(names, postcode, kind, area):
    """Two facts that fit one place settle it, two that contradict each other are asked, and a postal town never counts against a village."""
    answer = PLACES.resolve(names, postcode)
    assert (answer.kind, answer.area) == (kind, area)


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("wigston", "district", "Wigston"),
        ("I live in Blaby, Leicestershire", "district", "Blaby"),
        ("i live in mesurm", "confirm", "Measham"),
        ("me mums in hinkly", "district", "Hinckley"),
        ("loughbrough", "district", "Loughborough"),
        ("Barrow-upon-Soar", "district", "Barrow upon Soar"),
        ("ashby de la zouch", "district", "Ashby-de-la-Zouch"),
        ("melton road syston", "district", "Syston"),
        ("not leicester city, thurmaston", "district", "Thurmaston"),
        ("hose", "district", "Hose"),
        ("i have a hose", "unknown", ""),
        ("thurmston", "ambiguous", "thurmston"),
        ("enderby near leicester", "district", "Enderby"),
        ("my postcode is le12 7tx", "ambiguous", "LE12 7TX"),
        ("le 19 2ab", "district", "Blaby"),
        ("dont know", "unknown", ""),
        ("can i talk to someone", "unknown", ""),
        ("living in my car", "unknown", ""),
    ],
)
def test_a_whole_answer_is_searched_for_a_place(text, kind, name):
    """A place is found in an ordinary answer, one wrong letter forgiven, a guess by sound only ever confirmed."""
    answer = PLACES.find(text)
    assert (answer.kind, answer.name) == (kind, name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("le85ab", "LE8 5AB"), ("LE18 5AB", "LE18 5AB"), ("LE8 5AB please", "LE8 5AB"), ("le8 oab", "LE8 0AB"), ("cv13", "CV13"), ("le 8", "LE8"), ("its le67", "LE67"), ("I take b12 tablets", None), ("le8 oakham", "LE8"), ("hello", None)],
)  # fmt: skip
def test_postcodes_are_read_as_people_type_them(text, expected):
    """Spaced or not, any case, the first half alone; a vitamin is not a postcode."""
    found = PLACES.parse_postcode(text)
    assert (str(found) if found else None) == expected


@given(st.text(max_size=60))
def test_no_text_breaks_the_search_for_a_place(text):
    """Whatever somebody types, the answer is one of the seven kinds."""
    assert PLACES.find(text).kind in ("district", "confirm", "ambiguous", "city", "rutland", "outside", "unknown")
    parse_postcode(text)


@given(
    st.lists(st.sampled_from([row["name"] for row in ROWS]), max_size=3),
    st.sampled_from([None, *(row["outcode"] for row in OUTCODES)]),
)
def test_every_option_that_is_asked_can_be_given_back(names, postcode):
    """The value of each option resolves to a settled place, so no question is asked twice."""
    for _, value in PLACES.resolve(names, postcode).options:
        assert PLACES.resolve([value]).kind in ("district", "city", "rutland", "outside", "unknown")


def test_a_name_that_is_there_twice_is_refused(tmp_path):
    """Two places of one name belong into the file of ambiguous names; the error names the row."""
    for name in ("places.csv", "ambiguous_places.yml", "postcode_districts.csv"):
        (tmp_path / name).write_text((DATA / name).read_text(encoding="utf-8"), encoding="utf-8")
    with (tmp_path / "places.csv").open("a", encoding="utf-8") as file:
        file.write("Oadby,place,Blaby,Blaby,no,no,,test\n")
    with pytest.raises(LocalDataError, match=r"row \d+: 'Oadby' is there twice"):
        Places.load(tmp_path)
