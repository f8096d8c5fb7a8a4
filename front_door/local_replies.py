"""Messages that the front door answers itself: what was kept back, the rest of a long text, an empty one, one that is too long, a picture."""

from __future__ import annotations

from front_door.bot_client import Reply
from front_door.claiming import Turn
from front_door.saying import MORE
from front_door.takeover import asking
from front_door.words import Words


def local_replies(turn: Turn, words: Words) -> list[Reply] | None:
    """Our own replies to `turn`, or None when it is for the bot. A red flag always goes to the bot too."""
    if turn.held:
        return list(turn.held)
    if turn.more is not None and not turn.flags:
        return [Reply(turn.more, data={"kind": MORE, "private": turn.more_private})]
    if turn.choice == asking.NOW:
        return asking.placeholder()
    if "empty" in turn.kinds:
        return [Reply(words.empty)]
    if "too_long" in turn.kinds:
        return [Reply(words.too_long)]
    if "picture" in turn.kinds and not turn.text.strip():
        return [Reply(words.picture)]
    return None
