"""Text messages from the signed webhook to the text that goes back."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import select

from front_door.model import Message
from tests.fakes.twilio import ACCOUNT, TOKEN, inbound, signed
from tests.front_door.support import MOBILE, PUBLIC, House, eventually, words


async def test_s3_a_text_is_answered_at_once_with_empty_twiml_and_then_by_the_rest_api(house: House) -> None:
    """200 text/xml <Response/>; one text back, with the short welcome the first time only."""
    assert house.client is not None
    form = inbound("SM1", MOBILE, "I am cold")
    async with house.client.post("/sms", data=form, headers=signed(f"{PUBLIC}/sms", form)) as response:
        assert (response.status, response.content_type) == (200, "text/xml")
        assert await response.text() == "<Response/>"
    await eventually(lambda: house.texts())
    assert house.texts() == [f"{words().sms_welcome}\nYou said: I am cold"]
    await house.text("SM2", "and hungry")
    await eventually(lambda: len(house.texts()) == 2)
    assert house.texts()[1] == "You said: and hungry"
    sent = house.twilio.messages[0]
    assert sent["status_callback"] == f"{PUBLIC}/sms/status" and sent["validity_period"] == "3600"
    assert house.twilio.problems == []
    assert house.rasa.turns[0]["channel"] == "sms"


async def test_s4_the_same_message_sid_five_times_at_once_and_a_day_later_is_one_turn_and_one_reply(
    house: House,
) -> None:
    """Repeats do nothing, at once or later."""
    assert await asyncio.gather(*(house.text("SM1", "hello") for _ in range(5))) == [200] * 5
    await eventually(lambda: house.texts())
    house.clock.offset = timedelta(days=1)
    assert await house.text("SM1", "hello") == 200
    await asyncio.sleep(0.2)
    house.clock.offset = timedelta(days=40)
    assert await house.text("SM1", "hello") == 200
    await asyncio.sleep(0.1)
    assert len(house.rasa.turns) == 1 and len(house.texts()) == 1
    assert len(await house.rows(select(Message).where(Message.direction == "in"))) == 1


@pytest.mark.parametrize("wrong", ["missing", "empty", "other url", "other token", "changed body", "not ascii"])
async def test_s2_a_signature_that_is_not_right_is_403_and_stores_nothing(house: House, wrong: str) -> None:
    """Missing, malformed, made for the inner address, by another key, or for other words."""
    assert house.client is not None
    form = inbound("SM1", MOBILE, "hello")
    headers = {
        "missing": {},
        "empty": {"X-Twilio-Signature": ""},
        "other url": signed(str(house.client.make_url("/sms")), form),
        "other token": signed(f"{PUBLIC}/sms", form, "some-other-token"),
        "changed body": signed(f"{PUBLIC}/sms", {**form, "Body": "else"}),
        "not ascii": {"X-Twilio-Signature": "ü"},
    }[wrong]
    async with house.client.post("/sms", data=form, headers=headers) as response:
        assert response.status == 403
    assert await house.rows(select(Message)) == []


@pytest.mark.parametrize("field", [{"AccountSid": "AC9"}, {"To": "+447700900999"}])
async def test_s2_a_request_for_another_account_or_number_is_403(house: House, field: dict[str, str]) -> None:
    """A right signature is not enough."""
    assert await house.text("SM1", "hello", **field) == 403
    assert await house.rows(select(Message)) == []


async def test_s1_the_signature_covers_the_public_address_path_and_query(house: House) -> None:
    """Behind a proxy that changes host, port and scheme, also with a query; a second token passes while keys rotate."""
    assert house.client is not None
    form = inbound("SM1", MOBILE, "hello")
    url = f"{PUBLIC}/sms?x=1&y=%20z"
    headers = signed(url, form, "an-older-token-still-accepted") | {"Host": "inner.local", "X-Forwarded-Host": "evil"}
    async with house.client.post("/sms?x=1&y=%20z", data=form, headers=headers) as response:
        assert response.status == 200
    inner = str(house.client.make_url("/sms?x=1&y=%20z"))
    form = inbound("SM2", MOBILE, "hello")
    async with house.client.post("/sms?x=1&y=%20z", data=form, headers=signed(inner, form)) as response:
        assert response.status == 403
    assert [m.provider_id for m in await house.rows(select(Message).where(Message.direction == "in"))] == ["SM1"]


async def test_s2_unknown_and_blank_fields_pass_and_so_does_a_second_token(house: House) -> None:
    """Twilio adds fields without notice, and a token is replaced without a gap."""
    assert house.client is not None
    form = inbound("SM1", MOBILE, "hello", NewField="é", ApiVersion="", ChannelMetadata='{"a": 1}')
    for token in (TOKEN, "an-older-token-still-accepted"):
        headers = signed(f"{PUBLIC}/sms", form, token)
        async with house.client.post("/sms", data=form, headers=headers) as response:
            assert response.status == 200


async def test_s2_garbage_never_makes_the_webhook_fail(house: House) -> None:
    """Broken encodings, multipart, JSON, unknown charsets: 403 or 413, never 500."""
    assert house.client is not None
    bodies = [
        (b"\xff\xfe=1", "application/x-www-form-urlencoded"),
        (b"a=1", "application/x-www-form-urlencoded; charset=no-such"),
        (b"{}", "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"x" * 70_000, "application/x-www-form-urlencoded"),
    ]
    for body, kind in bodies:
        headers = {"Content-Type": kind, "X-Twilio-Signature": "x"}
        async with house.client.post("/sms", data=body, headers=headers) as response:
            assert response.status in (403, 413)


async def test_s6_texts_that_pile_up_are_joined_and_a_number_never_is(house: House) -> None:
    """While a turn runs, free texts wait and become the next turn together, in order; "2" is a turn of its own."""
    house.rasa.mode, house.rasa.seconds = "slow", 0.15
    for number, body in enumerate(["one", "two words", "three words", "2", "five words", "six words"]):
        await house.text(f"SM{number}", body)
    await eventually(lambda: len(house.rasa.turns) == 4)
    assert [turn["text"] for turn in house.rasa.turns] == [
        "one",
        "two words\nthree words",
        "2",
        "five words\nsix words",
    ]
    assert house.rasa.overlaps == 0


async def test_s8_any_body_is_stored_exactly(house: House) -> None:
    """1,600 characters, emoji, Gujarati, Urdu, nothing at all."""
    bodies = ["x" * 1600, "😀 help", "મને મદદ જોઈએ", "مجھے مدد چاہیے", ""]
    for number, body in enumerate(bodies):
        assert await house.text(f"SM{number}", body) == 200
    stored = await house.rows(select(Message).where(Message.direction == "in").order_by(Message.seq))
    assert [message.text for message in stored] == bodies
    await eventually(lambda: any(words().empty in text for text in house.texts()))


async def test_without_twilio_settings_the_route_says_503(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """And the log says which settings are missing."""
    await house.shut()
    house.changes = {"twilio_account_sid": None}
    await house.open()
    assert await house.text("SM1", "hello") == 503
    assert "TWILIO_ACCOUNT_SID" in caplog.text


async def test_numbers_and_texts_are_encrypted_and_never_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A canary number and canary words are in no table as they are, and in no log line."""
    caplog.set_level("DEBUG")
    house.rasa.mode = "503"
    await house.text("SM1", "canary words xyzzy")
    await asyncio.sleep(0.5)
    await house.shut()
    stored = b"".join(path.read_bytes() for path in house.path.iterdir())
    assert b"xyzzy" not in stored and MOBILE.encode() not in stored and b"7700900123" not in stored
    assert "xyzzy" not in caplog.text and "7700900123" not in caplog.text
    await house.open()


async def test_the_fake_twilio_checks_credentials(house: House) -> None:
    """So that what the product sends is really proved."""
    assert house.twilio_server is not None
    url = house.twilio_server.make_url(f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json")
    async with aiohttp.ClientSession() as http, http.post(url, data={}) as response:
        assert response.status == 401
    house.twilio.problems.clear()
    assert TOKEN
