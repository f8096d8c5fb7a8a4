"""One resident's whole life with the assistant, on the real code and with words to search for, and the search itself."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.clock import FrozenClock
from common.database import Base, Database
from common.encryption import EncryptedJson, EncryptedText, active
from front_door import rows
from front_door.cleaning import clean
from front_door.model import OutboxText
from front_door.safeguarding.filing import file_new
from front_door.safeguarding.handling import add_note as add_safety_note
from front_door.safeguarding.model import SafetyCase
from front_door.safeguarding.recording import record_flags
from referrals import asked_text, casework, follow_up
from referrals.alert_rules import AlertRules
from referrals.delivery import deliver_due
from referrals.follow_up import FollowUpRules
from referrals.handling import find
from referrals.mailer import FileMailer, Mailboxes
from referrals.notice import NoticeWriter
from referrals.staff_text import StaffText
from referrals.submit import submit
from referrals.team import TeamFacts
from service_catalogue.care_model import ServiceReport
from service_catalogue.model import Organization, Service, Source
from tests.referrals.support import DATA, make_request

TRACKER = sa.Table(
    "tracker_turn",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("message_id", sa.String(64)),
    sa.Column("events", sa.LargeBinary, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)
MADE_NOW = "another referral of the same person"


@dataclass
class Life:
    """Who it was. Every word of theirs begins with `tag`, and `number` is theirs alone."""

    tag: str
    number: str
    conversation: str
    reference: str


def live(session: Session, clock: FrozenClock, tag: str, number: str) -> Life:
    """A chat by text with a red flag, what the bot remembers of it, a referral, and what staff did with it."""
    at, digest = clock.now(), active().digest(number)
    talk = rows.open_conversation(session, "sms", at, address=number, address_digest=digest, area="Melton")
    asked = rows.add_message(
        session, talk, "in", f"{tag}-said I feel awful", at, state="done", data={"seen": f"{tag}-data"}
    )
    rows.add_message(session, talk, "out", f"{tag}-heard", at, turn_id=asked.id)
    talk.pending_choices, talk.outcome = [{"label": f"{tag}-choice", "value": "x=y"}], "referred"
    session.add(
        OutboxText(
            id=rows.new_id(), conversation_id=talk.id, position=2, kind="reply", body=f"{tag}-texted", segments=1,
            state="sent", provider_sid=f"SM{tag}", next_at=at, created_at=at,
        )
    )  # fmt: skip
    record_flags(
        session, ["suicide_self_harm"], words=f"{tag}-danger", channel="sms", now=at, source=asked.id,
        conversation_id=talk.id, message_id=asked.id, reply_shown=f"{tag}-crisis",
    )  # fmt: skip
    session.flush()
    file_new(session, at)
    case = session.scalars(sa.select(SafetyCase).where(SafetyCase.conversation == talk.id)).one()
    add_safety_note(session, case, who="amina", text=f"{tag}-safetynote", now=at)
    session.execute(
        TRACKER.insert().values(
            conversation=talk.id, message_id=asked.id, saved_at=at.timestamp(),
            events=active().encrypt(json.dumps([{"event": "user", "text": f"{tag}-remembered"}])),
        )
    )  # fmt: skip
    session.execute(
        sa.insert(ServiceReport).values(
            service_id=_service(session, at), kind="number", words=f"{tag}-report", channel="sms", message_id=asked.id,
            reported_at=at, settled_by="", outcome="",
        )
    )  # fmt: skip
    request = make_request(
        idempotency_key=f"{talk.id}:submit", conversation=talk.id, channel="sms", own_words=f"{tag}-own", name=f"{tag}-name",
        contact_value=number, safe_to_text=True, answers=(("What matters?", f"{tag}-matters"),),
    )  # fmt: skip
    reference = submit(session, request, now=at, team=TeamFacts.load(DATA)).reference
    referral = find(session, reference)
    assert referral is not None
    casework.add_note(session, referral, f"{tag}-note", form_id=f"{tag}-1", who="amina", now=at)
    casework.add_attempt(
        session, referral, method="phone", result="no_answer", tried_at=at, form_id=f"{tag}-2", who="amina", now=at
    )
    session.add(
        StaffText(
            form_id=f"{tag}-3", referral_id=referral.id, who="amina", template="missed", body=f"{tag}-stafftext",
            phone=number, asked_at=at, send_at=at + timedelta(days=400),
        )
    )  # fmt: skip
    follow_up.agree(
        session, FollowUpRules.load(DATA), conversation=talk.id, episode="1", phone=number, words=f"{tag}-agreed",
        reference=reference, now=at,
    )  # fmt: skip
    asked_text.ask(session, message_id=asked.id, conversation=talk.id, phone=number, body=f"{tag}-list", now=at)
    return Life(tag, number, talk.id, reference)


def _service(session: Session, at: datetime) -> str:
    """A service to say something about; the same for every life."""
    if session.get(Service, "s") is None:
        session.add(Source(id="s", name="a feed"))
        session.flush()
        session.add(Organization(id="s", source_id="s", external_id="s", name="S"))
        session.flush()
        session.add(
            Service(
                id="s", source_id="s", external_id="s", organization_id="s", name="S", summary="", content_hash="", verified=False,
                added_at=at, changed_at=at,
            )
        )  # fmt: skip
        session.flush()
    return "s"


def another_referral(session: Session, life: Life, clock: FrozenClock) -> str:
    """A second referral out of the same chat."""
    request = make_request(
        idempotency_key="another", conversation=life.conversation, own_words=MADE_NOW, contact_value=life.number
    )
    return submit(session, request, now=clock.now(), team=TeamFacts.load(DATA)).reference


async def mail(db: Database, clock: FrozenClock, var_dir: Path) -> None:
    """Hand over the notices that are due, as files."""
    team = TeamFacts.load(DATA)
    writer = NoticeWriter(team.words, AlertRules.load(DATA), "desk@localhost", "http://localhost/desk")
    await deliver_due(db, FileMailer(var_dir / "mail", writer, Mailboxes(team="team@localhost")), clock.now())


def readable(db: Database) -> str:
    """All that can be read in the database by whoever holds the key: plain columns as they are, encrypted ones decrypted."""
    said: list[str] = []
    with db.reading() as session:
        for table in Base.metadata.sorted_tables:
            said += [f"{table.name}: {tuple(row)!r}" for row in session.execute(sa.select(table))]
        if sa.inspect(session.connection()).has_table(TRACKER.name):
            said += [active().decrypt(bytes(blob)) for blob in session.scalars(sa.select(TRACKER.c.events))]
    return "\n".join(said)


def ciphertexts(db: Database, tag: str) -> list[bytes]:
    """The first bytes (random, never the same twice) of every encrypted value of whoever has this tag in it."""
    found = []
    with db.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            names = [c.name for c in table.columns if isinstance(c.type, EncryptedText | EncryptedJson)]
            plain = sa.table(table.name, *(sa.column(name, sa.LargeBinary) for name in names))
            if names:
                for row in connection.execute(sa.select(plain)):
                    found += [bytes(b)[:12] for b in row if b is not None and tag in active().decrypt(bytes(b))]
        for blob in connection.execute(sa.select(TRACKER.c.events)).scalars():
            found += [bytes(blob)[:12]] if tag in active().decrypt(bytes(blob)) else []
    return found


def on_disk(folder: Path) -> bytes:
    """Every byte under a folder, with the names of its files: database, journal, mail, logs, exports."""
    return b"\n".join(
        str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def traces(db: Database, folder: Path, life: Life, before: list[bytes]) -> set[str]:
    """What is left of a life: words and number that can be read, its reference, and ciphertexts of before that still lie in a file."""
    raw, read = on_disk(folder), readable(db)
    found = set(re.findall(rf"{life.tag}-([a-z]+)", read))
    plain = life.tag.encode() in raw
    return (
        found
        | ({"number"} if life.number in read or life.number.encode() in raw else set())
        | ({"digest"} if active().digest(life.number) in read else set())
        | ({"conversation"} if life.conversation in read else set())
        | ({"reference"} if life.reference in read or life.reference.encode() in raw else set())
        | ({"ciphertext"} if any(one in raw for one in before) else set())
        | ({"plain"} if plain else set())
    )


async def pass_time(
    db: Database, clock: FrozenClock, folder: Path, limits: Any, by: timedelta, more: Any = None
) -> dict[str, int]:
    """Let time pass and clean up, as the front door does every ten minutes."""
    clock.advance(by)
    return await clean(db, limits, clock.now(), more, folder / "var", pause=0)
