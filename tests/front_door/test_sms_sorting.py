"""Texts that are not for the bot, or not only: keywords, pictures, odd senders, loops."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from front_door.model import Conversation, Message, OutboxText, SafetyEvent
from front_door.sms import record
from tests.fakes.rasa import YES_NO
from tests.front_door.support import MOBILE, House, eventually, words


async def inward(house: House) -> list[Message]:
    return await house.rows(select(Message).where(Message.direction == "in").order_by(Message.created_at))


async def test_k1_stop_is_obeyed_confirmed_once_and_never_given_to_the_bot(house: House) -> None:
    """Further texts are stored and shown to staff, and answered by nothing; START by the provider lifts it."""
    await house.text("SM0", "hello")
    await eventually(lambda: len(house.texts()) == 1)
    await house.text("SM1", "STOP")
    await eventually(lambda: len(house.texts()) == 2)
    assert house.texts()[1] == words().stop_confirmation
    await house.text("SM2", "stop")
    await house.text("SM3", "are you there")
    await asyncio.sleep(0.3)
    assert len(house.texts()) == 2 and len(house.rasa.turns) == 1
    assert len(await house.rows(select(Message).where(Message.direction == "in"))) == 4
    await house.text("SM4", "START", OptOutType="START")
    await house.text("SM5", "hello again")
    await eventually(lambda: len(house.texts()) == 3)
    assert house.rasa.turns[-1]["text"] == "hello again"


async def test_k4_what_twilio_answered_itself_gets_no_text_from_us_and_the_next_message_carries_on(
    house: House,
) -> None:
    """OptOutType HELP: recorded for staff, silent, not for the bot; what comes next is a turn like any other."""
    await house.text("SM1", "help", OptOutType="HELP")
    await house.text("SM2", "I am cold")
    await house.until_texts(1)
    assert [turn["text"] for turn in house.rasa.turns] == ["I am cold"]
    assert [m.kind for m in await inward(house)] == ["help", "text"]
    assert house.db is not None
    ids = [m.conversation_id for m in await inward(house)]
    seen = await house.db.read(record.lines, ids[:1])
    assert [line.kind for line in seen if line.incoming] == ["help", "text"], "the desk shows it"


async def test_k4_a_lone_help_goes_to_the_bot_and_is_marked_for_staff(house: House) -> None:
    """It may be distress, so the desk can see it as more than any text."""
    await house.text("SM1", "HELP")
    await eventually(lambda: house.texts())
    assert house.rasa.turns[0]["text"] == "HELP"
    assert [m.kind for m in await house.rows(select(Message).where(Message.direction == "in"))] == ["help_own"]


async def test_k3_danger_is_answered_even_after_stop(house: House) -> None:
    """ "stop" as a sentence with danger in it is screened first; a crisis reply goes to a number that stopped texts too."""
    await house.text("SM1", "stop", OptOutType="STOP")
    await house.text("SM2", "I will kill myself")
    await eventually(lambda: house.texts())
    assert "Samaritans" in house.texts()[0]
    assert [event.flag for event in await house.rows(select(SafetyEvent))] == ["suicide_self_harm"]


async def test_s8_pictures_are_never_fetched_and_get_one_fixed_reply(house: House) -> None:
    """Without words the fixed reply alone; with words the turn goes on behind it. Nothing is asked of the picture's address."""
    asked: list[str] = []

    async def picture(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/x.jpg", picture)
    async with TestServer(app) as pictures:
        url = str(pictures.make_url("/x.jpg"))
        await house.text("SM1", "", NumMedia="1", MediaUrl0=url, MediaContentType0="image/jpeg")
        await eventually(lambda: house.texts())
        await asyncio.sleep(0.1)
    assert asked == []
    assert house.texts()[0].endswith(words().picture)
    assert house.rasa.turns == []
    await house.text("SM2", "this is my letter", NumMedia="2")
    await eventually(lambda: len(house.texts()) == 2)
    assert house.texts()[1] == f"{words().picture}\nYou said: this is my letter"


@pytest.mark.parametrize("sender", ["82228", "NHS-NoReply", "+441164960123", "+33612345678"])
async def test_s9_senders_that_are_no_uk_mobile_are_stored_screened_and_not_answered(house: House, sender: str) -> None:
    """Short codes, names, landlines, numbers abroad: staff see them; not even STOP is confirmed."""
    assert await house.text("SM1", "I will kill myself", sender) == 200
    assert await house.text("SM2", "STOP", sender) == 200
    await house.text("SM3", "hello")
    await house.until_texts(1)
    assert [m["to"] for m in house.twilio.messages] == [MOBILE] and len(house.rasa.turns) == 1
    assert len(await house.rows(select(SafetyEvent))) == 1
    assert len(await house.rows(select(OutboxText))) == 1
    assert [m.kind for m in await inward(house)][:2] == ["sender_not_answered"] * 2


@pytest.mark.parametrize(("allowed", "answered"), [(True, 1), (False, 0)])
async def test_s9_numbers_made_for_tests_count_only_while_the_setting_allows_them(
    tmp_path: Path, allowed: bool, answered: int
) -> None:
    """+447700900000 to 900999 are mobiles while ALLOW_TEST_NUMBERS is on; a real mobile always is."""
    house = await House(tmp_path, changes={"allow_test_numbers": allowed}).start()
    await house.text("SM1", "hello", "+447700900000")
    await house.text("SM2", "hello", "+447400123456")
    await eventually(lambda: house.texts("+447400123456"))
    await house.close()
    assert len(house.texts("+447700900000")) == answered


async def test_s10_two_machines_do_not_talk_to_each_other_for_ever(house: House) -> None:
    """The same text a third time running is not answered; a crisis in it would be; other words are."""
    for number in range(5):
        await house.text(f"SM{number}", "I am driving right now")
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.3)
    assert len(house.rasa.turns) == 2
    assert house.db is not None
    seen = await house.db.read(record.lines, [(await inward(house))[0].conversation_id])
    assert [line.kind for line in seen if line.incoming][2:] == ["loop"] * 3, "the desk shows it"
    for number in range(5, 8):
        await house.text(f"SM{number}", "I smell gas")
        await asyncio.sleep(0.1)
    await eventually(lambda: len([text for text in house.texts() if "Samaritans" in text]) == 3)


async def test_s10_the_same_answer_to_open_questions_is_no_loop(house: House) -> None:
    """Outside a pending choice only: "1" again and again may be a person's answers."""
    house.rasa.script = lambda turn: [{"text": "And now?", "choices": YES_NO, "data": {}}]
    for number in range(5):
        await house.text(f"SM{number}", "1")
        await house.until_texts(number + 1)
    assert {m.kind for m in await inward(house)} == {"text"}


async def test_s10_more_texts_a_minute_than_a_person_sends_are_not_answered(house: House) -> None:
    """Over 30 a minute from one number: stored, not answered."""
    for number in range(33):
        await house.text(f"SM{number}", f"message number {number} of many")
    await eventually(lambda: house.texts())
    await asyncio.sleep(0.5)
    stored = await inward(house)
    assert len(stored) == 33 and sum(m.kind == "loop" for m in stored) == 3
    await house.text("SM99", "I will kill myself")
    await eventually(lambda: any("Samaritans" in text for text in house.texts()))


async def test_o7_a_new_start_after_three_days_keeps_the_stop(house: House) -> None:
    """After 72 hours the conversation is a new one; that the number stopped texts still holds."""
    await house.text("SM1", "stop", OptOutType="STOP")
    house.clock.offset = timedelta(hours=73)
    await house.text("SM2", "hello")
    conversations = await house.rows(select(Conversation).order_by(Conversation.created_at))
    assert [(c.state, c.texts_stopped) for c in conversations] == [("ended", True), ("active", True)]


async def test_o7_the_bot_is_told_of_a_gap_of_more_than_four_hours_once(house: House) -> None:
    """The first text after it says that the resident was away; the next one, and a first text ever, do not."""
    house.clock.offset = timedelta()
    for sid, body in (("SM1", "hello"), ("SM2", "coalville")):
        await house.text(sid, body)
        await eventually(lambda: house.engine.backlog == 0)
    house.clock.offset = timedelta(hours=5)
    for sid, body in (("SM3", "are you there"), ("SM4", "carry on")):
        await house.text(sid, body)
        await eventually(lambda: house.engine.backlog == 0)
    assert [turn["metadata"].get("away", False) for turn in house.rasa.turns] == [False, False, True, False]
