"""The turn engine: order, outages, danger, recovery. Nothing lost, nothing twice, nobody left in silence."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.model import Conversation, Message, OutboxText, SafetyEvent
from tests.front_door.support import CRISIS, FAST, MOBILE, Browser, FixedReplies, House, eventually, words


async def ask(browser: Browser, text: str, **more: str) -> dict:
    status, answer = await browser.json({**browser.page.composer["hidden"], "message": text, **more})
    assert status == 200, answer
    return answer


async def test_twenty_messages_at_once_keep_their_order_and_never_run_together(house: House) -> None:
    """In each of five conversations: every message its own turn, in order of arrival, one at a time."""
    house.rasa.mode, house.rasa.seconds = "slow", 0.005
    browsers = [house.browser() for _ in range(5)]
    for browser in browsers:
        await browser.open()
    began = time.monotonic()
    await asyncio.gather(*(ask(b, f"m{n}") for b in browsers for n in range(20)))
    await eventually(lambda: len(house.rasa.ran) == 100 and house.engine.backlog == 0)
    print("took", time.monotonic() - began)
    for browser in browsers:
        page = await browser.open()
        seen = page.said("resident")
        assert sorted(seen) == sorted(f"m{n}" for n in range(20))
        assert [text.removeprefix("You said: ") for text in page.said("assistant")[1:]] == seen
        await browser.http.close()
    assert house.rasa.overlaps == 0
    assert len(house.rasa.ran) == len(set(house.rasa.ran)) == 100


async def test_each_of_four_messages_at_once_gets_its_own_reply(house: House) -> None:
    """The JSON answer to a post holds the reply to that post, not to another."""
    async with house.browser() as browser:
        answers = await asyncio.gather(*(ask(browser, f"m{n}") for n in range(4)))
    assert [answer["messages"][0]["text"] for answer in answers] == [f"You said: m{n}" for n in range(4)]


@pytest.mark.parametrize("mode", ["503", "hang", "garbage", "not_json", "empty", "dead"])
async def test_a_bot_that_fails_is_owned_up_to_and_asked_again(house: House, mode: str) -> None:
    """However it fails: within 2 s one apology with ways to help, the message kept, and the answer when the bot is back."""
    port = house.rasa_port
    if mode == "dead":
        await house.kill_rasa()
    house.rasa.mode = mode
    async with house.browser() as browser:
        began = time.monotonic()
        page = await browser.send("I am cold")
        assert time.monotonic() - began < 2
        apology = page.said("assistant")[1]
        assert "having trouble" in apology and "999" in apology and "111" in apology
        assert any("Check for a reply" in button["text"] for form in page.forms for button in form["buttons"])
        assert (await browser.send("still there?")).said("assistant")[1:] == [apology], "one apology for an outage"
        house.rasa.mode = "ok"
        if mode == "dead":
            await house.start_rasa(port)
        await eventually(lambda: len(house.rasa.ran) == 2)

        async def answered() -> bool:
            return "You said: still there?" in (await browser.open()).said("assistant")

        await eventually(answered)
        said = browser.page.said("assistant")[1:]
    assert said == [apology, "You said: I am cold", "You said: still there?"]
    assert len(house.rasa.ran) == 2


async def test_a_blip_is_mended_without_a_word(house: House) -> None:
    """One failed try and a good one: the resident sees only the answer."""
    house.rasa.mode = "503"
    async with house.browser() as browser:
        asking = asyncio.create_task(ask(browser, "hello"))
        await eventually(lambda: house.rasa.turns)
        house.rasa.mode = "ok"
        assert [m["text"] for m in (await asking)["messages"]] == ["You said: hello"]


async def test_danger_is_answered_within_two_seconds_without_the_bot(house: House) -> None:
    """Web: the crisis reply, the record of it, and no second one when the bot comes back (it is told)."""
    house.rasa.mode = "503"
    async with house.browser() as browser:
        began = time.monotonic()
        answer = await ask(browser, "I want to kill myself")
        assert time.monotonic() - began < 2
        assert answer["messages"][0]["text"].startswith(CRISIS)
        house.rasa.mode = "ok"
        await eventually(lambda: house.rasa.ran)
        assert house.rasa.turns[-1]["metadata"] == {"crisis_sent": ["suicide_self_harm"]}
    event = (await house.rows(select(SafetyEvent)))[0]
    assert event.flag == "suicide_self_harm" and event.reply_shown.startswith(CRISIS)


async def test_danger_by_text_is_answered_within_two_seconds_without_the_bot(house: House) -> None:
    """SMS: one text, marked as crisis in the outbox."""
    await house.kill_rasa()
    began = time.monotonic()
    await house.text("SM1", "I smell gas and I want to kill myself")
    await eventually(lambda: house.texts())
    assert time.monotonic() - began < 2
    assert house.texts()[0] == f"{CRISIS} [suicide_self_harm,fire_gas]"
    assert [row.crisis for row in await house.rows(select(OutboxText))] == [True]


async def test_danger_behind_a_hanging_turn_is_not_kept_waiting(house: House) -> None:
    """The turn before it hangs; the crisis reply goes out all the same."""
    house.rasa.mode = "hang"
    async with house.browser() as browser:
        first = asyncio.create_task(ask(browser, "hello"))
        await asyncio.sleep(0.05)
        answer = await ask(browser, "I want to kill myself")
        assert answer["messages"][0]["text"].startswith(CRISIS)
        await first


async def test_danger_that_the_bot_did_not_answer_is_answered_by_us(house: House) -> None:
    """The bot is up and says something else: our crisis reply goes before it."""
    async with house.browser() as browser:
        answer = await ask(browser, "I want to kill myself")
    texts = [message["text"] for message in answer["messages"]]
    assert texts[0].startswith(CRISIS) and texts[1] == "You said: I want to kill myself"


async def test_danger_that_the_bot_answered_is_not_answered_twice(house: House) -> None:
    """One crisis reply, recorded as shown; a flag that only the bot saw is recorded too."""
    house.rasa.script = lambda turn: [
        {"text": "Bot crisis words", "choices": [], "data": {"kind": "crisis", "flags": ["abuse_now"]}}
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


async def test_the_breaker_opens_after_five_failures_and_closes_by_itself(house: House) -> None:
    """While it is open the bot is asked only now and then; then everybody's message is answered."""
    house.rasa.mode = "503"
    browsers = [house.browser() for _ in range(8)]
    for browser in browsers:
        await browser.open()
    await asyncio.gather(*(ask(browser, "hello") for browser in browsers))
    assert house.engine.breaker.is_open
    house.rasa.mode = "ok"
    await eventually(lambda: len(house.rasa.ran) == 8)
    assert not house.engine.breaker.is_open
    for browser in browsers:
        await browser.http.close()


async def test_after_a_long_outage_the_resident_is_told_the_truth_and_the_next_message_goes_on(tmp_path: Path) -> None:
    """Past the set time the message is given up with other ways to get help; later ones are not held up by it."""
    house = await House(tmp_path, timing=replace(FAST, give_up=0.6)).start()
    try:
        house.rasa.mode = "503"
        async with house.browser() as browser:
            await ask(browser, "hello")

            async def told() -> bool:
                return any("could not answer" in text for text in (await browser.open()).said("assistant"))

            await eventually(told)
            house.rasa.mode = "ok"
            answer = await ask(browser, "hello again")
            assert answer["messages"][-1]["text"] == "You said: hello again"
    finally:
        await house.close()


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


async def test_a_turn_that_the_bot_ran_but_we_did_not_record_is_fetched_not_run_again(house: House) -> None:
    """The stored message's own id is the bot's message id, so a repeat gives the same replies."""
    async with house.browser() as browser:
        await ask(browser, "hello")
        message = (await house.rows(select(Message).where(Message.direction == "in")))[0]
        assert house.rasa.turns[0]["message_id"] == message.id
        await house.shut()

        from sqlalchemy import delete, update

        from common.database import Database, make_engine

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


async def test_a_slow_reply_is_waited_for_five_seconds_at_most_and_then_fetched(tmp_path: Path) -> None:
    """The page comes back with "still working" and a button; /chat/messages hands over what came since."""
    house = await House(tmp_path, timing=replace(FAST, web_wait=0.2, break_silence=5.0)).start()
    try:
        house.rasa.mode, house.rasa.seconds = "slow", 0.6
        async with house.browser() as browser:
            page = await browser.send("hello")
            assert page.said("assistant")[1:] == []
            assert "still working on a reply" in page.html

            async def polled() -> bool:
                async with browser.http.get(browser.url("/chat/messages?after=1")) as response:
                    answer = await response.json()
                return not answer["owed"] and answer["messages"][0]["text"] == "You said: hello"

            await eventually(polled)
            assert "still working on a reply" not in (await browser.open()).html
    finally:
        await house.close()


async def test_an_outage_by_text_costs_one_apology(house: House) -> None:
    """Three texts during an outage: one apology; afterwards the answers."""
    house.rasa.mode = "503"
    for number, body in enumerate(["one word", "two words", "three words"]):
        await house.text(f"SM{number}", body)
        await asyncio.sleep(0.35)
    assert house.texts() == [words().apology]
    house.rasa.mode = "ok"
    await eventually(lambda: len(house.texts()) >= 3)
    assert sum(text == words().apology for text in house.texts(MOBILE)) == 1


async def test_the_district_that_the_bot_learns_is_kept_for_crisis_replies(house: House) -> None:
    """A reply's data may name the area; it is on the conversation when the bot is gone."""
    house.rasa.script = lambda turn: [{"text": "Thanks", "choices": [], "data": {"area": "Blaby"}}]
    async with house.browser() as browser:
        await ask(browser, "I live in Enderby")
    assert [c.area for c in await house.rows(select(Conversation))] == ["Blaby"]


async def test_danger_is_answered_even_when_the_crisis_replies_are_broken(house: House) -> None:
    """Silence would be worse than plain words: 999 and 111 from the front door's own file."""

    def broken(*_: object, **__: object) -> str:
        raise ValueError("no reply for this flag")

    original = FixedReplies.for_flags
    FixedReplies.for_flags = broken  # type: ignore[method-assign]
    try:
        house.rasa.mode = "503"
        async with house.browser() as browser:
            answer = await ask(browser, "I want to kill myself")
    finally:
        FixedReplies.for_flags = original  # type: ignore[method-assign]
    assert answer["messages"][0]["text"] == words().danger and "999" in words().danger
