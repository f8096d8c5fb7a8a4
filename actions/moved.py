"""The first reply after a chat moved between the web page and text messages: the open question, unless it tells what was told before."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions import later
from actions.ask import choices
from actions.episode import PLACE
from actions.services import Services
from actions.turn import Turn
from referrals import follow_up

# Questions whose words tell nothing to somebody else who holds the phone. All others may name a need, an answer or a person, or that
# somebody is not safe, and come after "carry on".
PLAIN = ("what_is_going_on", "place", "adult", "full_name", "contact", "best_time")


def is_now(turn: Turn) -> bool:
    """Whether this message did nothing but bring the chat here."""
    return bool(turn.metadata.get("moved"))


def ask_again(say: CollectingDispatcher, turn: Turn) -> bool:
    """Put the open question again, in the words and with the choices of this channel. False for one that is not plain."""
    if not is_now(turn) or turn.asked not in PLAIN:
        return False
    say.utter_message(response=f"utter_ask_{turn.asked}")
    return True


def ask_outside(say: CollectingDispatcher, turn: Turn, services: Services) -> None:
    """The same after the end, where no form is open: an offer or "did it help?" again, else the first question."""
    if turn.get("outcome") == "own_door":
        turn.set(**dict.fromkeys(PLACE))  # as with any other words that begin anew
    turn.set(outcome=later.OVER, requested_slot=None)
    rules = services.follow_up
    if turn.metadata.get("asked") == later.HELPED:
        options = ((rules.helped, follow_up.HELPED), (rules.not_yet, follow_up.NOT_YET))
        say.utter_message(text=rules.text, buttons=choices(later.HELPED, *options))
        return
    if turn.get(later.OFFER) == later.OFFERED:
        turn.set(**{later.OFFER: None})
        later.offer(say, turn, services)
    if turn.get(later.OFFER) != later.OFFERED:
        say.utter_message(response="utter_ask_what_is_going_on")
