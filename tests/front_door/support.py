"""A front door on free ports with a fake bot and a fake Twilio behind it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from common import encryption
from common.clock import Clock
from common.database import Base, Database, make_engine
from common.keys import open_cipher
from common.settings import Settings, load
from front_door.app import ENGINE, create_app
from front_door.timing import Limits, Pace, SendTiming, Timing
from front_door.words import Words
from referrals.follow_up import FollowUpRules
from tests.fakes.rasa import FakeRasa
from tests.fakes.twilio import ACCOUNT, NUMBER, TOKEN, FakeTwilio, inbound, signed
from tests.front_door.browser import Browser

DATA = Path(__file__).resolve().parents[2] / "data" / "leicestershire"
PUBLIC = "https://help.example.org"
SECRET = "a secret of the tests, longer than thirty-two characters"
MOBILE = "+447700900123"
CRISIS = "Please call 999 now. You can call Samaritans on 116 123."
FAST = Timing(
    break_silence=30.0,
    busy_silence=30.0,
    bot_call=2.0,
    sweep=0.1,
    retry=(0.05, 0.1, 0.1),
    breaker_pause=0.1,
    web_wait=5.0,
    probe=0.02,
    store=10.0,
    settle=0.2,
    stop=0.3,
)
# For tests in which silence is broken: the truth is told after a quarter of a second, on a page that waits two.
HURRIED = replace(FAST, break_silence=0.25, busy_silence=5.0, web_wait=2.0)
FAST_SENDING = SendTiming(poll=0.05, call=0.5, look_up_after=0.05, retry=(0.05, 0.1))


@dataclass(frozen=True)
class Finding:
    flag: str
    start: int = 0
    end: int = 0
    pattern: str = "test"


class WordScreen:
    """A screen that knows two phrases."""

    def check(self, text: str) -> list[Finding]:
        lower = text.lower()
        return [
            Finding(flag)
            for phrase, flag in (("kill myself", "suicide_self_harm"), ("smell gas", "fire_gas"))
            if phrase in lower
        ]


class FixedReplies:
    """Crisis words that name what they were asked for."""

    def for_flags(self, flags: Any, *, area: Any, channel: Any, is_open: Any, young: bool = False) -> str:
        return f"{CRISIS} [{','.join(flags)}]"


def settings(**changes: Any) -> Settings:
    base = load(
        {
            "SECRET_KEY": SECRET,
            "PUBLIC_BASE_URL": PUBLIC,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": f"{TOKEN},an-older-token-still-accepted",
            "TWILIO_NUMBER": NUMBER,
            "DATA_DIR": str(DATA),
        }
    )
    return replace(base, **changes)


def words(limit: int = 10_000) -> Words:
    return Words.load(
        DATA,
        {"emergency": "999", "nhs_111": "111"}.get,
        "First Contact Plus: firstcontactplus.org.uk.",
        limit,
    )


async def eventually(check: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Wait until `check()` (or what it awaits) is true; returns it. Fails the test when it never is."""
    end = time.monotonic() + seconds
    while True:
        found = check()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return found
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.02)


def make_app(
    config: Settings, clock: Clock, db: Database, pace: Pace, own_words: Words | None = None
) -> web.Application:
    """The front door with a screen and crisis words of the tests' own; everything else is the product's."""
    cipher = open_cipher(config, db)
    return create_app(
        config,
        clock,
        db,
        cipher=cipher,
        screen=WordScreen(),
        replies=FixedReplies(),
        words=own_words or words(pace.limits.text_characters),
        is_open=lambda hours, at: None,
        follow_ups=FollowUpRules.load(DATA),
        pace=pace,
    )


def internal_key() -> str:
    """What the front door shows to the bot."""
    return encryption.Cipher(SECRET).sign("internal", "rasa")


@dataclass
class House:
    """Everything around one front door. `restart()` starts it anew on the same database, as after a kill or a stop."""

    path: Path
    database_url: str = ""  # empty: a SQLite file under `path`
    rasa: FakeRasa = field(default_factory=FakeRasa)
    twilio: FakeTwilio = field(default_factory=FakeTwilio)
    timing: Timing = FAST
    limits: Limits = field(default_factory=Limits)
    clock: Clock = field(default_factory=Clock)
    changes: dict[str, Any] = field(default_factory=dict)
    own_words: Words | None = None
    port: int = 0  # 0: a free one; a real browser needs the same one after a restart
    rasa_server: TestServer | None = None
    twilio_server: TestServer | None = None
    server: TestServer | None = None
    client: TestClient[web.Request, web.Application] | None = None
    db: Database | None = None

    async def start(self) -> House:
        self.twilio_server = TestServer(self.twilio.app())
        await self.twilio_server.start_server(shutdown_timeout=0.01)
        await self.start_rasa()
        await self.open()
        return self

    async def start_rasa(self, port: int = 0) -> None:
        self.rasa_server = TestServer(self.rasa.app(), port=port)
        await self.rasa_server.start_server(shutdown_timeout=0.01)

    @property
    def rasa_port(self) -> int:
        assert self.rasa_server is not None and self.rasa_server.port
        return self.rasa_server.port

    async def kill_rasa(self) -> int:
        """Stop the bot; returns its port, to start it again there."""
        port = self.rasa_port
        assert self.rasa_server is not None
        await self.rasa_server.close()
        return port

    async def open(self) -> None:
        """Start the front door on this house's database."""
        assert self.twilio_server is not None
        self.db = Database(make_engine(self.database_url or f"sqlite:///{self.path / 'house.db'}"))
        Base.metadata.create_all(self.db.engine)
        config = settings(
            rasa_port=self.rasa_port,
            actions_port=self.rasa_port,
            twilio_api_base_url=str(self.twilio_server.make_url("")).rstrip("/"),
            **self.changes,
        )
        app = make_app(config, self.clock, self.db, Pace(self.timing, FAST_SENDING, self.limits), self.own_words)
        self.rasa.key = internal_key()
        self.server = TestServer(app, port=self.port)
        await self.server.start_server(shutdown_timeout=0.01)
        jar = aiohttp.CookieJar(unsafe=True)
        self.client = TestClient(self.server, cookie_jar=jar)
        await self.client.start_server()

    async def restart(self) -> None:
        """A new process on the same database. What was under way is cut off, as by a kill."""
        await self.shut()
        await self.open()

    async def shut(self) -> None:
        assert self.client is not None and self.db is not None
        await self.client.close()
        self.db.close()

    async def close(self) -> None:
        await self.shut()
        assert self.rasa_server is not None and self.twilio_server is not None
        self.rasa.mode = "ok"
        await self.rasa_server.close()
        await self.twilio_server.close()

    @property
    def engine(self) -> Any:
        assert self.server is not None
        return self.server.app[ENGINE]

    def browser(self) -> Browser:
        assert self.server is not None
        return Browser(self.server)

    async def text(self, sid: str, body: str, sender: str = MOBILE, **more: str) -> int:
        """An inbound text, signed as Twilio signs it for our public address; returns the status."""
        assert self.client is not None
        form = inbound(sid, sender, body, **more)
        async with self.client.post("/sms", data=form, headers=signed(f"{PUBLIC}/sms", form)) as response:
            return response.status

    def texts(self, to: str = MOBILE) -> list[str]:
        """What our fake Twilio was asked to send to a number, oldest first."""
        return [message["body"] for message in self.twilio.messages if message["to"] == to]

    async def until_texts(self, count: int) -> None:
        """Wait until our fake Twilio has taken so many texts to the usual number."""
        await eventually(lambda: len(self.texts()) == count)

    async def rows(self, statement: Any) -> list[Any]:
        assert self.db is not None
        return await self.db.read(lambda session: list(session.scalars(statement)))
