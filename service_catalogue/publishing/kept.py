"""What was read from the catalogue once and holds until it changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from service_catalogue import version

V = TypeVar("V")


class Kept(Generic[V]):
    """The newest few answers to `read(session, asked)`, forgotten with the next version of the catalogue."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, Hashable], V] = OrderedDict()

    def get(self, session: Session, asked: Hashable, read: Callable[[], V]) -> V:
        """The kept answer, else what `read` gives. The version is looked up first: an answer that is newer than its
        version is read again for the next one, never the other way about."""
        key = (version.current(session), asked)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        found = read()
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found
