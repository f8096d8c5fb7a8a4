"""STOP, START and words like them in the middle of a conversation, and texts that did not arrive."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from front_door.model import ENDED, Conversation, Message, OutboxText
from front_door.sms import record
from referrals import follow_up
from referrals.follow_up import FollowUp, FollowUpRules
from tests.fakes.twilio import ACCOUNT, NUMBER, signed
from tests.front_door.sms_support import NOON, answered, quiet_house, say, welcome_back
from tests.front_door.support import DATA, MOBILE, PUBLIC, House, eventually, words


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = quiet_house(tmp_path)
    made.rasa.script = welcome_back
    yield await made.start()
    await made.close()


@pytest.mark.parametrize("own", [True, False])
async def test_k1_stop_drops_the_draft_and_keeps_the_referral(house: House, own: bool) -> None:
    """What was sent to a team stays there; the half-finished conversation is over, and START begins a new one."""
    await say(house, "choices")
    assert house.db is not None
    old = (await house.rows(select(Conversation)))[0].id
    await house.db.run(
        follow_up.agree, FollowUpRules.load(DATA), conversation=old, episode="e", phone=MOBILE, words="?", reference=None, now=NOON
    )  # fmt: skip
    said = await say(house, "stop", **({} if own else {"OptOutType": "STOP"}))
    assert said == ([words().stop_confirmation] if own else [])
    stopped = (await house.rows(select(Conversation)))[0]
    assert (stopped.state, stopped.texts_stopped, stopped.pending_choices) == (ENDED, True, None)
    assert [(row.state, row.phone) for row in await house.rows(select(FollowUp))] == [("dropped", None)]
    assert await say(house, "1") == [] and len(house.rasa.turns) == 1
    await say(house, "start", OptOutType="START")
    assert await say(house, "hello again") == [f"{words().sms_welcome}\nYou said: hello again"]
    assert house.rasa.turns[-1]["conversation"] != old
    assert {c.texts_stopped for c in await house.rows(select(Conversation))} == {False}, "the desk sees it at each"


async def test_k1_texts_that_wait_when_stop_comes_are_not_given_to_the_bot_but_danger_is_answered(house: House) -> None:
    """The queue of that conversation is closed; a red flag in it gets its crisis reply now."""
    house.rasa.mode = "hang"
    await house.text("SM1", "hello")
    await eventually(lambda: house.rasa.turns)
    await house.text("SM2", "some words")
    await house.text("SM3", "I will kill myself")
    await house.text("SM4", "STOP", OptOutType="STOP")
    await eventually(lambda: house.texts())
    assert "Samaritans" in house.texts()[0]
    waiting = await house.rows(select(Message).where(Message.state == "queued"))
    assert waiting == [] and len(house.rasa.turns) == 1


async def test_k5_a_number_that_the_provider_calls_stopped_is_marked_and_not_tried_again(house: House) -> None:
    """21610: one try, the flag is set, and the desk shows it."""
    house.twilio.set("opted_out", 1)
    assert await say(house, "hello") == [] and house.twilio.attempts == 1
    assert [c.texts_stopped for c in await house.rows(select(Conversation))] == [True]
    assert house.db is not None
    (lost,) = await house.db.read(record.lost, NOON)
    assert lost.state == record.STOPPED


async def test_k5_nothing_that_anybody_queues_reaches_a_stopped_number(house: House) -> None:
    """Replies, confirmations, lists and follow-ups are closed with the reason; only danger is answered."""
    await say(house, "hello")
    await say(house, "STOP", OptOutType="STOP")
    sent = len(house.texts())
    conversation = (await house.rows(select(Conversation)))[0].id

    def queue(session: Any) -> None:
        for position, kind in enumerate(("reply", "services", "confirmation", "follow_up", "limit_notice"), start=50):
            session.add(
                OutboxText(
                    id=f"{position:032d}", conversation_id=conversation, position=position, kind=kind, body="hello", segments=1,
                    next_at=NOON, created_at=NOON,
                )
            )  # fmt: skip

    assert house.db is not None
    await house.db.run(queue)
    await answered(house)
    closed = await house.rows(select(OutboxText).where(OutboxText.position >= 50))
    assert {(row.state, row.error) for row in closed} == {("failed", "texts stopped")}
    assert len(house.texts()) == sent


async def test_o5_a_confirmation_that_did_not_arrive_is_listed_for_staff_at_once(house: House) -> None:
    """Well within a minute of the report, first of all that did not arrive, with the reason: phone instead."""
    await say(house, "hello")
    await say(house, "send it")
    assert house.db is not None and house.client is not None
    assert await house.db.read(record.lost, NOON) == []
    for message, code in zip(house.twilio.messages, ("30003", "30005"), strict=True):
        form = {
            "MessageSid": message["sid"],
            "MessageStatus": "undelivered",
            "ErrorCode": code,
            "AccountSid": ACCOUNT,
            "From": NUMBER,
        }
        async with house.client.post("/sms/status", data=form, headers=signed(f"{PUBLIC}/sms/status", form)) as answer:
            assert answer.status == 204
    lost = await house.db.read(record.lost, NOON)
    assert [(line.lost_confirmation, line.reason) for line in lost] == [(True, "bad_number"), (False, "temporary")]
    assert "LR-2345" in lost[0].words


@pytest.mark.parametrize(("mode", "given"), [("advanced", ["END", "cancel", "Quit", "YES"]), ("default", ["YES"])])
async def test_k2_end_cancel_quit_and_yes_reach_the_bot_as_the_setting_says(
    tmp_path: Path, mode: str, given: list[str]
) -> None:
    """`advanced`: the console frees them, they are answers. `default`: the provider has acted on END, CANCEL and QUIT and answered."""
    house = await quiet_house(tmp_path, sms_keywords=mode).start()
    try:
        for body in ("YES", "END", "cancel", "Quit"):
            await say(house, body)
        assert sorted(turn["text"] for turn in house.rasa.turns) == sorted(given)
        assert any(c.texts_stopped for c in await house.rows(select(Conversation))) is (mode == "default")
        await say(house, "yes")
        assert house.rasa.turns[-1]["text"] == ("yes" if mode == "advanced" else "YES")
        assert not (await house.rows(select(Conversation).order_by(Conversation.created_at.desc())))[0].texts_stopped
    finally:
        await house.close()
