"""What the fake bot says to a real browser: a short believable conversation, and a word for every other kind of reply."""

from __future__ import annotations

from typing import Any

from safety.contacts import Contacts
from safety.replies import Replies
from tests.fakes.rasa import echo
from tests.front_door.support import DATA

FIRST_WORDS = "My rent is two months behind and I feel so lonely since we moved to Shepshed."
YES, QUESTION, PERSON_PRESSED = "Yes, that's right", "I live alone", "A person could help"
DANGER = "I can't see a way on from here."
WARM = {
    "id": "s1",
    "name": "Warm Homes",
    "organisation": "Example Council",
    "summary": "Advice on rent, bills and keeping warm, from people who know the forms.",
    "phone": "0116 496 0123",
    "email": "help@example.org",
    "url": "https://example.org/warm",
    "hours_text": "Monday to Friday 9am to 5pm",
    "open_state": "open",
    "open_text": "Open now until 5pm",
    "cost_text": "Free",
    "area_text": "Covers all of Leicestershire",
    "address": "The Old Library, 2 High Street, Shepshed, LE12 9AA",
    "how_to_reach": "Ring or write to them yourself.",
    "reasons": ["helps with rent and bills", "free", "about 1 mile away, in Shepshed"],
    "cautions": ["There is a waiting list."],
    "verified": True,
}
LUNCH = {
    "id": "s2",
    "name": "Tuesday Lunch Club",
    "organisation": "Example Friends",
    "summary": "A hot meal and company.",
    "phone": None,
    "email": None,
    "url": "https://example.org/lunch",
    "hours_text": "Tuesday noon to 2pm",
    "open_state": "closed",
    "open_text": "Closed now. Opens at noon on Tuesday",
    "cost_text": "You pay for the meal",
    "area_text": "Covers Charnwood",
    "how_to_reach": "Details not confirmed. Please look at the website first.",
    "reasons": ["helps with feeling lonely", "local to Charnwood"],
    "cautions": [],
    "verified": False,
}
ARABIC = "أحتاج إلى مساعدة"
ARABIC_REPLY = "يمكنك الكتابة بكلماتك. إذا كان أحد في خطر، اتصل على 999."
_CRISIS = Replies.load(DATA, Contacts.load(DATA)).for_flags(
    ("suicide_self_harm",), area=None, channel="web", is_open=lambda _: None
)


def _choices(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in pairs]


def _reply(text: str, *choices: tuple[str, str], **data: Any) -> dict[str, Any]:
    return {"text": text, "choices": _choices(*choices), "data": data}


_NEXT = (
    (PERSON_PRESSED, "next_step=person"),
    ("Show me others", "next_step=more"),
    ("That's enough", "next_step=enough"),
)
_SAID: dict[str, list[dict[str, Any]]] = {
    FIRST_WORDS: [
        _reply(
            "Thank you for telling me. I think you would like help with money and feeling lonely. Have I got that right?",
            (YES, "needs_right=yes"),
            ("Change the list", "needs_right=change"),
        )
    ],
    "needs_right=yes": [
        _reply(
            "Who do you live with?",
            (QUESTION, "first_question=alone"),
            ("With family or friends", "first_question=others"),
            ("I'd rather not say", "first_question=skip"),
        )
    ],
    "first_question=alone": [
        _reply("Here are some services near Shepshed that may help."),
        _reply("1. Warm Homes\n2. Tuesday Lunch Club", kind="services", services=[WARM, LUNCH]),
        _reply("Is that enough for now, or would you like a person to help you?", *_NEXT),
    ],
    "next_step=person": [
        _reply("Your reference is AB12-CD34. Someone will be in touch in their working hours.", kind="confirmation")
    ],
    DANGER: [_reply(_CRISIS, kind="crisis", flags=["suicide_self_harm"])],
    ARABIC: [_reply(ARABIC_REPLY, kind="language", language="ar", direction="rtl"), _reply("What is going on?")],
}


def spoken(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """The conversation above; for all else what the fake bot says by itself."""
    return _SAID.get(turn["choice"] or turn["text"]) or echo(turn)
