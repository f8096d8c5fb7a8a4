"""Handing over: the words of the consent, the summary read back, and the one action that stores the referral and says so."""

from __future__ import annotations

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions import later, receivers
from actions.asides import asks_again
from actions.ask import Ask, choices
from actions.services import Services
from actions.summary import build_request, summarise
from actions.turn import Turn
from referrals.consent import ConsentText
from referrals.submit import ReferralRefused, submit_all


class AskConsent(Ask):
    """Shows the exact words of the consent, and keeps them with what they are for: these words are what is agreed to."""

    slot = "consent"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        target = receivers.open_target(turn, self.services) or receivers.targets(turn, self.services)[0]
        words: ConsentText = self.services.consent.words(target.destination, target.team, turn.about_other)
        turn.set(consent_offer=receivers.offer_of(target, vars(words).copy()))
        first = not turn.get("agreed")
        name = "utter_ask_consent" if first else "utter_consent_another"
        say.utter_message(
            response="utter_ask_consent_plainer" if asks_again(turn) else name,
            consent_words=words.text,
            buttons=choices(self.slot, *self._options(turn, target)),
        )

    def _options(self, turn: Turn, target: receivers.Target) -> list[tuple[str, str]]:
        """Yes and no, for this receiver only; where there are several, the labels name it."""
        mark, several = receivers.mark_of(target.key), len(receivers.targets(turn, self.services)) > 1
        named = "_team" if several else ""
        words = self.services.words
        return [(words[f"consent_{said}{named}"].format(team=target.team), f"{said}:{mark}") for said in ("yes", "no")]


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
            requests = [build_request(turn, services, agreed) for agreed in receivers.agreements(turn)]
            stored = await services.db.run(submit_all, requests, now=services.clock.now(), team=services.team)
        except ReferralRefused:
            dispatcher.utter_message(response="utter_referral_not_sent", contact_line=services.team.contact_line())
            return []
        turn.set(reference=stored[0].reference)
        for number, one in enumerate(stored):
            dispatcher.utter_message(
                response="utter_referral_sent_too" if number else "utter_referral_sent",
                reference=one.reference,
                what_next=one.what_next,
                json_message={"kind": "confirmation", "reference": one.reference},
            )
        later.offer(dispatcher, turn, services)
        return turn.events()
