"""Alerts of safety entries: each once, to the right mailbox, without a word about the person; late entries alert once more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from common import encryption
from common.clock import LONDON, FrozenClock
from common.database import Base, Database, open_database
from common.local_data import LocalDataError
from common.settings import load
from front_door import rows, turns
from front_door.bot_client import Reply
from front_door.claiming import Lease, claim
from front_door.compose import compose
from front_door.inbox import WebPost, accept_web
from front_door.model import Conversation
from front_door.moving.model import MoveCode  # noqa: F401 (declares its table)
from front_door.safeguarding import alerting, filing, handling
from front_door.safeguarding.alerting import Alert, AlertMail, alert_due, alert_mail
from front_door.safeguarding.model import LATE, RAISED, SafetyAlert, SafetyCase, SafetyEvent
from front_door.safeguarding.recording import record_flags, record_refused
from front_door.safeguarding.rules import SafetyRules
from front_door.saying import Voice
from front_door.sms.text_rules import TextRules
from referrals.carrying import Delayed
from referrals.delivery import LEASE
from referrals.team import TeamFacts
from safety.patterns import FLAGS
from tests.front_door.support import DATA, SECRET, eventually, words
from tests.referrals.support import copy_data

RULES, TEAM = SafetyRules.load(DATA), TeamFacts.load(DATA)
OFFICE = TEAM.working_time
SATURDAY = datetime(2026, 11, 21, 10, 30, tzinfo=LONDON)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    encryption.use(encryption.Cipher(SECRET))
    database = open_database(f"sqlite:///{tmp_path / 'alerts.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@dataclass
class Mail:
    """Takes every alert, or fails as told."""

    got: list[Alert] = field(default_factory=list)
    fails: Exception | None = None

    async def send(self, alert: Alert) -> None:
        if self.fails:
            raise self.fails
        self.got.append(alert)


def danger(db: Database, *flags: str, at: datetime = SATURDAY, conversation: str | None = None) -> str:
    """A text with these flags, not filed yet; returns its conversation."""
    with db.transaction() as session:
        chat = session.get(Conversation, conversation) if conversation else None
        chat = chat or rows.open_conversation(session, "sms", at, address="+447700900123")
        message = rows.add_message(session, chat, "in", "he hurts me", at)
        record_flags(
            session,
            flags or ("child_at_risk",),
            words="he hurts me",
            channel="sms",
            now=at,
            source=message.id,
            conversation_id=chat.id,
            message_id=message.id,
        )
        return chat.id


async def run(db: Database, mail: Any, now: datetime) -> None:
    await filing.file_all(db, now)
    await db.run(filing.raise_late, RULES, OFFICE, now)
    await alert_due(db, mail, RULES, now)


def kinds(mail: Mail) -> list[str]:
    return [alert.kind for alert in mail.got]


async def test_each_entry_is_told_of_once_also_out_of_hours(db: Database) -> None:
    """A Saturday: the mail goes at once and waits in their mailbox; two flags are two entries; nothing is said again."""
    mail = Mail()
    danger(db, "child_at_risk", "abuse_now")
    for _ in range(3):
        await run(db, mail, SATURDAY)
    assert kinds(mail) == [RAISED, RAISED] and len({alert.case for alert in mail.got}) == 2


async def test_messages_that_wait_together_are_one_mail_and_each_is_told_of(db: Database) -> None:
    """Five at once about one thing: one mail, five alerts settled; the next message after it is a new mail."""
    mail, conversation = Mail(), danger(db)
    for _ in range(4):
        danger(db, conversation=conversation)
    await run(db, mail, SATURDAY)
    assert len(mail.got) == 1 and len(mail.got[0].ids) == 5
    danger(db, conversation=conversation, at=SATURDAY + MINUTE)
    await run(db, mail, SATURDAY + MINUTE)
    assert len(mail.got) == 2


async def test_a_late_entry_alerts_once_more(db: Database) -> None:
    """At the end of Monday, though somebody has read and taken it; never a third time."""
    mail = Mail()
    danger(db)
    await run(db, mail, SATURDAY)
    with db.transaction() as session:
        case = session.scalars(select(SafetyCase)).one()
        handling.see(session, case)
        assert handling.take(session, case, who="amina", now=SATURDAY)
    closing = datetime(2026, 11, 23, 17, tzinfo=LONDON)
    await run(db, mail, closing)
    assert kinds(mail) == [RAISED]
    for minutes in (1, 2, 3000):
        await run(db, mail, closing + minutes * MINUTE)
    assert kinds(mail) == [RAISED, LATE]


async def test_a_closed_entry_alerts_nobody(db: Database) -> None:
    """What was closed before its mail went, or before it was late."""
    mail = Mail()
    danger(db)
    await filing.file_all(db, SATURDAY)
    with db.transaction() as session:
        case = session.scalars(select(SafetyCase)).one()
        assert handling.close(session, case, outcome="not_a_flag", reason="", seen=1, who="a", now=SATURDAY)
    await run(db, mail, SATURDAY)
    await run(db, mail, SATURDAY + timedelta(days=9))
    assert mail.got == []


async def test_a_refused_or_delayed_mail_is_tried_until_it_goes(db: Database) -> None:
    """Four days of trouble, then the mail server is back: one mail; meanwhile the desk says what is wrong."""
    mail = Mail(fails=Delayed("the mail server answered 451"))
    danger(db, "fire_gas")
    now = SATURDAY
    while now < SATURDAY + timedelta(days=1):
        await run(db, mail, now)
        now += timedelta(minutes=50)
    assert "451" in await db.read(handling.mail_problem)
    mail.fails = None
    await run(db, mail, now + timedelta(hours=1))
    assert kinds(mail) == [RAISED] and await db.read(handling.mail_problem) == ""


async def test_killed_after_the_mail_went_it_goes_again_under_the_same_id(db: Database) -> None:
    """The only way to a repeat: nobody wrote down that it was accepted. Not before the lease is over."""
    danger(db)
    await filing.file_all(db, SATURDAY)
    first = await db.run(alerting.claim, RULES, SATURDAY)
    mail = Mail()
    await run(db, mail, SATURDAY + MINUTE)
    assert mail.got == []
    await run(db, mail, SATURDAY + LEASE)
    assert first is not None and mail.got[0].ids == first.ids


def test_eight_filers_at_once_open_each_entry_once(db: Database) -> None:
    """Several processes look at the same moment."""
    conversations = [danger(db, "child_at_risk", "abuse_now") for _ in range(5)]
    for conversation in conversations:
        danger(db, conversation=conversation)
    start = threading.Barrier(8)

    def work() -> None:
        start.wait()
        with db.transaction() as session:
            filing.file_new(session, SATURDAY)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as session:
        cases = session.scalars(select(SafetyCase)).all()
        assert sorted(case.count for case in cases) == [1] * 5 + [2] * 5
        assert len(session.scalars(select(SafetyAlert)).all()) == 15


class Letters:
    """A post office that keeps what it is given."""

    def __init__(self) -> None:
        self.got: list[tuple[EmailMessage, str]] = []

    async def hand_over(self, message: EmailMessage, name: str) -> None:
        self.got.append((message, name))


def environment(tmp_path: Path, **env: str) -> Any:
    return load({"VAR_DIR": str(tmp_path), "DATA_DIR": str(DATA), "PUBLIC_BASE_URL": "https://help.example.org", **env})


@pytest.mark.parametrize(
    ("env", "to"),
    [
        ({"SAFEGUARDING_MAILBOX": "safe@example.org", "LEAD_MAILBOX": "lead@example.org"}, "safe@example.org"),
        ({"LEAD_MAILBOX": "lead@example.org"}, "lead@example.org"),
        ({}, TEAM.lead_mailbox),
    ],
)
async def test_an_alert_says_that_an_entry_waits_and_nothing_else(
    db: Database, tmp_path: Path, env: dict[str, str], to: str
) -> None:
    """To the safeguarding mailbox, else the lead's: a link; no words, no number, no name of a flag, no reference."""
    letters = Letters()
    danger(db)
    await run(db, alert_mail(environment(tmp_path, **env), TEAM, RULES, letters), SATURDAY)
    (message, _name) = letters.got[0]
    text = "\n".join([*map(str, message.values()), message.get_content()])
    with db.reading() as session:
        case = session.scalars(select(SafetyCase)).one()
    assert message["To"] == to and f"https://help.example.org/desk/safety/{case.id}" in text
    assert message["Auto-Submitted"] == "auto-generated"
    lower = text.replace("SAFEGUARDING", "").lower()
    for secret in ("hurts", "07700", "447700", "child", "risk", "sms", *(flag.replace("_", " ") for flag in FLAGS)):
        assert secret not in lower, secret


async def test_the_running_process_files_and_tells(db: Database, tmp_path: Path) -> None:
    """As it is composed: a danger of Friday that nobody looked at is told of, and told of as late on Tuesday, by two mails."""
    danger(db, "abuse_now", at=SATURDAY - timedelta(days=1))
    config = environment(tmp_path, SECRET_KEY=SECRET, SAFEGUARDING_MAILBOX="safe@example.org")
    server = TestServer(await compose(config, FrozenClock(SATURDAY + timedelta(days=4)), db))
    await server.start_server()
    folder = tmp_path / "mail"
    await eventually(lambda: folder.exists() and len(list(folder.glob("safety-*.eml"))) == 2)
    await server.close()
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in folder.glob("*.eml")]
    assert sorted(str(mail["Subject"]) for mail in mails) == sorted(RULES.subject.values())
    assert {str(mail["To"]) for mail in mails} == {"safe@example.org"}


async def test_without_a_mailbox_it_waits_until_there_is_one(db: Database, tmp_path: Path) -> None:
    """Production with the stand-in of team.yml: nothing is sent, the desk says why, and nothing is lost."""
    nobody = AlertMail(Letters(), RULES, "lead@localhost", "a@example.org", "https://x/desk", real_only=True)
    danger(db)
    await run(db, nobody, SATURDAY)
    assert "SAFEGUARDING_MAILBOX" in await db.read(handling.mail_problem)
    letters = Letters()
    await run(db, replace(nobody, post=letters, mailbox="safe@example.org"), SATURDAY + timedelta(hours=1))
    assert len(letters.got) == 1


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("seen_within_working_days: 1", "seen_within_working_days: soon", "seen_within_working_days"),
        ("[child_at_risk, adult_safeguarding]", "[children]", "outcome_same_working_day"),
        ("reason: needed", "reason: yes", "reason"),
        ("  late:", "  over:", "alerts must have exactly"),
        ("{link}", "{words}", r"may not use \{words\}"),
        ("  by_text: They", "  by_phone: They", "contact must have exactly"),
    ],
)
def test_a_wrong_line_of_the_rules_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    """Whoever edits the file is told which key makes no sense; nothing about the person can get into a mail."""
    copy_data(tmp_path)
    text = (DATA / "safety_rules.yml").read_text()
    assert old in text
    (tmp_path / "safety_rules.yml").write_text(text.replace(old, new))
    with pytest.raises(LocalDataError, match=f"safety_rules.yml.*{named}"):
        SafetyRules.load(tmp_path)


class Killed(Exception):
    """The process died at this very step."""


VOICE = Voice(
    words(), lambda flags, area, channel, text: f"Ring 999 [{','.join(flags)}]", TextRules.load(DATA, "https://x")
)
FLAG = st.sampled_from(FLAGS)
MESSAGE = st.fixed_dictionaries(
    {
        "ours": st.lists(FLAG, unique=True, max_size=2),  # found by the front door
        "bot": st.lists(FLAG, unique=True, max_size=3),  # found by the bot
        "bot_alive": st.booleans(),
        "refused_first": st.booleans(),
        "silence_broken": st.booleans(),
        "filed_between": st.booleans(),
        "kills": st.lists(st.booleans(), min_size=8, max_size=8),
    }
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    encryption.use(encryption.Cipher(SECRET))
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('property') / 'alerts.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(MESSAGE, min_size=1, max_size=4))
def test_any_flag_on_any_turn_is_one_entry_with_one_alert_over_any_kill(
    shared: Database, messages: list[dict[str, Any]]
) -> None:
    """Whatever screen finds it, bot alive or dead, refused first or not, killed in any transaction and tried again: exactly
    one event for each message and flag, in exactly one entry, and one alert for each event.
    """
    db, digest, lease = shared, rows.new_id(), Lease("me", 60.0)
    with db.transaction() as session:  # what an earlier example left is its own affair
        for alert in session.scalars(select(SafetyAlert)):
            alert.state = "sent"
    now, mail, wanted, conversation = SATURDAY, Mail(), [], ""

    def step(kill: bool, function: Any, *args: Any, **kwargs: Any) -> Any:
        """One transaction; when it is to be killed, all it did is lost first, and it is done again."""
        if kill:
            with pytest.raises(Killed), db.transaction() as session:
                function(session, *args, **kwargs)
                session.flush()
                raise Killed
        with db.transaction() as session:
            return function(session, *args, **kwargs)

    for number, one in enumerate(messages):
        now += MINUTE
        kills = iter(one["kills"])
        ours, post_key = tuple(one["ours"]), f"post {number} {digest}"
        post = WebPost(digest, "web", f"words {number}", None, f"id-{number}", True, ours, now, post_key)
        if one["refused_first"] and ours:
            for _ in range(2):
                step(
                    next(kills), record_refused, ours, words=post.text, channel="web", now=now,
                    session_digest=digest, post_key=post_key, reply_shown="Ring 999",
                )  # fmt: skip
            if one["filed_between"]:
                step(next(kills), filing.file_new, now)
        accepted = step(next(kills), accept_web, post, lease, now, True, timedelta(hours=1))
        again = step(False, accept_web, post, lease, now, True, timedelta(hours=1))
        assert again.outcome == "repeated" and accepted.outcome == "stored"
        conversation, found = accepted.conversation, set(ours)
        if one["filed_between"]:
            step(False, filing.file_new, now)
        if one["silence_broken"]:
            step(next(kills), turns.break_silence, accepted.message, VOICE, now, True)
        turn = accepted.turn or step(False, claim, conversation, lease, now, True)
        if one["bot_alive"]:
            replies = [Reply("Crisis", data={"kind": "crisis", "flags": one["bot"]})] if one["bot"] else [Reply("Hm")]
            found |= set(one["bot"])
        else:
            replies = [Reply("sorry")]
        step(next(kills), turns.finish, turn, replies, VOICE, lease, now, False)
        assert not step(False, turns.finish, turn, replies, VOICE, lease, now, False).counted
        wanted += [(f"words {number}", flag) for flag in found]
        if next(kills):
            step(True, filing.file_new, now)
    step(False, filing.file_new, now)
    while (alert := step(False, alerting.claim, RULES, now)) is not None:
        mail.got.append(alert)
        step(True, alerting.settle, alert, now, "")

    with db.reading() as session:
        made = session.scalars(select(SafetyEvent).where(SafetyEvent.conversation_id == conversation)).all()
        cases = session.scalars(select(SafetyCase).where(SafetyCase.conversation == conversation)).all()
        alerts = session.scalars(select(SafetyAlert).where(SafetyAlert.case_id.in_([e.case_id for e in made]))).all()
    assert sorted((event.words or "", event.flag) for event in made) == sorted(wanted)
    assert all(event.reply_shown for event in made)
    assert sum(case.count for case in cases) == len([e for e in made if e.case_id in {c.id for c in cases}])
    assert sorted(alert.id for alert in alerts) == sorted(f"{RAISED}:{event.id}" for event in made)
    told = [identity for alert in mail.got for identity in alert.ids]
    assert sorted(told) == sorted(set(told)) and {f"{RAISED}:{event.id}" for event in made} == set(told)


def november(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


@pytest.mark.parametrize(
    ("came", "outcome_due", "seen_due"),
    [
        (november(23, 10), november(23, 17), november(24, 17)),  # Monday, in hours
        (november(23, 6), november(23, 17), november(24, 17)),  # before the office opens: that very day
        (november(23, 17), november(24, 17), november(25, 17)),  # the moment it shuts: the next day
        (november(27, 12), november(27, 16, 30), november(30, 17)),  # Friday shuts earlier; then a weekend
        (november(28, 12), november(30, 17), datetime(2026, 12, 1, 17, tzinfo=LONDON)),
        (  # Christmas Eve after hours: bank holidays and a weekend
            datetime(2026, 12, 24, 18, tzinfo=LONDON),
            datetime(2026, 12, 29, 17, tzinfo=LONDON),
            datetime(2026, 12, 30, 17, tzinfo=LONDON),
        ),
        (  # the night the clocks go forward: due by London time
            datetime(2027, 3, 27, 23, tzinfo=LONDON),
            datetime(2027, 3, 30, 17, tzinfo=LONDON),
            datetime(2027, 3, 31, 17, tzinfo=LONDON),
        ),
    ],
)
def test_a_child_or_adult_at_risk_is_due_the_same_working_day_others_the_next(
    came: datetime, outcome_due: datetime, seen_due: datetime
) -> None:
    """The end of the team's working day, in London time, over closing time, weekends and bank holidays; none once it is done."""
    for flag in FLAGS:
        case = SafetyCase(flag=flag, state="new", opened_at=came, unseen_since=came)
        due = outcome_due if flag in ("child_at_risk", "adult_safeguarding") else seen_due
        assert RULES.due_at(case, OFFICE) == due, flag
        assert not RULES.is_late(case, OFFICE, due) and RULES.is_late(case, OFFICE, due + MINUTE)
        case.unseen_since = None
        assert RULES.due_at(case, OFFICE) == (due if flag in RULES.same_day else None)
        case.state = "done"
        assert RULES.due_at(case, OFFICE) is None
