"""A resident who changes door in the middle: the real front door, bot and actions, from first words to a reference."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from front_door.timing import Timing
from referrals.model import Referral
from tests.conversation.conftest import SECRET
from tests.conversation.world import World
from tests.front_door.browser import Browser
from tests.front_door.moving import bring, code_by_text, code_on_page
from tests.front_door.support import MOBILE, House, eventually

REFERENCE = re.compile(r"Your reference is ([A-Z0-9-]+)")
# How long a busy machine takes is not what is tested here.
PATIENT = replace(Timing(), break_silence=60.0, busy_silence=60.0, bot_call=60.0, web_wait=60.0)
FIRST_WORDS = "my rent is two months behind and im that lonely since we moved to Shepshed, nobody knocks"


class RealBot(House):
    """A house whose bot is the real one."""

    world: World
    lines: list[str]

    async def start_rasa(self, port: int = 0) -> None:
        self.rasa_server = None

    @property
    def rasa_port(self) -> int:
        return self.world.rasa_port

    async def close(self) -> None:
        await self.shut()
        assert self.twilio_server is not None
        await self.twilio_server.close()

    async def say(self, body: str) -> str:
        """A text and the one that answers it, both noted."""
        before = len(self.texts())
        await self.text(f"SM{len(self.lines)}", body)
        await eventually(lambda: len(self.texts()) > before, 60)
        self.lines += [f"PHONE > {body}", f"        {self.texts()[-1]}"]
        return self.texts()[-1]

    async def number(self, label: str) -> str:
        """Answer with the number that stands before a label in the newest text."""
        found = re.search(rf"^(\d) {re.escape(label)}", self.texts()[-1], re.MULTILINE)
        assert found, (label, self.texts()[-1])
        return await self.say(found[1])

    async def write(self, browser: Browser, text: str) -> str:
        """Words or the label of a button on the page, and what is said to them."""
        shown = len(browser.page.said("assistant"))
        await (browser.press(text) if text in browser.page.choices else browser.send(text))
        said = " / ".join(browser.page.said("assistant")[shown:])
        self.lines += [f"PAGE  > {text}", f"        {said}", f"        [{'] ['.join(browser.page.choices)}]"]
        return said


@pytest.fixture
async def house(world: World, tmp_path: Path) -> AsyncIterator[RealBot]:
    made = RealBot(tmp_path, timing=PATIENT, changes={"secret_key": SECRET})
    made.world, made.lines = world, []
    await made.start()
    yield made
    print("\n".join(made.lines))
    await made.close()


def referral(world: World, reference: str) -> Referral:
    with world.services.db.reading() as session:
        found = session.scalars(select(Referral).where(Referral.reference == reference)).one()
        session.expunge_all()
        return found


async def test_from_the_page_to_a_reference_by_text(house: RealBot, world: World) -> None:
    """Needs and place told on the page, the person and the reference by text, with the number that the texts come from."""
    async with house.browser() as browser:
        await house.write(browser, FIRST_WORDS)
        await house.write(browser, "Yes, that's right")
        for _ in range(4):
            if "I'd like a person" in browser.page.choices:
                break
            await house.write(browser, list(browser.page.choices)[-1])
        code = await code_on_page(browser)
        house.lines.append(f"PAGE    Carry on by text: {code}")
    first = await house.say(code)
    assert not re.search(r"rent|money|debt|lone|Shepshed|housing", first, re.IGNORECASE), first
    await house.number("Carry on")
    await house.number("I'd like a person")
    await house.say("yes im 45")
    await house.number("Skip these questions")
    await house.say("1")
    await house.say("Sam Mover")
    await house.number("The number I am texting from")
    await house.number("Text only")
    await house.say("any time")
    found = REFERENCE.search(await house.number("Send it"))
    assert found
    sent = referral(world, found[1])
    assert sent.packet and "Shepshed" in str(sent.packet) and "nobody knocks" in str(sent.packet)
    assert sent.channel == "sms"


async def test_from_text_messages_to_a_reference_on_the_page(house: RealBot, world: World) -> None:
    """Needs and place told by text, the rest on the page, where nothing of before is shown and no number is known."""
    await house.say(FIRST_WORDS)
    await house.number("Yes, that's right")
    code = await code_by_text(house, "SM-web")
    house.lines += ["PHONE > web", f"        {house.texts()[-1]}"]
    async with house.browser() as browser:
        page = await bring(browser, code)
        house.lines += [f"PAGE    code {code}", f"        {page.said('assistant')}", f"        {list(page.choices)}"]
        assert not re.search(r"rent|money|debt|lone|Shepshed|housing", str(page.said("assistant")), re.IGNORECASE)
        if "Carry on" in page.choices:
            await house.write(browser, "Carry on")
        for _ in range(4):
            if "I'd like a person" in browser.page.choices:
                break
            await house.write(browser, list(browser.page.choices)[-1])
        await house.write(browser, "I'd like a person")
        await house.write(browser, "yes im 45")
        await house.write(browser, "Skip these questions")
        await house.write(browser, "I agree")
        await house.write(browser, "Sam Mover")
        assert "The number I am texting from" not in browser.page.choices
        await house.write(browser, "07700 900321")
        await house.write(browser, "Ring only")
        await house.write(browser, "Any time")
        found = REFERENCE.search(await house.write(browser, "Send it"))
    assert found
    sent = referral(world, found[1])
    assert "Shepshed" in str(sent.packet) and "nobody knocks" in str(sent.packet) and sent.channel == "web"
    assert MOBILE not in str(sent.packet)
