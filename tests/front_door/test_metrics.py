"""G7: what is counted, that nothing in it comes from residents, and that a sick database cannot make it harm the chat."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from bench.assistant import free_port
from common.clock import Clock
from common.database import Base, Database, open_database
from front_door.app import METRICS
from front_door.metrics import CHANNELS, DELIVERIES, DIRECTIONS, OTHER, TEXT_OUTCOMES, TURN_OUTCOMES, Metrics, one_of
from front_door.metrics_database import OUTBOX_STATES, DatabaseFigures
from front_door.metrics_rows import count_rows
from front_door.metrics_server import scrape
from front_door.model import Conversation, DeliveryStatus, Message
from referrals.model import Delivery, Referral
from tests.fakes.twilio import ACCOUNT, signed
from tests.front_door.browser import ask
from tests.front_door.support import MOBILE, PUBLIC, House, eventually

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(samples: Samples, name: str, **labels: str) -> float:
    return samples.get((f"assistant_{name}", tuple(sorted(labels.items()))), 0.0)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'metrics.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


async def scraped(port: int) -> tuple[str, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/metrics", timeout=aiohttp.ClientTimeout(total=5)) as answer,
    ):
        assert answer.status == 200
        return await answer.text(), answer.headers["Content-Type"]


async def test_g7_metrics_tell_what_happened_on_a_private_port(tmp_path: Path) -> None:
    """Messages in and out by channel, turns and their time, breaker, queue, outbox and its age, texts by outcome, segments, crisis
    replies, delivery, webhook time; on METRICS_PORT of loopback, and on no other port.
    """
    port = free_port()
    house = await House(tmp_path, changes={"metrics_port": port}).start()
    try:
        async with house.browser() as browser:
            await ask(browser, "hello")
            await ask(browser, "I want to kill myself")
        await house.text("SM1", "hello by text")
        await house.until_texts(1)
        sid = house.twilio.messages[0]["sid"]
        report = {"MessageSid": sid, "MessageStatus": "delivered", "AccountSid": ACCOUNT}
        assert house.client is not None
        await house.client.post("/sms/status", data=report, headers=signed(f"{PUBLIC}/sms/status", report))
        async with house.client.get("/metrics") as response:
            assert response.status == 404

        async def counted() -> Samples | None:
            found = parsed((await scraped(port))[0])
            return found if value(found, "texts_total", outcome="sent") == 1 else None

        found = await eventually(counted)
        assert (await scraped(port))[1].startswith("text/plain")
    finally:
        await house.close()
    assert value(found, "messages_total", direction="in", channel="web") == 2
    assert value(found, "messages_total", direction="in", channel="sms") == 1
    assert value(found, "messages_total", direction="out", channel="sms") == 1
    assert value(found, "turns_total", channel="web", outcome="answered") == 2
    assert value(found, "turn_seconds_count", channel="web") == 2
    assert 0 < value(found, "turn_seconds_sum", channel="sms") < 5
    assert value(found, "crisis_replies_total", channel="web") == 1
    assert value(found, "text_segments_total") >= 1
    assert value(found, "text_deliveries_total", status="delivered") == 1
    assert value(found, "http_seconds_count", route="/sms", status="2xx") == 1
    assert value(found, "http_seconds_count", route="other", status="4xx") == 1
    assert value(found, "database_up") == 1
    for name in ("breaker_open", "backlog", "queue_messages", "outbox_oldest_seconds", "referrals_overdue"):
        assert (f"assistant_{name}", ()) in found and value(found, name) == 0


async def test_g7_an_open_breaker_a_queue_and_unsent_texts_are_seen(hurried: House) -> None:
    """With the bot and Twilio down: breaker 1, a queue with an age, an outbox with an age, failed tries."""
    hurried.rasa.mode = "503"
    hurried.twilio.set("500")
    metrics = hurried.server.app[METRICS]  # type: ignore[union-attr]
    figures = DatabaseFigures(hurried.db, hurried.clock)  # type: ignore[arg-type]
    for number in range(6):
        await hurried.text(f"SM{number}", f"hello {number}", f"+44770090020{number}")
    await hurried.text("SM9", "I smell gas")

    async def seen() -> bool:
        await figures.refresh()
        found = parsed(await scrape(metrics, figures))
        ages = {family.name: family.samples[0].value for family in figures.collect()}
        return bool(
            value(found, "breaker_open") == 1
            and value(found, "turns_total", channel="sms", outcome="failed") >= 5
            and value(found, "crisis_replies_total", channel="sms") == 1
            and ages["assistant_queue_messages"] == 7
            and ages["assistant_queue_oldest_seconds"] > 0.3
            and ages["assistant_outbox_oldest_seconds"] > 0.1
        )

    await eventually(seen)
    figures.close()


def referral(number: int, due: datetime, state: str) -> Referral:
    return Referral(
        reference=f"AAA-{number}",
        idempotency_key=str(number),
        conversation="c",
        channel="web",
        destination="fcp",
        team="First Contact Plus",
        tier="2",
        reasons=[],
        state=state,
        created_at=due,
        due_at=due,
        promised=False,
        promise_text="",
        packet={},
    )


async def test_g7_open_and_overdue_referrals_and_notices_are_counted(db: Database, house: House) -> None:
    """Open is what is not done; overdue is open and past its due time; a notice waits until it is handed over."""
    now = datetime(2026, 11, 24, 12, tzinfo=timezone.utc)
    clock = Clock(now - datetime.now(timezone.utc))
    hour = timedelta(hours=1)
    with db.transaction() as session:
        for number, (due, state) in enumerate(
            [(now - hour, "new"), (now + hour, "new"), (now - hour, "taken"), (now - hour, "done")]
        ):
            session.add(referral(number, due, state))
        session.flush()
        session.add(Delivery(referral_id=1, queued_at=now, next_at=now, message_id="m"))
    figures = DatabaseFigures(db, clock)
    await figures.refresh()
    found = {family.name: family.samples[0].value for family in figures.collect()}
    assert found["assistant_referrals_open"] == 3 and found["assistant_referrals_overdue"] == 2
    assert found["assistant_notices_waiting"] == 1
    figures.close()


async def test_g7_no_label_comes_from_residents(tmp_path: Path) -> None:
    """Strange words, numbers, paths, channels, methods and provider statuses: every label value is from a list of ours or a route of ours,
    and nothing of what was sent stands anywhere in the metrics.
    """
    house = await House(tmp_path).start()
    try:
        assert house.client is not None and house.server is not None
        async with house.browser() as browser:
            await ask(browser, "zebrafinch LE12 9ZZ 07700 900123")
            await browser.submit({**browser.page.composer["hidden"], "message": "hi", "channel": "zebrafinch"})
        await house.text("SMzebrafinch", "zebrafinch")
        await house.until_texts(1)
        report = {
            "MessageSid": "SMzebrafinch",
            "MessageStatus": "zebrafinch",
            "ErrorCode": "zebra",
            "AccountSid": ACCOUNT,
        }
        await house.client.post("/sms/status", data=report, headers=signed(f"{PUBLIC}/sms/status", report))
        for path in ("/zebrafinch", "/chat/zebrafinch?q=zebrafinch", "/static/zebrafinch.css"):
            await house.client.get(path)
        await house.client.request("ZEBRA", "/chat")
        figures = DatabaseFigures(house.db, house.clock)  # type: ignore[arg-type]
        metrics = house.server.app[METRICS]
        text = await scrape(metrics, figures)
        routes = {route.resource.canonical for route in house.server.app.router.routes() if route.resource}
        figures.close()
    finally:
        await house.close()
    assert "zebra" not in text.lower() and MOBILE[3:] not in text
    allowed = {*CHANNELS, *DIRECTIONS, *TURN_OUTCOMES, *TEXT_OUTCOMES, *DELIVERIES, *OUTBOX_STATES, OTHER}
    allowed |= routes | {"2xx", "3xx", "4xx", "5xx"}
    found = {
        label
        for _, labels in parsed(text)
        for name, label in labels
        if name != "le"  # the edges of a histogram
    }
    assert found <= allowed and len(found) > 6


@settings(deadline=None, max_examples=50)  # each makes a whole set of counters
@given(st.text(), st.text())
def test_g7_a_word_that_is_not_on_a_list_becomes_other(channel: str, outcome: str) -> None:
    """Whatever the database or a provider holds, the number of label values is bounded."""
    metrics = Metrics()
    metrics.turn(channel, outcome, 1.0)
    (labels, *_) = [
        s.labels for f in metrics.registry.collect() for s in f.samples if s.name == "assistant_turns_total"
    ]
    assert labels["channel"] in (*CHANNELS, OTHER) and labels["outcome"] in (*TURN_OUTCOMES, OTHER)
    assert one_of(CHANNELS, None) == OTHER


class SlowDatabase(Database):
    """A database whose reads hang until `go`."""

    go = threading.Event()

    def reading(self):  # type: ignore[no-untyped-def]
        self.go.wait(10)
        return super().reading()


async def test_g7_a_database_that_hangs_holds_up_neither_the_scrape_nor_the_chat(db: Database) -> None:
    """A scrape ends in its time limit and says that the figures are missing; ten scrapes keep one thread waiting, none of chat's."""
    slow = SlowDatabase(db.engine)
    figures = DatabaseFigures(slow, Clock(), seconds=0.05)
    metrics = Metrics()
    metrics.registry.register(figures)
    before, began = threading.active_count(), time.monotonic()
    texts = await asyncio.gather(*(scrape(metrics, figures) for _ in range(10)))
    assert time.monotonic() - began < 1.0
    assert threading.active_count() <= before + 1
    for text in texts:
        found = parsed(text)
        assert found["assistant_database_up", ()] == 0 and ("assistant_queue_messages", ()) not in found

    slow.go.set()

    async def up() -> bool:
        return parsed(await scrape(metrics, figures))["assistant_database_up", ()] == 1

    await eventually(up)
    figures.close()


async def test_g7_a_taken_port_does_not_keep_residents_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The front door opens all the same and says in its log why nobody can watch."""
    taker = await asyncio.start_server(lambda r, w: None, "127.0.0.1", 0)
    port = taker.sockets[0].getsockname()[1]
    house = await House(tmp_path, changes={"metrics_port": port}).start()
    async with house.browser() as browser:
        assert (await ask(browser, "hello"))["messages"]
    assert f"port {port}" in caplog.text
    await house.close()
    taker.close()


async def test_g7_what_is_rolled_back_is_not_counted(db: Database) -> None:
    """Only committed rows count; a status that a delivery report only repeats counts once."""
    metrics, now = Metrics(), datetime(2026, 1, 1, tzinfo=timezone.utc)
    end = count_rows(db.sessions, metrics)

    def write(session: Session, fail: bool) -> None:
        session.add(Conversation(id="a" * 32, channel="web", created_at=now, last_seen_at=now))
        session.flush()
        session.add(
            Message(
                id="b" * 32,
                conversation_id="a" * 32,
                seq=1,
                direction="in",
                channel="web",
                text="",
                state="done",
                created_at=now,
            )
        )
        session.add(DeliveryStatus(provider_sid="s", status="delivered", rank=6, updated_at=now))
        session.flush()
        if fail:
            raise ValueError

    with pytest.raises(ValueError):
        await db.run(write, True)
    await db.run(write, False)

    def repeat(session: Session) -> None:
        row = session.get(DeliveryStatus, "s")
        assert row is not None
        row.updated_at = now + timedelta(seconds=1)

    await db.run(repeat)
    end()
    found = {
        s.name: s.value for f in metrics.registry.collect() for s in f.samples if s.name.endswith("_total") and s.value
    }
    assert found == {"assistant_messages_total": 1.0, "assistant_text_deliveries_total": 1.0}
