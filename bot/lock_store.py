"""One turn at a time for a conversation, without polling.

Rasa's own lock stores poll once a second: a second message waits a whole second. The front door already sends one message
of a conversation at a time and one bot owns a conversation, so a lock in this process is enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from weakref import WeakValueDictionary

from rasa.core.lock_store import InMemoryLockStore


class TurnLocks(InMemoryLockStore):
    """Named in endpoints.yml; takes and ignores whatever Rasa passes to a lock store."""

    def __init__(self, *_args: Any, **_kwargs: Any) -> None:
        super().__init__()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def lock(self, conversation_id: str, *_args: Any, **_kwargs: Any) -> AsyncGenerator[None, None]:  # type: ignore[override]
        lock = self._locks.setdefault(conversation_id, asyncio.Lock())
        async with lock:
            yield
