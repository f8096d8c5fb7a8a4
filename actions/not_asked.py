"""Why a referral lacks something that staff would look for: the true reason, from how the conversation went."""

from __future__ import annotations

from actions import overheard, person_stage
from actions.services import Services
from actions.turn import Turn
from assessment.questions import SKIP
from referrals.packet_required import ENDED_EARLY, NOT_DUE, PERSON_FIRST, SAFETY, SKIPPED

OPEN_QUESTIONS = (
    "what_matters",
    "who_is_around",
    "what_tried",
    overheard.ACCESS,
)  # their ids are the keys of the packet's fields
QUESTIONS = "questions"  # the questions about the needs, as one
UNANSWERED = (SKIP, "dont_know")


def reasons(turn: Turn, services: Services) -> tuple[tuple[str, str], ...]:
    """(field, reason) for what this conversation could have told and did not; both as `referrals.packet_required` names them."""
    found = {key: _open_question(key, turn, services) for key in OPEN_QUESTIONS if not _told(key, turn)}
    if not turn.get("needs"):
        found["needs"] = _straight(turn)
    if not turn.get("answers"):
        found[QUESTIONS] = _straight(turn)
    if not turn.get("district") and turn.get("place", "unknown") == "unknown":
        found["place"] = SKIPPED if turn.get("area_kind") else _straight(turn)
    if turn.get("full_name") in (None, services.words["name_not_given"]):
        found["name"] = SKIPPED
    if turn.get("contact_kind") != "phone" or not turn.get("safe_contact"):
        found |= dict.fromkeys(("safe_to_call", "safe_to_text"), NOT_DUE)  # no number to ask it of
    if not turn.get("shown"):
        found["services_chosen"] = NOT_DUE  # none was shown to choose from
    if not turn.get("own_words"):
        found["own_words"] = SKIPPED
    return tuple(found.items())


def _told(question: str, turn: Turn) -> bool:
    return turn.get("answers", {}).get(question, SKIP) not in UNANSWERED


def _straight(turn: Turn) -> str:
    """Why the needs were not gone into."""
    if turn.get("red_flags_seen"):
        return SAFETY
    return PERSON_FIRST if turn.get("wants_person") else ENDED_EARLY


def _open_question(question: str, turn: Turn, services: Services) -> str:
    given = turn.get("answers", {})
    if question in given or turn.get("person_stage") == person_stage.DONE:
        return SKIPPED
    if turn.get("red_flags_seen"):
        return SAFETY
    if turn.get("needs_right") != "yes" or turn.get("next_step") != "person":
        return PERSON_FIRST if turn.get("wants_person") else ENDED_EARLY
    due = services.questions.choose(turn.get("needs", []), given, limit=person_stage.MOST, stage="person")
    return ENDED_EARLY if question in {each.id for each in due} else NOT_DUE
