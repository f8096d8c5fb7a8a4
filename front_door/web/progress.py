"""How far a conversation has come, told only by what the bot's replies carry: which question its choices answer."""

from __future__ import annotations

from collections.abc import Sequence

from front_door.web.transcript import Line
from front_door.words import Progress

_SERVICES = "services"  # the kind of a reply with service cards
_DONE = "confirmation"
_CRISIS = "crisis"


def progress_in(lines: Sequence[Line], progress: Progress) -> str | None:
    """ "Step 2 of 4: a few questions" for the newest question in `lines` (oldest first).

    A choice's value is `slot=answer`, so it names its question; a question without choices belongs to the step before it.
    "" when no step is to be shown (danger was just answered, or all is sent); None when these lines do not tell.
    """
    said = [line for line in lines if line.sender == "assistant"]
    if said and any(line.kind == _CRISIS for line in said if line.turn == said[-1].turn):
        return ""
    for line in reversed(said):
        if line.kind == _DONE:
            return ""
        asked = line.choices[0]["value"].partition("=")[0] if line.choices else line.kind
        if step := progress.step(asked if line.choices or line.kind == _SERVICES else ""):
            return step
    return None
