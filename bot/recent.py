"""Conversations that were just talked in stay in memory, so that the next message need not read them again.

One bot owns a conversation, but the table is the truth: a tracker is used again only while the newest row of its conversation is the one
that it was saved with. Whoever takes a tracker has it alone, and a turn that fails never puts it back: Rasa works on the very
object, which after a failure holds half a turn.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from rasa.shared.core.trackers import DialogueStateTracker

MOST = 150  # conversations
SECONDS = 900.0  # a conversation that was quiet for longer is read again
Version = tuple[
    int, float
]  # id of the newest row and when it was saved: SQLite gives the id of an erased row out again


@dataclass(frozen=True)
class Kept:
    """A tracker, the newest row that it holds, and when it was put here (monotonic seconds)."""

    tracker: DialogueStateTracker
    version: Version
    at: float


class Recent:
    """At most MOST trackers, those that were used longest ago forgotten first. For one thread."""

    def __init__(self, most: int = MOST, now: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._now = now
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def take(self, conversation: str, version: Version | None) -> DialogueStateTracker | None:
        """The tracker if it holds everything up to the row `version`; in any case it is here no more."""
        self.forget_the_quiet()
        kept = self._kept.pop(conversation, None)
        return kept.tracker if kept and kept.version == version else None

    def put(self, conversation: str, tracker: DialogueStateTracker, version: Version) -> None:
        """Keep a tracker that was just saved as the row `version`."""
        self._kept[conversation] = Kept(tracker, version, self._now())
        self._kept.move_to_end(conversation)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def drop(self, conversation: str) -> None:
        self._kept.pop(conversation, None)

    def versions(self) -> dict[str, Version]:
        """The newest row of each conversation that is here."""
        return {conversation: kept.version for conversation, kept in self._kept.items()}

    def forget_the_quiet(self) -> None:
        while self._kept:
            conversation, oldest = next(iter(self._kept.items()))
            if self._now() - oldest.at < SECONDS:
                return
            del self._kept[conversation]
