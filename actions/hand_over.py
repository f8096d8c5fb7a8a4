"""Handing over: the words of the consent, the summary read back, and the one action that stores the referral and says so."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import later
from actions.asides import asks_again
from actions.ask import Ask, choices
from actions.decision import decide_for
from actions.services import Services
from actions.summary import build_request, summarise
from actions.turn import Turn
from referrals.consent import ConsentText
from referrals.submit import ReferralRefused, submit


class AskConsent(Ask):
    """Shows the exact words of the consent, and keeps them with what they are for: these words are what is agreed to."""

    slot = "consent"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        decision = decide_for(turn, self.services)
        words: ConsentText = self.services.consent.words(decision.destination, decision.team, turn.about_other)
        turn.set(consent_offer={"words": vars(words).copy(), "tier": decision.tier, "reasons": list(decision.reasons)})
        again = asks_again(turn)
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
        say.utter_message(
            response="utter_ask_summary_right_again" if asks_again(turn) else "utter_ask_summary_right",
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
        later.offer(dispatcher, turn, services)
        return turn.events()
