"""What is under way while a conversation moves: nothing lost, nothing twice, in order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.bot_client import Reply
from front_door.model import Conversation, Message
from front_door.moving import late
from tests.front_door.moving import bring, code_by_text, code_on_page, post
from tests.front_door.support import CRISIS, FAST, House, eventually, words


@pytest.fixture
async def patient(tmp_path: Path) -> AsyncIterator[House]:
    """A house that does not apologise for a bot that takes half a second."""
    made = await House(tmp_path, timing=replace(FAST, break_silence=5.0, web_wait=0.5)).start()
    yield made
    await made.close()


async def test_a_web_post_under_way_is_answered_first_and_kept_for_who_asks(patient: House) -> None:
    """Its answer names what was told, so the first text does not hold it: "Reply 9" gives it. The turn runs once, before the move's."""
    async with patient.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        page = await browser.open()
        patient.rasa.mode = "held"
        posting = asyncio.create_task(post(browser, "/chat", {**page.composer["hidden"], "message": "debts in Oadby"}))
        await eventually(lambda: len(patient.rasa.turns) == 2)
        await patient.text("SM-code", code)
        patient.rasa.mode = "ok"
        await posting
        await patient.until_texts(1)
    (first,) = patient.texts()
    assert "Oadby" not in first and words().moving.last_answer in first
    assert [turn["channel"] for turn in patient.rasa.turns] == ["web", "web", "sms"]
    await patient.text("SM9", "9")
    await patient.until_texts(2)
    assert patient.texts()[1] == "You said: debts in Oadby" and len(patient.rasa.ran) == 3


async def test_o8_a_kept_answer_stays_private_after_the_move(patient: House) -> None:
    """Services that show what somebody needs, by their labels alone: "Reply 9" asks first whether this phone is safe."""
    shown = {"kind": "services", "services": [{"id": "r", "needs": ["domestic_abuse"]}]}
    script = patient.rasa.script
    patient.rasa.script = lambda turn: (
        [{"text": "Safe Haven: 0116 496 0199", "choices": [], "data": shown}]
        if turn["text"] == "haven"
        else script(turn)
    )
    async with patient.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        page = await browser.open()
        patient.rasa.mode = "held"
        posting = asyncio.create_task(post(browser, "/chat", {**page.composer["hidden"], "message": "haven"}))
        await eventually(lambda: len(patient.rasa.turns) == 2)
        await patient.text("SM-code", code)
        patient.rasa.mode = "ok"
        await posting
        await patient.until_texts(1)
    await patient.text("SM9", "9")
    await patient.until_texts(2)
    assert "Is it safe to text them to this phone?" in patient.texts()[1] and "Haven" not in "".join(patient.texts())


def test_nothing_is_said_of_a_kept_answer_when_nothing_is_said() -> None:
    """A person joined during the first turn after the move, so the bot's reply is kept."""
    moved = Conversation(more_text="the rest")
    assert late.with_last_answer(moved, [], words().moving) == []
    (said,) = late.with_last_answer(moved, [Reply("Hello.")], words().moving)
    assert said.text == f"Hello.\n{words().moving.last_answer}"


async def test_danger_under_way_is_answered_by_text_at_once(hurried: House) -> None:
    """A crisis reply waits for nobody to ask."""
    async with hurried.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        page = await browser.open()
        hurried.rasa.mode = "503"
        posting = asyncio.create_task(post(browser, "/chat", {**page.composer["hidden"], "message": "I smell gas"}))
        await eventually(lambda: len(hurried.rasa.turns) >= 2)
        await hurried.text("SM-code", code)
        await eventually(lambda: any(CRISIS in text for text in hurried.texts()))
        await posting
        hurried.rasa.mode = "ok"
    await eventually(lambda: any("moved=yes" in text for text in hurried.texts()))


async def test_web_messages_that_wait_for_the_bot_keep_their_order(house: House) -> None:
    """The bot is down, two posts wait, the code comes, then a text: run once each, in the order in which they came, each as of
    the channel it came by."""
    house.rasa.mode = "503"
    async with house.browser() as browser:
        await asyncio.gather(browser.send("first"))
        await browser.send("second")
        code = await code_on_page(browser)
        await house.text("SM-code", code)
        await house.text("SM-after", "fourth")
        house.rasa.mode, house.rasa.turns[:] = "ok", []
        await eventually(lambda: any("fourth" in text for text in house.texts()))
    ran = [(turn["text"], turn["channel"]) for turn in house.rasa.turns if turn["message_id"] in house.rasa.ran]
    assert ran == [("first", "web"), ("second", "web"), (words().moving.code_sent, "sms"), ("fourth", "sms")]
    assert not any("first" in text or "second" in text for text in house.texts())


async def test_a_text_under_way_is_answered_by_text_and_not_on_the_page(patient: House) -> None:
    """Its choices are left out: a number sent back would answer another question."""
    await patient.text("SM0", "hello")
    await patient.until_texts(1)
    code = await code_by_text(patient, "SM-web")
    patient.rasa.mode = "held"
    await patient.text("SM1", "choices")
    await eventually(lambda: len(patient.rasa.turns) == 2)
    async with patient.browser() as browser:
        page = await bring(browser, code)
        patient.rasa.mode = "ok"
        await eventually(lambda: len(patient.texts()) == 3)
        page = await browser.open()
        await eventually(lambda: len(patient.rasa.turns) == 3)
    assert patient.texts()[2] == "Do you live in Leicestershire?"
    assert "Do you live in Leicestershire?" not in str(page.said("assistant"))
    assert [turn["channel"] for turn in patient.rasa.turns] == ["sms", "sms", "web"]


async def test_what_an_older_text_chat_still_owed_is_answered(patient: House) -> None:
    """A text that was being answered when its chat gave way: the answer comes, without choices, and the moved chat goes on."""
    async with patient.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
        patient.rasa.mode = "held"
        await patient.text("SM0", "choices")
        await eventually(lambda: len(patient.rasa.turns) == 2)
        await patient.text("SM-code", code)
        patient.rasa.mode = "ok"
        await patient.until_texts(2)
    assert any("Do you live in Leicestershire?" in text and "1 Yes" not in text for text in patient.texts())
    assert any(words().moving.arrived["moved_text_over"] in text for text in patient.texts())
    await eventually(lambda: patient.engine.backlog == 0)
    assert await patient.rows(select(Message.state).where(Message.state.in_(("queued", "processing")))) == []


async def test_a_post_and_a_code_at_the_same_moment(house: House) -> None:
    """Whichever is stored first: the post is either answered in the conversation or refused with its words; never both, never neither."""
    async with house.browser() as browser:
        for round_ in range(3):
            await browser.open("/chat")
            await browser.send(f"hello {round_}")
            code = await code_on_page(browser)
            page = await browser.open()
            fields = {**page.composer["hidden"], "message": f"at the same moment {round_}"}
            posted, _ = await asyncio.gather(post(browser, "/chat", fields), house.text(f"SM-{round_}", code))
            await eventually(lambda: house.engine.backlog == 0)
            turns = [turn for turn in house.rasa.turns if turn["text"] == f"at the same moment {round_}"]
            assert len(turns) == (0 if posted.status == 403 else 1)
            assert posted.status != 403 or f"at the same moment {round_}" in posted.html
    assert len(await house.rows(select(Conversation).where(Conversation.state == "active"))) == 1


async def test_a_kill_in_the_middle_loses_nothing(house: House) -> None:
    """The move is in the database before Twilio hears that the text was taken: after a restart the first text comes, once."""
    async with house.browser() as browser:
        await browser.send("hello")
        code = await code_on_page(browser)
    house.rasa.mode = "hang"
    await house.text("SM-code", code)
    await eventually(lambda: len(house.rasa.turns) == 2)
    await house.restart()
    house.rasa.mode = "ok"
    await eventually(lambda: any("moved=yes" in text for text in house.texts()))
    assert sum("moved=yes" in text for text in house.texts()) == 1
