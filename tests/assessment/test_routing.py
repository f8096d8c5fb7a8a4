"""Where someone goes: the properties that must hold for everybody, and each door."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.coverage import Coverage
from assessment.needs import Needs
from assessment.routing import TIERS, Assessment, Rules, decide
from common.local_data import LocalDataError

DATA = Path(__file__).parents[2] / "data" / "leicestershire"
RULES = Rules.load(DATA)
SHIPPED = Coverage.load(DATA)
NEEDS = [need.slug for need in Needs.load(DATA)]
TODAY = date(2026, 11, 21)
SIGNS = ["isolated", "long_term_condition", "low_confidence", "does_not_know_where_to_start", "known_to_services", "wants_face_to_face", "wants_help_to_arrange"]  # fmt: skip
EXPERT = Assessment(needs=("food", "housing", "loneliness"), place="Enderby", district="Blaby", area_kind="county")
HEADER = "place,team,role,from,to,checked_on,source\n"
HEADER_WITH_FALLBACK = HEADER.replace("\n", ",fallback\n")

assessments = st.builds(
    Assessment,
    needs=st.lists(st.sampled_from(NEEDS), max_size=6).map(tuple),
    place=st.sampled_from(["Enderby", "Wigston", ""]),
    district=st.sampled_from(["Blaby", "Oadby and Wigston", None]),
    area_kind=st.sampled_from(["county", "city", "rutland", "outside", "unknown"]),
    adult=st.sampled_from([True, False, None]),
    red_flags=st.sampled_from([(), ("abuse_now",), ("suicide_self_harm", "child_at_risk")]),
    wants_person=st.booleans(),
    **{sign: st.booleans() for sign in SIGNS},
)


def coverage(tmp_path: Path, rows: str, header: str = HEADER) -> Coverage:
    """The coverage of a folder that differs from the shipped one in lac_coverage.csv alone."""
    shutil.copy(DATA / "routing.yml", tmp_path)
    (tmp_path / "lac_coverage.csv").write_text(header + rows, encoding="utf-8")
    return Coverage.load(tmp_path)


@given(assessments, st.sampled_from(NEEDS))
def test_adding_a_need_never_lowers_the_tier(assessment, need):
    """Telling us more never gets somebody less."""
    more = replace(assessment, needs=(*assessment.needs, need))
    before, after = decide(assessment, RULES, SHIPPED, TODAY), decide(more, RULES, SHIPPED, TODAY)
    assert TIERS.index(after.tier) >= TIERS.index(before.tier)


@given(assessments, st.sampled_from(SIGNS))
def test_adding_a_sign_never_lowers_the_tier(assessment, sign):
    """The same for every answer."""
    more = decide(replace(assessment, **{sign: True}), RULES, SHIPPED, TODAY)
    assert TIERS.index(more.tier) >= TIERS.index(decide(assessment, RULES, SHIPPED, TODAY).tier)


@given(assessments, st.randoms())
def test_the_order_of_needs_never_changes_the_decision(assessment, random):
    """Word order is nothing, and neither is saying a thing twice."""
    needs = [*assessment.needs, *assessment.needs]
    random.shuffle(needs)
    assert decide(replace(assessment, needs=tuple(needs)), RULES, SHIPPED, TODAY) == decide(
        assessment, RULES, SHIPPED, TODAY
    )


@given(assessments)
def test_a_red_flag_comes_first_and_a_person_always_follows(assessment):
    """Danger outranks everything: emergency first, the reason says so, and nobody is left with a list of services."""
    decision = decide(assessment, RULES, SHIPPED, TODAY)
    assert decision.emergency_first == bool(assessment.red_flags)
    if assessment.red_flags:
        assert decision.reasons[0] == RULES.reasons["emergency"]
        assert decision.person and decision.destination != "services"


@given(assessments)
def test_under_18_and_outside_outrank_every_team(assessment):
    """A young person and somebody outside the county get their own right door, whatever else they said."""
    decision = decide(assessment, RULES, SHIPPED, TODAY)
    if assessment.adult is False:
        assert decision.destination == "under_18"
    elif assessment.area_kind in ("city", "rutland", "outside"):
        assert decision.destination == "outside"
    else:
        assert decision.destination in ("services", "first_contact_plus")
    assert bool(decision.team) == (decision.destination == "first_contact_plus")


@given(assessments)
def test_a_person_asked_for_is_a_person_given(assessment):
    """Whoever asks for a person gets one, at any tier and on any day."""
    decision = decide(replace(assessment, wants_person=True), RULES, SHIPPED, TODAY)
    assert decision.person and decision.destination != "services"


@given(assessments)
def test_every_decision_has_reasons_in_plain_words(assessment):
    """No reason is empty, repeated or left with a gap."""
    reasons = decide(assessment, RULES, SHIPPED, TODAY).reasons
    assert reasons and len(set(reasons)) == len(reasons)
    assert all(reason and "{" not in reason and "  " not in reason for reason in reasons)


@given(assessments, st.dates(date(2015, 1, 1), date(2035, 1, 1)))
def test_as_shipped_nobody_is_promised_a_coordinator(assessment, day):
    """No shipped row counts as coverage on any day."""
    assert decide(assessment, RULES, SHIPPED, day).destination not in ("lac", "locality_team")


@pytest.mark.parametrize(
    ("changes", "tier", "destination"),
    [
        ({"needs": ("smoking",)}, "essential", "services"),
        ({"needs": ("smoking", "transport")}, "essential", "services"),
        ({"needs": ("smoking",), "wants_person": True}, "essential", "first_contact_plus"),
        ({"needs": ("smoking", "weight", "physical_activity")}, "enhanced", "first_contact_plus"),
        ({"needs": ("smoking",), "wants_help_to_arrange": True}, "enhanced", "first_contact_plus"),
        ({"needs": ("smoking",), "low_confidence": True}, "enhanced", "first_contact_plus"),
        ({"needs": ("smoking",), "red_flags": ("abuse_now",)}, "enhanced", "first_contact_plus"),
        ({"needs": ("food", "housing", "loneliness")}, "expert", "first_contact_plus"),
        ({"needs": ("food", "money_debt", "benefits", "energy_warm_home")}, "enhanced", "first_contact_plus"),
        ({"needs": ("long_term_condition",), "isolated": True, "low_confidence": True}, "expert", "first_contact_plus"),
        ({"needs": ("smoking",), "isolated": True, "long_term_condition": True}, "essential", "services"),
        ({"does_not_know_where_to_start": True}, "expert", "first_contact_plus"),
        ({"known_to_services": True}, "expert", "first_contact_plus"),
        ({"wants_face_to_face": True}, "expert", "first_contact_plus"),
        ({"adult": False, "area_kind": "city"}, "essential", "under_18"),
        ({"area_kind": "outside", "area": "Derbyshire"}, "essential", "outside"),
    ],
)
def test_every_tier_and_door_is_reachable(changes, tier, destination):
    """The rules of care navigation, line by line."""
    person = replace(Assessment(place="Oadby", district="Oadby and Wigston", area_kind="county", adult=True), **changes)
    decision = decide(person, RULES, SHIPPED, TODAY)
    assert (decision.tier, decision.destination) == (tier, destination)


@pytest.mark.parametrize(
    ("row", "destination", "team"),
    [
        ("Enderby,Enderby LAC,Local Area Coordinator,2026-01-01,2027-01-01,2026-10-01,told", "lac", "Enderby LAC"),
        ("Blaby,Blaby LAC,LAC,,,2025-11-21,told", "lac", "Blaby LAC"),
        ("Enderby,,Local Area Coordinator,,,2026-11-21,told", "lac", "Local Area Coordinator"),
        ("Blaby,PCN link workers,Link worker,,,2026-10-01,told", "locality_team", "PCN link workers"),
        ("Blaby,Pilot team,Hybrid coordinator,,,2026-10-01,told", "locality_team", "Pilot team"),
        (
            "Enderby,Enderby LAC,Local Area Coordinator,2026-01-01,2027-01-01,,told",
            "first_contact_plus",
            "First Contact Plus",
        ),
        ("Enderby,Enderby LAC,Local Area Coordinator,,,2025-11-20,told", "first_contact_plus", "First Contact Plus"),
        ("Enderby,Enderby LAC,Local Area Coordinator,,,2026-11-22,told", "first_contact_plus", "First Contact Plus"),
        (
            "Enderby,Enderby LAC,Local Area Coordinator,2026-11-22,,2026-10-01,told",
            "first_contact_plus",
            "First Contact Plus",
        ),
        (
            "Enderby,Enderby LAC,Local Area Coordinator,,2026-11-20,2026-10-01,told",
            "first_contact_plus",
            "First Contact Plus",
        ),
        ("Melton,Melton LAC,Local Area Coordinator,,,2026-10-01,told", "first_contact_plus", "First Contact Plus"),
    ],
)
def test_changing_the_coverage_file_alone_changes_the_result(tmp_path, row, destination, team):
    """A row counts when it was checked in the last 12 months and covers the day; place or district; otherwise the county team."""
    decision = decide(EXPERT, RULES, coverage(tmp_path, row + "\n"), TODAY)
    assert (decision.destination, decision.team, decision.tier) == (destination, team, "expert")


def test_only_the_expert_tier_goes_to_a_coordinator(tmp_path):
    """Coverage changes nothing for the other tiers, nor for people outside the county."""
    checked = coverage(tmp_path, "Blaby,Blaby LAC,LAC,,,2026-10-01,told\n")
    for changes in (
        {"needs": ("smoking",)},
        {"needs": ("smoking",), "wants_person": True},
        {"area_kind": "city"},
        {"adult": False},
        {"area_kind": "unknown"},
    ):
        assert decide(replace(EXPERT, **changes), RULES, checked, TODAY).destination != "lac"


def test_a_place_of_its_own_comes_before_its_district_and_a_coordinator_before_another_team(tmp_path):
    """The nearest team takes it."""
    rows = (
        "Blaby,District,LAC,,,2026-10-01,t\nEnderby,Link,Link worker,,,2026-10-01,t\nEnderby,Own,LAC,,,2026-10-01,t\n"
    )
    row = coverage(tmp_path, rows).team_for("Enderby", "Blaby", TODAY)
    assert row and row.team == "Own"


EXAMPLES = Path(__file__).parents[2] / "data" / "examples" / "lac_coverage.csv"


@pytest.mark.parametrize(
    ("district", "day", "destination", "team"),
    [
        ("Charnwood", "2026-11-21", "locality_team", "Loughborough link workers"),
        ("Melton", "2026-11-21", "lac", "Melton coordinators"),
        ("Melton", "2027-04-01", "locality_team", "Melton linked link worker"),
        ("Melton", "2027-12-01", "first_contact_plus", "First Contact Plus"),
        ("Harborough", "2026-11-21", "locality_team", "Harborough community support"),
        ("Hinckley and Bosworth", "2026-11-21", "locality_team", "Hinckley hybrid team"),
        ("Hinckley and Bosworth", "2027-11-02", "first_contact_plus", "First Contact Plus"),
    ],
)
def test_each_way_of_giving_a_worker_near_home_is_data(tmp_path, district, day, destination, team):
    """Options A to D of the report are rows of one file, each from and to a day, with its fallback; the shipped examples show them."""
    shutil.copy(DATA / "routing.yml", tmp_path)
    shutil.copy(EXAMPLES, tmp_path / "lac_coverage.csv")
    place = "Loughborough" if district == "Charnwood" else "Somewhere"
    person = replace(EXPERT, place=place, district=district)
    decision = decide(person, RULES, Coverage.load(tmp_path), date.fromisoformat(day))
    assert (decision.destination, decision.team, decision.tier) == (destination, team, "expert")


def test_a_fallback_that_nobody_checked_takes_nobody_and_a_ring_ends(tmp_path):
    """Two teams that name each other, neither of them checked, leave the county team."""
    ring = "Blaby,A,LAC,,,,t,B\nOadby,B,Link worker,,,,t,A\n"
    assert coverage(tmp_path, ring, HEADER_WITH_FALLBACK).team_for("Enderby", "Blaby", TODAY) is None


def test_a_place_that_names_the_county_team_is_not_sent_to_the_district(tmp_path):
    """A fallback outranks the district's own row."""
    rows = "Enderby,Own,LAC,,2026-10-31,2026-10-01,t,First Contact Plus\nBlaby,District,LAC,,,2026-10-01,t,\n"
    assert coverage(tmp_path, rows, HEADER_WITH_FALLBACK).team_for("Enderby", "Blaby", TODAY) is None


def test_a_fallback_that_no_row_has_is_refused(tmp_path):
    """The error names the row."""
    with pytest.raises(LocalDataError, match="row 2: fallback: no row has a team 'Nobody'"):
        coverage(tmp_path, "Blaby,A,LAC,,,,t,Nobody\n", HEADER_WITH_FALLBACK)


def test_a_date_that_is_none_is_refused(tmp_path):
    """The error names the row and the column."""
    with pytest.raises(LocalDataError, match="row 2: checked_on: 'soon' is not a date"):
        coverage(tmp_path, "Blaby,Blaby LAC,LAC,,,soon,told\n")


def test_twelve_months_end_well_in_a_leap_year(tmp_path):
    """On 29 February a row checked on 28 February of the year before still counts."""
    checked = coverage(tmp_path, "Enderby,Own,LAC,,,2027-02-28,t\n")
    assert checked.team_for("Enderby", "Blaby", date(2028, 2, 29)) and not checked.team_for(
        "Enderby", "Blaby", date(2028, 3, 1)
    )
