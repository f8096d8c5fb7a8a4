"""Where conversations live: one encrypted row for each turn, in the product's own database.

A turn is saved whole or not at all. Reading or writing that fails raises TurnFailed, so an outage never becomes an empty
conversation. The table is made by the product's migrations; without TABLES_ARE_MADE (which `python -m launch` sets) it is made
here when it is missing, so that `rasa shell` works alone.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import TurnFailed
from bot.recent import Recent
from bot.secret import Cipher, old_secret_keys, secret_key, var_dir
from bot.window import narrowed

logger = logging.getLogger(__name__)

metadata = sa.MetaData()
turns = sa.Table(
    "tracker_turn",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("conversation", sa.String(64), nullable=False),
    sa.Column("message_id", sa.String(64)),
    sa.Column("events", sa.LargeBinary, nullable=False),
    sa.Column("saved_at", sa.Float, nullable=False),
    sa.UniqueConstraint("conversation", "message_id", name="uq_tracker_turn_conversation"),
    sa.Index("ix_tracker_turn_conversation", "conversation", "id"),
)

# Built once: making a statement takes longer than running it.
_ALL = sa.select(turns.c.id, turns.c.events).where(turns.c.conversation == sa.bindparam("who")).order_by(turns.c.id)
_NEWEST = (
    sa.select(turns.c.id, turns.c.saved_at)
    .where(turns.c.conversation == sa.bindparam("who"))
    .order_by(turns.c.id.desc())
    .limit(1)
)
_STILL = sa.select(turns.c.conversation, turns.c.id, turns.c.saved_at).where(
    turns.c.id.in_(sa.bindparam("ids", expanding=True))
)
_TURN = sa.select(turns.c.events).where(
    turns.c.conversation == sa.bindparam("who"), turns.c.message_id == sa.bindparam("message")
)
_ADD = turns.insert()

# A short wait for another writer, then the turn fails and is tried again.
BUSY_MS = 250
TIDY_SECONDS = 60.0  # so soon what was erased by another process is gone from memory too


def database_url() -> str:
    """DATABASE_URL as this Python's drivers want it, or the SQLite file under VAR_DIR."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        var_dir().mkdir(parents=True, exist_ok=True)
        return f"sqlite:///{var_dir() / 'assistant.db'}"
    for prefix in ("postgresql+psycopg://", "postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg2://" + url[len(prefix) :]
    return url


def make_engine(url: str) -> sa.engine.Engine:
    if not url.startswith("sqlite"):
        return sa.create_engine(url, pool_pre_ping=True, connect_args={"options": "-c statement_timeout=3000"})
    # Two connections, kept open, to read and to write: SQLAlchemy 1.4 opens a file anew for each statement, three times a turn.
    engine = sa.create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000},
        poolclass=sa.pool.QueuePool,
        pool_size=2,
    )
    path = sa.engine.make_url(url).database or ""

    @sa.event.listens_for(engine, "checkout")
    def _same_file(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info["file"] != _which_file(path):  # put back from a copy, say: the open one is nobody's any more
            raise sa.exc.DisconnectionError

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        record.info["file"] = _which_file(path)

    return engine


def _which_file(path: str) -> tuple[int, int] | None:
    """What tells one file from another that later has its name; None while there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class ConversationStore(TrackerStore, SerializedTrackerAsText):
    """Named in endpoints.yml."""

    def __init__(self, domain: Domain | None, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker)
        self._engine = make_engine(kwargs.get("url") or database_url())
        self._cipher = Cipher(secret_key(), *old_secret_keys())
        self._recent = Recent()
        # Turns are saved beside the event loop: whoever waits for another writer, or for the disk, holds up nobody else.
        self._writing = ThreadPoolExecutor(1 if self._engine.name == "sqlite" else 4, "tracker-store")
        self._tidy_seconds = float(kwargs.get("tidy_seconds", TIDY_SECONDS))
        self._tidying: asyncio.TimerHandle | None = None
        if os.environ.get("TABLES_ARE_MADE") != "1":
            self._make_table()

    def _make_table(self) -> None:
        try:
            metadata.create_all(self._engine)
        except sa.exc.DBAPIError as error:
            # Another process made the table in the same moment (SQLite calls that an operational error, PostgreSQL a programming or
            # an integrity error); any other trouble shows at the first turn.
            logger.warning("the table of conversations was not made here: %s", type(error).__name__)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """The tracker as the last whole turn left it, or None for a new conversation. Raises TurnFailed.

        Of a long conversation only the newest events, and what stands for the others (bot.window).
        """
        try:
            with self._engine.connect() as connection:
                newest = connection.execute(_NEWEST, {"who": sender_id}).first()
                known = self._recent.take(sender_id, tuple(newest) if newest else None)
                if newest is None or known is not None:
                    return known
                rows = connection.execute(_ALL, {"who": sender_id}).all()
            events = [event for row in rows for event in self._open(row.events)]
        except Exception as error:
            raise TurnFailed(f"tracker could not be read: {type(error).__name__}") from error
        return self._all_stored(DialogueStateTracker.from_dict(sender_id, events, self.domain.slots))

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events since the last save as one row. Raises TurnFailed, with nothing stored."""
        new = list(islice(tracker.events, getattr(tracker, "stored_events", 0), None))
        if not new or all(isinstance(event, ActionExecuted) for event in new):
            return  # Rasa saves every new tracker once while it is still empty
        message_id = next((e.message_id for e in reversed(new) if isinstance(e, UserUttered)), None)
        try:
            row = {
                "conversation": tracker.sender_id,
                "message_id": message_id,
                "events": self._cipher.encrypt(json.dumps([event.as_dict() for event in new])),
                "saved_at": new[-1].timestamp,
            }
            version = await asyncio.get_running_loop().run_in_executor(self._writing, self._add, row)
        except Exception as error:
            raise TurnFailed(f"tracker could not be saved: {type(error).__name__}") from error
        tracker.stored_events = len(tracker.events)
        self._recent.put(tracker.sender_id, self._all_stored(tracker), (version, row["saved_at"]))
        if self._tidying is None:
            self._tidying = asyncio.get_running_loop().call_later(self._tidy_seconds, self._tidy)

    def _add(self, row: dict[str, Any]) -> int:
        with self._engine.begin() as connection:
            return connection.execute(_ADD, row).inserted_primary_key[0]

    def _tidy(self) -> None:
        """Forget what was quiet and what was erased, without waiting for anybody's next message; again while anything is left."""
        self._recent.forget_the_quiet()
        versions = self._recent.versions()
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(_STILL, {"ids": [id for id, _ in versions.values()]}).all()
        except Exception as error:
            logger.warning("erased conversations were not looked for: %s", type(error).__name__)
        else:
            there = {(row.conversation, row.id, row.saved_at) for row in rows}
            for conversation, version in versions.items():
                if (conversation, *version) not in there:
                    self._recent.drop(conversation)
        again = len(self._recent) > 0
        self._tidying = asyncio.get_running_loop().call_later(self._tidy_seconds, self._tidy) if again else None

    def replies_to(self, conversation: str, message_id: str) -> list[dict[str, Any]] | None:
        """What the bot said in the turn of this message (as `BotUttered.message()` gives it), or None if there was none."""
        try:
            with self._engine.connect() as connection:
                row = connection.execute(_TURN, {"who": conversation, "message": message_id}).first()
            if row is None:
                return None
            events = [Event.from_parameters(event) for event in self._open(row.events)]
        except Exception as error:
            raise TurnFailed(f"tracker could not be read: {type(error).__name__}") from error
        return [event.message() for event in events if isinstance(event, BotUttered)]

    @staticmethod
    def _all_stored(tracker: DialogueStateTracker) -> DialogueStateTracker:
        """The tracker to go on with, each of whose events is in the table or stands for some that are."""
        narrow = narrowed(tracker)
        narrow.stored_events = len(narrow.events)
        return narrow

    async def keys(self) -> Iterable[str]:
        with self._engine.connect() as connection:
            return [row[0] for row in connection.execute(sa.select(turns.c.conversation).distinct())]

    async def delete(self, sender_id: str) -> None:
        self._recent.drop(sender_id)
        with self._engine.begin() as connection:
            connection.execute(turns.delete().where(turns.c.conversation == sender_id))

    def _open(self, blob: bytes) -> list[dict[str, Any]]:
        return json.loads(self._cipher.decrypt(bytes(blob)))
