"""What is on its way out when a referral is taken back stays here, in the front door too."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.encryption import active
from front_door.follow_ups import send_due
from front_door.model import OutboxText
from front_door.resident.taking_back import take_back
from front_door.sms.record import STAFF
from front_door.staff_texts import send_staff
from referrals import follow_up, handling, staff_text
from referrals.follow_up import FollowUpRules
from referrals.model import WITHDRAWN
from referrals.staff_text_rules import StaffTextRules
from tests.front_door.referral_support import OTHER_REFERENCE, REFERENCE, change, referral, sent
from tests.front_door.sms_support import answered, quiet_house, say
from tests.front_door.support import DATA, MOBILE, House


async def test_a_text_of_staff_in_the_outbox_does_not_go_out_any_more(tmp_path: Any) -> None:
    """It was handed over to the outbox and not sent yet; other texts of the same phone are left alone."""
    house = await quiet_house(tmp_path).start()
    try:
        await say(house, "hello there")
        await sent(house, safe_to_text=True)
        rules = StaffTextRules.load(DATA, allow_test_numbers=True)
        now = house.clock.now()

        def queue_and_take_back(session: Session) -> list[str]:
            found = handling.find(session, REFERENCE)
            assert found is not None
            staff_text.ask(
                session,
                rules,
                found,
                "running_late",
                form_id="f" * 16,
                who="bob",
                stopped=False,
                careful=False,
                now=now,
            )
            assert send_staff(session, rules, house.engine.voice, active().digest, now) == 1
            assert take_back(session, found, by="web", now=now) == "withdrawn"
            waiting = select(OutboxText).where(OutboxText.kind == STAFF)
            return [row.state for row in session.scalars(waiting)]

        assert await change(house, queue_and_take_back) == ["failed"]
        await answered(house)
        assert len(house.texts()) == 1 and (await referral(house)).state == WITHDRAWN
    finally:
        await house.close()


@pytest.mark.parametrize("state", ["pending", "unknown"])
async def test_texts_about_another_referral_of_the_same_phone_still_go(tmp_path: Any, state: str) -> None:
    """Both went into the outbox at once; only the one about what was taken back stays here, also when nobody knows if it went."""
    house = await quiet_house(tmp_path).start()
    try:
        await say(house, "hello there")
        await sent(house, safe_to_text=True)
        await sent(house, "more", OTHER_REFERENCE, safe_to_text=True)
        rules = StaffTextRules.load(DATA, allow_test_numbers=True)
        now = house.clock.now()

        def queue_and_take_back(session: Session) -> list[tuple[str, bool]]:
            for reference, code in ((REFERENCE, "running_late"), (OTHER_REFERENCE, "could_not_reach")):
                found = handling.find(session, reference)
                assert found is not None
                asked: dict[str, Any] = {
                    "form_id": reference,
                    "who": "bob",
                    "stopped": False,
                    "careful": False,
                    "now": now,
                }
                assert staff_text.ask(session, rules, found, code, **asked).at
            assert send_staff(session, rules, house.engine.voice, active().digest, now) == 2
            rows = session.scalars(select(OutboxText).where(OutboxText.kind == STAFF).order_by(OutboxText.position))
            queued = list(rows)
            queued[0].state = state
            found = handling.find(session, REFERENCE)
            assert found is not None and take_back(session, found, by="web", now=now) == "withdrawn"
            return [(row.state, "longer than we hoped" in row.body) for row in queued]

        assert await change(house, queue_and_take_back) == [("failed", True), ("pending", False)]
    finally:
        await house.close()


async def test_the_text_after_two_weeks_stays_here_when_it_still_waits_to_be_sent(house: House) -> None:
    """It is in the outbox as the referral is taken back."""
    await sent(house)
    rules = FollowUpRules.load(DATA)
    now = house.clock.now()
    agreed: dict[str, Any] = {
        "conversation": "another",
        "episode": "1",
        "phone": MOBILE,
        "words": "May we?",
        "reference": REFERENCE,
    }

    def send_and_take_back(session: Session) -> tuple[str, str]:
        due = follow_up.agree(session, rules, **agreed, now=now)
        later = due + timedelta(minutes=1)
        assert send_due(session, rules, house.engine.voice, active().digest, later) == 1
        found = handling.find(session, REFERENCE)
        assert found is not None and take_back(session, found, by="web", now=later) == "withdrawn"
        row = session.scalars(select(OutboxText)).one()
        return row.state, session.scalars(select(follow_up.FollowUp)).one().state

    assert await change(house, send_and_take_back) == ("failed", "dropped")


async def test_the_text_after_two_weeks_does_not_ask_about_what_was_taken_back(house: House) -> None:
    """Not even one that was agreed to after that."""
    await sent(house)
    rules = FollowUpRules.load(DATA)
    now = house.clock.now()

    def agree_after(session: Session) -> int:
        found = handling.find(session, REFERENCE)
        assert found is not None
        take_back(session, found, by="web", now=now)
        due = follow_up.agree(
            session,
            rules,
            conversation="another",
            episode="1",
            phone=MOBILE,
            words="May we?",
            reference=REFERENCE,
            now=now,
        )
        return send_due(session, rules, house.engine.voice, active().digest, due + timedelta(minutes=1))

    assert await change(house, agree_after) == 0
    states = [row.state for row in await house.rows(select(follow_up.FollowUp))]
    assert states == ["dropped"] and house.texts() == []
