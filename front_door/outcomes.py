"""What a conversation came to, as the bot's replies say it: kept with the conversation, so that finished ones can be counted."""

from __future__ import annotations

from collections.abc import Sequence

from front_door.bot_client import Reply
from front_door.model import Conversation

REFERRED, OWN_DOOR, ENOUGH, DECLINED = "referred", "own_door", "enough", "declined"
OUTCOMES = (REFERRED, OWN_DOOR, ENOUGH, DECLINED)


def note(conversation: Conversation, replies: Sequence[Reply]) -> None:
    """Write down what these replies ended, if anything. A later end takes the place of an earlier one, but a referral stays."""
    for reply in replies:
        ended = REFERRED if reply.data.get("kind") == "confirmation" else reply.data.get("outcome")
        if ended in OUTCOMES and conversation.outcome != REFERRED:
            conversation.outcome = ended
