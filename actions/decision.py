"""From what a conversation gathered to where the person goes: a thin step over `assessment.routing`."""

from __future__ import annotations

from assessment.routing import Assessment, Decision, decide

from actions.services import Services
from actions.turn import Turn


def decide_for(turn: Turn, services: Services) -> Decision:
    """The destination, tier and reasons for this conversation today."""
    effects = services.questions.effects(turn.get("answers", {}))
    needs = tuple(turn.get("needs", []))
    adult = turn.get("adult")
    assessment = Assessment(
        needs=needs,
        place=turn.get("place"),
        district=turn.get("district"),
        area_kind=turn.get("area_kind", "unknown"),
        adult=None if adult is None else adult == "yes",
        red_flags=tuple(turn.get("red_flags_seen", [])),
        isolated=effects.isolated or "loneliness" in needs,
        long_term_condition="long_term_condition" in needs,
        low_confidence=effects.low_confidence,
        wants_person=bool(turn.get("wants_person")),
    )
    return decide(assessment, services.rules, services.coverage, services.clock.london().date())
