"""The audit as one chain: tampering is found, writers at once keep it whole, and old rows can go."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common import chain_check
from common.chain_check import CHANGED, HEAD_CHANGED, HEAD_LOST, INSERTED, MISSING, prune
from common.chain_head import ChainHead, read_head
from common.database import Base, Database, open_database
from common.encryption import Cipher, use
from desk import audit
from desk.audit_check import MOVED, check
from desk.model import DeskAudit
from referrals import handling
from referrals.model import AuditChanged, Referral, ReferralEvent
from tests.desk.audit_support import refer, write
from tests.desk.conftest import SECRET, Office
from tests.referrals.support import SATURDAY

ROWS = 14  # of the chain that the property test tampers with: two of them are "received"
TABLES = (ReferralEvent, DeskAudit)


def kinds(session: Session, known: str = "") -> set[str]:
    return {one.kind for one in check(session, known).breaks}


def drop(session: Session, seq: int) -> None:
    for table in TABLES:
        session.execute(delete(table).where(table.chain_seq == seq))


def alter(session: Session, seq: int, **values: Any) -> None:
    for table in TABLES:
        named = {name: value for name, value in values.items() if hasattr(table, name)}
        if named:
            session.execute(update(table).where(table.chain_seq == seq).values(named))


@pytest.fixture(autouse=True)
def cipher() -> Cipher:
    return use(Cipher(SECRET))


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A whole chain of ROWS rows; tests tamper with it in transactions that are rolled back."""
    use(Cipher(SECRET))
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('chain') / 'chain.db'}")
    Base.metadata.create_all(db.engine)
    write(db, [refer(db, 0), refer(db, 1)], ROWS - 2)
    yield db
    db.close()


@pytest.fixture
def tampered(chain: Database) -> Iterator[Session]:
    with chain.sessions() as session:
        yield session
        session.rollback()


SEQ = st.integers(1, ROWS)
WORDS = st.text("abc", min_size=1, max_size=8)
TAMPERING = st.one_of(
    st.tuples(st.just("change"), SEQ, st.sampled_from(["who", "what", "detail", "reference", "object"]), WORDS),
    st.tuples(st.just("move"), SEQ, st.timedeltas(timedelta(microseconds=1), timedelta(days=900)), st.just("")),
    st.tuples(st.just("remove"), SEQ, st.integers(1, 4), st.just("")),
    st.tuples(st.just("insert"), st.integers(0, 3 * ROWS), st.booleans(), WORDS),
    st.tuples(st.just("swap"), SEQ, SEQ, st.just("")),
    st.tuples(st.just("unlink"), SEQ, st.just(0), st.just("")),
    st.tuples(st.just("truncate"), st.integers(1, ROWS - 1), st.booleans(), st.just("")),
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tampering=TAMPERING)
def test_g12_every_change_removal_and_insertion_is_found(chain: Database, tampering: tuple[str, Any, Any, Any]):
    """Whatever is changed, moved in time, removed (also at the end, with the head set back), put in (also with a copied link),
    swapped or unlinked: the check that was whole is not whole."""
    way, place, more, words = tampering
    with chain.sessions() as session:
        assert check(session).whole
        before = session.execute(text(_ALL)).all()
        if way == "change":
            alter(session, place, **{more: words})
        elif way == "move":
            alter(session, place, at=SATURDAY - more)
        elif way == "remove":
            for seq in range(place, place + more):
                drop(session, seq)
        elif way == "insert":
            link = {"chain_seq": place, "chain_digest": "0" * 64} if more and place > ROWS else {}
            row = {"id": 1000 + place, "at": SATURDAY, "who": words, "what": "viewed", "object": "texts", "detail": ""}
            session.execute(insert(DeskAudit).values(row | link))
        elif way == "swap":
            _swap(session, place, more)
        elif way == "unlink":
            alter(session, place, chain_seq=None, chain_digest=None)
        elif way == "truncate":
            for seq in range(place + 1, ROWS + 1):
                drop(session, seq)
            if more:
                _set_head_back(session, place)
        changed = session.execute(text(_ALL)).all() != before
        assert check(session).whole is not changed
        session.rollback()


_ALL = """SELECT 'r', id, at, who, what, reference, detail, chain_seq, chain_digest FROM referral_event
UNION SELECT 'd', id, at, who, what, object, detail, chain_seq, chain_digest FROM desk_audit"""


def _swap(session: Session, one: int, other: int) -> None:
    """What two rows of the desk say changes places; their links stay."""
    rows = session.scalars(select(DeskAudit).where(DeskAudit.chain_seq.in_((one, other)))).all()
    if len(rows) == 2:
        first, second = ((row.id, row.detail, row.at) for row in rows)
        for (id, _, _), (_, detail, at) in ((first, second), (second, first)):
            session.execute(
                update(DeskAudit).where(DeskAudit.id == id).values(detail=detail, at=at),
                execution_options={"synchronize_session": False},
            )


def _set_head_back(session: Session, seq: int) -> None:
    rows = [session.execute(select(table.chain_digest).where(table.chain_seq == seq)).scalar() for table in TABLES]
    session.execute(update(ChainHead).values(seq=seq, digest=next(filter(None, rows))))


@pytest.mark.parametrize(
    ("seq", "kind"), [(5, CHANGED), (6, CHANGED)], ids=["a view of a referral", "a view of a page"]
)
def test_g12_the_check_says_where(tampered: Session, seq: int, kind: str):
    """The row, its place and its time; the rest of the chain is not reported."""
    alter(tampered, seq, who="nobody")
    found = check(tampered).breaks
    assert [(one.kind, one.seq) for one in found] == [(kind, seq)]
    assert found[0].at is not None and found[0].row.split()[0] in ("referral_event", "desk_audit")


def test_g12_a_row_laid_to_another_referral_is_found(tampered: Session):
    """Which referral a row belongs to is outside the chain, because it outlives the referral; it is compared all the same."""
    one, other = tampered.scalars(select(Referral.id).order_by(Referral.id)).all()
    tampered.execute(update(ReferralEvent).where(ReferralEvent.referral_id == one).values(referral_id=other))
    assert kinds(tampered) == {MOVED}
    tampered.rollback()
    tampered.execute(update(ReferralEvent).where(ReferralEvent.referral_id == one).values(referral_id=None))
    assert kinds(tampered) == {MOVED}


def test_g12_setting_everything_back_is_found_with_an_end_noted_elsewhere(tampered: Session):
    """A whole older copy is whole in itself. Somebody who wrote down where the chain ended sees that it ended later."""
    end = check(tampered).end
    assert check(tampered, end).whole
    for table in (*TABLES, ChainHead):
        tampered.execute(delete(table))
    assert check(tampered).whole, "nothing left at all looks like a new database"
    assert kinds(tampered, end) == {MISSING}
    with pytest.raises(ValueError, match="end of a chain"):
        check(tampered, "nonsense")


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_lost_head_stops_nobody_and_is_never_forgotten(db: Database, harm: str):
    """Work goes on behind the last row there is, and every later check says since when something is wrong."""
    reference = refer(db)
    write(db, [reference], 6)
    with db.transaction() as session:
        session.execute(delete(ChainHead) if harm == "gone" else update(ChainHead).values(seq=3))
    with db.reading() as session:
        assert HEAD_CHANGED in kinds(session)
    write(db, [reference], 6)
    with db.reading() as session:
        assert kinds(session) == {HEAD_LOST} and check(session).rows == 13


def test_rows_are_linked_whoever_adds_them(db: Database):
    """By `note`, by a relationship, in a savepoint that holds or is rolled back, in the same transaction as other work."""
    reference = refer(db)
    with db.transaction() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        handling.note(session, referral, who="amina", what="one", now=SATURDAY)
        referral.events.append(ReferralEvent(at=SATURDAY, who="amina", what="two", detail=""))
        with session.begin_nested():
            audit.note(session, who="amina", what="three", object="x", now=SATURDAY)
        savepoint = session.begin_nested()
        audit.note(session, who="amina", what="never", object="x", now=SATURDAY)
        session.flush()
        savepoint.rollback()
        audit.note(session, who="amina", what="four", object="x", now=SATURDAY)
    with pytest.raises(RuntimeError), db.transaction() as session:
        audit.note(session, who="amina", what="never", object="x", now=SATURDAY)
        session.flush()
        raise RuntimeError
    with db.reading() as session:
        assert check(session).whole
        rows = [row for table in TABLES for row in session.scalars(select(table))]
        assert {row.what for row in rows} == {"received", "one", "two", "three", "four"}
        assert sorted(row.chain_seq or 0 for row in rows) == [1, 2, 3, 4, 5]
        assert {row.reference for row in rows if isinstance(row, ReferralEvent)} == {reference}


def test_a_row_that_came_past_us_is_found(db: Database):
    """A bulk insert, a script, a hand: no link, and so a break."""
    write(db, [refer(db)], 4)
    with db.transaction() as session:
        session.execute(insert(DeskAudit).values(at=SATURDAY, who="x", what="x", object="x", detail=""))
    with db.reading() as session:
        assert kinds(session) == {INSERTED}


def test_rows_from_before_the_chain_are_let_be(db: Database):
    """The chain begins at the first row with a digest."""
    reference = refer(db)
    with db.transaction() as session:
        for table in TABLES:
            session.execute(update(table).values(chain_seq=None, chain_digest=None))
        session.execute(delete(ChainHead))
        session.execute(insert(DeskAudit).values(at=SATURDAY, who="x", what="x", object="x", detail=""))
    write(db, [reference], 3)
    with db.reading() as session:
        assert check(session).whole and check(session).rows == 3
    with db.transaction() as session:
        session.execute(insert(DeskAudit).values(at=SATURDAY, who="x", what="x", object="x", detail=""))
    with db.reading() as session:
        assert kinds(session) == {INSERTED}


def test_g12_the_first_row_may_come_from_a_process_that_does_not_know_every_table(db: Database):
    """What the chain begins with, and where it goes on when its head is lost, is read from the database: the action server never
    loads the tables of the desk."""
    with db.transaction() as session:
        session.execute(text("CREATE TABLE unknown_here (id INTEGER PRIMARY KEY, chain_seq BIGINT, chain_digest TEXT)"))
        session.execute(text("INSERT INTO unknown_here VALUES (1, NULL, NULL), (2, NULL, NULL)"))
    reference = refer(db)
    with db.transaction() as session:
        head = read_head(session)
        assert head is not None and head.older == {"desk_audit": 0, "referral_event": 0, "unknown_here": 2}
        session.execute(text("UPDATE unknown_here SET chain_seq = 7, chain_digest = 'x' WHERE id = 2"))
        session.execute(delete(ChainHead))
    write(db, [reference], 1)
    with db.reading() as session:
        assert sorted(session.scalars(select(ReferralEvent.chain_seq))) == [1, 8]


@pytest.mark.parametrize(("rows", "rests"), [(2000, 2), (999, 0)])
def test_a_long_check_rests_between_thousands_of_rows(db: Database, rows: int, rests: int):
    """It runs beside threads that answer residents."""
    with db.transaction() as session:
        for number in range(rows):
            audit.note(session, who="bob", what="x", object="x", now=SATURDAY, detail=str(number))
    rested: list[float] = []
    with db.reading() as session:
        assert chain_check.check(session, rest=rested.append).rows == rows
    assert len(rested) == rests and all(seconds > 0 for seconds in rested)


@pytest.mark.parametrize("path", ["audit", "audit?who=amina", "weekly", "weekly.csv"])
async def test_long_reads_hold_up_nobody_who_writes(office: Office, path: str):
    """The audit and the counts are read outside the transaction that writes down who looked."""
    refer(office.db)
    browser = await office.signed_in()
    writing: list[str] = []

    def note(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not connection.get_execution_options().get("read_only"):
            writing.append(statement)

    event.listen(office.db.engine, "before_cursor_execute", note)
    assert (await browser.get(f"/desk/{path}")).status == 200
    long = re.compile(r"SELECT .*\bFROM (desk_audit|referral_event|referral|weekly_count)\b", re.DOTALL)
    assert not [statement for statement in writing if long.match(statement)]
    assert any(statement.startswith("INSERT INTO desk_audit") for statement in writing)


def test_an_audit_row_outlives_its_referral_and_is_never_changed(db: Database):
    """The referral goes, by the database or through the ORM; its rows stay, with the reference, and the chain is whole."""
    references = [refer(db, number) for number in range(2)]
    write(db, references, 6)
    with db.transaction() as session:
        for table in ("consent_event", "delivery"):
            session.execute(text(f"DELETE FROM {table}"))
        session.execute(delete(Referral).where(Referral.reference == references[0]))
        session.delete(session.scalars(select(Referral).where(Referral.reference == references[1])).one())
    with db.reading() as session:
        rows = session.scalars(select(ReferralEvent)).all()
        assert {row.reference for row in rows} == set(references) and {row.referral_id for row in rows} == {None}
        assert check(session).whole
    for harm in (lambda session, row: session.delete(row), lambda session, row: setattr(row, "who", "x")):
        with pytest.raises(AuditChanged), db.transaction() as session:
            harm(session, session.scalars(select(ReferralEvent).limit(1)).one())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(age=st.integers(0, 40), limits=st.lists(st.integers(1, 9), min_size=1, max_size=6))
def test_g12_old_rows_go_and_the_rest_can_still_be_checked(chain: Database, age: int, limits: list[int]):
    """For every day and every size of batch: only rows old enough go, from the beginning of the chain, and it stays whole."""
    before = SATURDAY + timedelta(minutes=age)
    with chain.sessions() as session:
        for limit in limits:
            young = sum(len(session.scalars(select(t.id).where(t.at >= before)).all()) for t in TABLES)
            there = sum(len(session.scalars(select(t.id)).all()) for t in TABLES)
            gone = prune(session, before, limit)
            left = sum(len(session.scalars(select(t.id)).all()) for t in TABLES)
            assert there - left == gone <= limit and left >= young
            found = check(session)
            assert found.whole and found.rows == left and found.first == ROWS - left + 1
        session.rollback()


def test_dropping_old_rows_never_hides_that_they_were_changed(tampered: Session):
    """The break is kept in the head when the row goes."""
    alter(tampered, 4, who="nobody")
    assert prune(tampered, SATURDAY + timedelta(minutes=8), 100) > 4
    assert kinds(tampered) == {HEAD_LOST}


def test_a_link_cannot_be_given_twice(tampered: Session):
    with pytest.raises(IntegrityError):
        tampered.execute(update(DeskAudit).values(chain_seq=3))


@pytest.fixture
def shared(database_url: str) -> Iterator[Database]:
    db = open_database(database_url)
    Base.metadata.create_all(db.engine)
    yield db
    db.close()


def test_g12_writers_at_once_keep_one_chain(shared: Database):
    """Six threads, eight transactions each: no row without a link, no place given twice, none left out."""
    reference = refer(shared)
    ready, failed = threading.Barrier(6), []

    def work() -> None:
        try:
            ready.wait()
            write(shared, [reference], 16)
        except Exception as error:
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failed == []
    with shared.reading() as session:
        found = check(session)
        assert found.whole and found.rows == 6 * 16 + 1


def test_the_chain_cannot_deadlock_with_other_work(shared: Database):
    """One notes and then changes the referral, the other changes it and then notes: the head is locked last by both."""
    reference = refer(shared)
    noted, changed = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def note_first() -> None:
        try:
            with shared.transaction() as session:
                referral = handling.find(session, reference)
                assert referral is not None
                handling.note(session, referral, who="amina", what=handling.VIEWED, now=SATURDAY)
                session.flush()
                noted.set()
                changed.wait(1 if shared.engine.dialect.name == "postgresql" else 0)
                session.execute(update(Referral).values(taken_by="amina"))
        except BaseException as error:
            failed.append(error)

    worker = threading.Thread(target=note_first)
    worker.start()
    noted.wait(5)
    with shared.transaction() as session:
        session.execute(update(Referral).values(taken_by="bob"))
        changed.set()
        audit.note(session, who="bob", what=audit.VIEWED, object="x", now=SATURDAY)
    worker.join(10)
    assert failed == [] and not worker.is_alive()
    with shared.reading() as session:
        assert check(session).whole


def test_two_processes_that_begin_a_chain_at_once_make_one(shared: Database):
    """The very first rows, from four threads."""
    ready = threading.Barrier(4)

    def work() -> None:
        ready.wait()
        with shared.transaction() as session:
            audit.note(session, who="x", what="x", object="x", now=SATURDAY)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with shared.reading() as session:
        found = check(session)
        assert found.whole and found.rows == 4


async def test_g12_the_page_says_if_the_audit_is_whole_and_where_it_breaks(office: Office):
    """For a lead, with the newest entries; for an administrator the check alone, and nothing of a referral."""
    office.add("lea", "lead")  # type: ignore[arg-type]
    office.add("ada", "administrator")  # type: ignore[arg-type]
    reference = office.refer()
    lead, administrator = await office.signed_in("lea"), await office.signed_in("ada")
    await lead.get(f"/desk/referrals/{reference}")
    for browser in (lead, administrator):
        await browser.get("/desk/audit")
        assert (reference in browser.page) is (browser is lead)
        assert (await browser.post("/desk/audit/check")).status == 200
        assert "The audit is whole." in browser.page
    await lead.get(f"/desk/audit?object={reference}")
    assert "Signed in" not in lead.page.partition("<tbody>")[2] and reference in lead.page
    await lead.get("/desk/audit?who=ada")
    assert reference not in lead.page.partition("<tbody>")[2]
    assert (await lead.post("/desk/audit/check", known="nonsense")).status == 422
    with office.db.transaction() as session:
        session.execute(update(ReferralEvent).where(ReferralEvent.what == "received").values(who="nobody"))
    await lead.get("/desk/audit")
    assert (await lead.post("/desk/audit/check")).status == 200
    assert 'role="alert"' in lead.page and "This entry was changed after it was written. Entry " in lead.page
