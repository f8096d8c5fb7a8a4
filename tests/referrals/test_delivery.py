"""E-mail notices, against a real SMTP server on this machine."""

from __future__ import annotations

import email
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from common import settings as configuration
from common.database import Database
from common.settings import SettingsError
from referrals import handling
from referrals.carrying import Carrier, Delayed
from referrals.delivery import BATCH_SECONDS, GIVE_UP, LEASE, SEND_SECONDS, deliver_due
from referrals.mailer import FileMailer, SmtpMailer, SmtpServer, mailer_for
from referrals.model import ALERTS, EMAIL, Delivery
from referrals.notice import Notice
from referrals.outbox import queue
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import SATURDAY, another, copy_data, given, make_request

SECRET = "a secret key for tests only, 32 long"
MINUTE = timedelta(minutes=1)
SECRETS = ("test resident", "7700", "wigston", "lonel", "ron ", "warm", "conversation-1", "first contact")


class Mailbox:
    """An SMTP handler that keeps what it accepts and answers as told: `answers` first, then 250."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []
        self.recipient_answers: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.recipient_answers:
            return self.recipient_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        self.messages.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def server(mailbox: Mailbox, unused_tcp_port: int) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def mailer(server: Controller, team: TeamFacts, tmp_path: Path) -> Carrier:
    return mailer_with(
        team,
        tmp_path,
        SMTP_URL=f"smtp://127.0.0.1:{server.port}",
        TEAM_MAILBOX="team@example.org",
        LEAD_MAILBOX="lead@example.org",
    )


@pytest.fixture
def reference(db: Database, team: TeamFacts) -> str:
    with db.transaction() as session:
        return submit(session, make_request(), now=SATURDAY, team=team).reference


def mailer_with(team: TeamFacts, tmp_path: Path, **env: str) -> Carrier:
    base = {"VAR_DIR": str(tmp_path / "var"), "SECRET_KEY": SECRET, "PUBLIC_BASE_URL": "https://help.example.org"}
    return mailer_for(configuration.load({**base, **env}), team)


def delivery(db: Database) -> Delivery:
    with db.reading() as session:
        return session.scalars(select(Delivery).where(Delivery.kind == EMAIL)).one()


def audit(db: Database, reference: str) -> list[str]:
    with db.reading() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        return [entry.what for entry in referral.events]


async def test_d6_the_notice_holds_reference_priority_due_and_link_only(
    db: Database, mailer: Carrier, mailbox: Mailbox, reference: str
):
    """Mail is not private: nothing about the person is in it."""
    assert await deliver_due(db, mailer, SATURDAY) == 1
    message = mailbox.messages[0]
    text = message.as_string()
    assert message["To"] == "team@example.org"
    assert message["Subject"] == f"Referral {reference}: routine, due 5pm on Wednesday 25 November"
    assert f"https://help.example.org/desk/referrals/{reference}" in text
    assert not [secret for secret in SECRETS if secret in text.lower()]
    assert audit(db, reference) == ["received", "notice_sent"]


async def test_d6_a_notice_goes_out_once(db: Database, mailer: Carrier, mailbox: Mailbox, reference: str):
    """Once the server accepted it, no later run sends it again."""
    for hours in (0, 1, 100):
        await deliver_due(db, mailer, SATURDAY + timedelta(hours=hours))
    assert len(mailbox.messages) == 1 and delivery(db).state == "sent"


async def test_d6_451_then_250_is_delivered_once(db: Database, mailer: Carrier, mailbox: Mailbox, reference: str):
    """A passing trouble is tried again after a pause, with the same Message-ID, and arrives once."""
    mailbox.answers = ["451 try later"]
    assert await deliver_due(db, mailer, SATURDAY) == 0
    assert (delivery(db).state, delivery(db).problem) == ("waiting", "the mail server answered 451")
    assert await deliver_due(db, mailer, SATURDAY + timedelta(seconds=59)) == 0
    assert await deliver_due(db, mailer, SATURDAY + MINUTE) == 1
    assert await deliver_due(db, mailer, SATURDAY + 60 * MINUTE) == 0
    assert [m["Message-ID"] for m in mailbox.messages] == [f"<{delivery(db).message_id}@localhost>"]


@pytest.mark.parametrize("where", ["answers", "recipient_answers"])
async def test_d6_550_alarms(
    db: Database, mailer: Carrier, mailbox: Mailbox, reference: str, where: str, caplog: pytest.LogCaptureFixture
):
    """A refusal, of the message or the mailbox, is not tried again: the lead gets one e-mail, the log an error, the desk the
    reference; staff can send again when it is mended."""
    setattr(mailbox, where, ["550 no such mailbox"])
    assert await deliver_due(db, mailer, SATURDAY) == 1
    assert delivery(db).state == "failed" and "notice refused" in caplog.text
    assert [m["To"] for m in mailbox.messages] == ["lead@example.org"]
    assert mailbox.messages[0]["Subject"].startswith(f"Notice not delivered: referral {reference} (routine)")
    assert await deliver_due(db, mailer, SATURDAY + 60 * MINUTE) == 0
    with db.transaction() as session:
        assert [d.referral.reference for d in handling.undelivered(session, (EMAIL,))] == [reference]
        referral = handling.find(session, reference)
        assert referral is not None
        assert handling.send_again(session, referral, who="bob", now=SATURDAY + 60 * MINUTE)
    assert await deliver_due(db, mailer, SATURDAY + 60 * MINUTE) == 1
    assert audit(db, reference) == ["received", "notice_failed", "undelivered_sent", "notice_again", "notice_sent"]


async def test_d6_the_alarm_itself_refused_makes_no_further_alarm(
    db: Database, mailer: Carrier, mailbox: Mailbox, reference: str
):
    """A server that refuses everything is asked twice, not for ever."""
    mailbox.answers = ["550 no"] * 9
    for hours in range(5):
        await deliver_due(db, mailer, SATURDAY + timedelta(hours=hours))
    assert len(mailbox.answers) == 7


@pytest.mark.parametrize("kind", [EMAIL, *ALERTS])
async def test_d6_no_message_holds_anything_about_the_person(
    db: Database, mailer: Carrier, mailbox: Mailbox, reference: str, kind: str
):
    """Mail is not private: notices and alerts hold reference, priority, due time and link, and the lead gets the alerts."""
    with db.transaction() as session:
        queue(session, delivery(db).referral_id, kind, SATURDAY)
    await deliver_due(db, mailer, SATURDAY, kinds=(kind,))
    (message,) = mailbox.messages
    body = message.get_content()
    assert message["To"] == ("team@example.org" if kind == EMAIL else "lead@example.org")
    for fact in (reference, "routine", "5pm on Wednesday 25 November"):
        assert fact in message["Subject"] and fact in body
    assert f"https://help.example.org/desk/referrals/{reference}" in body.split()
    for secret in SECRETS:
        assert secret not in message.as_string().lower() and secret not in body.lower(), secret


async def test_d6_another_teams_mailbox_gets_its_own_notices(
    db: Database, tmp_path: Path, server: Controller, mailbox: Mailbox
):
    """destinations.yml may name a mailbox; a mailbox that answers 451 holds up nobody else's notices."""
    data = copy_data(tmp_path)
    (data / "destinations.yml").write_text(
        "receivers: [{destination: lac, team: Test Town coordinator, mailbox: lac@example.org}]"
    )
    facts = TeamFacts.load(data)
    with db.transaction() as session:
        lac = given("lac", "Test Town coordinator")
        submit(session, another(1, destination="lac", team=lac.words.team, consent=lac), now=SATURDAY, team=facts)
        submit(session, another(2), now=SATURDAY, team=facts)
    mailbox.recipient_answers = ["451 greylisted"]
    mailer = mailer_with(facts, tmp_path, SMTP_URL=f"smtp://127.0.0.1:{server.port}", TEAM_MAILBOX="team@example.org")
    assert await deliver_due(db, mailer, SATURDAY) == 1
    assert await deliver_due(db, mailer, SATURDAY + MINUTE) == 1
    assert [m["To"] for m in mailbox.messages] == ["team@example.org", "lac@example.org"]


async def test_a_refused_recipient_with_4xx_is_tried_again(
    db: Database, mailer: Carrier, mailbox: Mailbox, reference: str
):
    """Greylisting answers 450 to the recipient: that is a delay, not a refusal."""
    mailbox.recipient_answers = ["450 greylisted"]
    assert await deliver_due(db, mailer, SATURDAY) == 0
    assert await deliver_due(db, mailer, SATURDAY + MINUTE) == 1


async def test_d6_an_outage_recovers(
    db: Database, team: TeamFacts, tmp_path: Path, reference: str, mailbox: Mailbox, unused_tcp_port: int
):
    """With no server at all the notice waits, ever longer, and goes out when the server is back."""
    mailer = mailer_with(
        team, tmp_path, SMTP_URL=f"smtp://127.0.0.1:{unused_tcp_port}", TEAM_MAILBOX="team@example.org"
    )
    now = SATURDAY
    waits = []
    for _ in range(7):
        assert await deliver_due(db, mailer, now) == 0
        waits.append(int((delivery(db).next_at - now) / MINUTE))
        now = delivery(db).next_at
    assert waits == [1, 5, 15, 30, 60, 60, 60]
    controller = Controller(mailbox, hostname="127.0.0.1", port=unused_tcp_port)
    controller.start()
    try:
        assert await deliver_due(db, mailer, now) == 1
    finally:
        controller.stop()


async def test_after_three_days_a_person_must_look(db: Database, team: TeamFacts, tmp_path: Path, reference: str):
    """A notice that could not go out for 72 hours is marked failed; the referral is untouched."""

    class Down:
        async def send(self, notice: Notice) -> None:
            raise Delayed("the mail server answered 451")

    await deliver_due(db, Down(), SATURDAY + GIVE_UP)
    assert delivery(db).state == "failed"


async def test_a_worker_that_died_holds_a_notice_five_minutes(
    db: Database, mailer: Carrier, mailbox: Mailbox, reference: str
):
    """A notice claimed by a process that was killed is neither lost nor taken from a living one too soon."""

    class Killed:
        async def send(self, notice: Notice) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await deliver_due(db, Killed(), SATURDAY)
    assert await deliver_due(db, mailer, SATURDAY + LEASE - MINUTE) == 0
    assert await deliver_due(db, mailer, SATURDAY + LEASE) == 1
    assert len(mailbox.messages) == 1


async def test_without_smtp_the_notice_is_a_file(db: Database, team: TeamFacts, tmp_path: Path, reference: str):
    """Out of the box each notice is one .eml file under VAR_DIR/mail; writing it again replaces it."""
    mailer = mailer_with(team, tmp_path)
    assert isinstance(mailer, FileMailer)
    assert await deliver_due(db, mailer, SATURDAY) == 1
    files = list((tmp_path / "var" / "mail").iterdir())
    assert len(files) == 1 and files[0].suffix == ".eml"
    message = email.message_from_bytes(files[0].read_bytes(), policy=policy.default)
    assert reference in message["Subject"]


async def test_without_a_mailbox_the_notice_is_skipped_with_a_reason(
    db: Database, team: TeamFacts, tmp_path: Path, reference: str
):
    """Production never writes to the stand-in at localhost: the desk says what to set, and nothing is lost."""
    mailer = mailer_with(team, tmp_path, ENVIRONMENT="production", SMTP_URL="smtp://127.0.0.1:1")
    assert await deliver_due(db, mailer, SATURDAY) == 0
    assert delivery(db).state == "skipped" and "TEAM_MAILBOX" in delivery(db).problem


async def test_d7_an_alert_waits_until_somebody_says_where_the_lead_reads(
    db: Database, team: TeamFacts, tmp_path: Path, server: Controller, mailbox: Mailbox, reference: str
):
    """However long that takes; meanwhile it is not given up, the desk can say what to set, and then it goes once."""
    with db.transaction() as session:
        referral = handling.find(session, reference)
        assert referral is not None and queue(session, referral.id, ALERTS[0], SATURDAY)
    env = {"SMTP_URL": f"smtp://127.0.0.1:{server.port}", "TEAM_MAILBOX": "team@example.org"}
    without = mailer_with(team, tmp_path, ENVIRONMENT="production", **env)
    late = SATURDAY
    for hours in (0, 2, 80):
        late = SATURDAY + timedelta(hours=hours)
        await deliver_due(db, without, late)
        with db.reading() as session:
            (waiting,) = handling.undelivered(session, ALERTS)
            assert waiting.state == "waiting" and "LEAD_MAILBOX" in waiting.problem
    assert not about_alerts(audit(db, reference))
    known = mailer_with(team, tmp_path, LEAD_MAILBOX="lead@example.org", **env)
    for _ in range(2):
        late += timedelta(hours=2)
        await deliver_due(db, known, late)
    assert [message["To"] for message in mailbox.messages] == ["team@example.org", "lead@example.org"]
    with db.reading() as session:
        assert not handling.undelivered(session, ALERTS)


def about_alerts(events: list[str]) -> list[str]:
    """What the audit says of alerts."""
    return [what for what in events if what.startswith(ALERTS)]


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer("mail.example.org", 25, None, None, False, None)),
        ("smtp://u:p%40ss@mail.example.org:587", SmtpServer("mail.example.org", 587, "u", "p@ss", False, True)),
        ("smtp://u:p@localhost:2525", SmtpServer("localhost", 2525, "u", "p", False, None)),
        ("smtps://u:p@mail.example.org", SmtpServer("mail.example.org", 465, "u", "p", True, None)),
        ("smtp+starttls://mail.example.org", SmtpServer("mail.example.org", 587, None, None, False, True)),
    ],
)
def test_smtp_url_is_read(url: str, server: SmtpServer):
    """Scheme, port and credentials; a password leaves this machine only under TLS."""
    assert SmtpServer.parse(url) == server


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://host:port"])
def test_a_wrong_smtp_url_is_a_settings_error(url: str):
    """A mistake in SMTP_URL is said at the start."""
    with pytest.raises(SettingsError, match="SMTP_URL"):
        SmtpServer.parse(url)


def test_smtp_is_used_when_set(mailer: Carrier):
    """SMTP_URL decides."""
    assert isinstance(mailer, SmtpMailer)


async def test_a_slow_batch_takes_nothing_new_when_its_leases_grow_old(db: Database, team: TeamFacts):
    """Else another worker would take over, and send a second time, what this one is about to send."""
    sent: list[str] = []

    class Slow:
        async def send(self, notice: Notice) -> None:
            sent.append(notice.reference)

    with db.transaction() as session:
        for number in range(3):
            submit(session, another(number), now=SATURDAY, team=team)
    clock = iter([0.0, 0.0, BATCH_SECONDS - 1, BATCH_SECONDS])
    assert await deliver_due(db, Slow(), SATURDAY, seconds=lambda: next(clock)) == 2 == len(sent)
    assert timedelta(seconds=BATCH_SECONDS + SEND_SECONDS) < LEASE
