"""After the end: may we text in two weeks? And what is said when that text comes: did it help?"""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.ask import choices
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from common.phone import is_uk_mobile
from referrals import follow_up
from referrals.working_time import day_words

OFFER, HELPED = "text_later", "helped"  # slots; HELPED is also what the front door says it asked
OFFERED = "offered"
OVER = "later"  # the outcome of a message that was only about this


class ActionEnough(Action):
    """The services were enough: nothing was sent to anyone."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def name(self) -> str:
        return "action_enough"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        dispatcher.utter_message(response="utter_enough", json_message={"outcome": "enough"})
        offer(dispatcher, turn, self._services)
        return turn.events()


def offer(say: CollectingDispatcher, turn: Turn, services: Services) -> None:
    """Ask once in a conversation whether we may text, when there is a number that is safe to text."""
    if services.can_text and turn.get(OFFER) is None and _number(turn, services):
        say.utter_message(
            text=services.words["text_later_consent"],
            buttons=choices(OFFER, (services.words["text_later_yes"], "yes"), (services.words["text_later_no"], "no")),
        )
        turn.set(**{OFFER: OFFERED})


async def take(say: CollectingDispatcher, turn: Turn, services: Services) -> bool:
    """Read a message, outside every form, as the answer to one of the two questions. True when it was nothing else."""
    slot, value = turn.choice or ("", "")
    said = value if slot in (OFFER, HELPED) else _said(turn)
    if slot == HELPED or (not slot and turn.metadata.get("asked") == HELPED and said):
        return await _helped(say, turn, services, said)
    if turn.get(OFFER) != OFFERED:
        return False
    turn.set(**{OFFER: said or "no"})
    if slot != OFFER and (slot or not said):
        return False  # something else was said: the offer lapses
    phone = _number(turn, services)
    if said != "yes" or phone is None:
        say.utter_message(response="utter_text_later_no")
    else:
        due = await services.db.run(
            follow_up.agree,
            services.follow_up,
            conversation=turn.conversation,
            episode=turn.get("episode", turn.message_id),
            phone=phone,
            words=services.words["text_later_consent"],
            reference=turn.get("reference"),
            now=services.clock.now(),
        )
        say.utter_message(response="utter_text_later_yes", day=day_words(due.date()))
    return True


async def _helped(say: CollectingDispatcher, turn: Turn, services: Services, value: str) -> bool:
    """After two weeks: a yes ends it, a no begins again with what is going on now."""
    helped = value == follow_up.HELPED
    await services.db.run(
        follow_up.answer,
        turn.conversation,
        follow_up.HELPED if helped else follow_up.NOT_YET,
        services.clock.now(),
    )
    say.utter_message(response="utter_helped" if helped else "utter_not_helped")
    return helped


def _said(turn: Turn) -> str:
    """ "yes", "no", or "" for a message that is neither or says more than that."""
    more = turn.choice or turn.wants_human or turn.entities("need") or turn.entities("place")
    agreed = None if more else answers.yes_no(turn.text, turn.intent)
    return "" if agreed is None else "yes" if agreed else "no"


def _number(turn: Turn, services: Services) -> str | None:
    """The mobile that a text may go to, in E.164 form; None where none is known, or a text there may not be safe."""
    if "abuse_now" in turn.get("red_flags_seen", []) or "domestic_abuse" in turn.get("needs", []):
        return None
    if turn.get("adult") == "no" or (turn.get("young") and turn.get("adult") != "yes"):
        return None
    phone = turn.get("contact") if turn.get("contact_kind") == "phone" else None
    if turn.get("contact") and (phone is None or turn.get("safe_contact") not in ("both", "text")):
        return None
    phone = phone or turn.metadata.get("sms_number")
    return phone if phone and is_uk_mobile(phone, services.allow_test_numbers) else None
