"""A referral in the database of a house, as the conversation would have sent it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from front_door.model import Conversation
from referrals import handling
from referrals.model import Referral
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.front_door.support import DATA, MOBILE, House
from tests.referrals.support import make_request

REFERENCE = "K7M-4PR"
OTHER_REFERENCE = "H2F-9WX"
OTHER_MOBILE = "+447700900124"


async def conversation_of(house: House, **found_by: Any) -> str:
    """The id of the newest conversation (of one kind)."""
    query = select(Conversation.id).filter_by(**found_by).order_by(Conversation.created_at.desc())
    return str((await house.rows(query))[0])


async def sent(house: House, conversation: str = "another", reference: str = REFERENCE, **changes: Any) -> int:
    """Send a referral from `conversation`; returns its id."""
    number = reference.replace("-", "").lower()
    wanted = {"contact_value": MOBILE, "idempotency_key": number, "conversation": conversation, **changes}

    def store(session: Session) -> int:
        team, now = TeamFacts.load(DATA), house.clock.now()
        submit(session, make_request(**wanted), now=now, team=team, make_reference=lambda: reference)
        referral = handling.find(session, reference)
        assert referral is not None
        return referral.id

    return await change(house, store)


async def change(house: House, work: Callable[[Session], Any]) -> Any:
    assert house.db is not None
    return await house.db.run(work)


async def referral(house: House, reference: str = REFERENCE) -> Referral:
    assert house.db is not None
    found = await house.db.read(handling.find, reference)
    assert found is not None
    return found
