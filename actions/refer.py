"""The referral form: who the person is, how to reach them safely, and their yes; then the one action that stores it and says so."""

from __future__ import annotations

from collections.abc import Callable

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.ask import Ask, choices
from actions.assess import DIGRESSIONS
from actions.decision import decide_for
from actions.services import Services
from actions.summary import build_request, summarise
from actions.turn import Turn
from assessment import answers
from common import phone
from referrals.consent import ConsentText
from referrals.submit import ReferralRefused, submit

FORM = "referral_form"
CHANGES = {"name": ("full_name",), "contact": ("contact", "safe_contact", "contact_note"), "time": ("best_time",)}


def next_question(turn: Turn) -> str | None:
    """The slot to ask for next, or None when the form has come to an end (then `outcome` says which)."""
    if turn.get("adult") == "no":
        turn.set(outcome="own_door")
    elif "no" in (turn.get("consent"), turn.get("summary_right")):
        turn.set(outcome="declined")
    if turn.get("outcome") in ("own_door", "declined"):
        return None
    for slot in ("adult", "consent", "full_name", "contact", "safe_contact"):
        if not turn.get(slot):
            return slot
    if turn.get("safe_contact") == "no" and not turn.get("contact_note"):
        return "contact_note"
    if not turn.get("best_time"):
        return "best_time"
    if turn.get("summary_right") != "yes":
        return "summary_right"
    turn.set(outcome="ready")
    return None


class ValidateReferralForm(Action):
    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "validate_referral_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker, FORM)
        if turn.asked is None:
            turn.set(outcome=None)
        elif not turn.already_answered:
            if not self._read(turn) and not _settle_after_two_failures(turn):
                return []  # the form steps back, and the rule for this intent answers
            turn.set(failed_turns=0.0)
        turn.set(requested_slot=next_question(turn))
        return turn.events()

    def _read(self, turn: Turn) -> bool:
        if turn.choice:
            return _read_choice(turn, self._services)
        if turn.intent in ("stop", "start_over", "talk_to_human"):
            return False
        reader = _READERS.get(turn.asked or "")
        if reader is None or (turn.intent in DIGRESSIONS and not _answers_anyway(turn)):
            return False
        return reader(turn, self._services)


def _settle_after_two_failures(turn: Turn) -> bool:
    """A question is never put a third time: what is not agreed is not sent, what is not known to be safe is not."""
    if turn.get("failed_turns", 0) < 1 or turn.wants_human or turn.intent in DIGRESSIONS:
        return False
    settled = {
        "adult": {"outcome": "declined"},
        "consent": {"outcome": "declined"},
        "safe_contact": {"safe_contact": "no"},
        "summary_right": {"outcome": "declined"},
    }.get(turn.asked or "")
    turn.set(**(settled or {}))
    return settled is not None


def _answers_anyway(turn: Turn) -> bool:
    """Whether words that sound like a digression answer the open question: "mornings" sounds like asking for hours."""
    question = "?" in turn.text or turn.text.lower().split()[:1] in (["when"], ["what"], ["how"], ["who"], ["why"])
    if turn.asked == "best_time":
        return turn.intent == "ask_hours" and not question
    return turn.asked in ("contact_note", "full_name") and not question


def _read_choice(turn: Turn, services: Services) -> bool:
    slot, value = turn.choice or ("", "")
    if slot == "consent":
        return _consent(turn, services, value == "yes")
    if slot == "summary_right":
        return _summary(turn, value)
    if slot == "contact" and value == "this_number":
        return _take_contact(turn, services, turn.metadata.get("sms_number") or "")
    if slot in ("adult", "safe_contact", "best_time"):
        turn.set(**{slot: value})
        return True
    return False


def _read_adult(turn: Turn, services: Services) -> bool:
    agreed = answers.adult(turn.text, turn.intent)
    if agreed is None:
        return False
    turn.set(adult="yes" if agreed else "no")
    return True


def _read_consent(turn: Turn, services: Services) -> bool:
    """Only a plain yes is consent; not knowing, or wanting to skip, is none."""
    if turn.intent in ("skip", "dont_know"):
        return _consent(turn, services, False)
    agreed = answers.yes_no(turn.text, turn.intent)
    return agreed is not None and _consent(turn, services, agreed)


def _consent(turn: Turn, services: Services, agreed: bool) -> bool:
    if agreed and not turn.get("consent_offer"):
        return False  # the words have not been shown yet, so nothing can be agreed to
    turn.set(consent="yes" if agreed else "no", consent_given_at=services.clock.now().isoformat() if agreed else None)
    return True


def _read_name(turn: Turn, services: Services) -> bool:
    name = answers.name(turn.text)
    if turn.intent in ("skip", "dont_know") or (name is None and turn.get("failed_turns", 0) >= 1):
        name = turn.text.strip()[:80] if turn.intent not in ("skip", "dont_know") else "Name not given"
    if not name or (turn.intent in DIGRESSIONS and len(name.split()) > 3):
        return False
    turn.set(full_name=name)
    return True


def _read_contact(turn: Turn, services: Services) -> bool:
    return _take_contact(turn, services, turn.text)


def _take_contact(turn: Turn, services: Services, text: str) -> bool:
    found: tuple[str, str] | None = answers.contact(text)
    if found and found[0] == "phone":
        number = phone.normalise(found[1], services.allow_test_numbers)
        found = ("phone", number) if number else None
    if found is None:
        if turn.get("failed_turns", 0) < 1 or turn.intent in ("skip", "dont_know"):
            return False
        found = ("other", text.strip()[:200])  # asked twice: a person can make sense of it
    turn.set(contact_kind=found[0], contact=found[1])
    return True


def _read_safe(turn: Turn, services: Services) -> bool:
    text = turn.text.lower()
    ring = any(word in text for word in ("ring", "call", "phone"))
    write = any(word in text for word in ("text", "message", "sms"))
    agreed = answers.yes_no(turn.text, turn.intent)
    only = "only" in text or "just" in text or "dont" in text or "don't" in text or "not" in text
    if turn.intent in ("skip", "dont_know") or (agreed is False and not (ring ^ write)):
        turn.set(safe_contact="no")
    elif ring ^ write and only:
        refused = any(
            f"{no} {verb}" in text for no in ("dont", "don't", "not", "never") for verb in ("ring", "call", "text")
        )
        turn.set(safe_contact="ring" if ring != refused else "text")
    elif agreed or ring or write:
        turn.set(safe_contact="both" if agreed or ring == write else "ring" if ring else "text")
    else:
        return False
    return True


def _read_note(turn: Turn, services: Services) -> bool:
    turn.set(contact_note=turn.text.strip()[:300] or None)
    return bool(turn.text.strip())


def _read_time(turn: Turn, services: Services) -> bool:
    time = "Any time" if turn.intent in ("skip", "dont_know", "affirm") else answers.best_time(turn.text)
    if time is None:
        return False
    turn.set(best_time=time)
    return True


def _read_summary(turn: Turn, services: Services) -> bool:
    if turn.intent == "correction":
        return _summary(turn, "change")
    agreed = answers.yes_no(turn.text, turn.intent)
    if "send" in turn.text.lower() and agreed is None:
        agreed = not any(word in turn.text.lower() for word in ("don't", "dont", "do not", "not"))
    return agreed is not None and _summary(turn, "yes" if agreed else "change")


def _summary(turn: Turn, value: str) -> bool:
    if value.startswith("change_"):
        turn.set(summary_right=None, **dict.fromkeys(CHANGES.get(value.removeprefix("change_"), ())))
        return True
    if value not in ("yes", "no", "change", "back"):
        return False
    turn.set(summary_right=None if value == "back" else value)
    return True


_READERS: dict[str, Callable[[Turn, Services], bool]] = {
    "adult": _read_adult,
    "consent": _read_consent,
    "full_name": _read_name,
    "contact": _read_contact,
    "safe_contact": _read_safe,
    "contact_note": _read_note,
    "best_time": _read_time,
    "summary_right": _read_summary,
}


class AskConsent(Ask):
    """Shows the exact words of the consent, and keeps them with what they are for: these words are what is agreed to."""

    slot = "consent"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        decision = decide_for(turn, self.services)
        words: ConsentText = self.services.consent.words(
            decision.destination, decision.team, bool(turn.get("about_other"))
        )
        turn.set(consent_offer={"words": vars(words).copy(), "tier": decision.tier, "reasons": list(decision.reasons)})
        again = turn.get("failed_turns", 0) >= 1
        say.utter_message(
            response="utter_ask_consent_plainer" if again else "utter_ask_consent",
            consent_words=words.text,
            buttons=choices(
                self.slot, (self.services.words["consent_yes"], "yes"), (self.services.words["consent_no"], "no")
            ),
        )


class AskSummaryRight(Ask):
    slot = "summary_right"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        words = self.services.words
        if turn.get("summary_right") == "change":
            say.utter_message(
                response="utter_ask_summary_change",
                buttons=choices(
                    self.slot,
                    (words["change_name"], "change_name"),
                    (words["change_contact"], "change_contact"),
                    (words["change_time"], "change_time"),
                    (words["no_change"], "back"),
                ),
            )
            return
        say.utter_message(
            response="utter_ask_summary_right",
            summary=summarise(turn, self.services),
            buttons=choices(
                self.slot,
                (words["summary_send"], "yes"),
                (words["summary_change"], "change"),
                (words["summary_drop"], "no"),
            ),
        )


class ActionSubmitReferral(Action):
    """Stores the referral and only then says so. Sent twice, it gives the same reference and stores nothing again."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_submit_referral"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        services = self._services
        try:
            request = build_request(turn, services)
            stored = await services.db.run(submit, request, now=services.clock.now(), team=services.team)
        except ReferralRefused:
            dispatcher.utter_message(response="utter_referral_not_sent", contact_line=services.team.contact_line())
            return []
        turn.set(reference=stored.reference)
        dispatcher.utter_message(
            response="utter_referral_sent",
            team=request.team,
            reference=stored.reference,
            what_next=stored.what_next,
            json_message={"kind": "confirmation", "reference": stored.reference},
        )
        return turn.events()
