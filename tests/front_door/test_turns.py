"""The turn engine: order, outages, danger, recovery. Nothing lost, nothing twice, nobody left in silence."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from common.database import Database, make_engine
from front_door.model import Conversation, Message, SafetyEvent
from tests.front_door.browser import ask
from tests.front_door.support import CRISIS, FAST, House, eventually


async def test_twenty_messages_at_once_keep_their_order_and_never_run_together(tmp_path: Path) -> None:
    """In each of five conversations: every message its own turn, in order of arrival, one at a time."""
    patient = replace(FAST, break_silence=30.0, busy_silence=60.0, web_wait=20.0)
    house = await House(tmp_path, timing=patient).start()
    house.rasa.mode, house.rasa.seconds = "slow", 0.005
    browsers = [house.browser() for _ in range(5)]
    for browser in browsers:
        await browser.open()
    await asyncio.gather(*(ask(b, f"m{n}") for b in browsers for n in range(20)))
    await eventually(lambda: len(house.rasa.ran) == 100 and house.engine.backlog == 0, 60)
    for browser in browsers:
        page = await browser.open()
        seen = page.said("resident")
        assert sorted(seen) == sorted(f"m{n}" for n in range(20))
        assert [text.removeprefix("You said: ") for text in page.said("assistant")[1:]] == seen
        await browser.http.close()
    assert house.rasa.overlaps == 0
    assert len(house.rasa.ran) == len(set(house.rasa.ran)) == 100
    await house.close()


async def test_each_of_four_messages_at_once_gets_its_own_reply(house: House) -> None:
    """The JSON answer to a post holds the reply to that post, not to another."""
    async with house.browser() as browser:
        answers = await asyncio.gather(*(ask(browser, f"m{n}") for n in range(4)))
    assert [answer["messages"][0]["text"] for answer in answers] == [f"You said: m{n}" for n in range(4)]


async def test_danger_that_the_bot_did_not_answer_is_answered_by_us(house: House) -> None:
    """The bot is up and says something else: our crisis reply goes before it."""
    async with house.browser() as browser:
        answer = await ask(browser, "I want to kill myself")
    texts = [message["text"] for message in answer["messages"]]
    assert texts[0].startswith(CRISIS) and texts[1] == "You said: I want to kill myself"


async def test_danger_is_answered_before_its_turn_is_given_up(tmp_path: Path) -> None:
    """Nobody broke the silence in time, as after a long stand-still: giving up answers the danger first, once."""
    house = await House(tmp_path, timing=replace(FAST, break_silence=30.0, busy_silence=60.0, give_up=0.0)).start()
    house.rasa.mode = "503"
    async with house.browser() as browser:
        answer = await ask(browser, "I want to kill myself")
    texts = [message["text"] for message in answer["messages"]]
    assert texts[0].startswith(CRISIS) and len(texts) == 2 and CRISIS not in texts[1]
    events = await house.rows(select(SafetyEvent))
    assert [(event.flag, (event.reply_shown or "").startswith(CRISIS)) for event in events] == [
        ("suicide_self_harm", True)
    ]
    await house.close()


async def test_danger_that_the_bot_answered_is_not_answered_twice(house: House) -> None:
    """One crisis reply, recorded as shown; a flag that only the bot saw is recorded too."""
    house.rasa.script = lambda turn: [
        {
            "text": "Bot crisis words",
            "choices": [],
            "data": {"kind": "crisis", "flags": ["suicide_self_harm" if "kill" in turn["text"] else "abuse_now"]},
        }
    ]
    async with house.browser() as browser:
        first = await ask(browser, "I want to kill myself")
        await ask(browser, "he is outside again")
    assert [message["text"] for message in first["messages"]] == ["Bot crisis words"]
    events = await house.rows(select(SafetyEvent).order_by(SafetyEvent.at))
    assert [(e.flag, e.reply_shown) for e in events] == [
        ("suicide_self_harm", "Bot crisis words"),
        ("abuse_now", "Bot crisis words"),
    ]


async def test_a_pressed_choice_is_our_own_wording_and_is_not_screened(house: House) -> None:
    """A label that sounds like danger is the bot's question; the bot decides what a yes to it means."""
    house.rasa.script = lambda turn: [
        {"text": "?", "choices": [{"label": "I want to kill myself", "value": "mood=low"}], "data": {}}
    ]
    async with house.browser() as browser:
        await browser.send("hello")
        await browser.press("I want to kill myself")
    assert await house.rows(select(SafetyEvent)) == []


@pytest.mark.parametrize("mode", ["hang", "503", "slow"])
async def test_a_new_process_takes_up_what_an_earlier_one_left(house: House, mode: str) -> None:
    """Stopped in the middle of a turn: the message is answered after the restart, once, on both channels."""
    house.rasa.mode, house.rasa.seconds = mode, 0.5
    async with house.browser() as browser:
        fields = {**browser.page.composer["hidden"], "message": "hello"}
        posting = asyncio.create_task(browser.json(fields))
        await house.text("SM1", "hello by text")
        await eventually(lambda: len({turn["text"] for turn in house.rasa.turns}) == 2)
        await house.shut()
        posting.cancel()
        await asyncio.gather(posting, return_exceptions=True)
        house.rasa.mode = "ok"
        await house.open()
        await eventually(lambda: house.texts() and "You said: hello by text" in house.texts()[-1])

        async def all_done() -> bool:
            found = await house.rows(select(Message).where(Message.direction == "in"))
            return len(found) == 2 and all(message.state == "done" for message in found)

        await eventually(all_done)
    assert len(house.rasa.ran) == len(set(house.rasa.ran)) == 2
    answers = await house.rows(select(Message).where(Message.direction == "out", Message.kind == "text"))
    assert len(answers) == 2


async def test_g3_a_turn_that_the_bot_ran_but_we_did_not_record_is_fetched_not_run_again(tmp_path: Path) -> None:
    """The stored message's own id is the bot's message id, so a repeat gives the same replies."""
    house = await House(tmp_path, timing=replace(FAST, break_silence=30.0, busy_silence=30.0)).start()
    async with house.browser() as browser:
        await ask(browser, "hello")
        message = (await house.rows(select(Message).where(Message.direction == "in")))[0]
        assert house.rasa.turns[0]["message_id"] == message.id
        await house.shut()

        db = Database(make_engine(f"sqlite:///{house.path / 'house.db'}"))
        with db.transaction() as session:  # as after a kill between the bot's answer and our commit
            session.execute(delete(Message).where(Message.direction == "out"))
            session.execute(update(Message).values(state="processing"))
        db.close()
        await house.open()
        await eventually(lambda: len(house.rasa.turns) == 2)
        assert house.rasa.turns[1]["message_id"] == message.id and len(house.rasa.ran) == 1

        async def back() -> bool:
            found = await house.rows(select(Message).where(Message.direction == "out"))
            return [m.text for m in found] == ["You said: hello"]

        await eventually(back)
    await house.close()


async def test_texts_of_a_tried_turn_stay_together(house: House) -> None:
    """A later text never slips into a turn that the bot may already have run under its id."""
    house.rasa.mode = "503"
    await house.text("SM1", "first words")
    await eventually(lambda: house.rasa.turns)
    await house.text("SM2", "second words")
    await asyncio.sleep(0.2)
    house.rasa.mode = "ok"
    await eventually(lambda: len(house.rasa.ran) == 2)
    assert {turn["text"] for turn in house.rasa.turns} == {"first words", "second words"}


async def test_the_district_that_the_bot_learns_is_kept_for_crisis_replies(house: House) -> None:
    """A reply's data may name the area; it is on the conversation when the bot is gone."""
    house.rasa.script = lambda turn: [{"text": "Thanks", "choices": [], "data": {"area": "Blaby"}}]
    async with house.browser() as browser:
        await ask(browser, "I live in Enderby")
    assert [c.area for c in await house.rows(select(Conversation))] == ["Blaby"]
