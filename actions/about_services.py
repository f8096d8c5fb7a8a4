"""What a resident says about services that were shown: tell me about that one, another kind, another place, text me these, that number is dead."""

from __future__ import annotations

import re

from rapidfuzz import fuzz
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services
from actions.turn import Turn
from assessment import answers
from common import phone
from referrals import asked_text
from service_catalogue import reports
from service_catalogue.cards import ServiceCard
from service_catalogue.one import one

SLOT = "text_to"
ASKED = "asked"
ACTS = ("about_one", "other_kind", "wrong_details", "text_me")
_PLACES = {"1": 0, "one": 0, "first": 0, "1st": 0, "2": 1, "two": 1, "second": 1, "2nd": 1, "3": 2, "three": 2, "third": 2, "3rd": 2, "last": -1}  # fmt: skip
_PLACE = re.compile(rf"\b({'|'.join(_PLACES)})\b")
# A place in the list that picks: "the second one", "the first and the third", "number 2"; not "first thing", "on the 2nd".
_ENDS = (
    r"(?=\W*$| *[^\w\s]| (?:and|or|then|too|also|as|please|if|today|tomorrow|now|thanks?|of (?:these|those|them))\b)"
)
_IN_LIST = re.compile(
    r"\b(first|1st|second|2nd|third|3rd|last) (?:ones?|service|option|choice)\b"
    rf"|(?<!\bon )(?<!\bby )\b(?:the|and|or) (first|1st|second|2nd|third|3rd|last)\b{_ENDS}"
    rf"|\b(?:number|option|try|use|choose|pick|take) ([123])\b{_ENDS}"
    r"|\b(?:number|option) (one|two|three)\b"
)
# What means the only service shown: "I'll try that one", "I'll give them a ring", "that sounds good".
_THE_ONLY = re.compile(
    r"\b(?:try|ring|call|phone|use|contact|text|e-?mail|to|with|for|at|give|take|pick|choose) (?:it|that|this|them)\b"
    r"|\b(?:it|that|this|they)(?: (?:one|all|really))? (?:sounds?|looks?)\b"
)
_LIKE = 80  # of 100: how alike a name that was typed must be
_CLOSED = re.compile(r"\b(closed|shut|exist|run)\b")
_NUMBER = re.compile(r"\b(number|line|phone|dead|disconnected|unobtainable)\b")
_LIVES = re.compile(r"\b(?:live|lives|living|lived|moved?|moving|stay|staying)\b", re.IGNORECASE)  # tells of a home
_LINK = re.compile(r"\b(link|web ?site|web ?page|address)\b")


def speaks_of_services(turn: Turn) -> bool:
    """Whether the message is about the services shown last, and there are some."""
    return bool(turn.get("shown_last")) and not turn.choice and (turn.detail in ACTS or _other_place(turn))


async def take(say: CollectingDispatcher, turn: Turn, services: Services) -> bool:
    """Do what the message asks. True when it was about the services; the open question then comes again."""
    if turn.asked == SLOT:
        return await _text_to(say, turn, services)
    if turn.asked not in ("next_step", None) or not speaks_of_services(turn):
        return False
    if turn.detail == "about_one":
        return await _tell_about(say, turn, services)
    if turn.detail == "wrong_details":
        await _report(say, turn, services)
    elif turn.detail == "text_me":
        await _text(say, turn, services)
    elif turn.detail == "other_kind":
        turn.set(next_step="more", wider=None, unlike=list(turn.get("shown", {})))
    else:
        turn.set(next_step="more", wider=None, near=turn.entities("place")[0])
    return True


def _other_place(turn: Turn) -> bool:
    """ "Anything in Hinckley?": services there, while the person goes on living where they live."""
    asks = turn.detail in ("other_place", "more") and turn.intent not in ("give_place", "correction")
    return asks and bool(turn.entities("place")) and not _LIVES.search(turn.text)


async def _tell_about(say: CollectingDispatcher, turn: Turn, services: Services) -> bool:
    meant = _meant(turn)
    if len(meant) != 1:
        return False
    card = await _card(turn, services, meant[0])
    if card is None:
        say.utter_message(response="utter_service_gone")
        return True
    say.utter_message(
        text="\n".join(_everything(card, turn.channel)),
        json_message={"kind": "one_service", "services": [card.as_dict()]},
    )
    return True


def _everything(card: ServiceCard, channel: str) -> list[str]:
    """All that is known of a service, one fact a line. By text the lines that matter most come first."""
    reach = [fact for fact in (card.phone, card.text_number, card.url, card.email) if fact]
    facts = [card.summary, *reach, card.hours_text, card.cost_text, card.for_whom, card.area_text]
    if channel == "sms":
        facts = [*reach[:2], card.hours_text, card.cost_text, card.summary]
    return [card.name, *(fact for fact in facts if fact)]


async def _report(say: CollectingDispatcher, turn: Turn, services: Services) -> None:
    """The desk looks at it. Where it is not clear which service is meant, all that were shown are looked at."""
    text = turn.text.lower()
    kind = "closed" if _CLOSED.search(text) else "number" if _NUMBER.search(text) else "address" if _LINK.search(text) else "other"  # fmt: skip
    ids = _meant(turn) or turn.get("shown_last")
    if len(ids) > 1 and kind == "number":
        cards = [await _card(turn, services, id) for id in ids]
        ids = [card.id for card in cards if card and card.phone] or ids
    for id in ids:
        await services.db.run(
            reports.report,
            id,
            kind,
            turn.text,
            channel=turn.channel,
            message_id=f"{turn.message_id}:{ids.index(id)}" if len(ids) > 1 else turn.message_id,
            now=services.clock.now(),
        )
    name = turn.get("shown", {}).get(ids[0], "")
    say.utter_message(response="utter_reported" if len(ids) == 1 else "utter_reported_all", service=name)


async def _text(say: CollectingDispatcher, turn: Turn, services: Services) -> None:
    if turn.channel == "sms":
        say.utter_message(response="utter_texted_already")
        return
    if not services.can_text:
        say.utter_message(response="utter_cannot_text")
        return
    number = _mobile(turn.text, services)
    if number:
        await _queue(say, turn, services, number)
    else:
        turn.set(text_to=ASKED)


async def _text_to(say: CollectingDispatcher, turn: Turn, services: Services) -> bool:
    """Read the answer to "which number shall I text?". False when it is neither a mobile nor a no."""
    number = _mobile(turn.text, services)
    if number:
        await _queue(say, turn, services, number)
        turn.set(text_to=None)
        return True
    passed = turn.intent in ("skip", "dont_know") or answers.yes_no(turn.text, turn.intent) is False
    if passed or turn.choice == (SLOT, "none"):
        turn.set(text_to=None)
        return True
    return False


async def _queue(say: CollectingDispatcher, turn: Turn, services: Services, number: str) -> None:
    cards = [card for id in turn.get("shown_last") if (card := await _card(turn, services, id))]
    lines = [f"{card.name}: {card.phone or card.url or card.how_to_reach}" for card in cards]
    body = "\n".join([services.words["text_heading"], *lines])
    taken = await services.db.run(
        asked_text.ask,
        message_id=turn.message_id,
        conversation=turn.conversation,
        phone=number,
        body=body,
        needs={need for card in cards for need in card.needs},
        now=services.clock.now(),
    )
    say.utter_message(response="utter_will_text" if taken else "utter_text_limit", phone=phone.national(number))


def _mobile(text: str, services: Services) -> str | None:
    found = answers.contact(text)
    number = phone.normalise(found[1], services.allow_test_numbers) if found and found[0] == "phone" else None
    return number if number and phone.is_uk_mobile(number, services.allow_test_numbers) else None


def _meant(turn: Turn) -> list[str]:
    """The ids of the services that the message means: by their place in the list, or by name. Empty when it does not say."""
    last: list[str] = turn.get("shown_last", [])
    text = turn.text.lower()
    place = _PLACE.search(text)
    if place and _PLACES[place.group(1)] < len(last):
        return [last[_PLACES[place.group(1)]]]
    named = _named(turn, text)
    if len(named) == 1:
        return named
    return last if len(last) == 1 else []


def _named(turn: Turn, text: str) -> list[str]:
    """The services shown last that a text (lower case) names, whole or by a word that no other of them has."""
    last: list[str] = turn.get("shown_last", [])
    alike = {id: fuzz.partial_ratio(turn.get("shown", {}).get(id, "").lower(), text) for id in last}
    words = {id: _telling(turn.get("shown", {}).get(id, "")) & _telling(text) for id in last}
    return [id for id in last if alike[id] >= _LIKE or (words[id] and words[id] - _shared(words, id))]


def meant_all(turn: Turn, part: str) -> list[str]:
    """The ids of all services shown last that a part of a message means: "the first and the third", or by name."""
    last: list[str] = turn.get("shown_last", [])
    text = part.lower()
    places = [_PLACES[next(filter(None, found.groups()))] for found in _IN_LIST.finditer(text)]
    if picked := [last[place] for place in places if place < len(last)]:
        return list(dict.fromkeys(picked))
    return _named(turn, text) or (last if len(last) == 1 and _THE_ONLY.search(text) else [])


def _telling(text: str) -> set[str]:
    return {word for word in re.findall(r"[a-z]{4,}", text.lower()) if word not in _EVERYWHERE}


def _shared(words: dict[str, set[str]], id: str) -> set[str]:
    return set().union(*(others for other, others in words.items() if other != id))


_EVERYWHERE = frozenset(
    [
        "about",
        "tell",
        "more",
        "that",
        "this",
        "number",
        "service",
        "services",
        "help",
        "support",
        "local",
        "leicestershire",
        "line",
        "what",
        "with",
        "your",
        "from",
        "dead",
        "wrong",
        "doesnt",
        "work",
    ]
)


async def _card(turn: Turn, services: Services, id: str) -> ServiceCard | None:
    return await services.db.read(one, id, turn.get("needs", []), turn.get("district"), services.clock.now())
