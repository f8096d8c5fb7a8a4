"""Where conversations live: one encrypted row for each turn, in the product's own database.

A turn is saved whole or not at all. Reading or writing that fails raises TurnFailed, so an outage never becomes an empty
conversation. The table is made by the product's migrations; without TABLES_ARE_MADE (which `python -m launch` sets) it is made
here when it is missing, so that `rasa shell` works alone.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SerializedTrackerAsText, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.errors import TurnFailed
from bot.secret import Cipher, secret_key, var_dir

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

# SQLite runs on the event loop: while it waits for another writer everybody waits. A short wait, then the turn fails
# and is tried again.
BUSY_MS = 250


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
    engine = sa.create_engine(url, connect_args={"check_same_thread": False, "timeout": BUSY_MS / 1000})

    @sa.event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA busy_timeout={BUSY_MS}")

    return engine


class ConversationStore(TrackerStore, SerializedTrackerAsText):
    """Named in endpoints.yml."""

    def __init__(self, domain: Domain | None, event_broker: EventBroker | None = None, **kwargs: Any) -> None:
        super().__init__(domain, event_broker)
        self._engine = make_engine(kwargs.get("url") or database_url())
        self._cipher = Cipher(secret_key())
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
        """The tracker as the last whole turn left it, or None for a new conversation. Raises TurnFailed."""
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(
                    sa.select(turns.c.events).where(turns.c.conversation == sender_id).order_by(turns.c.id)
                ).all()
            events = [event for row in rows for event in self._open(row.events)]
        except Exception as error:
            raise TurnFailed(f"tracker could not be read: {type(error).__name__}") from error
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.stored_events = len(tracker.events)
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the events since the last save as one row. Raises TurnFailed, with nothing stored."""
        stored = getattr(tracker, "stored_events", 0)
        new = list(tracker.events)[stored:]
        if not new or all(isinstance(event, ActionExecuted) for event in new):
            return  # Rasa saves every new tracker once while it is still empty
        message_id = next((e.message_id for e in reversed(new) if isinstance(e, UserUttered)), None)
        row = {
            "conversation": tracker.sender_id,
            "message_id": message_id,
            "events": self._cipher.encrypt(json.dumps([event.as_dict() for event in new])),
            "saved_at": new[-1].timestamp,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(turns.insert(), [row])
        except Exception as error:
            raise TurnFailed(f"tracker could not be saved: {type(error).__name__}") from error
        tracker.stored_events = stored + len(new)

    def replies_to(self, conversation: str, message_id: str) -> list[dict[str, Any]] | None:
        """What the bot said in the turn of this message (as `BotUttered.message()` gives it), or None if there was none."""
        try:
            with self._engine.connect() as connection:
                row = connection.execute(
                    sa.select(turns.c.events).where(
                        turns.c.conversation == conversation, turns.c.message_id == message_id
                    )
                ).first()
            if row is None:
                return None
            events = [Event.from_parameters(event) for event in self._open(row.events)]
        except Exception as error:
            raise TurnFailed(f"tracker could not be read: {type(error).__name__}") from error
        return [event.message() for event in events if isinstance(event, BotUttered)]

    async def keys(self) -> Iterable[str]:
        with self._engine.connect() as connection:
            return [row[0] for row in connection.execute(sa.select(turns.c.conversation).distinct())]

    async def delete(self, sender_id: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(turns.delete().where(turns.c.conversation == sender_id))

    def _open(self, blob: bytes) -> list[dict[str, Any]]:
        return json.loads(self._cipher.decrypt(bytes(blob)))
