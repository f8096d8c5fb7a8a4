"""From the web page to text messages."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from front_door.model import Conversation, Message, OutboxText, SafetyEvent
from front_door.moving.model import MoveCode
from tests.fakes.twilio import NUMBER
from tests.front_door.browser import Browser
from tests.front_door.moving import CODE, code_on_page, post
from tests.front_door.support import MOBILE, House, eventually, words

OTHER = "+447700900124"


async def moved(house: House, browser: Browser, first: str = "choices") -> str:
    """A chat on the page that then went on by text; returns the conversation's id."""
    await browser.send(first)
    (before,) = await house.rows(select(Conversation.id))
    assert await house.text("SM-code", await code_on_page(browser)) == 200
    await eventually(lambda: house.texts())
    return str(before)


async def test_the_same_conversation_goes_on_by_text(house: House) -> None:
    """Same id and same memory of the bot; from then on a text conversation of that number, with its number told to the bot."""
    async with house.browser() as browser:
        conversation = await moved(house, browser)
    await house.text("SM1", "coalville")
    await house.until_texts(2)
    assert {turn["conversation"] for turn in house.rasa.turns} == {conversation}
    assert [turn["channel"] for turn in house.rasa.turns] == ["web", "sms", "sms"]
    brought, text = house.rasa.turns[1:]
    assert brought["metadata"] == {"sms_number": MOBILE, "away": True, "moved": True} and not CODE.search(str(brought))
    assert text["text"] == "coalville" and text["metadata"] == {"sms_number": MOBILE}
    (row,) = await house.rows(select(Conversation))
    assert (row.channel, row.address, row.state, row.session_digest) == ("sms", MOBILE, "active", None)


async def test_the_page_shows_code_and_number_big_and_plain(house: House) -> None:
    """Without JavaScript; a link opens no code, only the button does; the number as people read it."""
    async with house.browser() as browser:
        await browser.send("hello")
        assert "/chat/move/text" in browser.page.links
        page = await browser.open("/chat/move/text")
        assert not CODE.search(page.html) and await house.rows(select(MoveCode)) == []
        page = await post(browser, "/chat/move/text", page.forms[-1]["hidden"])
        assert CODE.search(page.html) and "07700 900900" in page.html and NUMBER not in page.html


async def test_without_a_chat_there_is_no_code(house: House) -> None:
    """Nothing was said: the page says that one may begin by text."""
    async with house.browser() as browser:
        page = await browser.open("/chat/move/text")
        page = await post(browser, "/chat/move/text", page.forms[-1]["hidden"])
    assert "no chat to carry on" in page.html and await house.rows(select(MoveCode)) == []


async def test_the_old_page_is_told_and_takes_no_more(house: House) -> None:
    """A post from it is refused, with its words to copy; the next look says where the chat is, and begins a new one."""
    async with house.browser() as browser:
        await browser.send("choices")
        old = browser.page.composer["hidden"]
        await house.text("SM-code", await code_on_page(browser))
        await house.until_texts(1)
        refused = await browser.submit({**old, "message": "one more thing"})
        assert refused.status == 403 and "You moved to text messages" in refused.html
        assert "one more thing" in refused.html
        async with browser.http.get(browser.url("/chat/messages?after=0")) as answer:
            assert answer.status == 404
        page = await browser.open()
        assert words().trouble["moved"].text in page.alerts[0] and page.said("resident") == []
        await browser.send("a new start")
    ids = {turn["conversation"] for turn in house.rasa.turns if turn["text"] == "a new start"}
    assert len(await house.rows(select(Conversation))) == 2 and len(ids) == 1
    assert not [turn for turn in house.rasa.turns if turn["text"] == "one more thing"]


async def test_an_older_text_chat_of_the_number_ends_and_this_is_said(house: House) -> None:
    """One active conversation a number; without an older one nothing is said of it."""
    await house.text("SM0", "hello")
    await house.until_texts(1)
    async with house.browser() as browser:
        await browser.send("hi")
        await house.text("SM-code", await code_on_page(browser))
        await house.until_texts(2)
    assert words().moving.arrived["moved_text_over"] in house.texts()[1]
    states = await house.rows(select(Conversation.state).order_by(Conversation.created_at))
    assert states == ["ended", "active"]
    await house.text("SM1", "and now")
    await house.until_texts(3)
    assert house.rasa.turns[-1]["conversation"] == house.rasa.turns[1]["conversation"]


async def test_the_first_text_says_who_we_are_and_nothing_told_before(house: House) -> None:
    """The welcome, our words, and what the bot asks; at most three segments."""
    async with house.browser() as browser:
        await moved(house, browser, "my debts in Oadby")
    (first,) = house.texts()
    made = words()
    assert first == f"{made.sms_welcome}\n{made.moving.arrived['moved_text']}\nYou chose moved=yes"
    assert "Oadby" not in first and "debts" not in first
    (sent,) = await house.rows(select(OutboxText))
    assert sent.segments <= 3


async def test_a_number_that_stopped_texts_is_not_moved_to(house: House) -> None:
    """The page says so at the next look and goes on; nothing is texted; the code is used up."""
    await house.text("SM0", "stop", OptOutType="STOP")
    async with house.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        await house.text("SM-code", code)
        page = await browser.open()
        assert words().moving.number_stopped in page.said("assistant")
        await browser.send("still here")
        assert "You said: still here" in browser.page.said("assistant")
        await house.text("SM-again", code, OTHER)
        await house.until_texts(0)
    assert house.texts() == []


async def test_a_wrong_code_is_answered_plainly_and_five_are_the_end(house: House) -> None:
    """Five answers, then silence until the next day, even for a right one; other texts are answered as ever."""
    async with house.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        handle = (int(code[:3]) + 1) % 1000
        for number in range(5):
            await house.text(f"SM{number}", f"{handle:03}-000-00{number}")
        await house.until_texts(5)
        assert words().moving.wrong_code in house.texts()[0]
        await house.text("SM-right", code)
        await house.text("SM-talk", "hello there")
        await house.until_texts(6)
    assert house.texts()[5].endswith("You said: hello there")
    assert len(await house.rows(select(Conversation).where(Conversation.channel == "web"))) == 1


async def test_the_code_of_a_text_taken_in_twice_moves_once(house: House) -> None:
    """Twilio tells a text twice: one move, one first text. The same code texted again by the same phone does nothing."""
    async with house.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        await asyncio.gather(*(house.text("SM-code", code) for _ in range(3)))
        await house.text("SM-again", code)
        await house.text("SM1", "bye")
        await house.until_texts(2)
    assert [turn["text"] for turn in house.rasa.turns][-1] == "bye" and len(house.rasa.turns) == 3


async def test_danger_told_on_the_page_is_remembered_by_text(house: House) -> None:
    """The events stay with the conversation, and after abuse was told of texts go with the same care as if it had been by text."""
    async with house.browser() as browser:
        await browser.send("I smell gas")
        flagged = await house.rows(select(Message).where(Message.direction == "in"))
        await house.db.run(abuse_told, flagged[0].id)  # type: ignore[union-attr]
        await house.text("SM-code", await code_on_page(browser))
        await house.until_texts(1)
    (row,) = await house.rows(select(Conversation))
    assert row.careful
    assert [event.conversation_id for event in await house.rows(select(SafetyEvent))] == [row.id]


def abuse_told(session, message: str) -> None:
    session.get(Message, message).flags = ["abuse_now"]


async def test_the_code_stands_in_no_log_address_or_stored_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Not where it was shown, not where it was texted, and not for the bot."""
    caplog.set_level(logging.DEBUG)
    async with house.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        assert code not in browser.page.url  # type: ignore[attr-defined]
        await house.text("SM-code", code)
        await house.until_texts(1)
    kept = [message.text for message in await house.rows(select(Message))] + caplog.messages
    assert not any(code in line or code.replace("-", "") in line for line in kept)
    assert code not in str(house.rasa.turns)


@pytest.mark.parametrize("case", ["no token", "foreign origin"])
@pytest.mark.parametrize("path", ["/chat/move", "/chat/move/text"])
async def test_a_foreign_post_is_403(house: House, case: str, path: str) -> None:
    """As for every other post of the page: nothing is made and nothing is tried."""
    async with house.browser() as browser:
        await browser.send("hello")
        page = await browser.open("/chat/move")
        fields = {} if case == "no token" else page.forms[-1]["hidden"]
        headers = {"Origin": "https://evil.example"} if case == "foreign origin" else {}
        assert (await post(browser, path, {**fields, "code": "482193507"}, headers)).status == 403
    assert await house.rows(select(MoveCode)) == []


async def test_an_hour_of_quiet_on_the_page_does_not_end_the_code(house: House) -> None:
    """The bus came: the page has closed itself, and the code still works for a day."""
    async with house.browser() as browser:
        await browser.send("choices")
        code = await code_on_page(browser)
        house.clock.offset = timedelta(hours=5)
        await house.text("SM-code", code)
        await house.until_texts(1)
    assert house.texts()[0].endswith("You chose moved=yes")
