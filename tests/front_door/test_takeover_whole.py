"""The whole path of a takeover on both channels: a resident at the front door, an adviser at a desk of another process, one database."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from common.database import Database, make_engine
from common.encryption import Cipher
from desk.accounts import create_account
from desk.app import create_desk
from desk.roles import Role
from front_door.safeguarding.model import SafetyEvent
from tests.desk.conftest import Browser as Adviser
from tests.desk.conftest import no_problems
from tests.front_door.sms_support import answered
from tests.front_door.support import CRISIS, SECRET, House, settings
from tests.front_door.takeover_support import JOINED_WORDS, QUESTION, RULES, live_house, started, the_chat


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with started(live_house(tmp_path)) as house:
        yield house


@pytest.fixture
async def adviser(house: House) -> AsyncIterator[Adviser]:
    """Signed in at a desk with connections of its own."""
    db = Database(make_engine(f"sqlite:///{house.path / 'house.db'}"))
    with db.transaction() as session:
        password = create_account(session, "amina", house.clock.now(), [Role.ADVISER])
    root = web.Application()
    root.add_subapp(
        "/desk/",
        create_desk(db, settings(public_base_url="http://127.0.0.1"), house.clock, Cipher(SECRET), no_problems),
    )
    server = TestServer(root, host="127.0.0.1")
    await server.start_server()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Adviser(http, f"http://127.0.0.1:{server.port}")
        await browser.sign_in("amina", password)
        yield browser
    await server.close()
    db.close()


async def joins(adviser: Adviser, house: House) -> str:
    await adviser.get("/desk/live")
    chat = f"/desk/live/{await the_chat(house)}"
    assert chat in adviser.page
    await adviser.get(chat)
    assert (await adviser.post(f"{chat}/join")).status == 303
    await adviser.get(chat)
    return chat


async def says(adviser: Adviser, chat: str, text: str) -> None:
    form_id = re.findall(r'name="form_id" value="([0-9a-f]+)"', adviser.page)[0]
    assert (await adviser.post(f"{chat}/say", text=text, form_id=form_id)).status == 303
    await adviser.get(chat)


async def test_on_the_web_page(house: House, adviser: Adviser) -> None:
    """Need, join, talk, danger, leave, and on with the assistant: each sees what the other wrote, once and in order."""
    async with house.browser() as resident:
        await resident.send("choices")
        chat = await joins(adviser, house)
        assert QUESTION in adviser.page and "Choices: Yes / No" in adviser.page
        await resident.send("is this a person")
        await says(adviser, chat, "Yes. How are you today?")
        assert "is this a person" in adviser.page
        await resident.send("I want to kill myself")
        assert CRISIS in resident.page.said("assistant")[-1]
        await adviser.get(chat)
        assert "Danger was spoken of" in adviser.page
        await says(adviser, chat, "I am glad you told me.")
        assert (await adviser.post(f"{chat}/release")).status == 303
        page = await resident.open()
        order = [" ".join(line["text"].split()).split(": ", 1) for line in page.messages][1:]
        speaker = RULES.speakers["adviser"]
        assert [who for who, _ in order] == [
            "You", "Assistant", "Assistant", "You", speaker, "You", "Assistant", speaker, "Assistant", "Assistant",
        ]  # fmt: skip
        assert order[2][1] == JOINED_WORDS and order[-2][1] == RULES.words["released"] and order[-1][1] == QUESTION
        await resident.press("No")
        assert resident.page.said("assistant")[-1] == "You chose live=no"
    assert len(house.rasa.turns) == 2 and len(await house.rows(select(SafetyEvent))) == 1


async def test_by_text(house: House, adviser: Adviser) -> None:
    """The same on a phone; the desk says what became of each text, and shows no number."""
    await house.text("SM1", "choices")
    await answered(house)
    chat = await joins(adviser, house)
    await answered(house)
    await house.text("SM2", "is this a person")
    await says(adviser, chat, "Yes. How are you today?")
    await answered(house)
    await adviser.get(chat)
    assert adviser.page.count("talk__fate") == 3 and "Sent" in adviser.page and "7700" not in adviser.page
    await house.text("SM3", "I want to kill myself")
    await answered(house)
    assert CRISIS in house.texts()[-1]
    await adviser.get(chat)
    assert (await adviser.post(f"{chat}/release")).status == 303
    await answered(house)
    assert house.texts()[-1] == f"{RULES.words['released']}\n{QUESTION}\n1 Yes\n2 No"
    await house.text("SM4", "2")
    await answered(house)
    assert house.rasa.turns[-1]["choice"] == "live=no" and len(house.rasa.turns) == 2
