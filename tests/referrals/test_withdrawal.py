"""Taking a referral back: the consent ends, one of two that act at the same moment wins, and nothing goes out after it."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.database import Base, Database, open_database
from common.encryption import Cipher, use
from referrals import follow_up, handling, staff_text
from referrals.alert_rules import AlertRules
from referrals.alerts import raise_alerts
from referrals.carrying import Delayed
from referrals.delivery import MAIL, WEBHOOKS, deliver_due
from referrals.follow_up import FollowUp, FollowUpRules
from referrals.live import may_leave
from referrals.model import (
    DONE,
    DROPPED,
    EMAIL,
    GONE_EMAIL,
    GONE_WEBHOOK,
    SENT,
    WAITING,
    WEBHOOK,
    WITHDRAWN,
    Delivery,
    Referral,
)
from referrals.notice import Notice, NoticeWriter
from referrals.outbox import queue
from referrals.staff_text import StaffText
from referrals.staff_text_rules import TAKEN_BACK, StaffTextRules
from referrals.submit import submit
from referrals.team import TeamFacts
from referrals.webhook import payload
from referrals.withdrawal import withdraw
from tests.referrals.support import DATA, SATURDAY, make_request

REFERENCE = "K7M-4PR"
LATER = SATURDAY + timedelta(hours=1)
MONDAY = datetime.fromisoformat("2026-11-23T11:00:00+00:00")


class Recorder:
    """A carrier that takes everything, or is shut."""

    def __init__(self, shut: bool = False) -> None:
        self.shut, self.taken = shut, list[Notice]()

    async def send(self, notice: Notice) -> None:
        if self.shut:
            raise Delayed("shut")
        self.taken.append(notice)


def stored(db: Database, team: TeamFacts, webhook: bool = False, **changes: Any) -> None:
    with db.transaction() as session:
        submit(session, make_request(**changes), now=SATURDAY, team=team, make_reference=lambda: REFERENCE)
        if webhook:
            queue(session, found(session).id, WEBHOOK, SATURDAY)


def found(session: Session) -> Referral:
    referral = handling.find(session, REFERENCE)
    assert referral is not None
    return referral


def take_back(db: Database, at: datetime = LATER) -> str:
    with db.transaction() as session:
        return withdraw(session, found(session), by="web", now=at)


@pytest.mark.parametrize("taken", [False, True])
def test_it_is_taken_back_from_new_and_from_taken(db: Database, team: TeamFacts, taken: bool) -> None:
    """State, consents and audit say so, with the time; what waited is dropped, and the team is told once."""
    stored(db, team, webhook=True)
    with db.transaction() as session:
        assert not taken or handling.take(session, found(session), who="bob", now=SATURDAY)
    assert [take_back(db), take_back(db)] == ["withdrawn", "already"]
    with db.reading() as session:
        referral = found(session)
        assert (referral.state, referral.done_at) == (WITHDRAWN, LATER)
        assert [yes.withdrawn_at for yes in referral.consents] == [LATER]
        assert {d.kind: d.state for d in referral.deliveries} == {
            EMAIL: DROPPED,
            WEBHOOK: DROPPED,
            GONE_EMAIL: WAITING,
            GONE_WEBHOOK: WAITING,
        }
        events = [(e.who, e.what, e.detail) for e in referral.events if e.what == "withdrawn"]
        assert events == [("resident", "withdrawn", "web")]


def test_a_finished_one_stays_as_it_is(db: Database, team: TeamFacts) -> None:
    stored(db, team)
    with db.transaction() as session:
        handling.take(session, found(session), who="bob", now=SATURDAY)
        handling.finish(session, found(session), outcome="declined", who="bob", now=SATURDAY)
    assert take_back(db) == "closed"
    with db.reading() as session:
        assert found(session).state == DONE and found(session).consents[0].withdrawn_at is None


def test_staff_can_do_nothing_with_it_any_more(db: Database, team: TeamFacts) -> None:
    stored(db, team)
    take_back(db)
    with db.transaction() as session:
        referral = found(session)
        assert not handling.take(session, referral, who="bob", now=LATER)
        assert not handling.finish(session, referral, outcome="declined", who="bob", now=LATER)
        assert not handling.reopen(session, referral, reason="mistake", who="bob", now=LATER)
        assert found(session).state == WITHDRAWN


def test_who_takes_it_and_who_takes_it_back_at_once_both_know_the_truth(any_db: Database, team: TeamFacts) -> None:
    """Finishing and taking back at the same moment: one wins, the other hears so; never both, never neither."""
    for number in range(8):
        reference = f"K7M-4P{'234679FH'[number]}"
        with any_db.transaction() as session:
            request = make_request(idempotency_key=f"race-{number}", conversation=f"race-{number}")
            submit(session, request, now=SATURDAY, team=team, make_reference=lambda r=reference: r)  # type: ignore[misc]
            one = handling.find(session, reference)
            assert one is not None and handling.take(session, one, who="bob", now=SATURDAY)
        results: dict[str, Any] = {}
        start = threading.Barrier(2)

        def finish(
            reference: str = reference, results: dict[str, Any] = results, start: threading.Barrier = start
        ) -> None:
            start.wait()
            with any_db.transaction() as session:
                one = handling.find(session, reference)
                assert one is not None
                results["finished"] = handling.finish(session, one, outcome="declined", who="bob", now=LATER)

        def back(
            reference: str = reference, results: dict[str, Any] = results, start: threading.Barrier = start
        ) -> None:
            start.wait()
            with any_db.transaction() as session:
                one = handling.find(session, reference)
                assert one is not None
                results["back"] = withdraw(session, one, by="web", now=LATER)

        threads = [threading.Thread(target=work) for work in (finish, back)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with any_db.reading() as session:
            one = handling.find(session, reference)
            assert one is not None
            expected = {(True, "closed", DONE), (False, "withdrawn", WITHDRAWN)}
            assert (results["finished"], results["back"], one.state) in expected
            assert all(bool(yes.withdrawn_at) == (one.state == WITHDRAWN) for yes in one.consents)


async def test_the_team_is_told_exactly_once_and_nothing_else_goes_out(db: Database, team: TeamFacts) -> None:
    """Also when its mailbox was shut at first, and however often the outbox is worked."""
    stored(db, team, webhook=True)
    assert await deliver_due(db, Recorder(shut=True), SATURDAY) == 0
    take_back(db)
    mail, hooks = Recorder(), Recorder()
    for hours in range(5):
        await deliver_due(db, mail, LATER + timedelta(hours=hours), MAIL)
        await deliver_due(db, hooks, LATER + timedelta(hours=hours), WEBHOOKS)
    assert [notice.kind for notice in mail.taken] == [GONE_EMAIL]
    assert [(notice.kind, notice.packet) for notice in hooks.taken] == [(GONE_WEBHOOK, {})]


async def test_a_notice_in_hand_that_fails_is_not_tried_again(db: Database, team: TeamFacts) -> None:
    """It was claimed before, refused, and its consent ended meanwhile."""
    stored(db, team)

    class TakesBack(Recorder):
        async def send(self, notice: Notice) -> None:
            await db.run(lambda session: withdraw(session, found(session), by="web", now=LATER))
            raise Delayed("shut")

    await deliver_due(db, TakesBack(), SATURDAY, (EMAIL,))
    mail = Recorder()
    await deliver_due(db, mail, LATER + timedelta(days=1))
    assert [notice.kind for notice in mail.taken] == [GONE_EMAIL]


def test_the_e_mail_names_the_reference_and_nobody(db: Database, team: TeamFacts) -> None:
    stored(db, team)
    take_back(db)
    writer = NoticeWriter(team.words, AlertRules.load(DATA), "assistant@example.org", "https://help.example.org/desk")
    mail = writer.write(a_notice(GONE_EMAIL), "team@example.org")
    assert mail["Subject"] == f"Referral {REFERENCE} was withdrawn"
    body = mail.get_content()
    assert REFERENCE in body and f"/desk/referrals/{REFERENCE}" in body
    for private in ("Test Resident", "Ron", "900123", "lonel"):
        assert private not in body


def test_the_webhook_says_what_happened_and_never_carries_the_packet() -> None:
    """Even to a receiver who may have packets."""
    told = payload(a_notice(GONE_WEBHOOK, packet={"name": "Test Resident"}), "https://x/desk", personal_data=True)
    assert told["event"] == "withdrawn" and "packet" not in told
    first = payload(a_notice(WEBHOOK, packet={"name": "Test Resident"}), "https://x/desk", personal_data=True)
    assert first["event"] == "received" and "packet" in first


def a_notice(kind: str, **changes: Any) -> Notice:
    values: dict[str, Any] = {
        "delivery_id": 1, "attempt": 1, "kind": kind, "message_id": "a" * 32, "reference": REFERENCE, "priority": "routine",
        "destination": "first_contact_plus", "team": "First Contact Plus", "promised": False, "received_at": SATURDAY,
        "due_at": MONDAY, "queued_at": LATER,
    }  # fmt: skip
    return Notice(**{**values, **changes})


def test_a_withdrawn_one_raises_no_alert(db: Database, team: TeamFacts) -> None:
    stored(db, team)
    take_back(db)
    with db.transaction() as session:
        assert raise_alerts(session, AlertRules.load(DATA), team, SATURDAY + timedelta(days=30)) == 0


def test_texts_to_the_person_are_dropped_and_none_can_be_asked_for(db: Database, team: TeamFacts) -> None:
    """The text of staff that waits for the morning, the one after two weeks, and a new one: numbers are forgotten."""
    rules = StaffTextRules.load(DATA, allow_test_numbers=True)
    stored(db, team, safe_to_text=True)
    with db.transaction() as session:
        plan = ask(session, rules, "one")
        assert plan.at is not None
        follow_up.agree(
            session,
            FollowUpRules.load(DATA),
            conversation="conversation-1",
            episode="1",
            phone="+447700900123",
            words="May we?",
            reference=REFERENCE,
            now=SATURDAY,
        )
    take_back(db)
    with db.transaction() as session:
        assert ask(session, rules, "two").refused == TAKEN_BACK
        assert staff_text.due(session, rules, MONDAY) == [] == follow_up.due(session, MONDAY + timedelta(days=40))
        assert [row.phone for row in session.scalars(select(StaffText))] == [None]
        assert [row.phone for row in session.scalars(select(FollowUp))] == [None]


def ask(session: Session, rules: StaffTextRules, form: str) -> Any:
    return staff_text.ask(
        session,
        rules,
        found(session),
        "running_late",
        form_id=form,
        who="bob",
        stopped=False,
        careful=False,
        now=SATURDAY,
    )


@pytest.mark.parametrize("changed", ["words", "receiver"])
async def test_nothing_leaves_without_a_consent_for_exactly_this_receiver(
    db: Database, team: TeamFacts, changed: str
) -> None:
    """A consent whose words were changed, or that names another team, is none."""
    stored(db, team)
    with db.transaction() as session:
        setattr(found(session).consents[0], changed, "something else")
    mail = Recorder()
    await deliver_due(db, mail, SATURDAY)
    with db.reading() as session:
        assert not may_leave(found(session)) and mail.taken == []


def _work(db: Database, now: datetime, mail: Recorder, hooks: Recorder) -> None:
    asyncio.run(deliver_due(db, mail, now, MAIL))
    asyncio.run(deliver_due(db, hooks, now, WEBHOOKS))


STEPS = ("again", "take", "text", "alerts", "follow_up", "wait", "mail_shut", "finish", "reopen", "release")


@settings(max_examples=12, deadline=None)
@given(
    before=st.lists(st.sampled_from(STEPS), max_size=5), after=st.lists(st.sampled_from(STEPS), min_size=1, max_size=7)
)
def test_no_path_sends_after_withdrawal(before: list[str], after: list[str]) -> None:
    """Whatever staff and the clock do before and after: from then on only "it was withdrawn" leaves, once by each way."""
    use(Cipher("a secret key for tests only, 32 long"))
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{folder}/test.db")
        try:
            _no_path(db, TeamFacts.load(DATA), before, after)
        finally:
            db.close()


def _no_path(db: Database, team: TeamFacts, before: list[str], after: list[str]) -> None:
    Base.metadata.create_all(db.engine)
    rules, texts = StaffTextRules.load(DATA, allow_test_numbers=True), FollowUpRules.load(DATA)
    stored(db, team, webhook=True, safe_to_text=True)
    now, withdrawn = MONDAY, False
    mail, hooks = Recorder(), Recorder()
    for number, step in enumerate([*before, "withdraw", *after]):
        now += timedelta(minutes=30)
        mail.shut = step == "mail_shut"
        with db.transaction() as session:
            one = found(session)
            if step == "withdraw":
                outcome = withdraw(session, one, by="web", now=now)
                withdrawn = outcome == "withdrawn"
                for carrier in (mail, hooks):
                    carrier.taken.clear()
            elif step == "again":
                handling.send_again(session, one, who="bob", now=now)
            elif step == "take":
                handling.take(session, one, who="bob", now=now)
            elif step == "release":
                handling.release(session, one, holder="bob", who="bob", now=now)
            elif step == "finish":
                handling.finish(session, one, outcome="declined", who="bob", now=now)
            elif step == "reopen":
                handling.reopen(session, one, reason="mistake", who="bob", now=now)
            elif step == "text":
                staff_text.ask(
                    session,
                    rules,
                    one,
                    "running_late",
                    form_id=f"form-{number}",
                    who="bob",
                    stopped=False,
                    careful=False,
                    now=now,
                )
            elif step == "alerts":
                raise_alerts(session, AlertRules.load(DATA), team, now + timedelta(days=9))
            elif step == "follow_up":
                follow_up.agree(
                    session, texts, conversation="conversation-1", episode=str(number), phone="+447700900123",
                    words="May we?", reference=REFERENCE, now=now - timedelta(days=15),
                )  # fmt: skip
            else:
                now += timedelta(hours=2)
        _work(db, now, mail, hooks)
        with db.transaction() as session:
            sending = staff_text.due(session, rules, now)
            if withdrawn:
                assert sending == []
                assert not [row for row in follow_up.due(session, now) if follow_up.may_go(session, row)]
    if withdrawn:
        mail.shut = False
        _work(db, now + timedelta(days=1), mail, hooks)
        assert [notice.kind for notice in mail.taken] == [GONE_EMAIL]
        assert [notice.kind for notice in hooks.taken] == [GONE_WEBHOOK]
        with db.reading() as session:
            states = {d.kind: d.state for d in session.scalars(select(Delivery))}
            assert states[GONE_EMAIL] == states[GONE_WEBHOOK] == SENT
