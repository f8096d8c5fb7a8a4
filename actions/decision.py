"""From what a conversation gathered to where the person goes: a thin step over `assessment.routing`."""

from __future__ import annotations

from collections.abc import Mapping

from actions.services import Services
from actions.turn import Turn
from assessment.own_doors import area_of
from assessment.routing import Assessment, Decision, decide


def decide_for(turn: Turn, services: Services, answers: Mapping[str, str] | None = None) -> Decision:
    """The destination, tier and reasons for this conversation today; with other `answers` than those given, what they would change."""
    effects = services.questions.effects(turn.get("answers", {}) if answers is None else answers)
    needs = tuple(dict.fromkeys((*turn.get("needs", []), *effects.add_needs)))
    adult = turn.get("adult")
    signs = effects.signs()
    signs["isolated"] = signs["isolated"] or "loneliness" in needs
    assessment = Assessment(
        needs=needs,
        place="" if turn.get("area_kind") == "unknown" else turn.get("place", ""),
        district=turn.get("district"),
        area_kind=turn.get("area_kind", "unknown"),
        adult=None if adult is None else adult == "yes",
        red_flags=tuple(turn.get("red_flags_seen", [])),
        area=turn.get("area"),
        wants_person=bool(turn.get("wants_person")),
        **signs,
    )
    council = services.team.others.council_for(area_of(assessment.area_kind, assessment.area))
    today = services.clock.london().date()
    return decide(assessment, services.rules, services.coverage, today, council.team if council else "")
