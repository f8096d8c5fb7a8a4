"""Who makes the table of conversations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot import tracker_store
from bot.tracker_store import ConversationStore

MakeStore = Callable[..., ConversationStore]


@pytest.mark.parametrize("kind", ["OperationalError", "ProgrammingError", "IntegrityError", "InternalError"])
def test_another_process_may_make_the_table_first(
    make_store: MakeStore, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """SQLite and PostgreSQL call that by different names; none of them ends the start."""

    def made_by_another(*_: Any, **__: Any) -> None:
        raise getattr(sa.exc, kind)("CREATE TABLE", {}, Exception("it is there"))

    monkeypatch.delenv("TABLES_ARE_MADE", raising=False)
    monkeypatch.setattr(tracker_store.metadata, "create_all", made_by_another)
    make_store()


def test_under_the_supervisor_the_migrations_make_it(make_store: MakeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m launch` sets TABLES_ARE_MADE; alone, as in `rasa shell`, the store makes its table."""
    monkeypatch.setenv("TABLES_ARE_MADE", "1")
    assert not sa.inspect(make_store()._engine).has_table("tracker_turn")
    monkeypatch.delenv("TABLES_ARE_MADE")
    assert sa.inspect(make_store()._engine).has_table("tracker_turn")
