"""Schedules: exact hours where they are exact, plain words for the rest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from service_catalogue.feeds.areas import areas_of, reach_of
from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.opening_hours import notation, note
from service_catalogue.feeds.places import places_of
from service_catalogue.feeds.schedules import has_exceptions, openings_of
from service_catalogue.feeds.terms import OURS, Crosswalk, terms_of
from service_catalogue.local import AREAS, local_data
from service_catalogue.points import Points
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.importing.synthetic import v3

DATA = ROOT / "data" / "leicestershire"
CROSSWALK = Crosswalk.load(DATA, local_data(DATA).needs.known)
POINTS = Points.load(DATA)
WEEKLY = {"freq": "WEEKLY", "byday": "MO", "opens_at": "10:00", "closes_at": "12:00"}


def hours(*rows: dict[str, Any], about: str = "", **record: Any) -> tuple[str, str]:
    given = {"schedules": [{**WEEKLY, **row} for row in rows], **record}
    openings, exceptions = openings_of(given, Findings()), has_exceptions(given)
    exact = notation(openings, about, exceptions=exceptions)
    return exact, note(openings, exact, CROSSWALK.sentences, exceptions=exceptions)


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([{}], "Mo 10:00-12:00"),
        ([{"byday": "MO,TU,WE,TH,FR"}, {"byday": "SA", "opens_at": "09:00"}], "Mo-Fr 10:00-12:00; Sa 09:00-12:00"),
        ([{}, {"opens_at": "13:00", "closes_at": "17:00"}], "Mo 10:00-12:00,13:00-17:00"),
        ([{"byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": "00:00", "closes_at": "23:59"}], "24/7"),
        ([{"freq": "day", "byday": ""}], "Mo-Su 10:00-12:00"),
        ([{"freq": "week", "byday": "TH", "dtstart": "2026-01-01T00:00:00Z"}], "Th 10:00-12:00"),
        ([{"opens_at": "19:00", "closes_at": "00:00"}], "Mo 19:00-24:00"),
        ([{"opens_at": "22:00", "closes_at": "06:00"}], "Mo 22:00-06:00"),
        (
            [{"bymonthday": "2,3,4"}],
            "Mo 10:00-12:00",
        ),  # weekly with days of the month is no rule: the days of the week count
        ([{"description": "Not on bank holidays."}], "Mo 10:00-12:00; PH off"),
    ],
)
def test_the_same_hours_every_week_are_written_exactly(rows: list[dict[str, Any]], wanted: str) -> None:
    assert hours(*rows)[0] == wanted


@pytest.mark.parametrize(
    ("row", "wanted"),
    [
        ({"interval": 2, "byday": "TU"}, "Every other Tuesday, 10am to noon. Please check which."),
        ({"freq": "MONTHLY", "byday": "1MO"}, "First Monday of each month, 10am to noon."),
        ({"freq": "MONTHLY", "byday": "-1FR"}, "Last Friday of each month, 10am to noon."),
        ({"freq": "MONTHLY", "byday": "", "bymonthday": "1,15"}, "Day 1 and 15 of each month, 10am to noon."),
        ({"valid_to": "2027-03-31"}, "Monday, 10am to noon, until 31 March 2027."),
        ({"until": "2027-03-31"}, "Monday, 10am to noon, until 31 March 2027."),
        ({"byday": "1MO"}, "On some days, 10am to noon."),
        ({"opens_at": "10:00", "closes_at": "10:00"}, "Monday, times not known."),
        ({"opens_at": "17:00", "closes_at": "15:00"}, "Monday, times not known."),
        ({"closes_at": ""}, "Monday, from 10am."),
    ],
)
def test_everything_else_is_said_in_words(row: dict[str, Any], wanted: str) -> None:
    assert hours(row) == ("", wanted)


@pytest.mark.parametrize(
    "said",
    [
        "Term time only",
        "2nd Monday of the month",
        "every other week on alternate Mondays",
        "Fortnightly",
        "Not during school holidays",
    ],
)
def test_text_that_says_not_every_week_takes_the_exact_hours_back(said: str) -> None:
    exact, words = hours({"description": said})
    assert exact == ""
    assert said in words
    exact, words = hours({}, about=f"Meets {said}.")
    assert exact == "" and "may not be every week" in words


def test_zero_length_is_unknown_unless_the_text_says_24_hours() -> None:
    same = {"opens_at": "00:00", "closes_at": "00:00", "byday": "MO,TU,WE,TH,FR,SA,SU"}
    assert hours(same)[0] == ""
    assert hours({**same, "description": "Open 24 hours"})[0] == "24/7"


def test_holidays_listed_apart_make_the_hours_uncertain() -> None:
    exact, words = hours(
        {}, holiday_schedules=[{"closed": True, "start_date": "2026-12-25", "end_date": "2026-12-26", "open_at": None}]
    )
    assert exact == "" and "holidays" in words


def test_hours_of_two_places_are_told_apart() -> None:
    place = {"location": {"id": "a", "name": "Hall"}, "schedules": [WEEKLY]}
    other = {"location": {"id": "b", "name": "Library"}, "regular_schedule": [{**WEEKLY, "byday": "TU"}]}
    openings = openings_of({"service_at_locations": [place, other]}, Findings())
    assert notation(openings, "", exceptions=False) == ""
    assert (
        note(openings, "", CROSSWALK.sentences, exceptions=False)
        == "Monday, 10am to noon, at Hall.\nTuesday, 10am to noon, at Library."
    )


def test_a_wall_clock_time_with_z_is_the_same_in_summer_and_winter() -> None:
    assert hours({"opens_at": "10:00Z", "closes_at": "12:00Z"})[0] == hours({})[0]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("Leicester, Leicestershire and Rutland", ["Leicester", "Leicestershire", "Rutland"]),
        ("Hinckley and Bosworth", ["Hinckley and Bosworth"]),
        ("Blaby, Charnwood & Melton", ["Blaby", "Charnwood", "Melton"]),
        ("All of Leicestershire", ["Leicestershire"]),
        ("Leicestershire wide", ["Leicestershire"]),
        ("United Kingdom", ["England"]),
        ("Bristol", ["Bristol"]),
        ("Bristol and Leicester", ["Bristol and Leicester"]),
        ("Loughborough", ["Loughborough"]),
    ],
)
def test_areas_become_ours_only_when_every_part_is_ours(said: str, wanted: list[str]) -> None:
    assert areas_of({"service_areas": [{"name": said}]}, CROSSWALK.areas) == wanted


def test_ons_codes_name_an_area() -> None:
    assert areas_of(
        {"service_areas": [{"name": "x", "uri": "http://statistics.data.gov.uk/id/E07000130"}]}, CROSSWALK.areas
    ) == ["Charnwood"]


def test_the_areas_of_the_crosswalk_are_those_that_search_knows() -> None:
    assert set(CROSSWALK.areas.values()) == AREAS


def test_reach_marks_what_lies_in_the_county_and_keeps_bristol_out() -> None:
    here = places_of(v3(), Findings(), POINTS, hidden=False)
    bristol = [{**here[0], "postcode": "BS1 4ST", "latitude": 51.45, "longitude": -2.6}]
    assert reach_of(["Leicestershire"], bristol, CROSSWALK.areas, POINTS) == "stated"
    assert reach_of(["Bristol"], here, CROSSWALK.areas, POINTS) == "elsewhere"
    assert [reach_of([], places, CROSSWALK.areas, POINTS) for places in (here, bristol, [])] == [
        "inside",
        "outside",
        "unknown",
    ]


def test_needs_by_label_path_address_our_own_codes_and_at_last_by_words() -> None:
    def needs(term: dict[str, str] | None, name: str = "", about: str = "") -> list[tuple[str, str]]:
        terms = [{"name": "", "taxonomy": "", "code": "", "uri": "", **term}] if term else []
        return [(row["code"], row["method"]) for row in CROSSWALK.needs(terms, name, about)]

    assert needs({"name": "Bereaved "}) == [("bereavement", "label")]
    assert needs({"name": "Low Income > Unemployed"}) == [("employment", "label")]
    assert needs({"name": "Carers > Something new"}) == [("carers", "label")]
    assert needs({"name": "warm home", "taxonomy": OURS, "code": "warm_home"}) == [("warm_home", "ours")]
    assert needs({"name": "Strange label"}, "Dementia café") == [("dementia", "words")]
    assert needs({"name": "Bereaved"}, "Dementia café") == [
        ("bereavement", "label")
    ]  # words only when no label says anything
    assert needs(None, "Club", "Nothing of the kind") == []


def test_labels_are_kept_as_the_publisher_wrote_them() -> None:
    rows = terms_of(
        {
            "pc_targetAudience": [{"id": "80425", "audienceType": "Sensory Impaired > Visually  Impaired "}],
            "attributes": [{"taxonomy_term": {"id": "t", "name": "X", "taxonomy": "esd", "term_uri": "esd:1"}}],
        }
    )
    assert [(row["name"], row["taxonomy"]) for row in rows] == [
        ("X", "esd"),
        ("Sensory Impaired > Visually Impaired", "target audience"),
    ]
    assert rows[0]["uri"] == "esd:1"


def test_a_crosswalk_with_an_unknown_code_names_file_and_entry(tmp_path: Path) -> None:
    from common.local_data import LocalDataError

    (tmp_path / "feed_terms.yml").write_text("labels: {tea: [biscuits]}\n")
    with pytest.raises(LocalDataError, match=r"feed_terms.yml: labels.tea: .*biscuits"):
        Crosswalk.load(tmp_path, frozenset({"food"}))
