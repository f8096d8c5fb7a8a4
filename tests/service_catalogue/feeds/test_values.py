"""What real feeds get wrong, value by value."""

from __future__ import annotations

import time
from datetime import date, datetime, timezone
from typing import Any

import pytest

from service_catalogue.feeds.clock_times import clock_time, week_days
from service_catalogue.feeds.dialect import dialect_of
from service_catalogue.feeds.findings import Findings
from service_catalogue.feeds.html_text import plain, summary_of
from service_catalogue.feeds.phones import numbers_in, phones_of, without_numbers
from service_catalogue.feeds.places import accessibility_in, postcode_of
from service_catalogue.feeds.refuge import coarse, is_hiding_place
from service_catalogue.feeds.values import as_list, day, moment, number, text, truth, whole_id
from service_catalogue.feeds.web_names import email, url
from service_catalogue.feeds.who_and_how import ages_of, costs_of
from service_catalogue.points import Point, Points
from tests.service_catalogue.conftest import ROOT
from tests.service_catalogue.importing.synthetic import outpost, placecube, v1, v3

POINTS = Points.load(ROOT / "data" / "leicestershire")


@pytest.mark.parametrize(
    ("value", "wanted"), [(None, []), ("", []), ({}, []), ({"a": 1}, [{"a": 1}]), ([1, 2], [1, 2]), ("x", ["x"])]
)
def test_a_collection_may_be_one_bare_item_or_nothing(value: Any, wanted: list[Any]) -> None:
    assert as_list(value) == wanted


@pytest.mark.parametrize("value", ["", "  ", "N/A", "n/a", "None", None, [], {}, False, "\u00a0", "-"])
def test_what_stands_for_nothing_is_nothing(value: Any) -> None:
    assert text(value) == ""


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("\u00a0hello@tea.org.uk ", "hello@tea.org.uk"), ("mailto:a@b.org", "a@b.org"), ("Tea <a@b.org>", "a@b.org"), ("a@b.org.", "a@b.org"),
     ("via website", ""), ("Unknown-177@noemail.invalid", ""), ("a@b", ""), (False, ""), ("email@example.com", "")],
)  # fmt: skip
def test_emails_are_trimmed_checked_and_placeholders_dropped(said: Any, wanted: str) -> None:
    assert email(said, "email", Findings()) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("www.tea.org.uk", "https://www.tea.org.uk"), ("http:/tea.org", "http://tea.org"), ("https//tea.org", "https://tea.org"), ("http://https://tea.org", "https://tea.org"),
     ("javascript:alert(1)", ""), ("JaVaScRiPt:alert(1)", ""), ("data:text/html,x", ""), ("ftp://tea.org", ""), ("see website", ""), ("http://[", ""),
     ("http://user:pw@tea.org", ""), ("http://192.168.0.1/", ""), ("//tea.org/x", "https://tea.org/x")],
)  # fmt: skip
def test_web_addresses_are_mended_or_dropped(said: str, wanted: str) -> None:
    assert url(said, "url", Findings()) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("Bristol line: 0117 496 0100 Ext 303", ["0117 496 0100 ext 303"]), ("+44(0)116 496 0100", ["0116 496 0100"]), ('"+44 116 4960100"', ["0116 496 0100"]),
     ("0116 496 0100 / 0116 496 0101", ["0116 496 0100", "0116 496 0101"]), ("116 123", ["116 123"]), ("111", ["111"]), ("Text SHOUT to 85258", ["85258"]), ("call us", [])],
)  # fmt: skip
def test_numbers_are_found_in_whatever_stands_in_a_phone_field(said: str, wanted: list[str]) -> None:
    assert list(numbers_in(said)) == wanted


def test_the_label_is_kept_and_a_contacts_name_is_not() -> None:
    rows = phones_of(
        {"contacts": [{"name": "A. Person", "phones": [{"number": "Youth line: 0117 496 0100"}]}]}, Findings()
    )
    assert [(row["number"], row["description"]) for row in rows] == [("0117 496 0100", "Youth line")]


def test_numbers_in_sentences_are_replaced_but_dates_and_prices_are_not() -> None:
    said = "Ring 0116 496 0100, (0116) 496 0101 or +44 7700 900123. Since 01/02/2026, £10.00, 10-12."
    assert without_numbers(said, "#") == "Ring #, # or #. Since 01/02/2026, £10.00, 10-12."


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("le113tu", ("LE11 3TU", "full")), ("LE11 3TU ", ("LE11 3TU", "full")), ("LE11", ("LE11", "outward")), ("LU7 ONY", ("", "bad")), ("ABC 1234", ("", "bad")), ("", ("", "none")), (None, ("", "none"))],
)  # fmt: skip
def test_postcodes(said: Any, wanted: tuple[str, str]) -> None:
    assert postcode_of(said, POINTS) == wanted


def test_a_letter_for_a_digit_is_put_right_only_where_the_sector_is_known() -> None:
    points = Points({}, {"LE11 1": Point(52.77, -1.2, "sector"), "LE11": Point(52.77, -1.2, "outcode")})
    assert postcode_of("LE11 IAA", points) == ("LE11 1AA", "full")
    assert postcode_of("LE11 OAA", points) == ("", "bad")


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("09:30:00", "09:30"), ("10:00Z", "10:00"), ("10:00+00:00", "10:00"), ("9.30am", "09:30"), ("2 pm", "14:00"), ("12am", "00:00"), ("0930", "09:30"), ("24:00", "24:00"),
     ("noon", "12:00"), ("25:00", None), ("soon", None), ("", ""), (9, None), ("2026-07-01T09:00:00Z", "10:00"), ("2026-01-01T09:00:00Z", "09:00"), ("2026-07-01T09:00:00", "09:00")],
)  # fmt: skip
def test_a_bare_time_is_by_the_wall_clock_and_a_full_one_is_moved_to_london(said: Any, wanted: str | None) -> None:
    assert clock_time(said) == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("MO,TU", ["MO", "TU"]), ("Monday", ["MO"]), ("mon,tue", ["MO", "TU"]), ("2MO", ["2MO"]), ("-1FR", ["-1FR"]), ("TH", ["TH"]), ("1", ["MO"]), (["Sat", "Sun"], ["SA", "SU"]), (None, [])],
)  # fmt: skip
def test_days(said: Any, wanted: list[str]) -> None:
    assert week_days(said) == (wanted, True)


def test_days_that_are_none_are_said_to_be_unreadable() -> None:
    assert week_days("MO,funday") == (["MO"], False)


@pytest.mark.parametrize(
    ("record", "wanted"),
    [({"minimum_age": -1, "maximum_age": -1}, (None, None)), ({"min_age": 18}, (18, None)), ({"minimum_age": "5", "maximum_age": 11.0}, (5, 11)),
     ({"minimum_age": 60, "maximum_age": 18}, (None, None)), ({"eligibilitys": [{"minimum_age": 8, "maximum_age": 12}, {"minimum_age": 11, "maximum_age": 18}]}, (8, 18)),
     ({"eligibilitys": [{"minimum_age": 8, "maximum_age": 12}, {"minimum_age": 11}]}, (8, None)), ({"minimum_age": 1e300}, (None, None)), ({"minimum_age": True}, (None, None))],
)  # fmt: skip
def test_ages(record: dict[str, Any], wanted: tuple[int | None, int | None]) -> None:
    assert ages_of(record, Findings()) == wanted


@pytest.mark.parametrize(
    ("record", "wanted"),
    [({}, "unknown"), ({"free": True}, "free"), ({"free": None}, "unknown"), ({"free": False}, "unknown"), ({"fees": "Free"}, "free"), ({"fees": ""}, "unknown"),
     ({"fees": "Free for carers, otherwise ask"}, "unknown"), ({"cost_options": [{"amount": "4.00"}]}, "paid"), ({"cost_options": [{"amount": 0}]}, "free"),
     ({"free": True, "cost_options": [{"amount": 5}]}, "unknown"), ({"fees": "£3 a session"}, "paid")],
)  # fmt: skip
def test_cost_has_three_states(record: dict[str, Any], wanted: str) -> None:
    assert costs_of(record, Findings())[0] == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("Women's Refuge", True), ("Supported housing for survivors of domestic abuse", True), ("Safe house", True), ("Refugee support", False), ("Donkey refuge", False), ("Housing advice", False),
     ("Domestic abuse helpline", False)],
)  # fmt: skip
def test_hiding_places_are_known_by_their_words(words: str, wanted: bool) -> None:
    assert is_hiding_place(words) is wanted


def test_prose_of_a_hiding_place_loses_street_and_full_postcode() -> None:
    assert coarse("Come to 12 Rose Street, Loughborough LE11 3TU", "(x)") == "Come to (x), Loughborough LE11"


def test_accessibility_is_only_what_is_plainly_there() -> None:
    assert accessibility_in("Wheelchair access. Disabled toilet. Hearing loop; car parking") == [
        "step_free",
        "accessible_toilet",
        "hearing_loop",
        "parking",
    ]
    assert accessibility_in("No wheelchair access. Parking is not available") == []
    assert accessibility_in("Blue badge parking") == ["blue_badge_parking"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("<p>A</p><p>B</p>", "A\n\nB"), ("a<br>b", "a\nb"), ("<ul><li>x</li><li>y</li></ul>", "- x\n- y"), ("&lt;b&gt;x&lt;/b&gt;", "x"), ("R&amp;D", "R&D"), ("1 < 2", "1 < 2"),
     ("<style>p{}</style>x", "x"), ("<p><br></p>", ""), ("JavaScript: a course", "JavaScript: a course"), (None, ""), (5, "5"), (["x"], "")],
)  # fmt: skip
def test_html(said: Any, wanted: str) -> None:
    assert plain(said)[0] == wanted


@pytest.mark.parametrize(
    "said",
    [
        "<div>" * 40_000,
        "</" * 100_000,
        "<a '" * 50_000,
        "<!--" * 50_000,
        "&#" * 100_000,
        "<p>x" * 60_000,
        "<script>" * 30_000,
    ],
)
def test_no_html_takes_long(said: str) -> None:
    begun = time.process_time()
    plain(said)
    assert time.process_time() - begun < 2


def test_a_summary_is_whole_sentences() -> None:
    assert summary_of("Tea and cake every week for everybody who likes it. " * 9) == " ".join(
        ["Tea and cake every week for everybody who likes it."] * 4
    )
    assert len(summary_of("word " * 200)) <= 220


def test_numbers_days_moments_ids_and_truths() -> None:
    assert [number(value) for value in ("4.00", "£4", 4, True, "x", float("nan"), 1e300, None)] == [
        4,
        4,
        4,
        None,
        None,
        None,
        None,
        None,
    ]
    assert [day(value) for value in ("2026-01-05T10:00", "05/01/2026", "2026-13-01", "", 5)] == [
        date(2026, 1, 5),
        date(2026, 1, 5),
        None,
        None,
        None,
    ]
    assert moment("2026-07-01T10:00:00") == datetime(2026, 7, 1, 9, tzinfo=timezone.utc)  # no zone: London
    assert [whole_id(value) for value in (12, 12.0, " a ", True, None, {})] == ["12", "12", "a", "", "", ""]
    assert [truth(value) for value in (True, "yes", 0, None, "maybe")] == [True, True, False, None, None]


@pytest.mark.parametrize(
    ("record", "wanted"),
    [(v3(), "ORUK 3.0"), (v1(), "ORUK 1.0"), (outpost(), "Outpost"), (placecube(), "ORUK 3.0 (Placecube)"), ({"id": 1, "pc_metadata": {}, "attending_type": "", "deliverable_type": ""}, "ORUK 1.0 (Placecube)")],
)  # fmt: skip
def test_dialects_are_told_from_keys(record: dict[str, Any], wanted: str) -> None:
    assert dialect_of(record) == wanted


@pytest.mark.parametrize("amount", [10**400, -(10**400), 1e12, float("nan"), float("inf"), float("-inf")])
def test_an_amount_that_no_price_can_have_is_none(amount: float) -> None:
    """A whole number in JSON may have hundreds of digits, more than a decimal one can hold."""
    assert number(amount) is None
