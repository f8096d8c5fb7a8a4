"""Everything around front doors that are killed: a bot and a Twilio that live on, and residents who try until they are heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from common import encryption
from common.database import Base, Database, make_engine
from front_door.model import WAITING, Conversation, Message, OutboxText
from front_door.sms.sending import UNFINISHED
from tests.fakes.rasa import FakeRasa
from tests.fakes.twilio import FakeTwilio, inbound, signed
from tests.front_door.door import Door
from tests.front_door.support import PUBLIC, SECRET, eventually, internal_key


@dataclass
class Street:
    """The fakes, the database and the doors. Residents are kept with what they sent, in order."""

    folder: Path
    db: Database
    url: str
    rasa: FakeRasa
    twilio: FakeTwilio
    rasa_port: int
    twilio_url: str
    doors: list[Door] = field(default_factory=list)
    acknowledged: int = 0
    by_text: dict[str, list[str]] = field(default_factory=dict)  # number -> texts
    by_web: dict[str, list[str]] = field(default_factory=dict)  # conversation id -> messages

    def door(self) -> Door:
        door = Door(self.folder, self.url, self.rasa_port, self.twilio_url)
        self.doors.append(door)
        return door

    async def send_text(self, http: aiohttp.ClientSession, number: str, sid: str, text: str) -> None:
        """As Twilio does: the same text again until some door says 200."""
        form = inbound(sid, number, text)
        tries = 0
        while True:
            door = self.doors[(len(self.by_text.get(number, ())) + tries) % len(self.doors)]
            tries += 1
            try:
                async with http.post(f"{door.url}/sms", data=form, headers=signed(f"{PUBLIC}/sms", form)) as answer:
                    if answer.status == 200:
                        break
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.02)
        self.by_text.setdefault(number, []).append(text)
        self.acknowledged += 1

    async def send_web(self, http: aiohttp.ClientSession, csrf: str, number: int, text: str) -> None:
        """As the page's script does: the same id again until it is taken."""
        fields = {"csrf": csrf, "client_id": f"message-{number}", "message": text}
        tries = number
        while True:
            door = self.doors[tries % len(self.doors)]
            tries += 1
            try:
                async with http.post(f"{door.url}/chat", data=fields, headers={"Accept": "application/json"}) as answer:
                    if answer.status == 200:
                        conversation = (await answer.json())["conversation"]
                        break
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.02)
        self.by_web.setdefault(conversation, []).append(text)
        self.acknowledged += 1

    async def open_chat(self, http: aiohttp.ClientSession) -> str:
        """A new chat's form token; its cookie is in `http`."""
        while True:
            try:
                async with http.get(f"{self.doors[0].url}/chat", headers={"Accept": "application/json"}) as answer:
                    return str((await answer.json())["hidden"]["csrf"])
            except (aiohttp.ClientError, OSError):
                await asyncio.sleep(0.02)

    async def settled(self, seconds: float = 40.0) -> None:
        """Wait until every message is answered and every text sent."""

        async def quiet() -> bool:
            return not await self.rows(select(Message).where(Message.state.in_(WAITING))) and not await self.rows(
                select(OutboxText).where(OutboxText.state.in_(UNFINISHED))
            )

        await eventually(quiet, seconds)

    async def rows(self, statement: object) -> list:
        return await self.db.read(lambda session: list(session.scalars(statement)))  # type: ignore[call-overload]

    async def check(self) -> None:
        """Each message in exactly one turn, in order; each turn run once and answered once, by text or on the page."""
        assert len(self.rasa.ran) == len(set(self.rasa.ran)), "a turn ran twice"
        asked = {turn["message_id"]: turn for turn in self.rasa.turns}
        heard: dict[str, list[str]] = {}
        for turn in (asked[identity] for identity in self.rasa.ran):
            heard.setdefault(turn["conversation"], []).append(turn["text"])
        numbers = {c.address: c.id for c in await self.rows(select(Conversation)) if c.address}
        for number, texts in self.by_text.items():
            turns = heard[numbers[number]]
            _same("\n".join(turns).split("\n"), texts, f"{number}: turns and texts")
            sent = [m["body"] for m in self.twilio.messages if m["to"] == number]
            _same(_echoed(sent), turns, f"{number}: answers and turns")
        for conversation, texts in self.by_web.items():
            _same(heard[conversation], texts, f"{conversation}: turns and messages")
            said = await self.rows(
                select(Message)
                .where(Message.conversation_id == conversation, Message.direction == "out")
                .order_by(Message.seq)
            )
            _same(_echoed([message.text for message in said]), texts, f"{conversation}: answers and messages")


def _same(found: Sequence[str], wanted: Sequence[str], what: str) -> None:
    assert list(found) == list(wanted), f"{what} differ: {found} is not {wanted}"


def _echoed(said: Sequence[str]) -> list[str]:
    """What was answered; anything that is no answer stands there whole."""
    return [text.partition("You said: ")[2] or text for text in said]


@asynccontextmanager
async def street(folder: Path, url: str) -> AsyncIterator[Street]:
    """Everything but the doors is up; at the end the doors are killed."""
    encryption.use(encryption.Cipher(SECRET))
    db = Database(make_engine(url))
    Base.metadata.create_all(db.engine)
    rasa, twilio = FakeRasa(), FakeTwilio()
    rasa.key = internal_key()
    servers = [TestServer(rasa.app()), TestServer(twilio.app())]
    for server in servers:
        await server.start_server(shutdown_timeout=0.01)
    made = Street(folder, db, url, rasa, twilio, servers[0].port or 0, str(servers[1].make_url("")).rstrip("/"))
    try:
        yield made
    finally:
        for door in made.doors:
            if door.process is not None:
                door.kill()
        rasa.mode = "ok"
        for server in servers:
            await server.close()
        db.close()
