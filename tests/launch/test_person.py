"""Export and erase by reference: everything about the person of it and nothing about anybody else, proved byte by byte."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.clock import FrozenClock
from common.database import Base, Database, open_database
from common.encryption import active
from common.keys import open_cipher
from common.settings import load
from desk.model import DeskAudit
from front_door import retention, rows
from front_door.model import Conversation, Message
from front_door.safeguarding import handling
from front_door.safeguarding.filing import file_new
from front_door.safeguarding.model import SafetyCase, SafetyEvent
from front_door.safeguarding.recording import record_flags
from launch import person
from referrals.counts import CONVERSATION, REFERRAL, kept
from referrals.model import Referral, ReferralEvent
from tests.front_door.lives import TRACKER, Life, another_referral, ciphertexts, live, mail, traces
from tests.front_door.support import SECRET

NUMBER, OTHER = "+447700900321", "+447700900322"
EXPORTED = {
    "said", "data", "heard", "choice", "texted", "danger", "crisis", "safetynote", "remembered", "own", "name", "matters",
    "note", "stafftext", "agreed", "list", "report",
}  # fmt: skip


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(datetime(2026, 11, 21, 12))


@pytest.fixture
def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path / 'people.db'}"
    env = {"DATABASE_URL": url, "VAR_DIR": str(tmp_path / "var"), "SECRET_KEY": SECRET, "CLOCK": "2026-11-21T13:00"}
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    made = open_database(url)
    Base.metadata.create_all(made.engine)
    TRACKER.create(made.engine)
    open_cipher(load(), made)
    yield made
    made.close()


async def two(db: Database, clock: FrozenClock, folder: Path) -> tuple[Life, Life]:
    first = await db.run(live, clock, "canary", NUMBER)
    second = await db.run(live, clock, "sparrow", OTHER)
    await mail(db, clock, folder / "var")
    return first, second


async def test_an_export_holds_everything_of_this_person_and_nothing_of_another(
    db: Database, clock: FrozenClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Messages, memory, packet, agreement with its words, notes, texts, safety entry, audit: as JSON and as text, for its owner only."""
    life, other = await two(db, clock, tmp_path)
    assert await run_main("export", life.reference.lower().replace("-", " ")) == 0
    paths = [tmp_path / "var" / "export" / f"{life.reference}.{ending}" for ending in ("json", "txt")]
    assert [str(path) for path in paths] == capsys.readouterr().out.split("\n")[:2]
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not [word for word in EXPORTED if f"canary-{word}" not in text]
        assert NUMBER in text and "sparrow" not in text and OTHER not in text and other.reference not in text
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = json.loads(paths[0].read_text(encoding="utf-8"))
    assert found["consent_event"][0]["words"] and found["audit"][0]["what"] == "received"
    assert "digest" not in str(found.keys()) and found["chats"][0]["memory"][0][0]["text"] == "canary-remembered"


async def run_main(*arguments: str) -> int:
    """The command in a thread of its own, because it has an event loop of its own."""
    import asyncio

    return await asyncio.to_thread(person.main, list(arguments), lambda question: arguments[1])


async def test_what_is_erased_is_nowhere(
    db: Database, clock: FrozenClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Database, journal, memory, outbox, mail and exports hold neither a word nor a byte of it; the other person has lost nothing."""
    life, other = await two(db, clock, tmp_path)
    await run_main("export", life.reference)
    before = ciphertexts(db, "canary")
    theirs, kept_of_other = ciphertexts(db, "sparrow"), traces(db, tmp_path, other, [])
    assert await run_main("erase", life.reference) == 0
    assert traces(db, tmp_path, life, before) == {"reference"}  # in the audit
    assert "is erased" in capsys.readouterr().out
    assert ciphertexts(db, "sparrow") == theirs and traces(db, tmp_path, other, []) == kept_of_other
    with db.reading() as session:
        (row,) = session.scalars(sa.select(DeskAudit).where(DeskAudit.what == "person_erased"))
        assert row.object == life.reference and row.who.startswith("command line") and row.detail == ""
        events = session.scalars(sa.select(ReferralEvent).where(ReferralEvent.reference == life.reference)).all()
        assert events and all(event.referral_id is None for event in events)
        case = session.scalars(sa.select(SafetyCase).where(SafetyCase.conversation.is_(None))).one()
        assert (case.flag, case.address, case.area) == ("suicide_self_harm", None, None)
        assert session.scalars(sa.select(SafetyEvent.words).where(SafetyEvent.case_id == case.id)).all() == [None]
        counted = kept(session, datetime(2026, 11, 16).date())
    assert sorted(cell.what for cell in counted if cell.what in (CONVERSATION, REFERRAL)) == [CONVERSATION, REFERRAL]
    assert await run_main("erase", life.reference) == 1


async def test_every_chat_of_the_number_goes_and_other_referrals_are_named(
    db: Database, clock: FrozenClock, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A later chat of the same number on either channel; a second referral stays until it is erased by its own reference."""
    life, _ = await two(db, clock, tmp_path)
    second = await db.run(another_referral, life, clock)
    await db.run(
        lambda session: session.execute(
            sa.update(Conversation).where(Conversation.id == life.conversation).values(state="ended")
        )
    )
    await db.run(live, clock, "canary2", NUMBER)
    await run_main("erase", life.reference)
    assert second in capsys.readouterr().out
    with db.reading() as session:
        assert second in set(session.scalars(sa.select(Referral.reference)))
        assert len(session.scalars(sa.select(Conversation.id)).all()) == 1  # of the other person
        assert not [text for text in session.scalars(sa.select(Message.text)) if "canary" in text]


async def test_a_safety_entry_whose_chat_is_gone_is_theirs_by_its_number(
    db: Database, clock: FrozenClock, tmp_path: Path
) -> None:
    """An entry outlives its chat by months. Its words and notes are read out and erased all the same; another number's stay."""
    mine, theirs = [
        await db.run(entry_alone, clock, *who) for who in (("canary-before", NUMBER), ("stranger", "+447700900399"))
    ]
    life, _ = await two(db, clock, tmp_path)
    await run_main("export", life.reference)
    text = (tmp_path / "var" / "export" / f"{life.reference}.txt").read_text(encoding="utf-8")
    assert "canary-before-danger" in text and "canary-before-note" in text and "stranger" not in text
    assert await run_main("erase", life.reference) == 0
    assert not ciphertexts(db, "canary") and ciphertexts(db, "stranger")
    with db.reading() as session:
        erased, kept_ = session.get_one(SafetyCase, mine), session.get_one(SafetyCase, theirs)
    assert (erased.conversation, erased.address, erased.address_digest) == (None, None, None)
    assert kept_.address == "+447700900399" and kept_.address_digest


def entry_alone(session: Session, clock: FrozenClock, tag: str, number: str) -> str:
    """An entry with a note, of a chat by text that was deleted since; returns its id."""
    at = clock.now()
    talk = rows.open_conversation(session, "sms", at, address=number, address_digest=active().digest(number))
    record_flags(
        session, ["abuse_now"], words=f"{tag}-danger", channel="sms", now=at, source=tag, conversation_id=talk.id
    )
    session.flush()
    file_new(session, at)
    case = session.scalars(sa.select(SafetyCase).where(SafetyCase.conversation == talk.id)).one()
    handling.add_note(session, case, who="amina", text=f"{tag}-note", now=at)
    retention.erase_all(session, [talk.id])
    return case.id


async def test_nothing_is_erased_by_a_slip(db: Database, clock: FrozenClock, tmp_path: Path) -> None:
    """The reference has to be typed twice, and an unknown one is said to be unknown."""
    import asyncio

    life, _ = await two(db, clock, tmp_path)
    assert await asyncio.to_thread(person.main, ["erase", life.reference], lambda question: "K7M-4PR") == 1
    assert await asyncio.to_thread(person.main, ["erase", life.reference], lambda question: "") == 1
    assert traces(db, tmp_path, life, []) > {"own", "said"}
    assert await run_main("export", "K7M-4PR") == 1
    with db.reading() as session:
        assert session.scalars(sa.select(DeskAudit)).all() == []
