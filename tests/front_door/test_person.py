"""Erasing somebody while they are being answered, texted or announced: it waits, and afterwards nothing is sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.clock import Clock
from desk import person
from front_door.model import Conversation, Message, OutboxText
from front_door.person import Busy
from referrals.model import SENDING, Delivery, Referral
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.front_door.lives import TRACKER
from tests.front_door.support import DATA, MOBILE, House, eventually
from tests.referrals.support import make_request


async def referred(house: House) -> str:
    """A chat by text, and a referral out of it; returns its reference."""
    await house.text("SM1", "hello")
    await house.until_texts(1)
    assert house.db is not None
    await eventually(lambda: house.rows(sa.select(OutboxText).where(OutboxText.state == "sent")))
    (talk,) = await house.rows(sa.select(Conversation))

    def store(session: Session) -> str:
        request = make_request(conversation=talk.id, contact_value=MOBILE)
        return submit(session, request, now=Clock().now(), team=TeamFacts.load(DATA)).reference

    TRACKER.create(house.db.engine)
    return await house.db.run(store)


async def erase(house: House, path: Path, reference: str, patience: float = 10.0) -> tuple[str, ...] | None:
    assert house.db is not None
    return await person.erase(house.db, Clock(), path / "var", reference, "lead", patience)


async def empty(house: House) -> bool:
    return not [
        *await house.rows(sa.select(Conversation)),
        *await house.rows(sa.select(Message)),
        *await house.rows(sa.select(Referral)),
    ]


async def test_a_turn_that_is_under_way_is_waited_for(house: House, tmp_path: Path) -> None:
    """The answer is out or not said at all; after the erasure there is nothing left to say, and nothing is."""
    reference = await referred(house)
    house.rasa.mode, house.rasa.seconds = "slow", 0.6
    await house.text("SM2", "are you there")
    await eventually(lambda: len(house.rasa.turns) == 2)
    with pytest.raises(Busy):
        await erase(house, tmp_path, reference, patience=0.0)
    assert await house.rows(sa.select(Referral))  # all or nothing
    assert await erase(house, tmp_path, reference) == ()
    sent = len(house.texts())
    assert await empty(house)
    await asyncio.sleep(0.2)
    assert len(house.texts()) == sent and await empty(house)


async def test_a_text_that_is_being_sent_is_waited_for_and_none_follows(house: House, tmp_path: Path) -> None:
    """One that waits in the outbox is never sent."""
    reference = await referred(house)
    (talk,) = await house.rows(sa.select(Conversation))
    now = Clock().now()

    def queue(session: Session) -> None:
        for position, state in ((90, "sending"), (91, "pending")):
            session.add(
                OutboxText(
                    id=f"text {position}", conversation_id=talk.id, position=position, kind="reply", body="never to be sent",
                    segments=1, state=state, next_at=now + timedelta(seconds=60), created_at=now, sender="another process",
                    sender_until=now + timedelta(seconds=1) if state == "sending" else None,
                )
            )  # fmt: skip

    assert house.db is not None
    await house.db.run(queue)
    with pytest.raises(Busy):
        await erase(house, tmp_path, reference, patience=0.0)
    await house.db.run(
        lambda session: session.execute(sa.update(OutboxText).where(OutboxText.state == "sending").values(state="sent"))
    )
    await erase(house, tmp_path, reference)
    house.engine.on_texts()
    await asyncio.sleep(0.2)
    assert "never to be sent" not in house.texts()
    assert await empty(house) and await house.rows(sa.select(OutboxText)) == []


async def test_a_notice_that_is_being_handed_over_is_waited_for(house: House, tmp_path: Path) -> None:
    """Its worker may be dead: then its lease ends, and the erasure goes on."""
    reference = await referred(house)
    assert house.db is not None
    hold = sa.update(Delivery).values(state=SENDING, next_at=Clock().now() + timedelta(seconds=0.5))
    await house.db.run(lambda session: session.execute(hold))
    with pytest.raises(Busy):
        await erase(house, tmp_path, reference, patience=0.0)
    assert await erase(house, tmp_path, reference) == ()
    assert await empty(house) and await house.rows(sa.select(Delivery)) == []


async def test_who_was_erased_starts_afresh(house: House, tmp_path: Path) -> None:
    """The same number writes again: a new chat that knows nothing; a number that sent STOP still gets nothing."""
    reference = await referred(house)
    await house.text("SM2", "STOP", OptOutType="STOP")
    await erase(house, tmp_path, reference)
    (shell,) = await house.rows(sa.select(Conversation))
    assert shell.texts_stopped and shell.address is None and shell.last_seq == 0
    sent = len(house.texts())
    await house.text("SM3", "hello again")
    assert len(house.texts()) == sent
