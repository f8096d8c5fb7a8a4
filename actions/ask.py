"""Questions whose words depend on what is known. Plain ones are `utter_ask_...` responses in domain.yml."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType
from rasa_sdk.executor import CollectingDispatcher

from actions.asides import asks_again
from actions.changing import told
from actions.episode import PERSON_SLOTS, WIDEN
from actions.person_stage import SKIP_ALL
from actions.services import Services
from actions.turn import Turn
from service_catalogue.local import local_data
from service_catalogue.misses import record_miss
from service_catalogue.relax import Relaxation, relax
from service_catalogue.search import Query, search
from service_catalogue.showing import record_shown

CARDS = 3
MOST_NEEDS = 5  # offered as choices; any need may be named in words


class Ask(Action):
    """An action named after the slot it asks for."""

    slot = ""

    def __init__(self, services: Services) -> None:
        self.services = services

    def name(self) -> str:
        return f"action_ask_{self.slot}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict) -> list[EventType]:
        turn = Turn(tracker)
        await self.ask(dispatcher, turn)
        return turn.events()

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        raise NotImplementedError(self.slot)


def choices(slot: str, *options: tuple[str, str]) -> list[dict[str, str]]:
    """Buttons whose payload is the choice token `slot=value`."""
    return [{"title": label, "payload": f"{slot}={value}"} for label, value in options]


class AskWhatIsGoingOn(Ask):
    slot = "what_is_going_on"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        if asks_again(turn):
            failed = turn.get("failed_turns", 0) >= 1
            say.utter_message(response="utter_ask_what_choices" if failed else "utter_ask_what_plainer")
        elif turn.get("what_is_going_on") == "again":
            say.utter_message(response="utter_ask_what_again")
        else:
            say.utter_message(response="utter_ask_what_is_going_on")


class AskNeedsRight(Ask):
    slot = "needs_right"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        needs, other = turn.get("needs", []), turn.about_other
        if turn.get("what_is_going_on") == "change":
            drop = [
                (self.services.words["take_off"].format(need=self.services.needs.get(need).short), f"drop:{need}")
                for need in needs[:5]
            ]
            keep = (self.services.words["keep_list"], "yes")
            say.utter_message(response="utter_ask_needs_change", buttons=choices(self.slot, *drop, keep))
            return
        words = self.services.needs.reflect(needs, other=other)
        name = "utter_ask_needs_right_other" if other else "utter_ask_needs_right"
        if asks_again(turn):
            name = "utter_ask_needs_right_plainer"
        options = ((self.services.words["needs_yes"], "yes"), (self.services.words["needs_change"], "change"))
        say.utter_message(response=name, needs_text=words, buttons=choices(self.slot, *options))


class AskPlaceChoice(Ask):
    slot = "place_choice"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        options = [(label, value) for label, value in turn.get("place_options", [])]
        guess = turn.get("place_guess")
        if guess:
            name = "utter_ask_place_confirm_again" if asks_again(turn) else "utter_ask_place_confirm"
            say.utter_message(response=name, guess=guess, buttons=choices(self.slot, *options))
            return
        if all(value != "other" for _, value in options):
            options.append((self.services.words["other_place"], "none"))
        name = "utter_ask_place_choice_again" if asks_again(turn) else "utter_ask_place_choice"
        say.utter_message(response=name, buttons=choices(self.slot, *options))


class AskLightQuestion(Ask):
    def __init__(self, services: Services, slot: str) -> None:
        super().__init__(services)
        self.slot = slot

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        question = self.services.questions.get(turn.get("question"))
        options = [(option.label, option.value) for option in question.options]
        if question.which_need:
            options = [(self.services.needs.get(need).short, need) for need in turn.get("needs", [])[:MOST_NEEDS]]
        if all(value != "skip" for _, value in options):
            options.append((self.services.words["skip"], "skip"))
        if self.slot == PERSON_SLOTS[0]:
            options.append((self.services.words["skip_all"], SKIP_ALL))
        again = asks_again(turn)
        text = question.plain(turn.about_other) if again else question.text(turn.channel, turn.about_other)
        say.utter_message(text=text, buttons=choices(self.slot, *options))


class AskChangeWhat(Ask):
    """Everything told so far, to choose what to change: no answer is repeated, as somebody else may read along."""

    slot = "change_what"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        options = [*told(turn, self.services), (self.services.words["no_change"], "nothing")]
        say.utter_message(response="utter_ask_change_what", buttons=choices(self.slot, *options))


class AskTextTo(Ask):
    """The mobile that the services shown are to be texted to."""

    slot = "text_to"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        again = asks_again(turn)
        say.utter_message(
            response="utter_ask_text_to_plainer" if again else "utter_ask_text_to",
            buttons=choices(self.slot, (self.services.words["text_to_none"], "none")),
        )


class AskNextStep(Ask):
    slot = "next_step"

    async def ask(self, say: CollectingDispatcher, turn: Turn) -> None:
        wanted = ",".join([*turn.get("needs", []), turn.get("district") or turn.get("area_kind") or ""])
        if turn.get("shown_for") != wanted or turn.get("next_step") == "more":
            if turn.get("next_step") == WIDEN:
                turn.set(next_step=None)
            await self._show(say, turn, wanted)
        plain = asks_again(turn)
        words = self.services.words
        person, enough = (words["next_person"], "person"), (words["next_enough"], "enough")
        if turn.get("next_step") == WIDEN:
            say.utter_message(
                response="utter_ask_wider_plainer" if plain else "utter_ask_wider",
                buttons=choices(self.slot, (words["next_wider"], "more"), person, enough),
            )
            return
        say.utter_message(
            response="utter_ask_next_step_plainer" if plain else "utter_ask_next_step",
            buttons=choices(
                self.slot,
                person,
                (words["next_more"], "more"),
                enough,
            ),
        )
        turn.set(next_step="clear" if plain else None)

    async def _show(self, say: CollectingDispatcher, turn: Turn, wanted: str) -> None:
        shown: dict[str, str] = turn.get("shown", {})
        effects = self.services.questions.effects(turn.get("answers", {}))
        pressing = [need for need in (*effects.urgent, *effects.first) if need in turn.get("needs", [])]
        query = Query(
            needs=tuple(dict.fromkeys([*pressing, *turn.get("needs", [])])),
            words=". ".join([*effects.search, *turn.get("own_words", [])]),
            district=turn.get("district"),
            place=turn.get("near") or (None if turn.get("sector") else turn.get("place")),
            postcode=turn.get("sector") or "",
            exclude=frozenset(shown),
            unlike=frozenset(turn.get("unlike", [])),
            limit=CARDS,
        )
        now = self.services.clock.now()
        cards = await self.services.db.read(search, query, now)
        consented = turn.get("wider") if turn.get("next_step") == "more" else None
        relaxation = await self._missing(query, bool(cards), consented, now)
        if relaxation and not relaxation.kept:
            if relaxation.wish == consented:
                cards = await self.services.db.read(search, relaxation.query, now)
            else:
                say.utter_message(text=relaxation.in_words(local_data().words))
                if not relaxation.possible:  # all that there is misses a wish: only with consent
                    turn.set(next_step=WIDEN, wider=relaxation.wish, shown_for=wanted)
                    return
        turn.set(shown_for=wanted, shown={**shown, **{card.id: card.name for card in cards}}, unlike=None)
        if cards:
            turn.set(shown_last=[card.id for card in cards])
            await self.services.db.run(record_shown, [card.id for card in cards], now)
        if not cards:
            say.utter_message(response="utter_no_more_services" if shown else "utter_no_services")
            return
        more = bool(shown) and turn.get("next_step") == "more"
        say.utter_message(
            response="utter_more_services" if more else "utter_services",
            place_words=turn.get("place") if turn.get("district") else self.services.words["whole_county"],
        )
        say.utter_message(
            text="\n\n".join(_as_text(card.as_dict(), turn.channel) for card in cards),
            json_message={
                "kind": "services",
                "services": [card.as_dict() for card in cards],
                "area": turn.get("district") or "",
            },
        )

    async def _missing(self, query: Query, found: bool, consented: str | None, now: datetime) -> Relaxation | None:
        """Which one wish stands in the way, when too little is all that was asked for. What was sought in vain is counted
        once: not again when the resident `consented` to give this wish up."""
        relaxation = await self.services.db.read(relax, query, now) if found else None
        wish = relaxation.wish if relaxation else ""
        if not found or (relaxation and wish != consented):
            await self.services.db.run(record_miss, query.needs, query.district, wish, now)
        return relaxation


def _as_text(card: dict[str, Any], channel: str) -> str:
    """A service in plain lines: name, what it does, how to reach it, why it is shown. By text message: name and one way to reach it."""
    reach = card["phone"] or card["url"] or card["how_to_reach"]
    cautions = " ".join(card["cautions"])
    if channel == "sms":
        line = f"{card['name']}: {reach}" if reach else card["name"]
        return f"{line}. {cautions}" if cautions else line
    lines = [card["name"], card["summary"], reach, card["open_text"], ", ".join(card["reasons"]), cautions]
    return "\n".join(line for line in lines if line)
