"""What the council sets by hand holds: in search at once, through every later load, and never in the record itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from common.database import Database
from service_catalogue import version
from service_catalogue.care_model import Correction
from service_catalogue.correction_fields import CorrectionError, clean
from service_catalogue.corrections import FIELDS, as_corrected, correct, corrected, withdraw_correction
from service_catalogue.holding import BROUGHT_BACK, HELD_BACK, bring_back, decision_on, hold_back
from service_catalogue.load import LoadReport
from service_catalogue.model import QUARANTINED, Service
from service_catalogue.search import ServiceCard
from tests.service_catalogue.conftest import NOON, row

ON_BOTH_DATABASES = True

Load = Callable[..., LoadReport]
Find = Callable[..., list[ServiceCard]]
GOOD = {
    "name": "Coffee Club",
    "summary": "Company and coffee.",
    "phone": "0116 305 0004",
    "url": "https://coffee.example.org/blaby",
    "email": "hello@coffee.example.org",
    "opening_hours": "We 10:00-14:00; PH off",
    "hours_note": "Not in August.",
    "cost": "paid",
    "eligibility_text": "50+",
    "status": "active",
    "capacity": "waiting",
    "waiting_text": "About two weeks.",
    "alert": "Moved to the library.",
}


def only(db: Database) -> str:
    with db.reading() as session:
        return session.scalars(select(Service.id)).one()


def put_right(db: Database, field: str, value: str, id: str = "", by: str = "amina") -> None:
    with db.transaction() as session:
        correct(session, id or only(db), field, value, by=by, reason="rang them", now=NOON)


def as_read(db: Database) -> Service:
    with db.reading() as session:
        (service,) = as_corrected(session, session.scalars(select(Service)))
        _ = [*service.phones, *service.schedules, *service.costs, *service.areas]
        return service


def seen_soon(find: Find, *names: str) -> bool:
    """Whether these services are found: what goes or changes does so at once, but what comes back to a catalogue that is
    slow to read comes when it has been read."""
    until = time.monotonic() + 10
    while (found := sorted(card.name for card in find(("loneliness",)))) != sorted(names):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return bool(found)


def test_every_field_can_be_corrected_and_reads_as_corrected(db: Database, load: Load) -> None:
    """The fields are those that the pages offer; a reader sees the value, and the other fields stay the file's."""
    load([row("tea-club", email="tea@example.org")])
    assert set(GOOD) == set(FIELDS)
    for field, value in GOOD.items():
        put_right(db, field, value)
    with db.reading() as session:
        services = list(session.scalars(select(Service)))
        assert corrected(session, services) == {services[0].id: GOOD}
    service = as_read(db)
    for field, value in GOOD.items():
        if field != "phone":
            assert getattr(service, field) == value
    assert service.organization_id and service.areas[0].name == "Leicestershire"


def test_a_correction_is_seen_by_search_at_once(db: Database, load: Load, find: Find) -> None:
    load([row("tea-club")])
    assert [card.name for card in find(("loneliness",))] == ["Tea Club"]
    put_right(db, "name", "Coffee Club")
    put_right(db, "phone", "0116 305 0004")
    (card,) = find(("loneliness",))
    assert (card.name, card.phone) == ("Coffee Club", "0116 305 0004")


def test_a_correction_holds_through_every_later_load(db: Database, load: Load, find: Find) -> None:
    """The same file, a changed row and a row that went and came back: the council's value stays."""
    load([row("tea-club"), row("walks")])
    with db.reading() as session:
        id = session.scalars(select(Service.id).where(Service.external_id == "tea-club")).one()
    put_right(db, "summary", "Coffee, no tea.", id)
    for rows in ([row("tea-club"), row("walks")], [row("tea-club", summary="New words.")], [], [row("tea-club")]):
        load(rows)
    (card,) = find(("loneliness",))
    assert card.summary == "Coffee, no tea."


def test_loading_after_a_correction_changes_nothing(db: Database, load: Load) -> None:
    """The record keeps the file's own values, so an unchanged file is still unchanged."""
    load([row("tea-club")])
    put_right(db, "name", "Coffee Club")
    assert load([row("tea-club")]) == LoadReport(seen=1, new=0, changed=0, unchanged=1, withdrawn=0)
    with db.reading() as session:
        assert session.scalars(select(Service.name)).one() == "Tea Club"


def test_reading_writes_nothing_back(db: Database, load: Load) -> None:
    """A view inside a transaction that commits leaves the record as it was, children included."""
    load([row("tea-club")])
    for field, value in GOOD.items():
        put_right(db, field, value)
    with db.transaction() as session:
        before = version.current(session)
        (service,) = as_corrected(session, session.scalars(select(Service)))
        assert service.name == "Coffee Club" and service.phones[0].verified
    with db.reading() as session:
        service = session.scalars(select(Service)).one()
        assert (service.name, service.cost, service.phones[0].number) == ("Tea Club", "free", "0116 496 0001")
        assert version.current(session) == before


def test_a_view_cannot_be_written_to(db: Database, load: Load) -> None:
    """So that nobody believes to have changed a record."""
    load([row("tea-club")])
    put_right(db, "name", "Coffee Club")
    with pytest.raises(AttributeError, match="for reading"):
        as_read(db).name = "Milk Club"


def test_a_reason_holds_nothing_that_a_database_refuses(db: Database, load: Load) -> None:
    load([row("tea-club")])
    with db.transaction() as session:
        reason = "rang\0 them\n twice" + "x" * 1000
        assert (
            correct(session, only(db), "cost", "paid", by="amina", reason=reason, now=NOON).reason
            == ("rang them twice" + "x" * 1000)[:500]
        )


def test_a_withdrawn_correction_gives_way_to_the_file(db: Database, load: Load, find: Find) -> None:
    load([row("tea-club")])
    put_right(db, "name", "Coffee Club")
    find(("loneliness",))
    with db.transaction() as session:
        assert withdraw_correction(session, only(db), "name", now=NOON)
        assert not withdraw_correction(session, only(db), "name", now=NOON)
    assert [card.name for card in find(("loneliness",))] == ["Tea Club"]


def test_the_last_of_two_corrections_counts_and_says_who_made_it(db: Database, load: Load) -> None:
    load([row("tea-club")])
    put_right(db, "cost", "paid")
    put_right(db, "cost", "unknown", by="bob")
    with db.reading() as session:
        (one,) = session.scalars(select(Correction))
        assert (one.value, one.made_by, one.reason) == ("unknown", "bob", "rang them")


def test_a_corrected_number_is_shown_where_the_files_own_never_was(db: Database, load: Load, find: Find) -> None:
    """A person rang it: it counts as verified, on the day they did. The unverified one does not come out beside it."""
    load([row("tea-club", verified="unverified", checked_on="2025-03-01")])
    assert find(("loneliness",))[0].phone is None
    put_right(db, "phone", "01509 550317")
    assert find(("loneliness",))[0].phone == "01509 550317"
    service = as_read(db)
    assert [(phone.number, phone.verified) for phone in service.phones] == [("01509 550317", True)]
    assert service.checked_on == NOON.date() and not service.verified


def test_an_older_day_of_checking_never_replaces_a_newer_one(db: Database, load: Load) -> None:
    load([row("tea-club", checked_on="2026-12-24")])
    put_right(db, "phone", "01509 550317")
    assert as_read(db).checked_on == date(2026, 12, 24)


def test_a_number_can_be_taken_away(db: Database, load: Load, find: Find) -> None:
    load([row("tea-club")])
    put_right(db, "phone", "")
    assert find(("loneliness",))[0].phone is None


def test_a_number_for_texts_stays_one(db: Database, load: Load, find: Find) -> None:
    """A service that only takes texts gets another number for texts, none to ring."""
    load([row("text-line", phone="85258", phone_kind="text")])
    put_right(db, "phone", "85259")
    (card,) = find(("loneliness",))
    assert (card.phone, card.text_number) == (None, "85259")


def test_what_follows_from_a_field_follows_its_correction(db: Database, load: Load) -> None:
    """Schedules from hours, ages from who it is for, prices from the cost."""
    load([row("tea-club", eligibility="Under 18s")])
    put_right(db, "opening_hours", "Tu 10:00-12:00; PH off")
    put_right(db, "eligibility_text", "50+")
    put_right(db, "cost", "paid")
    service = as_read(db)
    assert [(one.byday, one.opens_at, one.closes_at) for one in service.schedules] == [("TU", "10:00", "12:00")]
    assert (service.minimum_age, service.maximum_age, service.audience) == (50, None, "adult")
    assert [(one.option, one.amount) for one in service.costs] == [("paid", None)]


@pytest.mark.parametrize("status", ["temporarily closed", "inactive"])
def test_a_service_that_was_closed_by_hand_is_not_shown(db: Database, load: Load, find: Find, status: str) -> None:
    load([row("tea-club")])
    put_right(db, "status", status)
    assert find(("loneliness",)) == []


def test_a_service_that_a_feed_calls_closed_can_be_opened_by_hand(db: Database, load: Load, find: Find) -> None:
    load([row("tea-club")])
    with db.transaction() as session:
        session.scalars(select(Service)).one().status = "inactive"
    assert find(("loneliness",)) == []
    put_right(db, "status", "active")
    assert seen_soon(find, "Tea Club")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "needs a name"),
        ("name", "x" * 301, "The most is 300"),
        ("summary", "", "what the service does"),
        ("summary", "Ring 0116 305 0004 first.", "put it in Phone"),
        ("alert", "Ring +44 (0)116 305 0004", "put it in Phone"),
        ("phone", "ring Anna", "not a whole UK phone number"),
        ("phone", "0116 305", "not a whole UK phone number"),
        ("phone", "+33 1 42 68 53 00", "not a whole UK phone number"),
        ("url", "www.example.org", "starts with https://"),
        ("url", "javascript:alert(1)", "starts with https://"),
        ("url", "https://example.org/a b", "starts with https://"),
        ("url", "https://someone@example.org", "starts with https://"),
        ("url", "https://[", "starts with https://"),
        ("email", "tea at example", "one e-mail address"),
        ("email", "a@example.org, b@example.org", "one e-mail address"),
        ("opening_hours", "Monday 9 to 5", "Mo-Fr 09:00-17:00"),
        ("cost", "cheap", "free, paid, unknown"),
        ("status", "gone", "temporarily closed"),
        ("capacity", "", "waiting"),
        ("verified", "yes", "cannot be corrected|can be corrected"),
        ("held_back", "1", "can be corrected"),
    ],
)
def test_a_bad_value_is_refused_in_plain_words(db: Database, load: Load, field: str, value: str, says: str) -> None:
    """And nothing is written."""
    load([row("tea-club")])
    with db.transaction() as session:
        with pytest.raises(CorrectionError, match=says):
            correct(session, only(db), field, value, by="amina", reason="", now=NOON)
        assert not session.scalars(select(Correction)).all()


def test_a_service_that_is_not_there_cannot_be_corrected(db: Database) -> None:
    with db.transaction() as session, pytest.raises(CorrectionError, match="no longer in the catalogue"):
        correct(session, "nothing", "name", "Tea", by="amina", reason="", now=NOON)


@pytest.mark.parametrize(
    ("typed", "kept"), [("+44 116 305 0004", "0116 305 0004"), ("01163050004", "0116 305 0004"), ("999", "999")]
)
def test_a_number_is_kept_as_people_read_it(typed: str, kept: str) -> None:
    assert clean("phone", typed) == kept


@given(field=st.sampled_from(FIELDS), value=st.text())
def test_whatever_is_typed_is_taken_or_refused_and_what_is_taken_is_stable(field: str, value: str) -> None:
    """Never another error; and what was taken once is taken again unchanged."""
    try:
        taken = clean(field, value)
    except CorrectionError as refusal:
        assert str(refusal)
    else:
        assert clean(field, taken) == taken and "\x00" not in taken


def test_what_is_held_back_stays_so_through_every_load(db: Database, load: Load, find: Find) -> None:
    load([row("tea-club")])
    find(("loneliness",))
    with db.transaction() as session:
        hold_back(session, only(db), by="amina", reason="closed down", now=NOON)
    assert find(("loneliness",)) == []
    for rows in ([row("tea-club", summary="New words.")], [], [row("tea-club")]):
        load(rows)
        assert find(("loneliness",)) == []
    with db.transaction() as session:
        decision = decision_on(session, only(db))
        assert decision is not None and (decision.field, decision.reason) == (HELD_BACK, "closed down")
        bring_back(session, only(db), by="amina", reason="", now=NOON)
        assert decision_on(session, only(db)) is None
    assert seen_soon(find, "Tea Club")


def test_what_is_brought_back_stays_so_through_every_load(db: Database, load: Load, find: Find) -> None:
    """Also when its source no longer has it or an import set it aside; until staff decide otherwise."""
    load([row("tea-club")])
    load([])
    assert find(("loneliness",)) == []
    with db.transaction() as session:
        bring_back(session, only(db), by="amina", reason="rang them, still there", now=NOON)
    load([], NOON + timedelta(days=1))
    assert seen_soon(find, "Tea Club")
    with db.transaction() as session:
        session.scalars(select(Service)).one().state = QUARANTINED
    assert seen_soon(find, "Tea Club")
    with db.transaction() as session:
        decision = decision_on(session, only(db))
        assert decision is not None and decision.field == BROUGHT_BACK
        hold_back(session, only(db), by="amina", reason="", now=NOON)
    assert find(("loneliness",)) == []
