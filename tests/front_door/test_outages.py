"""A bot that fails: the truth within 2 s, danger answered without it, and the answer in the end."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.model import OutboxText, SafetyEvent
from front_door.sms import render
from tests.front_door.browser import ask
from tests.front_door.support import CRISIS, FAST, MOBILE, FixedReplies, House, eventually, words


@pytest.mark.parametrize("mode", ["503", "hang", "garbage", "not_json", "empty", "dead"])
async def test_g4_a_bot_that_fails_costs_one_apology_and_then_the_answer_comes(hurried: House, mode: str) -> None:
    """However it fails: within 2 s one apology with ways to help, the message kept, and the answer when the bot is back."""
    port = hurried.rasa_port
    if mode == "dead":
        await hurried.kill_rasa()
    hurried.rasa.mode = mode
    async with hurried.browser() as browser:
        began = time.monotonic()
        page = await browser.send("I am cold")
        assert time.monotonic() - began < 2
        apology = page.said("assistant")[1]
        assert "having trouble" in apology and "999" in apology and "111" in apology
        assert any("Check for a reply" in button["text"] for form in page.forms for button in form["buttons"])
        assert (await browser.send("still there?")).said("assistant")[1:] == [apology], "one apology for an outage"
        hurried.rasa.mode = "ok"
        if mode == "dead":
            await hurried.start_rasa(port)
        await eventually(lambda: len(hurried.rasa.ran) == 2)

        async def answered() -> bool:
            return "You said: still there?" in (await browser.open()).said("assistant")

        await eventually(answered)
        said = browser.page.said("assistant")[1:]
    assert said == [apology, "You said: I am cold", "You said: still there?"]
    assert len(hurried.rasa.ran) == 2


async def test_a_blip_is_mended_without_a_word(hurried: House) -> None:
    """One failed try and a good one: the resident sees only the answer."""
    hurried.rasa.mode = "503"
    async with hurried.browser() as browser:
        asking = asyncio.create_task(ask(browser, "hello"))
        await eventually(lambda: hurried.rasa.turns)
        hurried.rasa.mode = "ok"
        assert [m["text"] for m in (await asking)["messages"]] == ["You said: hello"]


async def test_danger_is_answered_within_two_seconds_without_the_bot(hurried: House) -> None:
    """Web: the crisis reply, the record of it, and no second one when the bot comes back (it is told)."""
    hurried.rasa.mode = "503"
    async with hurried.browser() as browser:
        began = time.monotonic()
        answer = await ask(browser, "I want to kill myself")
        assert time.monotonic() - began < 2
        assert answer["messages"][0]["text"].startswith(CRISIS)
        hurried.rasa.mode = "ok"
        await eventually(lambda: hurried.rasa.ran)
        assert hurried.rasa.turns[-1]["metadata"] == {"crisis_sent": ["suicide_self_harm"]}
    event = (await hurried.rows(select(SafetyEvent)))[0]
    assert event.flag == "suicide_self_harm" and event.reply_shown.startswith(CRISIS)


async def test_danger_by_text_is_answered_within_two_seconds_without_the_bot(hurried: House) -> None:
    """SMS: one text, marked as crisis in the outbox."""
    await hurried.kill_rasa()
    began = time.monotonic()
    await hurried.text("SM1", "I smell gas and I want to kill myself")
    await eventually(lambda: hurried.texts())
    assert time.monotonic() - began < 2
    assert hurried.texts()[0] == f"{CRISIS} [suicide_self_harm,fire_gas]"
    assert [row.crisis for row in await hurried.rows(select(OutboxText))] == [True]


async def test_danger_behind_a_hanging_turn_is_not_kept_waiting(hurried: House) -> None:
    """The turn before it hangs; the crisis reply goes out all the same."""
    hurried.rasa.mode = "hang"
    async with hurried.browser() as browser:
        first = asyncio.create_task(ask(browser, "hello"))
        await asyncio.sleep(0.05)
        answer = await ask(browser, "I want to kill myself")
        assert answer["messages"][0]["text"].startswith(CRISIS)
        await first


async def test_g4_the_breaker_opens_after_five_failures_and_recovers(hurried: House) -> None:
    """While it is open the bot is asked only now and then; then everybody's message is answered."""
    hurried.rasa.mode = "503"
    browsers = [hurried.browser() for _ in range(8)]
    for browser in browsers:
        await browser.open()
    await asyncio.gather(*(ask(browser, "hello") for browser in browsers))
    assert hurried.engine.breaker.is_open
    hurried.rasa.mode = "ok"
    await eventually(lambda: len(hurried.rasa.ran) == 8)
    assert not hurried.engine.breaker.is_open
    for browser in browsers:
        await browser.http.close()


async def test_g4_after_a_long_outage_a_call_back_is_offered_and_the_next_message_goes_on(tmp_path: Path) -> None:
    """Past the set time the message is given up with other ways to get help; later ones are not held up by it."""
    house = await House(tmp_path, timing=replace(FAST, give_up=0.6)).start()
    try:
        house.rasa.mode = "503"
        async with house.browser() as browser:
            await ask(browser, "hello")

            async def told() -> bool:
                return any(
                    "could not answer" in text and "ring you" in text
                    for text in (await browser.open()).said("assistant")
                )

            await eventually(told)
            house.rasa.mode = "ok"
            answer = await ask(browser, "hello again")
            assert answer["messages"][-1]["text"] == "You said: hello again"
    finally:
        await house.close()


async def test_a_slow_reply_is_waited_for_five_seconds_at_most_and_then_fetched(tmp_path: Path) -> None:
    """The page comes back with "still working" and a button; /chat/messages hands over what came since."""
    house = await House(tmp_path, timing=replace(FAST, web_wait=0.2, break_silence=5.0)).start()
    try:
        house.rasa.mode, house.rasa.seconds = "slow", 0.6
        async with house.browser() as browser:
            page = await browser.send("hello")
            assert page.said("assistant")[1:] == []
            assert 'id="still"' in page.html

            async def polled() -> bool:
                async with browser.http.get(browser.url("/chat/messages?after=1")) as response:
                    answer = await response.json()
                return not answer["owed"] and answer["messages"][0]["text"] == "You said: hello"

            await eventually(polled)
            assert 'id="still"' not in (await browser.open()).html
    finally:
        await house.close()


async def test_an_outage_by_text_costs_one_apology(hurried: House) -> None:
    """Three texts during an outage: one apology; afterwards the answers."""
    hurried.rasa.mode = "503"
    for number, body in enumerate(["one word", "two words", "three words"]):
        await hurried.text(f"SM{number}", body)
        await asyncio.sleep(0.35)
    apology = render.whole([words().apology], [])
    assert hurried.texts() == [apology]
    hurried.rasa.mode = "ok"
    await eventually(lambda: len(hurried.texts()) >= 3)
    assert sum(text == apology for text in hurried.texts(MOBILE)) == 1


async def test_danger_is_answered_even_when_the_crisis_replies_are_broken(hurried: House) -> None:
    """Silence would be worse than plain words: 999 and 111 from the front door's own file."""

    def broken(*_: object, **__: object) -> str:
        raise ValueError("no reply for this flag")

    original = FixedReplies.for_flags
    FixedReplies.for_flags = broken  # type: ignore[method-assign]
    try:
        hurried.rasa.mode = "503"
        async with hurried.browser() as browser:
            answer = await ask(browser, "I want to kill myself")
    finally:
        FixedReplies.for_flags = original  # type: ignore[method-assign]
    assert answer["messages"][0]["text"] == words().danger and "999" in words().danger
