"""Texts of staff, sent through the front door's own outbox."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from common.clock import LONDON, Clock
from front_door.model import Conversation, OutboxText
from referrals import handling, staff_text
from referrals.staff_text import StaffText
from referrals.staff_text_rules import StaffTextRules
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.front_door.support import DATA, FAST, House, eventually
from tests.referrals.support import SATURDAY, make_request

RULES = StaffTextRules.load(DATA, allow_test_numbers=True)
WORDS = RULES.templates["tried_to_ring"].text
NOON = datetime(2026, 11, 23, 12, tzinfo=LONDON)


class Turned(Clock):
    at = NOON

    def now(self) -> datetime:
        return self.at


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path, timing=replace(FAST, break_silence=30.0, follow_ups=0.05), clock=Turned())
    yield await made.start()
    await made.close()


async def send(house: House) -> None:
    """Staff press the button. The desk knew of nothing against it then."""

    def work(session) -> None:
        stored = submit(session, make_request(safe_to_text=True), now=SATURDAY, team=TeamFacts.load(DATA))
        referral = handling.find(session, stored.reference)
        assert referral is not None
        staff_text.ask(
            session, RULES, referral, "tried_to_ring",
            form_id="f", who="bob", stopped=False, careful=False, now=house.clock.now(),
        )  # fmt: skip

    assert house.db
    await house.db.run(work)


async def until(house: House, state: str) -> None:
    async def reached() -> bool:
        return [row.state for row in await house.rows(select(StaffText))] == [state]

    await eventually(reached)


async def test_d7_the_text_goes_out_once_as_it_was_shown(house: House) -> None:
    """Word for word, also over a restart; then the row keeps no number."""
    await send(house)
    await house.until_texts(1)
    await house.restart()
    await until(house, "sent")
    assert house.texts() == [WORDS]
    assert (await house.rows(select(StaffText)))[0].phone is None
    assert [row.kind for row in await house.rows(select(OutboxText))] == ["staff"]


async def test_d7_it_waits_for_the_morning(house: House) -> None:
    """Sent at ten in the evening, it goes at eight."""
    house.clock.at = NOON + timedelta(hours=10)  # type: ignore[attr-defined]
    await send(house)
    await house.text("SM1", "hello", sender="+447700900456")
    await eventually(lambda: house.texts("+447700900456"))
    assert house.texts() == []
    house.clock.at = NOON + timedelta(hours=20)  # type: ignore[attr-defined]
    await house.until_texts(1)


async def test_d7_a_number_that_stopped_our_texts_after_the_click_gets_none(house: House) -> None:
    """STOP holds for staff too."""
    await house.text("SM1", "STOP", OptOutType="STOP")
    await send(house)
    await until(house, "dropped")
    assert house.texts() == []


async def test_d7_nor_one_that_told_of_abuse(house: House) -> None:
    """Then texts go only as replies."""
    await house.text("SM1", "hello")
    await house.until_texts(1)
    assert house.db
    await house.db.run(lambda session: session.execute(update(Conversation).values(careful=True)))
    await send(house)
    await until(house, "dropped")
    assert len(house.texts()) == 1
