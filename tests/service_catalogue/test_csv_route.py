"""The catalogue's spreadsheet out and in, as a council officer uses it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from common.database import Database
from service_catalogue import csv_route
from service_catalogue.corrections import correct
from service_catalogue.csv_table import read_table, write_table
from service_catalogue.load import LoadReport, load_starter
from service_catalogue.model import QUARANTINED, Location, Service
from service_catalogue.starter_file import COLUMNS, OPTIONAL_COLUMNS
from tests.service_catalogue.conftest import NOON, STARTER_CSV, row, starter_rows
from tests.service_catalogue.test_load import everything

ON_BOTH_DATABASES = True

Load = Callable[..., LoadReport]
ALL = (*COLUMNS, *OPTIONAL_COLUMNS)
LATER = NOON + timedelta(days=1)


def out(db: Database) -> bytes:
    with db.reading() as session:
        return csv_route.write(session)


def take_in(db: Database, content: bytes, **options: bool) -> csv_route.TakenIn:
    with db.transaction() as session:
        return csv_route.take_in(session, content, LATER, **options)


def edited(content: bytes, id: str, **changes: str) -> bytes:
    """The file with some cells of one row changed, as a spreadsheet would save it."""
    rows = [cells for _, cells in read_table(content, COLUMNS, OPTIONAL_COLUMNS).rows]
    return write_table(ALL, [{**cells, **(changes if cells["id"] == id else {})} for cells in rows])


def without(content: bytes, *ids: str) -> bytes:
    rows = [cells for _, cells in read_table(content, COLUMNS, OPTIONAL_COLUMNS).rows]
    return write_table(ALL, [cells for cells in rows if cells["id"] not in ids])


def one(db: Database, id: str) -> Service:
    with db.reading() as session:
        service = session.scalars(select(Service).where(Service.external_id == id)).one()
        for part in (service.phones, service.locations, service.areas):
            list(part)  # read while the session is open
        return service


def test_what_went_out_changes_nothing_when_it_comes_in(db: Database) -> None:
    """The whole shipped catalogue: not one value in the database differs, and what goes out next is the same file."""
    with db.transaction() as session:
        load_starter(session, STARTER_CSV, NOON)
    before, content = everything(db), out(db)
    result = take_in(db, content)
    loadable = len([cells for cells in starter_rows() if cells["verified"] != "no"])
    assert result == csv_route.TakenIn(report=LoadReport(loadable, 0, 0, loadable, 0))
    assert everything(db) == before
    assert out(db) == content


def test_the_shipped_file_itself_may_be_taken_in(db: Database) -> None:
    with db.transaction() as session:
        load_starter(session, STARTER_CSV, NOON)
    before = everything(db)
    assert take_in(db, STARTER_CSV.read_bytes()).problems == []
    assert everything(db) == before


def test_every_column_reaches_the_record_and_comes_out_again(db: Database) -> None:
    full = row(
        "tea-club",
        minimum_age="18",
        maximum_age="64",
        gender="women",
        attending="venue;online",
        capacity="waiting",
        waiting="About six weeks",
        hours_note="Term time only",
        address="The Hall, 2 High Street, Syston",
        postcode="LE7 1GP",
        latitude="52.6989",
        longitude="-1.0756",
        accessibility="step_free;hearing_loop",
        alert="Moves to the library in May",
        status="temporarily closed",
        checked_on="21/11/2026",
    )
    content = write_table(ALL, [full])
    assert take_in(db, content).report == LoadReport(1, 1, 0, 0, 0)
    service = one(db, "tea-club")
    assert (service.minimum_age, service.maximum_age, service.gender) == (18, 64, "women")
    assert (service.attending, service.capacity) == (["venue", "online"], "waiting")
    assert (service.waiting_text, service.hours_note) == ("About six weeks", "Term time only")
    assert (service.alert, service.status) == ("Moves to the library in May", "temporarily closed")
    assert service.checked_on == date(2026, 11, 21)
    (place,) = service.locations
    assert (place.street, place.town, place.postcode) == ("The Hall, 2 High Street", "Syston", "LE7 1GP")
    assert (place.latitude, place.longitude, place.precision, place.masked) == (52.6989, -1.0756, "exact", False)
    assert place.accessibility == ["step_free", "hearing_loop"]
    assert take_in(db, out(db)).report == LoadReport(1, 0, 0, 1, 0)


def test_a_file_without_the_newer_columns_says_nothing_about_them(db: Database, load: Load) -> None:
    load([row("tea-club", eligibility="18+")])
    service = one(db, "tea-club")
    assert (service.minimum_age, service.maximum_age, service.gender, service.audience) == (18, None, "any", "adult")
    assert (service.capacity, service.status, service.attending, service.locations) == ("unknown", "active", [], [])


def test_two_services_at_one_address_share_the_place(db: Database, load: Load) -> None:
    load(
        [row("tea", address="The Hall, Syston"), row("walk", address="The Hall, Syston"), row("art", address="Syston")]
    )
    with db.reading() as session:
        places = list(session.scalars(select(Location.location_id)))
    assert len(places) == 3 and len(set(places)) == 2


def test_where_a_refuge_is_can_never_be_taken_in(db: Database) -> None:
    """No street, no coordinates, at most the first half of the postcode; then it is marked as masked."""
    refuge = row("safe-place", needs="domestic_abuse", summary="Refuge for women and children.")
    told = take_in(
        db,
        write_table(
            ALL, [{**refuge, "address": "2 High St", "postcode": "LE7 1GP", "latitude": "52.7", "longitude": "-1.1"}]
        ),
    )
    assert {problem.column for problem in told.problems} == {"address", "postcode", "latitude"}
    assert take_in(db, write_table(ALL, [{**refuge, "postcode": "LE7"}])).report
    (place,) = one(db, "safe-place").locations
    assert place.masked and (place.street, place.postcode, place.latitude) == ("", "LE7", None)


def test_any_service_can_ask_for_a_masked_address(db: Database) -> None:
    content = write_table(ALL, [row("quiet-house", address="masked", postcode="LE7")])
    assert take_in(db, content).report
    (place,) = one(db, "quiet-house").locations
    assert place.masked and place.street == ""
    assert take_in(db, write_table(ALL, [row("quiet-house", address="masked", postcode="LE7 1GP")])).problems


def test_with_one_mistake_nothing_is_written(db: Database, load: Load) -> None:
    load([row("tea"), row("walk")])
    before = everything(db)
    result = take_in(db, write_table(COLUMNS, [row("tea", summary="New."), row("walk", cost="cheap")]))
    assert [(problem.row, problem.column) for problem in result.problems] == [(3, "cost")]
    assert result.report is None and everything(db) == before


def test_a_day_to_come_is_no_day_on_which_somebody_checked(db: Database) -> None:
    (problem,) = take_in(db, write_table(COLUMNS, [row("tea", checked_on="27/11/2026")])).problems
    assert (problem.row, problem.column) == (2, "checked_on")


def test_a_removed_row_withdraws_its_service_and_more_than_a_fifth_needs_a_yes(db: Database, load: Load) -> None:
    load([row(f"club-{number}") for number in range(10)])
    content = out(db)
    result = take_in(db, without(content, "club-1", "club-2"))
    assert result.report == LoadReport(8, 0, 0, 8, 2) and result.withdraws == ["Club 1", "Club 2"]
    before = everything(db)
    refused = take_in(db, without(content, "club-1", "club-2", "club-3", "club-4"))
    assert refused.report is None and "2 of 8 services" in str(refused.problems[0])
    assert everything(db) == before
    agreed = take_in(db, without(content, "club-1", "club-2", "club-3", "club-4"), allow_removals=True)
    assert agreed.report == LoadReport(6, 0, 0, 6, 2)


def test_an_empty_sheet_withdraws_nothing_by_mistake(db: Database, load: Load) -> None:
    load([row("tea")])
    assert take_in(db, write_table(COLUMNS, [])).report is None
    assert one(db, "tea").state == "live"


def test_a_restart_undoes_no_edit_no_removal_and_no_new_row(db: Database, load: Load) -> None:
    """Each start reads the shipped file again; only rows that changed in it count."""
    shipped = [row(id) for id in ("tea", "walk", "art", "bowls", "choir", "darts")]
    load(shipped)
    content = without(edited(out(db), "tea", phone="0116 496 0009"), "walk")
    rows = [cells for _, cells in read_table(content, COLUMNS, OPTIONAL_COLUMNS).rows]
    assert take_in(db, write_table(ALL, [*rows, row("new-club")])).report == LoadReport(6, 1, 1, 4, 1)
    before = everything(db)
    assert load(shipped, LATER) == LoadReport(6, 0, 0, 6, 0)
    assert everything(db) == before
    assert [phone.number for phone in one(db, "tea").phones] == ["0116 496 0009"]
    assert (one(db, "walk").state, one(db, "new-club").state) == ("withdrawn", "live")


def test_a_row_that_changes_in_the_shipped_file_counts_again_and_no_other(db: Database, load: Load) -> None:
    load([row("tea"), row("walk")])
    take_in(db, edited(edited(out(db), "tea", cost="paid"), "walk", cost="paid"))
    assert load([row("tea", summary="With cake."), row("walk")]).changed == 1
    assert (one(db, "tea").summary, one(db, "tea").cost) == ("With cake.", "free")
    assert one(db, "walk").cost == "paid"


def test_a_row_that_leaves_the_shipped_file_is_withdrawn_even_after_edits(db: Database, load: Load) -> None:
    load([row("tea"), row("walk")])
    take_in(db, edited(out(db), "tea", cost="paid"))
    assert load([row("walk")]).withdrawn == 1
    assert one(db, "tea").state == "withdrawn"


def test_what_a_person_set_aside_stays_so_when_its_row_changes(db: Database, load: Load) -> None:
    load([row("tea"), row("walk")])
    with db.transaction() as session:
        session.scalars(select(Service).where(Service.external_id == "tea")).one().state = QUARANTINED
    take_in(db, edited(out(db), "tea", cost="paid"))
    assert (one(db, "tea").state, one(db, "tea").cost) == (QUARANTINED, "paid")


def test_an_edit_under_a_correction_is_told_that_the_correction_holds(db: Database, load: Load) -> None:
    load([row("tea"), row("walk")])
    with db.transaction() as session:
        correct(session, one(db, "tea").id, "phone", "0116 496 0005", by="ana", reason="rang", now=NOON)
    assert take_in(db, edited(out(db), "tea", cost="paid")).notes == []
    (note,) = take_in(db, edited(out(db), "tea", phone="0116 496 0006")).notes
    assert note.column == "phone" and "Tea" in note.what


def test_one_organisation_spelt_in_two_ways_does_not_change_back_and_forth(db: Database, load: Load) -> None:
    rows = [row("tea", organisation="Village Friends"), row("walk", organisation="VILLAGE friends")]
    load(rows)
    before = everything(db)
    load(rows, LATER)
    assert everything(db) == before


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db: Database) -> Path:
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", str(db.engine.url))
    return tmp_path


def test_the_command_writes_takes_in_and_says_what_happened(
    settings: Path, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    load([row("tea"), row("walk")])
    file = settings / "out.csv"
    assert csv_route.main(["out", str(file)]) == 0
    file.write_bytes(edited(file.read_bytes(), "tea", phone="1164960007"))
    assert csv_route.main(["in", str(file)]) == 0
    told = capsys.readouterr().out
    assert "column phone: 1164960007 was read as 0116 496 0007" in told and "0 new, 1 changed, 1 unchanged" in told


def test_the_command_names_every_problem_and_fails(
    settings: Path, load: Load, capsys: pytest.CaptureFixture[str]
) -> None:
    load([row("tea"), row("walk")])
    file = settings / "in.csv"
    file.write_bytes(write_table(COLUMNS, [row("tea", cost="cheap"), row("walk", url="x")]))
    assert csv_route.main(["in", str(file)]) == 2
    told = capsys.readouterr().err
    assert "row 2, column cost" in told and "row 3, column url" in told and "nothing was changed" in told
    file.write_bytes(write_table(COLUMNS, [row("tea")]))
    assert csv_route.main(["in", str(file)]) == 2
    assert csv_route.main(["in", "--allow-removals", str(file)]) == 0
    assert csv_route.main(["in", str(settings / "missing.csv")]) == 2
