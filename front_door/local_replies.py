"""Messages that the front door answers itself: the rest of a long text, an empty one, one that is too long, a picture."""

from __future__ import annotations

from front_door.bot_client import Reply
from front_door.claiming import Turn
from front_door.words import Words


def local_replies(turn: Turn, words: Words) -> list[Reply] | None:
    """Our own replies to `turn`, or None when it is for the bot. A red flag always goes to the bot too."""
    if turn.more is not None and not turn.flags:
        return [Reply(turn.more, data={"kind": "more"})]
    if "empty" in turn.kinds:
        return [Reply(words.empty)]
    if "too_long" in turn.kinds:
        return [Reply(words.too_long)]
    if "picture" in turn.kinds and not turn.text.strip():
        return [Reply(words.picture)]
    return None
