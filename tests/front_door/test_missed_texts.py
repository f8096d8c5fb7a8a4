"""Texts that never reached the webhook are fetched from the provider's own list; the same for every provider."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from front_door import retention
from front_door.model import TAKEN_AT, Conversation, Message, SafetyEvent, SeenText
from front_door.sms import seen
from front_door.timing import Timing
from tests import postgres
from tests.fakes.rasa import FakeRasa
from tests.fakes.twilio import FakeTwilio
from tests.front_door.carriers import PATIENT, PROVIDERS, Carrier, carried_by
from tests.front_door.support import CRISIS, MOBILE, House, eventually

OFTEN = replace(PATIENT, missed=0.05)
NEVER_AGAIN = replace(PATIENT, missed=3600.0)  # one look at the start, and the tests' own


@pytest.fixture(params=PROVIDERS)
async def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Carrier]:
    made = await carried_by(request.param, tmp_path, OFTEN)
    await aged(made)
    yield made
    await made.close()


async def aged(carrier: Carrier) -> None:
    """The database was made a week ago, so that texts of the days before now are ours."""
    await carrier.house.shut()
    assert carrier.house.db is not None
    with carrier.house.db.transaction() as session:
        session.execute(update(SeenText).values(received_at=ago(days=7)))
    await carrier.house.open()


def new_id() -> str:
    return str(uuid.uuid4())


def ago(**span: float) -> datetime:
    return datetime.now(timezone.utc) - timedelta(**span)


async def stored(carrier: Carrier) -> list[Message]:
    wanted = select(Message).where(Message.direction == "in").order_by(Message.created_at)
    return await carrier.house.rows(wanted)


async def looks(carrier: Carrier, more: int = 3) -> None:
    """Wait until the list was read so many times more."""
    wanted = carrier.fake.lists + more
    await eventually(lambda: carrier.fake.lists >= wanted)


async def test_s7_a_text_that_only_the_list_has_is_taken_in_once_and_answered(carrier: Carrier) -> None:
    """No webhook came: it is stored, given to the bot and answered like any other; later looks do nothing more."""
    carrier.fake.receive(new_id(), MOBILE, "I am cold")
    await eventually(lambda: carrier.texts())
    assert carrier.texts()[0].endswith("You said: I am cold")
    await looks(carrier)
    assert len(await stored(carrier)) == len(carrier.house.rasa.turns) == len(carrier.texts()) == 1


def test_s7_a_missed_text_is_found_within_ten_minutes() -> None:
    """The list is read so often that a whole look may fail and the next is still in time; at most 3 days back."""
    timing = Timing()
    assert 2 * timing.missed <= 600
    assert timing.missed_back == timedelta(days=3)


async def test_s7_a_text_whose_webhook_and_list_race_is_one_turn(carrier: Carrier) -> None:
    """Told by webhook, repeat, fallback and list at once, in any order."""
    ids = [new_id() for _ in range(4)]
    for number, id in enumerate(ids):
        carrier.fake.receive(id, f"+44770090012{number}", f"word {number}")
    for _ in range(3):
        posts = [
            carrier.text(id, f"word {number}", f"+44770090012{number}", path=path)
            for number, id in enumerate(ids)
            for path in ("/sms", "/sms/fallback")
        ]
        assert set(await asyncio.gather(*posts)) == {200}
    await looks(carrier)
    await eventually(lambda: len(carrier.fake.messages) == 4)
    assert len(await stored(carrier)) == len(carrier.house.rasa.turns) == len(carrier.fake.messages) == 4


async def test_s7_the_fallback_address_stores_too(carrier: Carrier) -> None:
    """POST /sms/fallback takes the same request with the same proof, and nothing without it."""
    assert await carrier.text(new_id(), "hello", path="/sms/fallback") == 200
    await eventually(lambda: carrier.texts())
    assert await carrier.post("/sms/fallback", {"id": "x", "Body": "x"}, headers={}) == 403
    assert len(await stored(carrier)) == 1


async def test_s7_danger_in_a_missed_text_is_answered_like_any_other(carrier: Carrier) -> None:
    """The crisis reply goes out and the red flag is written down, however late the text is."""
    carrier.fake.receive(new_id(), MOBILE, "I will kill myself", at=ago(hours=5))
    await eventually(lambda: any(CRISIS in text for text in carrier.texts()))
    assert [event.flag for event in await carrier.house.rows(select(SafetyEvent))] == ["suicide_self_harm"]


async def test_s7_after_an_outage_all_pages_are_read_back_to_the_last_text_known(tmp_path: Path) -> None:
    """Many pages, in the order of sending; what is older than the last text known and what we have is left alone."""
    for name in PROVIDERS:
        path = tmp_path / name
        path.mkdir()
        carrier = await carried_by(name, path, NEVER_AGAIN)
        try:
            await aged(carrier)
            carrier.fake.page_size = 3
            known = new_id()
            carrier.fake.receive(known, MOBILE, "word known", at=ago(hours=20))
            carrier.fake.receive(new_id(), "+447700900129", "word from long before", at=ago(hours=40))
            await carrier.house.shut()
            await carrier.house.open()
            await eventually(lambda c=carrier: len(c.fake.messages) == 2)  # nothing was known at all: 3 days
            await carrier.house.shut()
            assert carrier.house.db is not None
            for number in range(8):
                at = ago(hours=10, minutes=-number)
                carrier.fake.receive(new_id(), f"+44770090013{number}", f"word {number}", at=at)
            carrier.fake.receive(new_id(), "+447700900128", "word before the last one known", at=ago(hours=30))
            await carrier.house.open()
            await eventually(lambda c=carrier: len(c.fake.messages) == 10)
            words = [message.text for message in await stored(carrier)]
            assert words == ["word from long before", "word known", *(f"word {number}" for number in range(8))]
        finally:
            await carrier.close()


async def test_s7_a_new_database_answers_no_text_from_before_it_was_made(tmp_path: Path) -> None:
    """A new database with an old number: texts in the provider's list that came before it are left alone, also after a
    restart; the first one after it is taken in."""
    for name in PROVIDERS:
        (tmp_path / name).mkdir()
        carrier = await carried_by(name, tmp_path / name, NEVER_AGAIN)
        try:
            for hours in (1, 30, 60):
                carrier.fake.receive(new_id(), f"+4477009001{hours}", f"{hours} hours old", at=ago(hours=hours))
            await carrier.house.shut()
            carrier.fake.receive(new_id(), MOBILE, "new", at=datetime.now(timezone.utc))
            await carrier.house.open()
            await eventually(lambda c=carrier: bool(c.fake.messages))
            assert [message.text for message in await stored(carrier)] == ["new"]
        finally:
            await carrier.close()


async def test_s7_nothing_older_than_three_days_is_taken_in(carrier: Carrier) -> None:
    """Who has waited that long has been let down; a machine's answer out of the blue would not help."""
    carrier.fake.receive(new_id(), MOBILE, "from long ago", at=ago(days=3, minutes=5))
    carrier.fake.receive(new_id(), MOBILE, "from just inside", at=ago(days=3, minutes=-5))
    await eventually(lambda: carrier.texts())
    await looks(carrier)
    assert [message.text for message in await stored(carrier)] == ["from just inside"]


async def test_s7_a_look_that_fails_is_made_up_for_by_a_later_one(carrier: Carrier) -> None:
    """The provider's list is down; what came meanwhile is found as soon as it is back."""
    carrier.fake.lists_fail = True
    carrier.fake.receive(new_id(), MOBILE, "hello", at=ago(minutes=30))
    await looks(carrier)
    assert await stored(carrier) == []
    carrier.fake.lists_fail = False
    await eventually(lambda: carrier.texts())


async def test_s7_a_text_that_is_listed_late_is_found_though_newer_ones_came(carrier: Carrier) -> None:
    """A list may fill late, and a webhook may fail for one text only: each look goes back some hours before the last."""
    await carrier.text(new_id(), "newer", "+447700900124")
    await looks(carrier)
    carrier.fake.receive(new_id(), MOBILE, "older", at=ago(hours=3))
    await eventually(lambda: any("You said: older" in text for text in carrier.texts()))


async def test_s7_a_text_that_was_erased_is_not_brought_back_by_the_list(carrier: Carrier) -> None:
    """A resident's words that were deleted stay deleted, though the provider still lists them, or sends them again."""
    id = new_id()
    carrier.fake.receive(id, MOBILE, "hello")
    await eventually(lambda: carrier.texts())
    await eventually(lambda: carrier.house.engine.backlog == 0)
    (conversation,) = await carrier.house.rows(select(Conversation))
    assert carrier.house.db is not None
    await carrier.house.db.run(retention.erase, conversation.id)
    await carrier.house.restart()
    await looks(carrier)
    assert await carrier.text(id, "hello") == 200
    assert await stored(carrier) == []


async def test_s7_a_late_text_keeps_its_own_time_and_is_not_given_up_at_once(carrier: Carrier) -> None:
    """The transcript says when it was sent; with the bot still starting it is tried for as long as any other."""
    carrier.house.rasa.mode = "503"
    carrier.fake.receive(new_id(), MOBILE, "hello", at=ago(hours=2))
    await eventually(lambda: len(carrier.house.rasa.turns) > 1)
    (message,) = await stored(carrier)
    assert message.state in ("queued", "processing") and TAKEN_AT in (message.data or {})
    (conversation,) = await carrier.house.rows(select(Conversation))
    for at in (message.created_at, conversation.last_seen_at):  # what may be texted depends on when they last wrote
        assert timedelta(hours=1.9) < carrier.house.clock.now() - at < timedelta(hours=2.1)
    carrier.house.rasa.mode = "ok"
    await eventually(lambda: any("You said: hello" in text for text in carrier.texts()))


async def test_s7_forty_late_texts_of_one_person_are_no_loop(carrier: Carrier) -> None:
    """They came over two days, not within the minute in which they are taken in."""
    for number in range(40):
        carrier.fake.receive(new_id(), MOBILE, f"word {number}", at=ago(hours=50 - number))

    async def all_stored() -> bool:
        return len(await stored(carrier)) == 40

    await eventually(all_stored)
    assert {message.kind for message in await stored(carrier)} == {"text"}


async def test_s7_two_front_doors_that_read_one_list_take_a_text_in_once(
    tmp_path: Path, postgres_server: postgres.Server
) -> None:
    """On one PostgreSQL, each by webhook and by list at the same moment."""
    url, twilio, rasa = postgres_server.database(), FakeTwilio(), FakeRasa()
    doors = [await House(tmp_path, database_url=url, twilio=twilio, rasa=rasa, timing=OFTEN).start() for _ in range(2)]
    for number in range(10):
        twilio.receive(f"SM{number}", f"+44770090013{number}", f"word {number}")
    posts = [
        door.text(f"SM{number}", f"word {number}", f"+44770090013{number}") for number in range(10) for door in doors
    ]
    assert set(await asyncio.gather(*posts)) == {200}
    await eventually(lambda: len(twilio.messages) == 10)
    lists = twilio.lists
    await eventually(lambda: twilio.lists > lists + 3)
    stored = await doors[0].rows(select(Message).where(Message.direction == "in"))
    assert len(stored) == len(twilio.messages) == len({turn["message_id"] for turn in rasa.turns}) == 10
    for door in doors:
        await door.close()


async def test_what_was_seen_is_forgotten_after_any_list_has(carrier: Carrier) -> None:
    """Only ids are kept, for 8 days; the newest stays, because it says how far back to look."""
    house = carrier.house
    assert house.db is not None
    now = house.clock.now()
    with house.db.transaction() as session:
        session.execute(delete(SeenText))
        for days in (9, 10):
            session.add(SeenText(provider_id=f"SM{days}", received_at=now - timedelta(days=days)))
        seen.forget(session, now)
        assert seen.last_known(session) == now - timedelta(days=9)
        session.add(SeenText(provider_id="SM1", received_at=now))
        session.flush()
        seen.forget(session, now)
        assert seen.unseen(session, ["SM9", "SM10", "SM1"]) == {"SM9", "SM10"}
