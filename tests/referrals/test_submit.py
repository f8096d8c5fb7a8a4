"""Storing a referral: whole or not at all, once, and never without consent."""

from __future__ import annotations

import re
import sqlite3
import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from common.database import Database
from referrals import erasing, handling
from referrals.consent import ConsentWording, GivenConsent, fingerprint
from referrals.model import AuditChanged, ConsentEvent, Delivery, Referral, ReferralEvent
from referrals.reference import ALPHABET, new_reference
from referrals.submit import ReferralRefused, ReferralRequest, Submitted, submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, TEAM, another, given, make_request


def store(db: Database, team: TeamFacts, request: ReferralRequest, **more: Any) -> Submitted:
    with db.transaction() as session:
        return submit(session, request, now=SATURDAY, team=team, **more)


def count(db: Database, table: type) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_referral_is_stored_with_consent_audit_and_notice(db: Database, team: TeamFacts):
    """One transaction writes all four; the resident's promise is kept word for word."""
    stored = store(db, team, make_request())
    with db.reading() as session:
        referral = handling.find(session, stored.reference)
        assert referral is not None
        assert (referral.state, referral.priority, referral.destination) == ("new", "routine", "first_contact_plus")
        assert referral.promise_text == stored.what_next and referral.due_at == stored.due_at
        assert not referral.promised
        assert [e.what for e in referral.events] == ["received"]
        assert [d.state for d in referral.deliveries] == ["waiting"]
        consent = referral.consents[0]
        assert consent.words == make_request().consent.words.text  # type: ignore[union-attr]
        assert consent.sha256 == fingerprint(consent.words)
        assert (consent.receiver, consent.withdrawn_at) == (TEAM, None)
    assert not stored.already


def test_the_same_request_twice_is_one_referral(db: Database, team: TeamFacts):
    """A retry gets the first reference and promise, and nothing is stored twice."""
    first, second = store(db, team, make_request()), store(db, team, make_request())
    assert second == Submitted(first.reference, first.what_next, first.due_at, already=True)
    assert [count(db, table) for table in (Referral, ConsentEvent, ReferralEvent, Delivery)] == [1, 1, 1, 1]


def test_g1_the_same_request_at_the_same_moment_is_one_referral(db: Database, team: TeamFacts):
    """Eight workers submitting one request together store it once and all get its reference."""
    start, found = threading.Barrier(8), []

    def work() -> None:
        start.wait()
        found.append(store(db, team, make_request()))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({one.reference for one in found}) == 1
    assert sum(not one.already for one in found) == 1
    assert count(db, Referral) == 1 and count(db, Delivery) == 1


def test_another_conversation_cannot_learn_of_a_referral_by_its_key(db: Database, team: TeamFacts):
    """An idempotency key that belongs to another conversation is refused, and no reference is given away."""
    store(db, team, make_request())
    with pytest.raises(ReferralRefused, match="other_conversation"):
        store(db, team, make_request(conversation="somebody-else"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"consent": None}, "no_consent"),
        ({"consent": given("lac", "Test Town coordinator")}, "no_consent"),
        ({"consent": given(team="Another team")}, "no_consent"),
        ({"consent": given(about_other=True)}, "no_consent"),
        ({"about_other": True}, "no_consent"),
        ({"consent": given(withdrawn_at=SATURDAY - timedelta(seconds=1))}, "no_consent"),
        ({"adult": False}, "under_18"),
        ({"destination": "outside"}, "not_a_receiver"),
        ({"destination": "under_18"}, "not_a_receiver"),
        ({"destination": "services"}, "not_a_receiver"),
        ({"contact_value": "  "}, "no_contact"),
    ],
)
def test_a_referral_that_may_not_be_is_refused(db: Database, team: TeamFacts, changes: dict[str, Any], reason: str):
    """Without live consent for exactly this receiver, under 18, or with nowhere to send it: nothing is stored at all."""
    with pytest.raises(ReferralRefused) as refused:
        store(db, team, make_request(**changes))
    assert refused.value.reason == reason
    assert [count(db, table) for table in (Referral, ConsentEvent, ReferralEvent, Delivery)] == [0, 0, 0, 0]


def test_a_clock_set_back_takes_no_yes_away(db: Database, team: TeamFacts):
    """A yes that seems to lie ahead was given all the same: the referral is stored, with the time that was noted for it."""
    ahead = SATURDAY + timedelta(seconds=40)
    assert store(db, team, make_request(consent=given(given_at=ahead))).reference
    with db.reading() as session:
        assert session.scalars(select(ConsentEvent.given_at)).one() == ahead


def test_a_withdrawal_that_seems_to_lie_ahead_counts(db: Database, team: TeamFacts):
    """Whoever took their yes back has taken it back, whatever the clock says."""
    with pytest.raises(ReferralRefused, match="no_consent"):
        store(db, team, make_request(consent=given(withdrawn_at=SATURDAY + timedelta(seconds=40))))


def test_consent_to_changed_words_is_no_consent(db: Database, team: TeamFacts):
    """The fingerprint must be that of the words: words altered after the yes do not count."""
    raw = given().as_dict()
    raw["words"]["text"] += " And we may sell it."
    with pytest.raises(ReferralRefused, match="no_consent"):
        store(db, team, make_request(consent=GivenConsent.from_dict(raw)))


def test_consent_survives_a_slot(team: TeamFacts):
    """What a conversation keeps as JSON comes back as the same consent."""
    consent = given(withdrawn_at=SATURDAY)
    assert GivenConsent.from_dict(consent.as_dict()) == consent


@pytest.mark.parametrize("destination", ["first_contact_plus", "lac", "locality_team"])
@pytest.mark.parametrize("about_other", [False, True])
def test_consent_words_name_the_team_and_ask_one_question(destination: str, about_other: bool):
    """Every receiver has its own words, also for another person's referral: one question, sentences of 25 words at most."""
    words = ConsentWording.load(DATA).words(destination, "Test Town team", about_other)
    assert "Test Town team" in words.text and words.text.count("?") == 1
    assert all(len(s.split()) <= 25 for s in re.split(r"(?<=[.?!])\s+", words.text))
    assert ("agree" in words.text) == (about_other or ("they will ask" in words.text.lower() and about_other))


def test_g1_a_failure_in_mid_submit_leaves_nothing(db: Database, team: TeamFacts):
    """When the transaction dies after submit returned, none of the four rows is there, and a retry works."""
    with pytest.raises(RuntimeError, match="power cut"), db.transaction() as session:
        submit(session, make_request(), now=SATURDAY, team=team)
        raise RuntimeError("power cut")
    assert [count(db, table) for table in (Referral, ConsentEvent, ReferralEvent, Delivery)] == [0, 0, 0, 0]
    assert not store(db, team, make_request()).already


def test_a_reference_in_use_is_drawn_again(db: Database, team: TeamFacts):
    """Two referrals never share a reference, even when chance would have it."""
    drawn = iter(["K7M-4PR", "K7M-4PR", "K7M-4PW"])
    first = store(db, team, another(1), make_reference=lambda: next(drawn))
    second = store(db, team, another(2), make_reference=lambda: next(drawn))
    assert (first.reference, second.reference) == ("K7M-4PR", "K7M-4PW")


def test_a_reference_that_the_audit_still_speaks_of_is_not_given_again(db: Database, team: TeamFacts):
    """The referral is deleted long before its audit: a new one must not get its record."""
    drawn = iter(["K7M-4PR", "K7M-4PR", "K7M-4PW"])
    store(db, team, another(1), make_reference=lambda: next(drawn))
    with db.transaction() as session:
        erasing.erase(session, session.scalars(select(Referral.id)).all(), SATURDAY)
    assert store(db, team, another(2), make_reference=lambda: next(drawn)).reference == "K7M-4PW"


def test_references_can_be_read_out():
    """No look-alikes or sound-alikes, two groups of three, and no two alike in a thousand draws but by rare chance."""
    drawn = [new_reference() for _ in range(1000)]
    assert all(re.fullmatch(f"[{ALPHABET}]{{3}}-[{ALPHABET}]{{3}}", one) for one in drawn)
    assert not set(ALPHABET) & set("01OIL5SZ8BAEU")
    assert len(set(drawn)) > 990


def test_a_danger_makes_it_urgent(db: Database, team: TeamFacts):
    """A referral with a red flag is urgent on the desk and in the notice."""
    reference = store(db, team, make_request(red_flags=("suicide_self_harm",))).reference
    with db.reading() as session:
        assert session.scalar(select(Referral.priority).where(Referral.reference == reference)) == "urgent"


def test_what_the_resident_said_is_not_readable_in_the_file(db: Database, team: TeamFacts, tmp_path):
    """Name, number, own words, reasons and consent words are encrypted at rest."""
    store(db, team, make_request())
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    assert b"conversation-1" in raw  # the search does find what is plain
    for secret in (b"Test Resident", b"7700900123", b"four walls", b"garden club", b"happy for me", b"two kinds"):
        assert secret not in raw


def test_audit_rows_are_only_added(db: Database, team: TeamFacts):
    """An audit row can be neither changed nor removed through our code."""
    store(db, team, make_request())
    for change in ("update", "delete"):
        with pytest.raises(AuditChanged), db.transaction() as session:
            row = session.scalars(select(ReferralEvent)).one()
            if change == "update":
                row.who = "nobody"
            else:
                session.delete(row)


def test_one_of_two_staff_takes_a_referral(db: Database, team: TeamFacts):
    """Staff who take the same referral at the same moment, many times over: exactly one wins each time."""
    for number in range(25):
        reference = store(db, team, another(number)).reference
        start = threading.Barrier(4)
        won: list[str] = []

        def work(who: str, reference: str = reference, start: threading.Barrier = start, won: list[str] = won) -> None:
            start.wait()
            with db.transaction() as session:
                referral = handling.find(session, reference)
                assert referral is not None
                if handling.take(session, referral, who=who, now=SATURDAY):
                    won.append(who)

        threads = [threading.Thread(target=work, args=(name,)) for name in ("amina", "bob", "carol", "dev")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with db.reading() as session:
            referral = handling.find(session, reference)
            assert referral is not None
            assert won == [referral.taken_by]
            assert [e.who for e in referral.events if e.what == "taken"] == won


def test_only_a_taken_referral_can_be_finished_and_only_once(db: Database, team: TeamFacts):
    """New cannot jump to done, and the second finish changes nothing."""
    reference = store(db, team, make_request()).reference
    with db.transaction() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        assert not handling.finish(session, referral, outcome="declined", who="bob", now=SATURDAY)
        assert handling.take(session, referral, who="bob", now=SATURDAY)
        assert handling.finish(session, referral, outcome="declined", who="amina", now=SATURDAY)
        assert not handling.finish(session, referral, outcome="duplicate", who="bob", now=SATURDAY)
        assert (referral.state, referral.outcome, referral.taken_by) == ("done", "declined", "bob")


def test_d1_the_queue_is_overdue_first_then_by_due_time(db: Database, team: TeamFacts):
    """The order of work: the longest overdue, then what is due next, whoever has it."""
    with db.transaction() as session:
        for number, (due, taken) in enumerate([(3, False), (1, True), (-1, True), (2, False), (-2, False)]):
            reference = submit(session, another(number), now=SATURDAY, team=team).reference
            referral = handling.find(session, reference)
            assert referral is not None
            referral.due_at = SATURDAY + timedelta(days=due)
            if taken:
                handling.take(session, referral, who="bob", now=SATURDAY)
    with db.reading() as session:
        order = [r.conversation[-1] for r in handling.open_referrals(session)]
    assert order == ["4", "2", "1", "3", "0"]


def test_sqlite_is_the_real_thing(db: Database):
    """These tests run on a SQLite file in WAL mode, as the assistant does."""
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert sqlite3.sqlite_version_info >= (3, 35)
