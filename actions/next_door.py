"""People of another council's area: their own door, and where that council takes referrals, an offer to pass this on to it."""

from __future__ import annotations

from rasa_sdk.executor import CollectingDispatcher

from actions.episode import PLACE
from actions.services import Services
from actions.turn import Turn
from assessment import answers
from assessment.own_doors import area_of

AREAS = ("city", "rutland", "outside")
OFFERED, YES = "offered", "yes"  # values of the slot `door_offer`


def lives_there(turn: Turn, services: Services) -> bool:
    """True where all we can do is show the other door: somebody outside the county who did not ask us to pass this on."""
    if turn.get("area_kind") not in AREAS:
        return False
    return not (turn.get("door_offer") == YES and council(turn, services))


def council(turn: Turn, services: Services) -> str:
    """The team of their own council that takes referrals, confirmed by somebody; empty as shipped, and for under 18."""
    if turn.get("adult") == "no":
        return ""
    found = services.team.others.council_for(area_of(turn.get("area_kind"), turn.get("area")))
    return found.team if found else ""


def accepted(turn: Turn, services: Services) -> bool:
    """Whether a message after the door was shown takes up the offer."""
    if turn.get("door_offer") != OFFERED or not council(turn, services):
        return False
    if turn.choice:
        return turn.choice == ("door_offer", YES)
    return turn.wants_human or (_agreed(turn) is True)


def declined(say: CollectingDispatcher, turn: Turn, services: Services) -> bool:
    """A plain no to the offer: nothing leaves, and nothing more is asked. True when the message was that."""
    if (
        turn.get("outcome") != "own_door"
        or turn.get("door_offer") != OFFERED
        or turn.choice
        or _agreed(turn) is not False
    ):
        return False
    turn.set(**dict.fromkeys(PLACE))  # the next assessment may be for somebody who lives elsewhere
    say.utter_message(response="utter_offer_declined")
    return True


def _agreed(turn: Turn) -> bool | None:
    """Their plain yes or no; None for a message that tells a place or a need beside it."""
    more = turn.entities("need") or turn.entities("place") or turn.entities("postcode")
    return None if more else answers.yes_no(turn.text, turn.intent)
