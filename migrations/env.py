"""Alembic's environment: the tables of every room, on the database that `launch.prepare` names (or DATABASE_URL)."""

from __future__ import annotations

from typing import Any

from alembic import context

import service_catalogue.care_model
import service_catalogue.feed_model
import service_catalogue.model  # noqa: F401
from common import settings
from common.database import Base, UtcDateTime, make_engine
from common.encryption import EncryptedJson, EncryptedText


def run() -> None:
    url = context.config.attributes.get("database_url") or settings.load().database_url
    engine = make_engine(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # A changed table is made anew and the old one dropped: what points to it must not go with it.
            # The driver is asked itself, because inside a transaction the pragma does nothing.
            connection.connection.cursor().execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=_plain_types,
            include_object=_ours,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


def _plain_types(kind: str, thing: Any, autogen_context: Any) -> str | bool:
    """A migration must not depend on the code of later days: our own types are written as what they store."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(thing, EncryptedText | EncryptedJson):
        return "sa.LargeBinary()"
    return False


def _ours(thing: object, name: str | None, kind: str, reflected: bool, compare_to: object) -> bool:
    """Conversations are the bot's own table; its form is fixed in a migration, not by a model of ours."""
    return not (kind == "table" and name == "tracker_turn")


run()
