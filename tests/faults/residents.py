"""Residents who try until they are heard, and remember what they were told was taken in."""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp

from bench.doors import Failed, FrontDoor, heard
from bench.people import Heard, Person, Said, Script
from tests.fakes import twilio
from tests.faults.world import World

PATIENCE = 240.0  # seconds after which a resident counts as lost
# What somebody who texts presses, in this order, when it is offered.
WISHES = (
    "Yes, that's right", "Yes, 18 or over", "Skip these questions", "I agree", "The number I am texting from", "Ring only", "Send it",
    "I'd like a person", "I'd rather not say", "Carry on",
)  # fmt: skip
TYPED = {
    "your name": "Text Tester",
    "best time": "any time",
    "18 or over": "yes im 45",
    "where do you live": "Hinckley",
}
CHOICE = re.compile(r"^(\d+)[. ]+(.+?)\s*$", re.MULTILINE)


@dataclass
class Ledger:
    """What was acknowledged (provider id of the web or the text company), how long each message waited, who was lost."""

    acknowledged: set[str] = field(default_factory=set)
    first_words: list[float] = field(default_factory=list)  # seconds from taken in to anything said
    waits: list[float] = field(default_factory=list)  # seconds from taken in to the answer
    finished: int = 0
    lost: list[str] = field(default_factory=list)

    def ended(self, wanted: int) -> bool:
        """True when so many residents have come to an end, good or bad."""
        return self.finished + len(self.lost) >= wanted


class PatientDoor(FrontDoor):
    """Sends the same message under the same id until it is answered."""

    def __init__(self, http: aiohttp.ClientSession, world: World, visitor: str, ledger: Ledger) -> None:
        super().__init__(http, world.url, visitor)
        self._ledger = ledger
        self.conversation = ""

    async def open(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    return await super().open()
                except (Failed, aiohttp.ClientError, OSError, KeyError):
                    await asyncio.sleep(0.2)

    async def say(self, said: Said, settled: bool = True) -> Heard:
        self._sent += 1
        fields = {"csrf": self._csrf, "client_id": f"fault-{self._sent}"}
        fields |= {"choice": said.choice} if said.choice else {"message": said.text}
        taken: float | None = None
        spoken = False
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await self._try(fields)
                if found is None:
                    await asyncio.sleep(0.2)
                    continue
                if taken is None:
                    taken = time.monotonic()
                    self.conversation = found["conversation"] or self.conversation
                    kept_as = hashlib.sha256(fields["client_id"].encode()).hexdigest()[:40]  # front_door.inbox
                    self._ledger.acknowledged.add(f"{self.conversation}:{kept_as}")
                waited = time.monotonic() - taken
                if found["messages"] and not spoken:
                    spoken = True
                    self._ledger.first_words.append(waited)
                if found["messages"] and not found.get("owed"):
                    self._ledger.waits.append(waited)
                    return heard(found["messages"])
                await asyncio.sleep(0.05)

    async def _try(self, fields: dict[str, str]) -> dict[str, Any] | None:
        try:
            return await self._post(fields)
        except Failed:
            return None


async def on_the_web(world: World, http: aiohttp.ClientSession, script: Script, number: int, ledger: Ledger) -> None:
    """First words to the end of the script, which asks for a person and sends a referral."""
    door, person, said = PatientDoor(http, world, f"10.1.{number >> 8}.{number & 255}", ledger), Person(script), None
    try:
        await door.open()
        for _ in range(18):
            said = await door.say(person.next(said))
            if "Your reference is" in said.text:
                break
        else:
            ledger.lost.append(f"no reference on the web: {door.conversation}")
            return
        ledger.finished += 1
    except TimeoutError:
        ledger.lost.append(f"web {door.conversation or number}")


async def by_text(world: World, http: aiohttp.ClientSession, words: str, number: int, ledger: Ledger) -> None:
    """The same by text message, with the numbered choices."""
    sender, ids, reply = f"+447700900{number:03}", count(1), ""
    try:
        said = words
        for _ in range(30):
            reply = await _text(world, http, sender, f"SM{sender[1:]}{next(ids):04}", said, ledger)
            if "reference is" in reply:
                break
            said = _answer(reply)
        else:
            ledger.lost.append(f"no reference by text: {sender}")
            return
        ledger.finished += 1
    except TimeoutError:
        ledger.lost.append(f"text {sender}")


async def _text(world: World, http: aiohttp.ClientSession, sender: str, sid: str, body: str, ledger: Ledger) -> str:
    """As the text company does: the same text again until it is taken; then wait for a text that is more than an apology."""
    form, url = twilio.inbound(sid, sender, body), f"{world.url}/sms"
    before = len(_texts(world, sender))
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with http.post(url, data=form, headers=twilio.signed(url, form)) as answer:
                    if answer.status == 200:
                        break
            except (aiohttp.ClientError, OSError):
                pass
            await asyncio.sleep(0.2)
        ledger.acknowledged.add(sid)
        began, spoken = time.monotonic(), False
        while True:
            texts = _texts(world, sender)[before:]
            if texts and not spoken:
                spoken = True
                ledger.first_words.append(time.monotonic() - began)
            answers = [text for text in texts if not _apology(text)]
            if answers:
                ledger.waits.append(time.monotonic() - began)
                return answers[-1]
            await asyncio.sleep(0.05)


def _texts(world: World, sender: str) -> list[str]:
    return [message["body"] for message in world.twilio.messages if message["to"] == sender]


def _apology(text: str) -> bool:
    return "I'm having trouble answering" in text


def _answer(reply: str) -> str:
    choices = {label: number for number, label in CHOICE.findall(reply)}
    for wish in WISHES:
        if wish in choices:
            return choices[wish]
    for question, answer in TYPED.items():
        if question in reply.lower():
            return answer
    return next(iter(choices.values()), "i dont know")
