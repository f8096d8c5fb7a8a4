"""Points of places and postcodes, and how far apart they are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from common.local_data import LocalDataError
from service_catalogue.points import KM_PER_MILE, Point, Points, miles

DATA = Path(__file__).resolve().parents[2] / "data" / "leicestershire"
LEICESTER = Point(52.636, -1.133, "place")
HEADER = "kind,name,area,latitude,longitude,source"
ROWS = (
    "place,Walton,Harborough,52.47,-1.15,made",
    "place,Walton,Derbyshire,53.20,-1.42,made",
    "place,King's Norton,Harborough,52.598,-0.989,made",
    "outcode,LE1,,52.639,-1.132,made",
    "outcode,LE11,,52.767,-1.200,made",
    "sector,LE11 3,,52.760,-1.230,made",
    "sector,LE11 0,,52.770,-1.210,made",
    "sector,LE11 1,,52.771,-1.205,made",
)
PLACES = (
    "name,area,aliases",
    "Walton,Harborough,Walton by Kimcote",
    "King's Norton,Harborough,",
    "Nowhere,Blaby,Neverland",
)


@pytest.fixture(scope="module")
def shipped() -> Points:
    return Points.load(DATA)


def points_of(folder: Path, *rows: str) -> Points:
    """Points read from a points.csv with these rows."""
    (folder / "points.csv").write_text("\n".join((HEADER, *rows)) + "\n", encoding="utf-8")
    (folder / "places.csv").write_text("\n".join(PLACES) + "\n", encoding="utf-8")
    return Points.load(folder)


@pytest.fixture
def made(tmp_path: Path) -> Points:
    return points_of(tmp_path, *ROWS)


def test_leicester_and_loughborough_are_about_15_8_km_apart() -> None:
    assert miles(LEICESTER, Point(52.772, -1.206, "place")) * KM_PER_MILE == pytest.approx(15.8, abs=0.2)


def test_one_degree_of_latitude_is_about_69_miles() -> None:
    assert miles(Point(52.0, -1.0, "place"), Point(53.0, -1.0, "place")) == pytest.approx(69.09, abs=0.01)


def test_distance_is_the_same_both_ways_and_nothing_to_itself() -> None:
    other = Point(52.478, -0.921, "outcode")
    assert miles(LEICESTER, other) == pytest.approx(miles(other, LEICESTER))
    assert miles(other, other) == 0


@pytest.mark.parametrize(
    ("name", "latitude", "longitude"),
    [
        ("Leicester", 52.636, -1.133),
        ("Melton Mowbray", 52.766, -0.887),
        ("Market Harborough", 52.478, -0.921),
        ("Ashby-de-la-Zouch", 52.747, -1.471),
        ("Loughborough", 52.772, -1.206),
    ],
)
def test_a_shipped_town_lies_within_half_a_mile_of_where_the_map_has_it(
    shipped: Points, name: str, latitude: float, longitude: float
) -> None:
    point = shipped.of_place(name)
    assert point and miles(point, Point(latitude, longitude, "place")) < 0.5


def test_every_shipped_point_is_of_a_place_in_places_csv_or_of_a_postcode() -> None:
    with (DATA / "places.csv").open(encoding="utf-8") as file:
        known = {(row["name"], row["area"]) for row in csv.DictReader(file)}
    with (DATA / "points.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows if row["kind"] == "place" and (row["name"], row["area"]) not in known] == []
    assert rows == sorted(rows, key=lambda row: (row["kind"], row["name"], row["area"]))


def test_every_shipped_place_in_the_county_lies_within_30_miles_of_leicester(shipped: Points) -> None:
    with (DATA / "places.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file) if row["kind"] in ("place", "city", "rutland")]
    points = {name: point for name in names if (point := shipped.of_place(name))}
    assert [name for name, point in points.items() if miles(LEICESTER, point) > 30] == []


def test_every_residential_le_outcode_has_a_point_near_leicester(shipped: Points) -> None:
    """One to 19, 65 and 67; the outcodes for businesses alone have none."""
    for number in (*range(1, 20), 65, 67):
        point = shipped.of_postcode(f"LE{number}")
        assert point and point.precision == "outcode" and miles(LEICESTER, point) < 25


@pytest.mark.parametrize("name", ["LOUGHBOROUGH", " loughborough ", "Lboro"])
def test_a_place_is_found_in_any_capitals_and_by_its_aliases(shipped: Points, name: str) -> None:
    found = shipped.of_place(name)
    assert found and found == shipped.of_place("Loughborough")


@pytest.mark.parametrize("name", ["kings norton", "King’s Norton", "KING'S-NORTON"])
def test_apostrophes_and_hyphens_make_no_difference(made: Points, name: str) -> None:
    assert made.of_place(name) == Point(52.598, -0.989, "place")


def test_the_area_tells_places_of_one_name_apart_and_without_it_none_is_guessed(made: Points) -> None:
    assert made.of_place("Walton") is None
    assert made.of_place("Walton", "harborough") == Point(52.47, -1.15, "place")
    assert made.of_place("Walton", "Derbyshire") == Point(53.2, -1.42, "place")
    assert made.of_place("Walton", "Blaby") is None
    assert made.of_place("walton by kimcote") == Point(52.47, -1.15, "place")


@pytest.mark.parametrize("name", ["Nowhere", "Neverland", "Atlantis", ""])
def test_a_place_without_a_row_has_no_point_and_nor_have_its_aliases(made: Points, name: str) -> None:
    assert made.of_place(name) is None


@pytest.mark.parametrize("text", ["LE11 3TU", "le113tu", " Le11  3 tu ", "LE11 3T", "LE11 3", "LE113"])
def test_a_postcode_has_the_point_of_its_sector_in_any_spaces_and_capitals(made: Points, text: str) -> None:
    assert made.of_postcode(text) == Point(52.76, -1.23, "sector")


@pytest.mark.parametrize(("text", "latitude"), [("LE11 OAB", 52.77), ("LE11OAB", 52.77), ("LE11 IAB", 52.771)])
def test_o_for_0_and_i_for_1_are_forgiven_in_the_second_half(made: Points, text: str, latitude: float) -> None:
    point = made.of_postcode(text)
    assert point and point.precision == "sector" and point.latitude == latitude


@pytest.mark.parametrize("text", ["LE11 1O0", "le11 1I1"])
def test_digits_for_letters_are_forgiven_at_the_end(made: Points, text: str) -> None:
    assert made.of_postcode(text) == Point(52.771, -1.205, "sector")


@pytest.mark.parametrize("text", ["LE11 9ZZ", "LE11", "le11"])
def test_an_unknown_sector_falls_back_to_the_outcode(made: Points, text: str) -> None:
    assert made.of_postcode(text) == Point(52.767, -1.2, "outcode")


def test_a_space_decides_whether_a_digit_belongs_to_the_outcode(made: Points) -> None:
    """LE1 1 is a sector of LE1 (not known here), LE11 is another outcode."""
    assert made.of_postcode("LE1 1") == made.of_postcode("LE1 1AA") == Point(52.639, -1.132, "outcode")
    assert made.of_postcode("LE11AA") == Point(52.639, -1.132, "outcode")


@pytest.mark.parametrize("text", ["", "LE", "ZZ9", "11 3TU", "Loughborough", "LE11 3TUX", "LE11 3TU please"])
def test_what_is_no_known_postcode_has_no_point(made: Points, text: str) -> None:
    assert made.of_postcode(text) is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("village,Blaby,Blaby,52.6,-1.1,made", "kind"),
        ("place,,Blaby,52.6,-1.1,made", "name"),
        ("place,Blaby,,52.6,-1.1,made", "area"),
        ("place,Blaby,Blaby,52.6,-1.1,", "source"),
        ("place,Blaby,Blaby,north,-1.1,made", "latitude"),
        ("place,Blaby,Blaby,nan,-1.1,made", "latitude"),
        ("place,Blaby,Blaby,-1.1,52.6,made", "latitude"),
        ("place,Blaby,Blaby,52.6,,made", "longitude"),
        ("place,Blaby,Blaby,52.6,1e9,made", "longitude"),
        ("outcode,Le11,,52.6,-1.1,made", "outcode"),
        ("sector,LE113,,52.6,-1.1,made", "sector"),
        ("outcode,LE1,,52.6,-1.1,made", "already"),
        ("place,walton,HARBOROUGH,52.6,-1.1,made", "already"),
    ],
)
def test_a_bad_row_is_refused_with_file_row_and_field(tmp_path: Path, row: str, said: str) -> None:
    with pytest.raises(LocalDataError, match=rf"points\.csv: row 10: .*{said}"):
        points_of(tmp_path, *ROWS, row)


def test_a_missing_file_or_column_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(LocalDataError, match=r"points\.csv"):
        Points.load(tmp_path)
    (tmp_path / "points.csv").write_text("kind,name\n", encoding="utf-8")
    with pytest.raises(LocalDataError, match=r"points\.csv: columns missing: area"):
        Points.load(tmp_path)


def test_a_shipped_sector_is_more_precise_than_its_outcode_and_lies_within_it(shipped: Points) -> None:
    """LE16 spans the south-east of the county: its sectors lie miles apart, and none is far from the outcode's middle."""
    whole = shipped.of_postcode("LE16")
    sectors = {point for digit in "789" if (point := shipped.of_postcode(f"LE16 {digit}AA"))}
    assert whole and len(sectors) == 3
    assert all(point.precision == "sector" and miles(point, whole) < 8 for point in sectors)
    assert max(miles(a, b) for a in sectors for b in sectors) > 2


def test_a_swapped_letter_in_the_second_half_finds_the_sector_all_the_same(shipped: Points) -> None:
    assert shipped.of_postcode("LE12 OAA") == shipped.of_postcode("LE12 0AA")
    assert shipped.of_postcode("LE11 ISX") == shipped.of_postcode("LE11 1SX")
