"""`make rotate-key`: a database with every kind of row goes over to a new key while the assistant serves, and works without the old one."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer
from cryptography.exceptions import InvalidTag

from common.clock import FrozenClock
from common.database import Base, Database, open_database
from common.encryption import Cipher
from common.keys import note_serving, open_cipher
from common.rotation import encrypted_tables
from common.settings import load
from desk.accounts import create_account
from desk.app import create_desk
from desk.roles import Role
from front_door.model import Conversation, Message
from launch import rotate_key
from launch.only_one import LOCK_FILE
from launch.paths import ROOT
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.common.filling import fill
from tests.desk.conftest import Browser
from tests.front_door.support import DATA, SECRET, House, eventually
from tests.front_door.support import settings as house_settings
from tests.referrals.support import SATURDAY, make_request

OLD, NEW = SECRET, "the key of this year and longer than thirty-two characters"
OLDER = "the key of the year before that and also long enough"
TRACKER = sa.Table(
    "tracker_turn",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("message_id", sa.String(64)),
    sa.Column("events", sa.LargeBinary, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
)
EVENTS = [{"event": "bot", "text": "What is going on?", "timestamp": 1.0, "metadata": {}, "data": {}}]
# Rasa's own Python reads the row as a turn does.
BOT_READS = """
import json, sys
from bot.tracker_store import ConversationStore
print(json.dumps(ConversationStore(None, url=sys.argv[1]).replies_to("c1", "m1")))
"""


def every_blob(db: Database) -> list[bytes]:
    """What lies in every encrypted column of every table, as bytes."""
    found: list[bytes] = []
    with db.engine.connect() as connection:
        for one in encrypted_tables():
            plain = one.plain
            for row in connection.execute(sa.select(*(plain.c[name] for name in one.columns))):
                found += [bytes(blob) for blob in row if blob is not None]
    return found


def opens(key: str, blob: bytes) -> bool:
    try:
        Cipher(key).decrypt(blob)
    except InvalidTag:
        return False
    return True


def remember(db: Database, cipher: Cipher) -> None:
    with db.transaction() as session:
        events = cipher.encrypt(json.dumps(EVENTS))
        session.execute(TRACKER.insert().values(conversation="c1", message_id="m1", events=events, saved_at=1.0))


def as_the_bot_reads(url: str, key: str) -> str:
    done = subprocess.run(
        [str(ROOT / "bot/.venv/bin/python"), "-c", BOT_READS, url],
        cwd=ROOT,
        env={**os.environ, "SECRET_KEY": key, "OLD_SECRET_KEYS": "", "TABLES_ARE_MADE": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.stdout + done.stderr


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = open_database(f"sqlite:///{tmp_path / 'keys.db'}")
    Base.metadata.create_all(made.engine)
    TRACKER.create(made.engine)
    yield made
    made.close()


def test_every_encrypted_column_of_every_table_is_renewed(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One row in every table that is declared: afterwards no value opens with the old key, and none is lost."""
    open_cipher(load({"SECRET_KEY": OLDER, "VAR_DIR": str(tmp_path)}), db)
    fill(db)
    remember(db, Cipher(OLDER))
    before = every_blob(db)
    ring = open_cipher(load({"SECRET_KEY": NEW, "OLD_SECRET_KEYS": OLDER}), db)
    assert rotate_key.bring_up_to_date(db, ring, check=True) == 1 and every_blob(db) == before
    assert rotate_key.bring_up_to_date(db, ring) == 0
    after = every_blob(db)
    assert len(after) == len(before) > 20 and all(opens(NEW, blob) for blob in after)
    assert "Nothing needs an older key" in capsys.readouterr().out
    files = b"".join(path.read_bytes() for path in tmp_path.glob("keys.db*"))
    assert not [blob for blob in before if blob[:12] in files]


def test_a_value_that_no_key_fits_keeps_the_old_keys(db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody is missing a key: nobody is told to throw one away."""
    open_cipher(load({"SECRET_KEY": NEW}), db)
    remember(db, Cipher("a third key of more than thirty-two characters"))
    assert rotate_key.bring_up_to_date(db, Cipher(NEW)) == 1
    assert "1 values can be read with none of these keys" in capsys.readouterr().out


def test_nothing_is_renewed_under_a_running_assistant_that_knows_only_the_old_key(db: Database, tmp_path: Path) -> None:
    """It could not read what was renewed. Restarted with both, or stopped, it is no hindrance."""
    old, both = (
        load({"SECRET_KEY": NEW + "!", "VAR_DIR": str(tmp_path)}),
        load({"SECRET_KEY": NEW, "OLD_SECRET_KEYS": NEW + "!", "VAR_DIR": str(tmp_path)}),
    )
    with db.transaction() as session:
        note_serving(session, open_cipher(old, db))
    ring = open_cipher(both, db)
    assert not rotate_key.serves_another_key(db, ring, both)
    with (tmp_path / LOCK_FILE).open("a+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert rotate_key.serves_another_key(db, ring, both)
        with db.transaction() as session:
            note_serving(session, ring)
        assert not rotate_key.serves_another_key(db, ring, both)


def test_on_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wrong word is refused; a database of another key is named as such."""
    url = f"sqlite:///{tmp_path / 'keys.db'}"
    made = open_database(url)
    Base.metadata.create_all(made.engine)
    for name, value in {"DATABASE_URL": url, "VAR_DIR": str(tmp_path), "SECRET_KEY": NEW}.items():
        monkeypatch.setenv(name, value)
    assert rotate_key.main(["now"]) == 2 and rotate_key.main([]) == 0
    monkeypatch.setenv("SECRET_KEY", NEW + "!")
    assert rotate_key.main([]) == 2
    assert "made with another key" in capsys.readouterr().err
    made.close()


async def test_everything_works_without_the_old_key(tmp_path: Path) -> None:
    """Chats on both channels, STOP, the desk's packet and the bot's memory: rotated while texts come in, then the old key is gone."""
    house = await House(tmp_path).start()
    async with house.browser() as browser:
        await browser.send("I need help with food")
        await house.text("SM1", "hello")
        await house.until_texts(1)
        await house.text("SM2", "STOP", OptOutType="STOP", sender="+447700900124")
        assert house.db is not None
        TRACKER.create(house.db.engine)
        remember(house.db, Cipher(OLD))
        with house.db.transaction() as session:
            reference = submit(session, make_request(), now=SATURDAY, team=TeamFacts.load(DATA)).reference

        async def with_keys(*keys: str) -> Database:
            house.changes = {"secret_key": keys[0], "old_secret_keys": keys[1:]}
            await house.restart()
            house.rasa.key = Cipher(keys[0]).sign("internal", "rasa")
            assert house.db is not None
            return house.db

        db = await with_keys(NEW, OLD)
        before = every_blob(db)
        ring = open_cipher(house_settings(secret_key=NEW, old_secret_keys=(OLD,)), db)
        done, _ = await asyncio.gather(
            asyncio.to_thread(rotate_key.bring_up_to_date, db, ring),
            asyncio.gather(*(house.text(f"SM1{n}", f"and more {n}") for n in range(5))),
        )
        assert done == 0
        db = await with_keys(NEW)
        assert not [blob for blob in every_blob(db) if not opens(NEW, blob)]
        assert house.server is not None
        browser._server = house.server  # the same cookies at the door that was opened again
        shown = await browser.open()
        assert "I need help with food" in shown.html
    texts = len(house.texts())
    await house.text("SM20", "hello again")
    await eventually(lambda: len(house.texts()) > texts)
    conversations = await house.rows(sa.select(Conversation).where(Conversation.channel == "sms"))
    assert len(conversations) == 2  # the number was found again by its digest
    await house.text("SM21", "is anyone there", sender="+447700900124")
    (unanswered,) = await house.rows(sa.select(Message).where(Message.provider_id == "SM21"))
    assert unanswered.state == "noted"  # it had stopped our texts
    await read_on_the_desk(db, reference)
    assert "What is going on?" in await asyncio.to_thread(as_the_bot_reads, str(db.engine.url), NEW)
    assert "TurnFailed" in await asyncio.to_thread(as_the_bot_reads, str(db.engine.url), OLD)
    await house.close()
    files = b"".join(path.read_bytes() for path in tmp_path.glob("house.db*"))
    assert not [blob for blob in before if blob[:12] in files]


async def read_on_the_desk(db: Database, reference: str) -> None:
    """Sign in and open the packet, on a desk that knows only the new key."""
    clock, config = FrozenClock(SATURDAY), house_settings(secret_key=NEW, public_base_url="http://localhost")
    with db.transaction() as session:
        password = create_account(session, "amina", clock.now(), frozenset(Role))
    root = web.Application()
    root.add_subapp("/desk/", create_desk(db, config, clock, open_cipher(config, db)))
    server = TestServer(root, host="127.0.0.1")
    await server.start_server()
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        browser = Browser(session, f"http://127.0.0.1:{server.port}")
        await browser.sign_in("amina", password)
        await browser.get(f"/desk/referrals/{reference}")
    await server.close()
    assert re.search(r"own words", browser.page, re.IGNORECASE) and reference in browser.page
