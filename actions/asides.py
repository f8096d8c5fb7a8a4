"""What every form does with a message before it reads it as an answer: who it is about, and small acts such as why or go back."""

from __future__ import annotations

from collections.abc import Sequence

from rasa_sdk.events import ActionExecutionRejected, EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import changing
from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from actions.services import Services
from actions.turn import Turn
from assessment import answers

# Intents that never answer a question of ours: a rule answers them and the question is asked again.
DIGRESSIONS = {
    "help", "privacy_question", "ask_hours", "bot_challenge", "complaint", "stop", "start_over", "greet", "thanks",
    "goodbye", "chitchat", "out_of_scope",
}  # fmt: skip
# Those that a rule must answer whatever else the message told: "stop", "who sees this?". What is only idle talk or sounds like
# nothing of ours may be the very words that told it.
ANSWERED_FIRST = DIGRESSIONS - {"chitchat", "out_of_scope"}
PLAINER = ("repeat", "simpler")
TRIES = 2  # a question is put twice, never a third time


def notice(turn: Turn) -> None:
    """A message that the form reads itself: it ends a run of flags or of another language, and tells who it is about."""
    if turn.get("language_run"):
        turn.set(language_run=0.0)  # a message that the form can read
    if turn.get("flag_run"):
        turn.set(flag_run=None)
    notice_who(turn)


def notice_who(turn: Turn) -> None:
    """Notice, in any state, whether the message speaks for somebody else or comes from a child, whatever answered it.

    Consent given in other words than now apply is no consent: it is asked again.
    """
    if turn.choice:
        return
    # "my husband is there", said about the phone, speaks of nobody else's needs.
    may_tell = turn.loop != "referral_form" or turn.asked in ("adult", "consent", "full_name")
    if turn.asked == "consent" and answers.yes_on_a_condition(turn.text):
        may_tell = False  # nor does "yes, as long as my daughter doesn't hear of it"
    if may_tell and not turn.about_other and answers.about_other(turn.text):
        turn.set(about_other=True, consent=None, agreed=None, consent_offer=None, consent_given_at=None)
    if answers.stated_minor(turn.text):
        turn.set(young=True, adult="no")
    elif answers.young(turn.text) or answers.child_concerned(turn.text):
        turn.set(young=True)


def step_back(turn: Turn, form: str) -> list[EventType]:
    """The message is no answer: the form steps back so that the rule for its intent answers; what was noticed is kept."""
    return [*turn.events(), ActionExecutionRejected(form)] if turn.changed else []


def take_aside(say: CollectingDispatcher, turn: Turn, services: Services, order: Sequence[str]) -> bool:
    """Why, say that again, plainer please, go back: done here, in every form. True when the message was one of them."""
    if turn.choice or not turn.asked:
        return False
    if turn.detail == "why":
        say_why(say, turn, services)
    elif turn.detail == "go_back":
        earlier = [slot for slot in order[: order.index(turn.asked)] if turn.get(slot)] if turn.asked in order else []
        if earlier and not changing.forget(turn, services, earlier[-1]):
            turn.set(**{earlier[-1]: None})
        turn.set(failed_turns=0.0)
    elif turn.detail not in PLAINER:
        return False
    return True  # the question comes again, and that is no failed try


def say_why(say: CollectingDispatcher, turn: Turn, services: Services) -> None:
    """The reason for the open question; a light question has its own in the question bank."""
    asked = turn.asked
    if asked in (*QUESTION_SLOTS, *PERSON_SLOTS):
        reason = services.questions.get(turn.get("question")).reason(other=turn.about_other)
        say.utter_message(response="utter_why_question", why=reason)
    elif turn.get("text_later") == "offered":
        say.utter_message(response="utter_why_text_later")
    else:
        say.utter_message(response=f"utter_why_{asked}" if asked else "utter_why_nothing_asked")


def count_try(turn: Turn, question: str | None) -> None:
    """Count how often running the same question is put, so that it never comes a third time. A correction is no failed try."""
    failed = question == turn.asked and not turn.corrected
    turn.set(failed_turns=turn.get("failed_turns", 0.0) + 1 if failed else 0.0)


def vary(turn: Turn, question: str | None, plainly: bool = False) -> None:
    """A question that comes again is put in plainer words when it was not understood, and never three times running in the same words."""
    before, put = turn.get("again", "no"), 0.0
    same = bool(question) and question == turn.asked
    again = "yes" if plainly or turn.get("failed_turns", 0) >= 1 else before if same else "no"
    if same and again == before:
        put = turn.get("put", 0.0) + 1
        if put >= 2:
            again, put = ("no" if again == "yes" else "yes"), 0.0
    if (put, again) != (turn.get("put", 0.0), before):
        turn.set(put=put, again=again)


def asks_again(turn: Turn) -> bool:
    """Whether the question is put in its plainer words (see `vary`)."""
    return bool(turn.get("again") == "yes")


def read_adult(turn: Turn, services: Services) -> bool:
    """Read the answer to "are you 18 or over?": an age or a plain yes or no. False when it is neither."""
    agreed = answers.adult(turn.text)
    if agreed is None:
        return False
    turn.set(adult="yes" if agreed else "no")
    return True
