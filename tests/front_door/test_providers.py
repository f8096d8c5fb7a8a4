"""What the front door may rely on, whichever company carries its texts."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from front_door.model import Conversation, DeliveryStatus, Message, OutboxText
from tests.fakes import notify, twilio
from tests.front_door.carriers import DELIVERED, FAILED, PROVIDERS, SENDING, Carrier, carried_by
from tests.front_door.support import MOBILE, PUBLIC, eventually, words


@pytest.fixture(params=PROVIDERS)
async def carrier(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Carrier]:
    made = await carried_by(request.param, tmp_path)
    yield made
    await made.close()


def new_id() -> str:
    return str(uuid.uuid4())


def received(carrier: Carrier, body: str = "hello", **more: Any) -> dict[str, Any]:
    """The fields of a text to us, as this provider sends them."""
    make = twilio.inbound if carrier.name == "twilio" else notify.inbound
    return {**make(new_id(), MOBILE, body), **more}


async def test_a_text_is_answered_by_one_text(carrier: Carrier) -> None:
    """Stored, acknowledged, answered through the provider's API; the provider has nothing to complain of."""
    assert await carrier.text(new_id(), "I am cold") == 200
    await eventually(lambda: carrier.texts())
    assert carrier.texts() == [f"{words().sms_welcome}\nYou said: I am cold"]
    assert carrier.fake.problems == []
    assert [c.address for c in await carrier.house.rows(select(Conversation))] == [MOBILE]


async def test_the_same_text_five_times_at_once_is_one_turn(carrier: Carrier) -> None:
    """Providers repeat themselves."""
    id = new_id()
    assert await asyncio.gather(*(carrier.text(id, "hello") for _ in range(5))) == [200] * 5
    await eventually(lambda: carrier.texts())
    assert len(await carrier.house.rows(select(Message).where(Message.direction == "in"))) == 1
    assert len(carrier.house.rasa.turns) == 1


@pytest.mark.parametrize("proof", ["missing", "empty", "wrong", "of the other provider", "not ascii"])
async def test_a_request_without_the_right_proof_is_403_and_stores_nothing(carrier: Carrier, proof: str) -> None:
    """Texts and delivery reports alike."""
    ours, theirs = ("X-Twilio-Signature", "Authorization")[:: 1 if carrier.name == "twilio" else -1]
    headers = {
        "missing": {},
        "empty": {ours: ""},
        "wrong": {ours: "Bearer of-nothing"},
        "of the other provider": {theirs: "Bearer x"},
        "not ascii": {ours: "Bearer ü"},
    }[proof]
    for path in ("/sms", "/sms/fallback", "/sms/status"):
        assert await carrier.post(path, received(carrier), headers) == 403
    assert await carrier.house.rows(select(Message)) == await carrier.house.rows(select(DeliveryStatus)) == []


async def test_a_text_to_another_number_is_403(carrier: Carrier) -> None:
    """A right proof is not enough."""
    field = "To" if carrier.name == "twilio" else "destination_number"
    assert await carrier.post("/sms", received(carrier, **{field: "447700900999"})) == 403
    assert await carrier.house.rows(select(Message)) == []


async def test_unknown_and_blank_fields_pass(carrier: Carrier) -> None:
    """Providers add fields without notice, and leave some empty."""
    assert await carrier.post("/sms", received(carrier, SomethingNew="x", another="")) == 200
    assert len(await carrier.house.rows(select(Message).where(Message.direction == "in"))) == 1


async def test_a_request_without_sender_or_id_is_taken_and_not_stored(carrier: Carrier) -> None:
    """An error would only make the provider send it again."""
    for name in ("From", "source_number"):
        fields = received(carrier)
        if name in fields:
            assert await carrier.post("/sms", {**fields, name: ""}) == 200
    assert await carrier.house.rows(select(Message)) == []


@pytest.mark.parametrize("body", ["", "x" * 1_600, "😀 ગુજરાતી اردو", "line\nline", "NUL \x01 tab\t"])
async def test_every_text_is_stored_exactly(carrier: Carrier, body: str) -> None:
    """Empty, long, emoji, other scripts, control characters."""
    assert await carrier.text(new_id(), body) == 200
    assert [m.text for m in await carrier.house.rows(select(Message).where(Message.direction == "in"))] == [body]


async def test_delivery_reports_in_any_order_keep_the_furthest(carrier: Carrier) -> None:
    """Repeated, late, unknown words, unknown ids: never an error, and delivered stays delivered."""
    await carrier.text(new_id(), "hello")

    async def sent() -> list[str]:
        return [row.provider_sid for row in await carrier.house.rows(select(OutboxText)) if row.provider_sid]

    (sid,) = await eventually(sent)
    for status in (SENDING, DELIVERED, SENDING, "a-new-word", DELIVERED):
        assert await carrier.report(sid, status) == 204
    assert await carrier.report(new_id(), FAILED) == 204
    found = {row.provider_sid: row for row in await carrier.house.rows(select(DeliveryStatus))}
    assert found[sid].status == "delivered" and found[sid].error_class is None
    (other,) = (row for id, row in found.items() if id != sid)
    assert other.error_class == "bad_number" and other.error_code


async def test_stop_is_obeyed_and_confirmed_once(carrier: Carrier) -> None:
    """A provider that acts on no word leaves STOP to us; so does one whose lists lack it."""
    await carrier.text(new_id(), "hello")
    await eventually(lambda: len(carrier.texts()) == 1)
    for _ in range(2):
        await carrier.text(new_id(), "STOP")
    await eventually(lambda: len(carrier.texts()) == 2)
    await carrier.text(new_id(), "are you there")
    await asyncio.sleep(0.2)
    assert carrier.texts()[1:] == [words().stop_confirmation] and len(carrier.house.rasa.turns) == 1


@pytest.mark.parametrize("sender", ["82228", "NHS-NoReply", "+441164960123", "+33612345678"])
async def test_senders_that_are_no_uk_mobile_are_stored_and_not_answered(carrier: Carrier, sender: str) -> None:
    """Also when the provider writes numbers without a plus."""
    assert await carrier.text(new_id(), "hello", sender) == 200
    await asyncio.sleep(0.1)
    (conversation,) = await carrier.house.rows(select(Conversation))
    assert conversation.address == sender and carrier.fake.attempts == 0


async def test_a_key_that_is_refused_lets_texts_wait_for_somebody_to_mend_it(carrier: Carrier) -> None:
    """401 or 403 is our own set-up: nothing is lost, nothing is given up."""
    if carrier.name == "twilio":
        right, carrier.fake.token = carrier.fake.token, "another"
    else:
        carrier.fake.set("clock")
    await carrier.text(new_id(), "hello")

    async def tried() -> bool:
        return any(row.attempts > 1 for row in await carrier.house.rows(select(OutboxText)))

    await eventually(tried)
    assert {row.state for row in await carrier.house.rows(select(OutboxText))} <= {"pending", "sending"}
    if carrier.name == "twilio":
        carrier.fake.token = right
    carrier.fake.set("ok")
    await eventually(lambda: carrier.texts())


async def test_public_address_and_path_are_what_is_proved(tmp_path: Path) -> None:
    """Twilio's signature is made for our public address; a bearer token does not depend on it."""
    carrier = await carried_by("twilio", tmp_path)
    try:
        form = twilio.inbound("SM1", MOBILE, "hello")
        assert await carrier.post("/sms/fallback", form, twilio.signed(f"{PUBLIC}/sms", form)) == 403
        assert await carrier.post("/sms/fallback", form, twilio.signed(f"{PUBLIC}/sms/fallback", form)) == 200
    finally:
        await carrier.close()
