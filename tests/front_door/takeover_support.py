"""Small steps of a takeover: what an adviser does from the desk, and what stands in the transcript."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from front_door.model import Conversation, Message
from front_door.saying import Voice
from front_door.takeover import joining, speaking, watching
from front_door.takeover.model import Takeover
from front_door.takeover.rules import ADVISER, LiveChat
from tests.front_door.sms_support import SetClock, answered
from tests.front_door.support import DATA, FAST, House, words

RULES = LiveChat.load(DATA)
JOINED_WORDS = RULES.words["joined"].replace("{speaker}", RULES.speakers[ADVISER])
QUESTION = "Do you live in Leicestershire?"
SYSTEM = ("notice", "crisis")  # what may be said by us while a person is there


def live_house(folder: Path, confirmed: bool = False, **changes: Any) -> House:
    """A front door at noon on a working day, whose clock stands still and that owns up to no delay; not started yet. It looks after live chats
    only when the test does. confirmed: somebody watches the live chats, so residents are offered to wait.
    """
    timing = replace(FAST, tend=3600.0)
    own = words()
    if confirmed:
        own = replace(own, live=replace(own.live, confirmed_by="A person of the tests"))
    return House(folder, timing=timing, clock=SetClock(), own_words=own, changes=changes)


@asynccontextmanager
async def started(house: House) -> AsyncIterator[House]:
    await house.start()
    try:
        yield house
    finally:
        await house.close()


def voice(house: House) -> Voice:
    found = house.engine.voice
    assert isinstance(found, Voice)
    return found


async def the_chat(house: House) -> str:
    """The id of the only conversation."""
    (found,) = await house.rows(select(Conversation.id))
    return str(found)


async def join(house: House, who: str = "amina", chat: str = "", **more: Any) -> str:
    assert house.db is not None
    chat = chat or await the_chat(house)
    return await house.db.run(
        joining.join, chat, who=who, speaker=ADVISER, voice=voice(house), now=house.clock.now(), **more
    )


async def speak(house: House, text: str, who: str = "amina", form_id: str = "", chat: str = "") -> str:
    assert house.db is not None
    form_id, chat = form_id or secrets.token_hex(16), chat or await the_chat(house)
    return await house.db.run(
        speaking.speak, chat, who=who, text=text, form_id=form_id, voice=voice(house), now=house.clock.now()
    )


async def release(house: House, who: str = "amina", chat: str = "", lead: bool = False) -> str:
    assert house.db is not None
    chat = chat or await the_chat(house)
    return await house.db.run(joining.release, chat, who=who, voice=voice(house), now=house.clock.now(), lead=lead)


async def tend(house: House, chat: str = "") -> bool:
    """What the front door does every two seconds, once, and all that follows of it."""
    assert house.db is not None
    chat = chat or await the_chat(house)
    done = await house.db.run(watching.tend, chat, voice(house), house.clock.now())
    await answered(house)
    return done


def pass_time(house: House, minutes: float) -> None:
    assert isinstance(house.clock, SetClock)
    house.clock.move(timedelta(minutes=minutes))


async def lines(house: House) -> list[Message]:
    return await house.rows(select(Message).order_by(Message.conversation_id, Message.seq))


async def told(house: House) -> list[tuple[str, str]]:
    """(kind, words) of every line of ours."""
    return [(line.kind, line.text) for line in await lines(house) if line.direction == "out"]


async def takeovers(house: House) -> list[Takeover]:
    return await house.rows(select(Takeover).order_by(Takeover.first_line))


def voices_of(found: Sequence[Message], row: Takeover, last: int | None = None) -> list[str]:
    """What was said by us, other than by the person, while a person was there: only SYSTEM kinds may be."""
    end = last if last is not None else 10**9
    return [
        line.kind
        for line in found
        if line.conversation_id == row.conversation_id
        and line.direction == "out"
        and row.first_line < line.seq < end
        and line.kind != "person"
    ]
