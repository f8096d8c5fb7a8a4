"""The gateway's limits: a bot that answers nothing, a bot that fails, and senders that send too much."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.breaker import Breaker
from front_door.model import Message
from front_door.timing import Limits
from tests.front_door.browser import ask
from tests.front_door.support import CRISIS, FAST, House, eventually


async def test_g3_an_empty_answer_is_a_failure_and_is_asked_again(tmp_path: Path) -> None:
    """Rasa's `[]` without a turn in its tracker: the resident's message is not answered by silence; it is tried until it is."""
    patient = replace(FAST, break_silence=30.0, busy_silence=30.0, web_wait=20.0)
    house = await House(tmp_path, timing=patient).start()
    house.rasa.mode = "empty"
    async with house.browser() as browser:
        asking = asyncio.create_task(ask(browser, "hello"))
        await eventually(lambda: len(house.rasa.turns) >= 2)
        assert house.rasa.ran == []
        house.rasa.mode = "ok"
        answer = await asking
    assert answer["messages"][-1]["text"] == "You said: hello" and len(house.rasa.ran) == 1
    assert len({turn["message_id"] for turn in house.rasa.turns}) == 1
    await house.close()


def test_g4_the_breaker_opens_at_the_fifth_failure_and_lets_one_trial_through_each_pause() -> None:
    """Four failures change nothing, a success forgets them; open, it asks once a pause, and closes at the first success."""
    now = [0.0]
    breaker = Breaker(5, 2.0, lambda: now[0])
    for _ in range(4):
        breaker.failed()
    assert breaker.allow() and not breaker.is_open
    breaker.succeeded()
    for count in range(5):
        assert not breaker.is_open, count
        breaker.failed()
    assert breaker.is_open and not breaker.allow()
    now[0] = 2.0
    assert breaker.allow() and not breaker.allow()
    breaker.failed()
    now[0] = 4.0
    assert breaker.trial_due and breaker.allow()
    breaker.succeeded()
    assert not breaker.is_open and breaker.allow()


async def test_g9_one_chat_may_post_only_so_much(tmp_path: Path) -> None:
    """Over the limit of one conversation: 429 with the words kept; another chat from the same address goes on."""
    house = await House(tmp_path, limits=Limits(one_chat_a_minute=2)).start()
    try:
        async with house.browser() as one, house.browser() as two:
            assert [(await one.send(text)).status for text in ("a", "b", "c")] == [200, 200, 429]
            assert one.page.composer["boxes"]["message"].strip() == "c"
            assert (await two.send("d")).status == 200
    finally:
        await house.close()
    assert Limits.of(production=True).one_chat_a_minute == 60


@pytest.mark.parametrize("trusted", [(), ("127.0.0.1",), ("192.0.2.0/24",)])
async def test_g9_a_forged_x_forwarded_for_is_ignored(tmp_path: Path, trusted: tuple[str, ...]) -> None:
    """Only a proxy that TRUSTED_PROXIES names is believed: then visitors have limits of their own; else all count as one."""
    house = await House(tmp_path, limits=Limits(messages_a_minute=2), changes={"trusted_proxies": trusted}).start()
    try:
        async with house.browser() as browser:
            statuses = []
            for number in range(4):
                fields = {**browser.page.composer["hidden"], "message": f"m{number}"}
                forged = {"X-Forwarded-For": f"198.51.100.{number}"}
                statuses.append((await browser.submit(fields, forged)).status)
    finally:
        await house.close()
    assert statuses == ([200] * 4 if trusted == ("127.0.0.1",) else [200, 200, 429, 429])


async def test_g9_one_number_may_text_only_so_much(tmp_path: Path) -> None:
    """Over the limit of one number: stored, answered no more, but danger is; another number goes on."""
    house = await House(tmp_path, limits=Limits(texts_a_minute=2)).start()
    other = "+447700900124"
    try:
        for number, text in enumerate(("one", "two", "three", "I want to kill myself")):
            assert await house.text(f"SM{number}", text) == 200
            await eventually(lambda: house.engine.backlog == 0)
        assert await house.text("SM9", "hello", other) == 200
        await eventually(lambda: house.texts(other) and any(CRISIS in text for text in house.texts()))
        assert not any("three" in text for text in house.texts())
        assert len(await house.rows(select(Message).where(Message.direction == "in"))) == 5
    finally:
        await house.close()
