"""What is GOV.UK Notify's own: its token, its template, its letters, its lists."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import aiohttp
import jwt
import pytest
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from common.notify_settings import NotifySettings
from front_door.model import OutboxText
from front_door.sms import notify_letters
from front_door.sms.notify import Notify, token
from front_door.sms.outbox import NOT_CARRIED
from front_door.sms.provider import NotOurs
from safety.replies import SMS_SEGMENTS
from safety.sms import room
from tests.fakes import notify as fake_notify
from tests.fakes.notify import SECRET, SERVICE, FakeNotify, read_token
from tests.front_door.carriers import carried_by, notify_settings
from tests.front_door.support import MOBILE, eventually

LONG_AGO = datetime(2026, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
async def fake() -> FakeNotify:
    return FakeNotify()


@pytest.fixture
async def provider(fake: FakeNotify) -> AsyncIterator[Notify]:
    server = TestServer(fake.app())
    await server.start_server(shutdown_timeout=0.01)
    made = Notify(notify_settings(str(server.make_url("")).rstrip("/")), aiohttp.ClientSession(), 0.5)
    yield made
    await made.close()
    await server.close()


def test_the_token_is_the_one_of_the_standard() -> None:
    """Header, claims and signature by RFC 7519: another library, PyJWT, reads it and makes the same claims of it."""
    made = token(SERVICE, SECRET, 1568818578)
    assert jwt.get_unverified_header(made) == {"typ": "JWT", "alg": "HS256"}
    assert jwt.decode(made, SECRET, algorithms=["HS256"]) == {"iss": SERVICE, "iat": 1568818578}
    assert read_token(made) == {"iss": SERVICE, "iat": 1568818578} and read_token(made, "another secret") is None
    assert made.count(".") == 2 and "=" not in made


@given(secret=st.text(min_size=1, max_size=50).filter(lambda s: s.isprintable()), now=st.integers(0, 2**33))
def test_a_token_is_read_by_its_own_secret_only(secret: str, now: int) -> None:
    """For any secret and time."""
    made = token(SERVICE, secret, now)
    assert read_token(made, secret) == {"iss": SERVICE, "iat": now}
    assert read_token(made, secret + "x") is None


async def test_the_token_carries_the_true_time(fake: FakeNotify) -> None:
    """Notify takes no token that is more than 30 seconds off; CLOCK, which moves the assistant's time, must not move it."""
    server = TestServer(fake.app())
    await server.start_server(shutdown_timeout=0.01)
    base = str(server.make_url("")).rstrip("/")
    for shift, outcome in ((0, "sent"), (31, "wait"), (-31, "wait")):
        made = Notify(notify_settings(base), aiohttp.ClientSession(), 0.5, lambda by=shift: time.time() + by)
        assert (await made.send(MOBILE, "hello", f"ref{shift}")).outcome == outcome
        await made.close()
    await server.close()


async def test_a_text_goes_by_template_with_our_id_as_reference(fake: FakeNotify, provider: Notify) -> None:
    """Notify sends templates only: ours has the one placeholder `body`; the reference finds the text again."""
    sent = await provider.send(MOBILE, "Where do you live?\n1 Here\n2 There", "an-outbox-id")
    (taken,) = fake.messages
    assert sent.outcome == "sent" and sent.provider_id == taken["id"]
    assert (taken["reference"], taken["body"]) == ("an-outbox-id", "Where do you live?\n1 Here\n2 There")
    assert await provider.find_sent(MOBILE, "other words", "an-outbox-id", LONG_AGO) == [taken["id"]]
    assert await provider.find_sent(MOBILE, taken["body"], "another", LONG_AGO) == []
    assert fake.problems == []


@pytest.mark.parametrize(
    ("mode", "outcome"), [("429", "wait"), ("500", "unknown"), ("drop", "unknown"), ("timeout", "unknown")]
)
async def test_errors_are_told_apart_by_status(fake: FakeNotify, provider: Notify, mode: str, outcome: str) -> None:
    """Notify says that its messages may change: only status and error type count."""
    fake.set(mode, 1)
    fake.retry_after = "7"
    sent = await provider.send(MOBILE, "hello", "r")
    assert sent.outcome == outcome
    if mode == "429":
        assert sent.retry_after == 7.0 and sent.error == "429 RateLimitError"


async def test_a_number_that_it_refuses_fails_for_good(fake: FakeNotify, provider: Notify) -> None:
    """400 ValidationError."""
    fake.wrong_numbers.add(MOBILE)
    sent = await provider.send(MOBILE, "hello", "r")
    assert (sent.outcome, sent.error) == ("failed", "400 ValidationError")


@pytest.mark.parametrize("written", ["+447700900900", "07700 900900", "447700900900", "+44 7700 900 900"])
def test_our_number_may_be_written_in_any_way(written: str) -> None:
    """Notify's callbacks leave the plus out."""
    made = Notify(replace(notify_settings("http://127.0.0.1:9"), number=written), None)  # type: ignore[arg-type]
    made.verify("/sms", fake_notify.bearer(), fake_notify.inbound("x", MOBILE, "hello"))
    with pytest.raises(NotOurs):
        made.verify("/sms", fake_notify.bearer(), fake_notify.inbound("x", MOBILE, "hello", to="+447700900901"))


def test_two_callback_tokens_are_taken_while_one_is_replaced() -> None:
    """Old and new; any other, and another kind of authorisation, is refused."""
    settings = replace(notify_settings("http://127.0.0.1:9"), tokens=("new-token", "old-token"))
    made = Notify(settings, None)  # type: ignore[arg-type]
    fields = fake_notify.inbound("x", MOBILE, "hello")
    for ours in ("new-token", "old-token"):
        made.verify("/sms", {"Authorization": f"Bearer {ours}"}, fields)
    for wrong in ("Bearer new-token2", "Basic new-token", "new-token", "Bearer", "", "Bearer \udcff"):
        with pytest.raises(NotOurs):
            made.verify("/sms", {"Authorization": wrong}, fields)


async def test_received_texts_are_read_to_the_last_page_or_to_the_time(fake: FakeNotify, provider: Notify) -> None:
    """`older_than` leads from page to page; another number's texts are not ours; oldest first."""
    now = datetime.now(timezone.utc)
    fake.page_size = 2
    for number in range(5):
        fake.receive(f"id{number}", MOBILE, f"word {number}", at=now - timedelta(hours=5 - number))
    fake.receive("other", MOBILE, "not ours")
    fake.received[-1]["notify_number"] = "447700900999"
    found = await provider.received_since(now - timedelta(hours=10))
    assert found is not None and [text.body for text in found] == [f"word {number}" for number in range(5)]
    assert {text.sender for text in found} == {MOBILE}
    some = await provider.received_since(now - timedelta(hours=2, minutes=30))
    assert some is not None and [text.body for text in some] == ["word 3", "word 4"]
    fake.lists_fail = True
    assert await provider.received_since(now) is None


@pytest.mark.parametrize(
    ("body", "carried"),
    [
        ("Plain words, £5 and €5", True),
        ("Bore da, tŷ ŵyr", True),
        ("x" * 918, True),
        ("x" * 919, False),
        ("નમસ્તે", False),
        ("سلام", False),
        ("café", True),
        ("Beyoğlu", False),
        ("😀", False),
    ],
)
def test_words_that_notify_would_spoil_are_known_before(body: str, carried: bool) -> None:
    """It keeps the GSM alphabet and Welsh; all else becomes a plain letter or "?"."""
    made = Notify(notify_settings("http://127.0.0.1:9"), None)  # type: ignore[arg-type]
    assert made.carries(body) is carried


async def test_words_that_cannot_be_carried_are_shown_to_staff_instead_of_question_marks(tmp_path: Path) -> None:
    """The text fails with its reason and is not sent; of a crisis reply the phone numbers arrive at least."""
    carrier = await carried_by("notify", tmp_path)
    try:
        await carrier.text("id1", "નમસ્તે")

        async def failed() -> bool:
            rows = await carrier.house.rows(select(OutboxText))
            return [(row.state, row.error) for row in rows] == [("failed", NOT_CARRIED)]

        await eventually(failed)
        assert carrier.fake.attempts == 0
    finally:
        await carrier.close()


def test_every_crisis_reply_fits_what_notify_carries() -> None:
    """Three segments are 459 plain letters, and Notify takes 918."""
    assert room(SMS_SEGMENTS) <= notify_letters.MOST_CHARACTERS


def test_it_is_not_built_from_half_its_settings() -> None:
    """Every field is needed but the address."""
    whole = notify_settings("http://127.0.0.1:9")
    for name in ("service", "secret", "template", "number"):
        with pytest.raises(ValueError, match="Notify needs"):
            Notify(replace(whole, **{name: ""}), None)  # type: ignore[arg-type]
    assert whole.secret == SECRET and not NotifySettings().complete
