"""Waiting for a person: offered only where somebody watches, never in silence, and the assistant carries on when nobody comes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from common.local_data import LocalDataError
from front_door.model import Conversation
from front_door.sms import segments
from front_door.takeover.asking import NOW
from front_door.takeover.model import NOBODY_JOINED, QUIET, STAFF_SILENT
from front_door.takeover.overview import live_talks, unanswered
from front_door.takeover.rules import ADVISER, FILE, LiveChat
from front_door.takeover.watching import open_conversations, tend_for_ever
from referrals.handling import find
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.fakes.rasa import echo
from tests.front_door.browser import Browser
from tests.front_door.sms_support import SetClock, answered
from tests.front_door.support import DATA, House, eventually, words
from tests.front_door.takeover_support import (
    RULES,
    join,
    lines,
    live_house,
    pass_time,
    release,
    speak,
    started,
    takeovers,
    tend,
    the_chat,
    told,
    voice,
)
from tests.referrals.support import copy_data, make_request

PERSON = words().talk_to_a_person
OFFER = RULES.words["offer"]
ADULT = [{"label": "Yes, 18 or over", "value": "adult=yes"}, {"label": "No", "value": "adult=no"}]
RESERVED = re.compile(r"\b(?:reply|text|send|answer) (?:yes|no|stop|end|cancel|quit|help|info|start)\b", re.IGNORECASE)


def bot(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """The echo; who asks for a person is asked the first question on the way to one."""
    if turn["text"] == PERSON:
        return [{"text": "Are you 18 or over?", "choices": ADULT, "data": {}}]
    return echo(turn)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """Somebody watches the live chats of this one."""
    made = live_house(tmp_path, confirmed=True)
    made.rasa.script = bot
    async with started(made):
        yield made


async def asked(browser: Browser) -> None:
    """The resident presses for a person, and then to wait for one here."""
    await browser.send(PERSON)
    await browser.press(OFFER)


def last(browser: Browser) -> str:
    return " ".join(browser.page.messages[-1]["text"].split()).removeprefix("Assistant: ")


async def test_the_offer_stands_only_where_somebody_watches(tmp_path: Path) -> None:
    """As shipped nobody has confirmed it: the way to a person is as it was."""
    made = live_house(tmp_path)
    made.rasa.script = bot
    async with started(made) as house, house.browser() as browser:
        await browser.send(PERSON)
        assert list(browser.page.choices) == ["Yes, 18 or over", "No"]


async def test_the_offer_stands_only_in_the_hours(house: House) -> None:
    """At six in the evening it is not made; made before, and pressed then, it is answered with the truth."""
    async with house.browser() as browser:
        await browser.send(PERSON)
        assert list(browser.page.choices) == ["Yes, 18 or over", "No", OFFER]
        pass_time(house, 5 * 60 + 30)
        (chat,) = await house.rows(select(Conversation))
        assert house.db is not None
        with house.db.transaction() as session:
            session.get_one(Conversation, chat.id).last_seen_at = house.clock.now()
        await browser.press(OFFER)
        assert last(browser) == RULES.words["not_open"] and OFFER not in browser.page.choices
    assert await takeovers(house) == []


async def test_asking_is_noted_and_the_bot_goes_on(house: House) -> None:
    """The choice is ours: the bot never hears of it, its question stays open, and asking again changes nothing."""
    async with house.browser() as browser:
        await asked(browser)
        assert last(browser) == RULES.words["asked"] and list(browser.page.choices) == ["Yes, 18 or over", "No"]
        assert "See new messages" in browser.page.html
        await browser.press("Yes, 18 or over")
        assert last(browser) == "You chose adult=yes"
    assert [turn["choice"] for turn in house.rasa.turns] == [None, "adult=yes"]
    (row,) = await takeovers(house)
    assert row.asked_at == house.clock.now() and row.joined_at is None
    assert house.db is not None
    with house.db.reading() as session:
        (talk,) = live_talks(session, house.clock.now())
    assert (talk.person, talk.asked_at) == ("asked", row.asked_at)


async def test_somebody_joins_in_time(house: House) -> None:
    """Then it is a takeover like any other, with the time of asking kept."""
    async with house.browser() as browser:
        await asked(browser)
        pass_time(house, 2)
        assert not await tend(house) and await join(house) == ""
        pass_time(house, 2)
        assert not await tend(house)
    (row,) = await takeovers(house)
    assert row.asked_at and row.joined_by == "amina" and row.ended_at is None


async def test_when_nobody_comes_the_truth_is_told_and_a_call_back_is_taken(house: House) -> None:
    """After the set time, once: the words, then the bot's own way to a person, as if the resident had pressed for one. No words are put into their mouth."""
    async with house.browser() as browser:
        await asked(browser)
        pass_time(house, 2.9)
        assert not await tend(house)
        pass_time(house, 0.2)
        assert await tend(house) and not await tend(house)
        await browser.open()
        texts = [" ".join(line["text"].split()) for line in browser.page.messages]
        assert texts[-2:] == [f"Assistant: {RULES.words['nobody']}", "Assistant: Are you 18 or over?"]
        assert list(browser.page.choices) == ["Yes, 18 or over", "No"]  # not offered again at once
        assert sum(PERSON in text for text in texts) == 1
    assert [turn["text"] for turn in house.rasa.turns] == [PERSON, PERSON]
    (row,) = await takeovers(house)
    assert row.reason == NOBODY_JOINED
    assert house.db is not None
    with house.db.reading() as session:
        (seen,) = unanswered(session, house.clock.now() - timedelta(days=1))
    assert (seen.reason, seen.who) == (NOBODY_JOINED, "")


async def test_by_text_the_offer_is_a_number(house: House) -> None:
    """The last number; the answer to it, and the truth later, are one text each."""
    await house.text("SM1", PERSON)
    await answered(house)
    assert house.texts()[-1].endswith(f"1 Yes, 18 or over\n2 No\n3 {OFFER}")
    await house.text("SM2", "3")
    await answered(house)
    assert house.texts()[-1] == RULES.words["asked"]
    pass_time(house, 3)
    assert await tend(house)
    assert house.texts()[-2:] == [RULES.words["nobody"], "Are you 18 or over?\n1 Yes, 18 or over\n2 No"]
    assert [turn["choice"] for turn in house.rasa.turns] == [None, None]


async def test_a_silent_person_is_owned_up_to_and_then_released(house: House) -> None:
    """Five minutes without an answer: the resident hears it once. Ten: the person has left, a call-back is taken, a lead sees it."""
    async with house.browser() as browser:
        await browser.send("hello")
        await join(house)
        await speak(house, "Hello, how are things?")
        await browser.send("bad")
        pass_time(house, 4.9)
        assert not await tend(house)
        pass_time(house, 0.2)
        assert await tend(house) and not await tend(house)
        await browser.open()
        assert last(browser) == RULES.words["silent"]
        await browser.send("are you there")  # they still wait since "bad"
        pass_time(house, 5)
        assert await tend(house) and not await tend(house)
        await browser.open()
        assert last(browser) == "Are you 18 or over?"
        assert await speak(house, "Sorry!") != ""
    assert [text for kind, text in await told(house) if kind == "notice"][-1] == RULES.words["gone"]
    (row,) = await takeovers(house)
    assert (row.reason, row.ended_by) == (STAFF_SILENT, "assistant")
    assert house.db is not None
    with house.db.reading() as session:
        (seen,) = unanswered(session, house.clock.now() - timedelta(days=1))
    assert (seen.reason, seen.who) == (STAFF_SILENT, "amina")


async def test_who_joined_and_said_nothing_is_silent_too(house: House) -> None:
    """A closed browser, a session that ran out: nobody need tell us."""
    async with house.browser() as browser:
        await browser.send("hello")
        await join(house)
        pass_time(house, 5)
        assert await tend(house)
        pass_time(house, 5)
        assert await tend(house)
    (row,) = await takeovers(house)
    assert row.reason == STAFF_SILENT


async def test_a_resident_who_is_quiet_makes_nobody_silent(house: House) -> None:
    """Who was answered waits for nobody; after half an hour without a word of either the assistant is back, with its question."""
    async with house.browser() as browser:
        await browser.send("choices")
        await join(house)
        await speak(house, "Take your time.")
        pass_time(house, 29)
        assert not await tend(house)
        pass_time(house, 1)
        assert await tend(house)
        await browser.open()
        assert last(browser) == "Do you live in Leicestershire?"
    (row,) = await takeovers(house)
    assert row.reason == QUIET
    assert "call_back" not in {line.kind for line in await lines(house)}


async def test_after_an_outage_overnight_nobody_is_woken(house: House) -> None:
    """Nothing tends the chat until three in the morning: no text then; in the morning the truth."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    await answered(house)
    before = len(house.texts())
    pass_time(house, 15 * 60)
    assert not await tend(house) and len(house.texts()) == before
    pass_time(house, 5 * 60)
    assert await tend(house) and len(house.texts()) > before


async def test_what_a_release_says_when_the_bot_had_asked_nothing(house: House) -> None:
    """There is no question to put again: they may carry on."""
    async with house.browser() as browser:
        await browser.send("hello")
        await join(house)
        await release(house)
        await browser.open()
        assert last(browser) == f"{RULES.words['released']} {RULES.words['carry_on']}"


async def test_the_front_door_tends_by_itself(tmp_path: Path) -> None:
    """Nobody calls anything: the running front door tells the truth in time."""
    made = live_house(tmp_path, confirmed=True)
    made.timing = replace(made.timing, tend=0.05)
    made.rasa.script = bot
    async with started(made) as house, house.browser() as browser:
        await asked(browser)
        pass_time(house, 3)

        async def nobody_came() -> bool:
            return any(text == RULES.words["nobody"] for _, text in await told(house))

        await eventually(nobody_came)
        await answered(house)


async def test_one_chat_that_cannot_be_tended_keeps_nobody_else_waiting(house: House, caplog: Any) -> None:
    """Its fault is logged by its kind, and the next one hears the truth."""
    for number in ("+447700900123", "+447700900124"):
        await house.text(f"SM-{number}", PERSON, sender=number)
        await answered(house)
        await house.text(f"SM2-{number}", "3", sender=number)
        await answered(house)
    pass_time(house, 3)
    found = await house.rows(select(Conversation))
    assert house.db is not None and len(found) == 2
    assert len(await house.db.read(open_conversations)) == 2
    broken, other = await house.db.read(open_conversations)
    whole = voice(house)

    class Breaking(SetClock):
        """Fails at the first chat of each round."""

        asked = 0

        def now(self) -> datetime:
            self.asked += 1
            if self.asked == 1:
                raise ValueError("words of a resident")
            return house.clock.now()

    changed: list[str] = []
    tending = asyncio.create_task(tend_for_ever(house.db, whole, Breaking(), changed.append, 3600))
    await eventually(lambda: changed)
    tending.cancel()
    assert changed == [other] and broken != other
    assert "ValueError" in caplog.text and "words of a resident" not in caplog.text


async def test_the_talk_is_in_the_audit_of_the_referral_that_follows(house: House) -> None:
    """Who takes the referral sees that somebody talked with them, who, and when."""

    def confirms(turn: dict[str, Any]) -> list[dict[str, Any]]:
        data = {"kind": "confirmation", "reference": "LR-2345"}
        return (
            [{"text": "Your reference is LR-2345.", "choices": [], "data": data}]
            if turn["text"] == "send it"
            else bot(turn)
        )

    house.rasa.script = confirms
    async with house.browser() as browser:
        await browser.send("hello")
        await join(house)
        at = house.clock.now()
        pass_time(house, 3)
        await release(house)
        chat = await the_chat(house)
        assert house.db is not None
        with house.db.transaction() as session:
            request = make_request(conversation=chat)
            reference = submit(session, request, now=house.clock.now(), team=TeamFacts.load(DATA)).reference
        await browser.send("send it")
        with house.db.reading() as session:
            referral = find(session, reference)
            assert referral is not None
            noted = [(event.who, event.detail) for event in referral.events if event.what == "live_chat"]
        assert noted == [("amina", at.isoformat(timespec="minutes"))]


def test_every_word_for_residents_is_short_and_plain() -> None:
    """At most 25 words a sentence and one text each, the longest that can be; no word that a phone network acts on; no question."""
    for key, text in RULES.words.items():
        whole = text.replace("{speaker}", max(RULES.speakers.values(), key=len))
        assert all(len(part.split()) <= 25 for part in re.split(r"[.:!] ", whole)), key
        assert segments.is_gsm(segments.downgrade(whole)) and segments.count(whole) <= 2, key
        assert "?" not in whole and "{" not in whole and not RESERVED.search(whole), key


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"answer_within_minutes": 0}, "answer_within_minutes"),
        ({"quiet_after_minutes": 9}, "quiet_after_minutes"),
        ({"words": {}}, "offer"),
        ({"texts": None}, "texts"),
        ({"confirmed_on": "soon"}, "confirmed_on"),
        ({"offer_at": "adult"}, "offer_at"),
        ({"speakers": {"adviser": ""}}, "adviser"),
    ],
)
def test_a_broken_file_is_named_with_its_key(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    """What is missing or makes no sense is refused at the start."""
    data = copy_data(tmp_path)
    raw = yaml.safe_load((DATA / FILE).read_text(encoding="utf-8")) | change
    (data / FILE).write_text(yaml.safe_dump(raw), encoding="utf-8")
    with pytest.raises(LocalDataError, match=f"{FILE}.*{named}"):
        LiveChat.load(data)


def test_the_hours_are_the_teams() -> None:
    """A working noon is open, its evening and Christmas Day are not; confirmed by nobody, nothing is offered."""
    noon = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
    assert RULES.is_open(noon) and not RULES.offers(noon) and not RULES.confirmed
    assert not RULES.is_open(noon + timedelta(hours=6)) and not RULES.is_open(
        datetime(2026, 12, 25, 12, tzinfo=timezone.utc)
    )
    assert NOW.partition("=")[0] not in RULES.offer_at and ADVISER in RULES.speakers
