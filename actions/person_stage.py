"""Who wants a person is asked a little more, for that person to start from: what matters, who is around, what was tried. All may be skipped.

Whoever asked for a person outright, or told of danger, is not kept waiting by it. A question with options is only asked while
an answer could change where the person goes.
"""

from __future__ import annotations

from actions.decision import decide_for
from actions.episode import PERSON_SLOTS
from actions.services import Services
from actions.turn import Turn
from assessment.questions import Question

MOST = 6
DONE = "done"
SKIP_ALL = "skip_all"


def open_slot(turn: Turn, services: Services) -> str | None:
    """The slot of the next question, with its id kept in `question`; None when there is none left to ask."""
    chose_a_person = turn.get("needs_right") == "yes" and turn.get("next_step") == "person"
    if turn.get("person_stage") == DONE or not chose_a_person or turn.get("red_flags_seen"):
        return None
    due = services.questions.choose(
        turn.get("needs", []), turn.get("answers", {}), limit=MOST, stage="person", told=turn.get("told", [])
    )
    free = [slot for slot in PERSON_SLOTS if not turn.get(slot)]
    question = next((each for each in due if each.open or _changes_route(each, turn, services)), None)
    if not free or question is None:
        return None
    turn.set(question=question.id)
    return free[0]


def _changes_route(question: Question, turn: Turn, services: Services) -> bool:
    given = turn.get("answers", {})
    routes = set()
    for option in question.options:
        decision = decide_for(turn, services, {**given, question.id: option.value})
        routes.add((decision.destination, decision.team, decision.tier))
    return len(routes) > 1
