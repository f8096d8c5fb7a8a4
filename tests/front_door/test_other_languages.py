"""A reply in another language reaches the reader as such: marked on the page, whole in a text message."""

from __future__ import annotations

from typing import Any

import pytest

from front_door.web.markup import said
from tests.front_door.browser import ask
from tests.front_door.support import House, eventually, words

URDU = "خطرہ ہو تو 999 پر فون کریں۔"
POLISH = "W niebezpieczeństwie dzwoń: 999."


def in_language(text: str, language: str, direction: str) -> list[dict[str, Any]]:
    about = {"kind": "language", "language": language, "direction": direction}
    return [{"text": text, "choices": [], "data": about}, {"text": "What is going on?", "choices": [], "data": {}}]


@pytest.mark.parametrize(("text", "language", "direction"), [(URDU, "ur", "rtl"), (POLISH, "pl", "ltr")])
async def test_the_page_names_the_language_and_its_direction(
    house: House, text: str, language: str, direction: str
) -> None:
    """`lang` and `dir` on that message alone, so that it is read aloud and laid out rightly."""
    house.rasa.script = lambda turn: in_language(text, language, direction)
    async with house.browser() as browser:
        page = await browser.send("x")
    assert page.html.count(f'<div class="said" lang="{language}" dir="{direction}">') == 1
    assert page.html.count('class="said" lang=') == 1


async def test_the_json_names_them_too(house: House) -> None:
    """A script that speaks for the page gets them beside the text."""
    house.rasa.script = lambda turn: in_language(URDU, "ur", "rtl")
    async with house.browser() as browser:
        answer = await ask(browser, "x")
    reply, question = [message for message in answer["messages"] if message["from"] == "assistant"][-2:]
    assert (reply["lang"], reply["dir"]) == ("ur", "rtl")
    assert "lang" not in question and "dir" not in question


async def test_what_claims_to_be_a_language_is_escaped(house: House) -> None:
    house.rasa.script = lambda turn: in_language("x", '"><script>', "sideways")
    async with house.browser() as browser:
        page = await browser.send("x")
    assert "<script>" not in page.html.split('id="history"')[1].split("</ol>")[0]
    assert 'dir="ltr"' in page.html and "sideways" not in page.html


def test_999_can_be_rung_from_it() -> None:
    """No "ring" or "call" stands before it in Polish; in English 999 without one may be an amount."""
    assert '<a href="tel:999">999</a>' in said(POLISH, linked=True, language="pl")
    assert "tel:" not in said("It costs 999 pounds", linked=True)


async def test_by_text_the_welcome_waits_for_the_next_one(house: House) -> None:
    """The first text of a conversation, in Polish, is answered in Polish and whole; the short welcome comes with the second."""
    house.rasa.script = lambda turn: in_language(POLISH, "pl", "ltr")
    await house.text("SM1", "nie rozumiem")
    await eventually(lambda: house.texts())
    assert house.texts() == [f"{POLISH}\nWhat is going on?"]
    house.rasa.script = lambda turn: [{"text": "Thank you.", "choices": [], "data": {}}]
    await house.text("SM2", "cold")
    await eventually(lambda: len(house.texts()) == 2)
    assert house.texts()[1] == f"{words().sms_welcome}\nThank you."
