"""Each raised flag becomes one entry for staff: whichever screen found it, on any channel, whatever is retried or refused."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select, text

from bench.assistant import free_port
from common.clock import Clock
from front_door.model import Conversation, Message
from front_door.safeguarding.alerting import Alert, alert_for_ever
from front_door.safeguarding.filing import file_all, file_for_ever
from front_door.safeguarding.model import SafetyAlert, SafetyCase, SafetyEvent
from front_door.safeguarding.rules import SafetyRules
from front_door.timing import Limits
from referrals.team import TeamFacts
from tests import postgres
from tests.front_door.browser import ask
from tests.front_door.door import Step
from tests.front_door.street import street
from tests.front_door.support import CRISIS, DATA, FAST, MOBILE, House, eventually

DANGER = "I want to kill myself"


async def events(house: House) -> list[SafetyEvent]:
    return await house.rows(select(SafetyEvent).order_by(SafetyEvent.at, SafetyEvent.flag))


def crisis(*flags: str, words: str = "Bot crisis words") -> list[dict[str, object]]:
    return [{"text": words, "choices": [], "data": {"kind": "crisis", "flags": list(flags)}}]


async def test_an_entry_holds_the_words_the_channel_and_what_was_shown(house: House) -> None:
    """On the page and by text; the words are encrypted in the database."""
    async with house.browser() as browser:
        await ask(browser, DANGER)
    await house.text("SM1", "there is a smell gas in here")
    await house.until_texts(1)
    await eventually(lambda: house.engine.backlog == 0)
    found = await events(house)
    assert [(e.flag, e.channel, e.words) for e in found] == [
        ("suicide_self_harm", "web", DANGER),
        ("fire_gas", "sms", "there is a smell gas in here"),
    ]
    assert all(event.reply_shown and event.reply_shown.startswith(CRISIS) for event in found)
    assert house.db is not None
    await file_all(house.db, Clock().now())
    cases = await house.rows(select(SafetyCase).order_by(SafetyCase.opened_at))
    assert [case.address for case in cases] == [None, MOBILE]
    raw = b"".join(path.read_bytes() for path in house.path.glob("house.db*"))
    assert b"smell gas" not in raw and DANGER.encode() not in raw and MOBILE.encode() not in raw


async def test_a_flag_that_only_the_bot_found_beside_ours_is_recorded_too(hurried: House) -> None:
    """Ours was answered by us before the bot was done: the other flag is answered and recorded, ours not twice."""
    hurried.rasa.script = lambda turn: crisis("suicide_self_harm", "abuse_now", words="Both")
    hurried.rasa.mode, hurried.rasa.seconds = "slow", 0.6  # longer than our patience: we answer first
    async with hurried.browser() as browser:
        await ask(browser, f"{DANGER}, he hurts me")
        await eventually(lambda: hurried.engine.backlog == 0)
        said = (await browser.open()).said("assistant")[1:]
    assert said[0].startswith(CRISIS) and said[1:] == ["Both"]
    assert sorted(e.flag for e in await events(hurried)) == ["abuse_now", "suicide_self_harm"]


async def test_a_flag_of_the_bot_that_we_had_answered_is_not_said_twice(hurried: House) -> None:
    """The bot's crisis reply to the very same flag is left out, and nothing is recorded twice."""
    hurried.rasa.script = lambda turn: crisis("suicide_self_harm")
    hurried.rasa.mode, hurried.rasa.seconds = "slow", 0.6
    async with hurried.browser() as browser:
        await ask(browser, DANGER)
        await eventually(lambda: hurried.engine.backlog == 0)
        assert len((await browser.open()).said("assistant")) == 2
    assert [e.flag for e in await events(hurried)] == ["suicide_self_harm"]


async def test_the_flag_of_a_pressed_answer_is_an_entry_with_the_words_of_the_button(house: House) -> None:
    """A form answer raises it: only the bot knows; the label that was pressed is what they said."""
    question = [{"text": "Are you safe?", "choices": [{"label": "No, or not sure", "value": "safe=no"}], "data": {}}]
    house.rasa.script = lambda turn: crisis("abuse_now") if turn["choice"] else question
    async with house.browser() as browser:
        await browser.send("hello")
        await browser.press("No, or not sure")
    assert [(e.flag, e.words) for e in await events(house)] == [("abuse_now", "No, or not sure")]


async def test_a_flag_in_texts_that_were_joined_is_one_entry_with_all_their_words(house: House) -> None:
    """Danger split over two texts is seen by the bot alone, in the joined turn."""
    house.rasa.script = lambda turn: crisis("suicide_self_harm") if "\n" in turn["text"] else crisis("abuse_now")
    house.rasa.mode, house.rasa.seconds = "slow", 0.4
    for number, words in enumerate(["hello", "I want to end", "it all"]):
        await house.text(f"SM{number}", words)
    await eventually(lambda: len(house.rasa.ran) == 2 and house.engine.backlog == 0)
    assert [(e.flag, e.words) for e in await events(house)] == [
        ("abuse_now", "hello"),
        ("suicide_self_harm", "I want to end\nit all"),
    ]


async def test_danger_in_a_later_joined_text_is_answered_though_the_first_was_answered_already(hurried: House) -> None:
    """Each of two dangers in one turn gets its own reply, and its own entry."""
    hurried.rasa.mode = "hang"
    await hurried.text("SM1", DANGER)
    await hurried.until_texts(1)
    hurried.rasa.mode = "503"
    await hurried.text("SM2", "and I smell gas")
    await hurried.until_texts(2)
    hurried.rasa.mode = "ok"
    await eventually(lambda: hurried.engine.backlog == 0)
    assert "suicide_self_harm" in hurried.texts()[0] and "fire_gas" in hurried.texts()[1]
    assert sorted(e.flag for e in await events(hurried)) == ["fire_gas", "suicide_self_harm"]
    assert all(e.reply_shown for e in await events(hurried))


async def test_a_refused_post_is_one_entry_however_often_it_comes_and_its_message_takes_it_over(tmp_path: Path) -> None:
    """Too busy three times, then stored: one event, then linked to the message; another text is another one."""
    house = await House(tmp_path, limits=Limits(backlog=0), port=free_port()).start()
    async with house.browser() as browser:
        fields = {**browser.page.composer["hidden"], "message": DANGER}
        for _ in range(3):
            _, answer = await browser.json(dict(fields))
            assert answer["error"] == "busy" and answer["messages"][0]["text"].startswith(CRISIS)
        (refused,) = await events(house)
        assert (refused.message_id, refused.words) == (None, DANGER) and refused.reply_shown.startswith(CRISIS)
        assert house.db is not None
        await file_all(house.db, Clock().now())
        house.limits = Limits()
        await house.restart()
        browser._server = house.browser()._server
        await browser.json(dict(fields))
        (taken_over,) = await events(house)
        (message,) = await house.rows(select(Message).where(Message.direction == "in"))
        assert (taken_over.id, taken_over.message_id) == (refused.id, message.id)
        (case,) = await house.rows(select(SafetyCase))
        assert case.conversation == message.conversation_id
    await house.close()


async def test_a_post_too_long_to_store_is_an_entry_with_its_words(house: House) -> None:
    """Screened, answered and kept for staff, though the conversation never gets it."""
    async with house.browser() as browser:
        await ask(browser, "hello")
        await browser.json({**browser.page.composer["hidden"], "message": f"{'x ' * 5100}{DANGER}"})
    (event,) = await events(house)
    (conversation,) = await house.rows(select(Conversation))
    assert event.conversation_id == conversation.id and event.words.endswith(DANGER) and event.message_id is None


async def test_nothing_is_called_shown_that_nobody_saw(house: House) -> None:
    """The page was left while the bot worked: the flag is an entry, and says that nothing was shown."""
    house.rasa.script = lambda turn: crisis("abuse_now")
    house.rasa.mode, house.rasa.seconds = "slow", 0.4
    async with house.browser() as browser:
        asking = asyncio.create_task(ask(browser, "he is outside"))
        await eventually(lambda: house.rasa.turns)
        async with browser.http.get(browser.url("/exit"), allow_redirects=False):
            pass
        await asyncio.gather(asking, return_exceptions=True)
        await eventually(lambda: house.engine.backlog == 0)
    (event,) = await events(house)
    assert (event.flag, event.words, event.reply_shown) == ("abuse_now", "he is outside", None)


@pytest.mark.parametrize(
    "step",
    [Step("accept_text", "inside"), Step("accept_text", "after"), Step("finish", "inside"), Step("finish", "after")],
    ids=lambda step: f"{step.moment}-{step.function}",
)
async def test_a_kill_at_any_step_leaves_one_entry(tmp_path: Path, step: Step) -> None:
    """A real process, kill -9, the text sent again by the provider: one event of each of the two screens."""
    async with street(tmp_path, f"sqlite:///{tmp_path / 'kills.db'}") as place:
        place.rasa.script = lambda turn: crisis("suicide_self_harm", "abuse_now")
        door = await place.door().start(step)
        async with aiohttp.ClientSession() as http:
            sending = asyncio.create_task(place.send_text(http, MOBILE, "SM1", DANGER))
            assert await door.ended() == -9
            await door.start()
            await sending
        await place.settled()
        await file_all(place.db, Clock().now())
        found = await place.rows(select(SafetyEvent))
        assert sorted(event.flag for event in found) == ["abuse_now", "suicide_self_harm"]
        alerts = await place.rows(select(SafetyAlert))
        assert sorted(alert.id for alert in alerts) == sorted(f"raised:{event.id}" for event in found)


class Hangs:
    """A mail server that takes the call and never answers."""

    def __init__(self) -> None:
        self.called = asyncio.Event()

    async def send(self, alert: Alert) -> None:
        self.called.set()
        await asyncio.sleep(3600)


async def test_the_reply_does_not_wait_for_a_mail_server_that_hangs(hurried: House) -> None:
    """The bot is dead and the alert of the first danger hangs: the second crisis reply comes in its time, on both channels."""
    assert hurried.db is not None
    rules, carrier = SafetyRules.load(DATA), Hangs()
    office = TeamFacts.load(DATA).working_time
    tasks = [
        asyncio.create_task(file_for_ever(hurried.db, rules, office, Clock(), 0.02)),
        asyncio.create_task(alert_for_ever(hurried.db, carrier, rules, Clock(), 0.02)),
    ]
    try:
        hurried.rasa.mode = "hang"
        async with hurried.browser() as browser:
            await ask(browser, DANGER)
            await asyncio.wait_for(carrier.called.wait(), 10)
            began = time.monotonic()
            answer = await ask(browser, f"{DANGER} now")
            assert answer["messages"][0]["text"].startswith(CRISIS) and time.monotonic() - began < 2
        began = time.monotonic()
        await hurried.text("SM1", DANGER)
        await hurried.until_texts(1)
        assert time.monotonic() - began < 2
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_the_reply_does_not_wait_for_a_locked_database(tmp_path: Path) -> None:
    """Somebody holds the one database file for seconds: the page answers danger in time, and the entry is written afterwards."""
    house = await House(tmp_path, timing=replace(FAST, store=0.5)).start()
    async with house.browser() as browser:
        await ask(browser, "hello")
        fields = {**browser.page.composer["hidden"], "message": DANGER}
        holder = sqlite3.connect(tmp_path / "house.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        _, answer = await browser.json(fields)
        assert time.monotonic() - began < 2 and answer["messages"][0]["text"].startswith(CRISIS)
        holder.execute("COMMIT")
        holder.close()

        async def written() -> bool:
            return len(await events(house)) == 1

        await eventually(written)
        await asyncio.sleep(0.1)
        assert len(await events(house)) == 1, "stored after all, and refused: one and the same"
    await house.close()


async def test_the_reply_does_not_wait_for_locked_tables_of_entries_and_alerts(
    tmp_path: Path, postgres_server: postgres.Server
) -> None:
    """PostgreSQL: entries and alerts are locked by somebody; message, event and crisis reply need neither."""
    house = await House(tmp_path, database_url=postgres_server.database()).start()
    assert house.db is not None
    with house.db.engine.connect() as holder:
        holder.execute(text("LOCK TABLE safety_alert, safety_case, safety_note IN ACCESS EXCLUSIVE MODE"))
        async with house.browser() as browser:
            began = time.monotonic()
            answer = await ask(browser, DANGER)
            assert answer["messages"][0]["text"].startswith(CRISIS) and time.monotonic() - began < 2
        assert len(await events(house)) == 1
        holder.rollback()
    await house.close()
