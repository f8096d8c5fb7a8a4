"""Signed webhooks, against a real HTTP server that checks what it gets by the words of docs/webhook.md."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select, update

from common import settings as configuration
from common.clock import FrozenClock
from common.database import Database
from common.settings import SettingsError
from referrals import handling
from referrals.delivery import BACK_OFF, GIVE_UP, LEASE, WEBHOOKS, deliver_due
from referrals.model import ConsentEvent, Delivery
from referrals.submit import submit
from referrals.team import TeamFacts
from referrals.webhook import WebhookCarrier, webhooks_for
from tests.referrals.support import SATURDAY, another, copy_data, given

SECRET = "s3cret of the test receiver = long enough"
NEXT = "the secret that comes after it and is long too"
TEAM = "Test Warm Homes"
WINDOW = 300  # seconds
MINUTE = timedelta(minutes=1)
PERSONAL = ("Test Resident", "7700", "Wigston", "onel", "four walls", "garden", "conversation-1")


@dataclass
class Receiver:
    """Somebody else's computer. Takes each id once; answers as told first."""

    clock: FrozenClock
    secret: str = SECRET
    answers: list[int] = field(default_factory=list)
    calls: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    taken: dict[str, Any] = field(default_factory=dict)

    def check(self, headers: Any, body: bytes) -> str:
        """The reason to refuse a call, or nothing."""
        moment = headers["webhook-timestamp"]
        if abs(self.clock.now().timestamp() - int(moment)) > WINDOW:
            return "old"
        signed = f"{headers['webhook-id']}.{moment}.".encode() + body
        mine = base64.b64encode(hmac.new(self.secret.encode(), signed, hashlib.sha256).digest()).decode()
        given = [part.removeprefix("v1,") for part in headers["webhook-signature"].split()]
        return "" if any(hmac.compare_digest(mine, one) for one in given) else "signature"

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.calls.append(dict(request.headers))
        self.bodies.append(body)
        if problem := self.check(request.headers, body):
            self.refused.append(problem)
            return web.Response(status=401)
        answer = self.answers.pop(0) if self.answers else 204
        if answer == 200 or answer == 204 or answer == 599:  # 599: takes it, and then the answer is lost
            self.taken.setdefault(request.headers["webhook-id"], json.loads(body))
        if 300 <= answer < 400:
            return web.Response(status=answer, headers={"Location": "/elsewhere"})
        return web.Response(status=500 if answer == 599 else answer)


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(SATURDAY)


@pytest.fixture
async def receiver(clock: FrozenClock) -> AsyncIterator[Receiver]:
    made = Receiver(clock)
    app = web.Application()
    app.router.add_post("/in", made.take)
    app.router.add_post("/elsewhere", made.take)
    server = TestServer(app)
    await server.start_server()
    made.url = str(server.make_url("/in"))  # type: ignore[attr-defined]
    yield made
    await server.close()


def facts(tmp_path: Path, url: str, personal: bool = False) -> TeamFacts:
    data = copy_data(tmp_path)
    (data / "destinations.yml").write_text(
        f"receivers: [{{destination: provider, team: {TEAM}, confirmed_by: Test Person,"
        f" webhook: {{name: warm, url: '{url}', personal_data: {str(personal).lower()}}}}}]"
    )
    return TeamFacts.load(data)


def carrier(team: TeamFacts, clock: FrozenClock, tmp_path: Path, secrets: str = f"warm={SECRET}") -> WebhookCarrier:
    made = webhooks_for(
        configuration.load(
            {
                "VAR_DIR": str(tmp_path / "var"),
                "SECRET_KEY": "a secret key for tests only, 32 long",
                "PUBLIC_BASE_URL": "https://help.example.org",
                "WEBHOOK_SECRETS": secrets,
            }
        ),
        team.others,
        clock.now,
    )
    assert isinstance(made, WebhookCarrier)
    return made


def store(db: Database, team: TeamFacts, number: int = 1) -> str:
    with db.transaction() as session:
        request = another(number, destination="provider", team=TEAM, consent=given("provider", TEAM))
        return submit(session, request, now=SATURDAY, team=team).reference


def delivery(db: Database) -> Delivery:
    with db.reading() as session:
        return session.scalars(select(Delivery).where(Delivery.kind == "webhook")).one()


@pytest.fixture
def team(receiver: Any, tmp_path: Path) -> TeamFacts:
    return facts(tmp_path, receiver.url)


@pytest.fixture
def sender(team: TeamFacts, clock: FrozenClock, tmp_path: Path) -> WebhookCarrier:
    return carrier(team, clock, tmp_path)


async def run(db: Database, sender: WebhookCarrier, clock: FrozenClock) -> int:
    return await deliver_due(db, sender, clock.now(), WEBHOOKS)


async def test_d6_a_receiver_that_checks_the_signature_takes_it(
    db: Database, team: TeamFacts, sender: WebhookCarrier, receiver: Receiver, clock: FrozenClock
):
    """HMAC-SHA256 over id, time and body; the id is the idempotency key; nothing about the person is in it."""
    reference = store(db, team)
    assert await run(db, sender, clock) == 1
    (told,) = receiver.taken.values()
    assert told["reference"] == reference and told["link"].endswith(f"/desk/referrals/{reference}")
    assert told["due_at"] == "2026-11-25T17:00:00+00:00" and told["day_promised"] is False
    assert receiver.calls[0]["Idempotency-Key"] == receiver.calls[0]["webhook-id"] == delivery(db).message_id
    everything = receiver.bodies[0].decode() + json.dumps(receiver.calls[0])
    assert "packet" not in told and not [secret for secret in PERSONAL if secret in everything]
    assert await run(db, sender, clock) == 0 and len(receiver.calls) == 1


async def test_d6_the_packet_goes_only_where_the_data_says_so(
    db: Database, receiver: Any, clock: FrozenClock, tmp_path: Path
):
    """`personal_data: true` sends what the resident agreed to."""
    team = facts(tmp_path, receiver.url, personal=True)
    store(db, team)
    assert await run(db, carrier(team, clock, tmp_path), clock) == 1
    (told,) = receiver.taken.values()
    assert told["packet"]["name"] == "Test Resident"


async def test_d6_a_consent_that_was_taken_back_stops_it(
    db: Database, team: TeamFacts, sender: WebhookCarrier, receiver: Receiver, clock: FrozenClock
):
    """Between the referral and the call the yes may be gone: then nothing leaves."""
    store(db, team)
    with db.transaction() as session:
        session.execute(update(ConsentEvent).values(withdrawn_at=SATURDAY))
    assert await run(db, sender, clock) == 0
    assert receiver.calls == [] and delivery(db).state == "dropped"


@pytest.mark.parametrize("answer", [500, 503, 429, 404, 401, 302, 307, 304])
async def test_d6_only_2xx_counts(
    db: Database, team: TeamFacts, sender: WebhookCarrier, receiver: Receiver, clock: FrozenClock, answer: int
):
    """Everything else is tried again after a pause, under the same id and a new time; a redirect is not followed."""
    store(db, team)
    receiver.answers = [answer]
    assert await run(db, sender, clock) == 0
    assert (delivery(db).state, delivery(db).problem) == ("waiting", f"the receiver answered {answer}")
    clock.advance(MINUTE)
    assert await run(db, sender, clock) == 1
    first, second = receiver.calls
    assert first["webhook-id"] == second["webhook-id"] and first["webhook-timestamp"] != second["webhook-timestamp"]


async def test_d6_waits_grow_and_after_three_days_the_lead_is_told(
    db: Database, team: TeamFacts, sender: WebhookCarrier, receiver: Receiver, clock: FrozenClock
):
    """1, 5, 15, 30 and then 60 minutes; in the end a person must look, and the referral is on the desk all the time."""
    store(db, team)
    receiver.answers = [500] * 99
    waits = []
    for _ in range(6):
        await run(db, sender, clock)
        waits.append(delivery(db).next_at - clock.now())
        clock.advance(waits[-1])
    assert waits == [*BACK_OFF, BACK_OFF[-1]]
    clock.advance(GIVE_UP)
    await run(db, sender, clock)
    assert delivery(db).state == "failed"
    with db.reading() as session:
        kinds = {one.kind for one in session.scalars(select(Delivery))}
        assert len(handling.open_referrals(session)) == 1
    assert kinds == {"email", "webhook", "undelivered"}


async def test_d6_an_answer_that_was_lost_makes_one_referral_there(
    db: Database, team: TeamFacts, sender: WebhookCarrier, receiver: Receiver, clock: FrozenClock
):
    """They took it and we never heard so: the repeat carries the same id, and they take each id once."""
    store(db, team)
    receiver.answers = [599, 599]
    for wait in (MINUTE, 5 * MINUTE, MINUTE):
        await run(db, sender, clock)
        clock.advance(wait)
    assert len(receiver.calls) == 3 and len(receiver.taken) == 1 and delivery(db).state == "sent"


async def test_d6_a_killed_worker_leaves_it_to_the_next(
    db: Database, team: TeamFacts, sender: WebhookCarrier, receiver: Receiver, clock: FrozenClock
):
    """Killed after the receiver's yes and before our note of it: after the lease it is told again, under the same id."""

    class Killed:
        async def send(self, notice: Any) -> None:
            await sender.send(notice)
            raise KeyboardInterrupt

    store(db, team)
    with pytest.raises(KeyboardInterrupt):
        await deliver_due(db, Killed(), clock.now(), WEBHOOKS)
    assert await run(db, sender, clock) == 0
    clock.advance(LEASE)
    assert await run(db, sender, clock) == 1
    assert len(receiver.calls) == 2 and len(receiver.taken) == 1


async def test_d6_a_replay_is_refused(
    db: Database, team: TeamFacts, sender: WebhookCarrier, receiver: Receiver, clock: FrozenClock
):
    """Who recorded a call and sends it later, or with other words or another time, is refused by a receiver that follows the page."""
    store(db, team)
    await run(db, sender, clock)
    headers, body = receiver.calls[0], receiver.bodies[0]
    assert receiver.check(headers, body) == ""
    assert receiver.check(headers, body.replace(b"routine", b"urgent ")) == "signature"
    assert receiver.check({**headers, "webhook-id": "another"}, body) == "signature"
    clock.advance(timedelta(seconds=WINDOW + 1))
    assert receiver.check(headers, body) == "old"
    now = str(int(clock.now().timestamp()))
    assert receiver.check({**headers, "webhook-timestamp": now}, body) == "signature"


async def test_d6_a_secret_is_replaced_without_a_gap(
    db: Database, team: TeamFacts, receiver: Receiver, clock: FrozenClock, tmp_path: Path
):
    """With both secrets in the setting each call is signed with both: the receiver changes over whenever it likes."""
    both = carrier(team, clock, tmp_path, f"warm={SECRET},warm={NEXT}")
    for number, secret in enumerate((SECRET, NEXT)):
        receiver.secret = secret
        store(db, team, number)
        assert await run(db, both, clock) == 1
    receiver.secret = "neither of them and yet as long as that"
    store(db, team, 3)
    assert await run(db, both, clock) == 0 and receiver.refused == ["signature"]


async def test_d6_without_a_secret_nothing_is_sent_unsigned(
    db: Database, team: TeamFacts, receiver: Receiver, clock: FrozenClock, tmp_path: Path
):
    """The desk says what to set."""
    store(db, team)
    assert await run(db, carrier(team, clock, tmp_path, ""), clock) == 0
    assert receiver.calls == [] and "WEBHOOK_SECRETS" in delivery(db).problem and delivery(db).state == "skipped"


async def test_d6_a_receiver_that_is_down_holds_up_no_mail(
    db: Database, clock: FrozenClock, tmp_path: Path, unused_tcp_port: int
):
    """E-mail and webhooks are handed over by different workers; one that cannot be reached waits."""
    team = facts(tmp_path, f"http://127.0.0.1:{unused_tcp_port}/in")
    store(db, team)

    class Mail:
        async def send(self, notice: Any) -> None:
            pass

    assert await run(db, carrier(team, clock, tmp_path), clock) == 0
    assert delivery(db).state == "waiting" and "could not be reached" in delivery(db).problem
    assert await deliver_due(db, Mail(), clock.now()) == 1


@pytest.mark.parametrize("given_", ["warm", "warm=short", f"={SECRET}", f"a={SECRET},b"])
def test_wrong_secrets_stop_the_start_and_are_not_repeated(given_: str, tmp_path: Path):
    """The message names the entry by number; a secret stands in no message."""
    with pytest.raises(SettingsError, match=r"WEBHOOK_SECRETS: entry [12]") as error:
        configuration.load({"VAR_DIR": str(tmp_path), "WEBHOOK_SECRETS": given_})
    assert SECRET not in str(error.value) and "short" not in str(error.value)
