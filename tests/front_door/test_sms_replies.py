"""What goes back by text: numbered choices, long replies in parts, and what became of them."""

from __future__ import annotations

from sqlalchemy import select

from front_door.model import DeliveryStatus, OutboxText
from tests.fakes.twilio import ACCOUNT, NUMBER, signed
from tests.front_door.support import MOBILE, PUBLIC, House, eventually


async def test_numbered_choices_are_sent_and_understood(house: House) -> None:
    """One text with "1 Yes" and "2 No" on lines of their own; "2" comes back as the value."""
    await house.text("SM1", "choices")
    await eventually(lambda: house.texts())
    assert house.texts()[0].endswith("Do you live in Leicestershire?\n1 Yes\n2 No")
    await house.text("SM2", "Two.")
    await eventually(lambda: len(house.texts()) == 2)
    assert house.rasa.turns[1]["choice"] == "live=no"


async def test_o1_a_long_reply_ends_with_reply_9_and_9_gives_the_rest_without_the_bot(house: House) -> None:
    """No part over three segments; every sentence arrives."""
    await house.text("SM0", "hello")
    await house.text("SM1", "long")
    await eventually(lambda: len(house.texts()) == 2)
    assert house.texts()[1].endswith("Reply 9 for more.")
    turns = len(house.rasa.turns)
    for number in range(2, 8):
        if not house.texts()[-1].endswith("Reply 9 for more."):
            break
        await house.text(f"SM{number}", "9")
        await house.until_texts(number + 1)
    assert len(house.rasa.turns) == turns
    heard = " ".join(house.texts()[1:]).replace("\nReply 9 for more.", "")
    assert all(f"number {n} of" in heard for n in range(1, 31))
    outbox = await house.rows(select(OutboxText))
    assert all(row.segments <= 3 for row in outbox)


async def test_o5_delivery_reports_in_any_order_keep_the_furthest(house: House) -> None:
    """Signed, repeatable; an older status and an unknown one change nothing and never fail."""
    assert house.client is not None

    async def report(status: str, sid: str = "SMx", **more: str) -> int:
        form = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT, "To": MOBILE, "From": NUMBER, **more}
        url = f"{PUBLIC}/sms/status"
        assert house.client is not None
        async with house.client.post("/sms/status", data=form, headers=signed(url, form)) as response:
            return response.status

    for status in ("sending", "delivered", "sent", "queued", "something_new"):
        assert await report(status) == 204
    assert await report("undelivered", "SMy", ErrorCode="99999") == 204
    found = {row.provider_sid: row for row in await house.rows(select(DeliveryStatus))}
    assert found["SMx"].status == "delivered"
    assert (found["SMy"].error_code, found["SMy"].error_class) == ("99999", "unknown")
    async with house.client.post("/sms/status", data={"MessageSid": "SMx", "MessageStatus": "failed"}) as response:
        assert response.status == 403
