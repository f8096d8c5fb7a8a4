"""Loading the starter file: idempotent, all or nothing, nothing deleted, mistakes named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from common.database import Base, Database
from common.local_data import LocalDataError
from service_catalogue.identity import slug
from service_catalogue.load import LoadReport, load_starter
from service_catalogue.model import QUARANTINED, WITHDRAWN, Phone, Service
from tests.service_catalogue.conftest import NOON, STARTER_CSV, row, starter_rows

ON_BOTH_DATABASES = True

Load = Callable[..., LoadReport]


def everything(db: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all catalogue tables but the version's token."""
    with db.reading() as session:
        return {
            table.name: sorted((tuple(found) for found in session.execute(select(table))), key=str)
            for table in Base.metadata.sorted_tables
            if table.name.startswith("catalogue_")
        }


def test_loading_the_shipped_file_twice_changes_nothing(db: Database) -> None:
    """The second run reports nothing new or changed, and not one value in the database differs, not even the version."""
    with db.transaction() as session:
        first = load_starter(session, STARTER_CSV, NOON)
    before = everything(db)
    with db.transaction() as session:
        second = load_starter(session, STARTER_CSV, NOON + timedelta(days=1))
    loadable = len([cells for cells in starter_rows() if cells["verified"] != "no"])
    assert first == LoadReport(seen=loadable, new=loadable, changed=0, unchanged=0, withdrawn=0)
    assert second == LoadReport(seen=loadable, new=0, changed=0, unchanged=loadable, withdrawn=0)
    assert everything(db) == before


def test_no_row_marked_no_is_ever_loaded(shipped_session) -> None:
    left_out = {cells["id"] for cells in starter_rows() if cells["verified"] == "no"}
    assert left_out
    loaded = set(shipped_session.scalars(select(Service.external_id)))
    assert not left_out & loaded


def test_an_unverified_number_is_kept_but_marked(shipped_session) -> None:
    numbers = {phone.service_id: phone.verified for phone in shipped_session.scalars(select(Phone))}
    for service in shipped_session.scalars(select(Service)):
        assert numbers.get(service.id, service.verified) == service.verified
    assert not all(numbers.values())


def test_a_changed_row_changes_its_record_and_no_other(db: Database, load: Load) -> None:
    load([row("tea-club"), row("walking-group")])
    later = NOON + timedelta(days=1)
    report = load([row("tea-club", phone="0116 496 0002", areas="Blaby;Melton"), row("walking-group")], later)
    assert report == LoadReport(seen=2, new=0, changed=1, unchanged=1, withdrawn=0)
    with db.reading() as session:
        tea, walk = (
            session.scalar(select(Service).where(Service.external_id == id)) for id in ("tea-club", "walking-group")
        )
        assert tea is not None and walk is not None
        assert [phone.number for phone in tea.phones] == ["0116 496 0002"]
        assert [area.name for area in tea.areas] == ["Blaby", "Melton"]
        assert (tea.added_at, tea.changed_at, walk.changed_at) == (NOON, later, NOON)


def test_a_row_that_is_gone_is_withdrawn_not_deleted_and_comes_back_as_itself(db: Database, load: Load) -> None:
    load([row("tea-club"), row("walking-group")])
    assert load([row("walking-group")]).withdrawn == 1
    assert load([row("walking-group")]).withdrawn == 0
    with db.reading() as session:
        gone = session.scalar(select(Service).where(Service.external_id == "tea-club"))
        assert gone is not None and gone.state == WITHDRAWN and gone.withdrawn_at == NOON
        id = gone.id
    assert load([row("tea-club"), row("walking-group")]).changed == 1
    with db.reading() as session:
        back = session.get(Service, id)
        assert back is not None and back.state == "live" and back.withdrawn_at is None


def test_a_row_turned_to_no_is_withdrawn(load: Load) -> None:
    load([row("tea-club")])
    assert load([row("tea-club", verified="no")]) == LoadReport(seen=0, new=0, changed=0, unchanged=0, withdrawn=1)


def test_what_a_person_set_aside_stays_set_aside(db: Database, load: Load) -> None:
    """Quarantine is a decision of staff; a new version of the row does not undo it."""
    load([row("tea-club")])
    with db.transaction() as session:
        session.scalars(select(Service)).one().state = QUARANTINED
    load([row("tea-club", summary="Now with biscuits.")])
    with db.reading() as session:
        assert session.scalars(select(Service.state)).one() == QUARANTINED


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "Tea Club"),
        ("name", ""),
        ("summary", ""),
        ("source", ""),
        ("needs", "lonelyness"),
        ("needs", ""),
        ("areas", "Derbyshire"),
        ("areas", ""),
        ("phone", "ring Anna"),
        ("phone_kind", "fax"),
        ("email", "tea at example"),
        ("url", "www.example.org"),
        ("url", "javascript:alert(1)"),
        ("opening_hours", "Mo-Fr 9 to 5"),
        ("cost", "cheap"),
        ("referral_route", "gp"),
        ("verified", "maybe"),
        ("checked_on", "31/11/2026"),
        ("checked_on", "11/21/2026"),
        ("minimum_age", "adult"),
        ("maximum_age", "-1"),
        ("maximum_age", "121"),
        ("gender", "woman"),
        ("attending", "venue;fax"),
        ("capacity", "half"),
        ("postcode", "Loughborough"),
        ("latitude", "5.26"),
        ("longitude", "52.6"),
        ("accessibility", "step free"),
        ("status", "shut"),
    ],
)
def test_a_mistake_names_its_row_and_column(load: Load, column: str, value: str) -> None:
    with pytest.raises(LocalDataError, match=rf"row 3, column {column}:"):
        load([row("walking-group"), {**row("tea-club"), column: value}])


def test_the_same_id_twice_is_a_mistake(load: Load) -> None:
    with pytest.raises(LocalDataError, match="row 3, column id: the same as in row 2"):
        load([row("tea-club"), row("tea-club")])


def test_a_mistake_loads_nothing_at_all(db: Database, load: Load) -> None:
    load([row("tea-club")])
    before = everything(db)
    with pytest.raises(LocalDataError):
        load([row("tea-club", summary="New."), row("walking-group"), row("bad", cost="cheap")])
    assert everything(db) == before


def test_an_unverified_number_may_not_hide_in_running_text(load: Load) -> None:
    """A number in a summary cannot be held back, so it is refused there unless the row is verified."""
    with pytest.raises(LocalDataError, match="row 2, column summary"):
        load([row("tea-club", summary="Ring 0116 496 0003 first.", verified="unverified")])
    load([row("tea-club", summary="Out of hours 0116 496 0003.", verified="yes")])


def test_ids_of_the_shipped_file_are_slugs_and_unique() -> None:
    ids = [cells["id"] for cells in starter_rows()]
    assert len(set(ids)) == len(ids)
    assert all(slug(id) == id for id in ids)
