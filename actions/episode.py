"""One assessment from first words to its end. What belongs to it is put aside when the next one begins."""

from __future__ import annotations

from actions.turn import Turn

QUESTION_SLOTS = ("first_question", "second_question", "third_question")
PERSON_SLOTS = tuple(f"person_question_{number}" for number in range(1, 7))
CONTACT = ("contact", "contact_kind", "safe_contact", "contact_note")
EPISODE = (
    "what_is_going_on", "needs_right", "needs", "own_words", "answers", "told", "question", *QUESTION_SLOTS, "next_step",
    *PERSON_SLOTS, "person_stage", "change_what", "came_back",
    "shown", "shown_for", "shown_last", "chosen", "unlike", "near", "wider", "text_to", "wants_person", "outcome", "consent", "agreed", "consent_offer", "consent_given_at", "full_name",
    *CONTACT, "best_time", "summary_right", "adult", "young",
    "red_flags_seen", "crisis_open", "episode",
)  # fmt: skip
PLACE = (
    "place",
    "place_choice",
    "place_options",
    "place_guess",
    "district",
    "area",
    "area_kind",
    "sector",
    "door_offer",
)
WIDEN = "widen"  # of `next_step`: the open question is whether to show what misses one wish


def put_aside(turn: Turn) -> None:
    """Forget the assessment that has ended. The place stays, except one that belongs to another council's door."""
    if turn.get("outcome") == "own_door":
        turn.set(**dict.fromkeys(PLACE))
    turn.set(**dict.fromkeys(EPISODE), about_other=False, failed_turns=0.0)
