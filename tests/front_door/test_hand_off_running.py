"""The public process itself watches over referrals and hands notices, alerts and webhooks over."""

from __future__ import annotations

import email
import shutil
from datetime import timedelta
from email import policy
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

import desk.model  # noqa: F401  (declares the tables)
from common import encryption, settings
from common.clock import FrozenClock
from common.database import Base, open_database
from front_door.compose import compose
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.front_door.support import DATA, SECRET, eventually
from tests.referrals.support import SATURDAY, given, make_request

TEAM = "Test Warm Homes"


async def test_d7_the_running_process_tells_team_receiver_and_lead(tmp_path: Path) -> None:
    """One late referral: one notice to the team, one announcement to its computer, and one alert of each kind to the lead."""
    calls: list[str] = []

    async def take(request: web.Request) -> web.Response:
        calls.append(request.headers["webhook-id"])
        return web.Response(status=204)

    theirs = web.Application()
    theirs.router.add_post("/in", take)
    receiver = TestServer(theirs)
    await receiver.start_server()
    data = Path(shutil.copytree(DATA, tmp_path / "data"))
    (data / "destinations.yml").write_text(
        f"receivers: [{{destination: provider, team: {TEAM}, confirmed_by: Test Person,"
        f" webhook: {{name: warm, url: '{receiver.make_url('/in')}'}}}}]"
    )
    config = settings.load(
        {
            "VAR_DIR": str(tmp_path / "var"),
            "DATA_DIR": str(data),
            "SECRET_KEY": SECRET,
            "WEBHOOK_SECRETS": f"warm={SECRET.replace(',', '')}",
        }
    )
    encryption.use(encryption.Cipher(SECRET))
    db = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(db.engine)
    with db.transaction() as session:
        request = make_request(destination="provider", team=TEAM, consent=given("provider", TEAM))
        submit(session, request, now=SATURDAY, team=TeamFacts.load(data))
    server = TestServer(await compose(config, FrozenClock(SATURDAY + timedelta(days=5)), db))
    await server.start_server()
    mail = tmp_path / "var" / "mail"
    await eventually(lambda: calls and mail.exists() and len(list(mail.glob("*.eml"))) == 3)
    messages = [email.message_from_bytes(one.read_bytes(), policy=policy.default) for one in mail.glob("*.eml")]
    assert sorted((m["To"], m["Subject"].split(":")[0].split()[0]) for m in messages) == [
        ("lead@localhost", "Late"),
        ("lead@localhost", "Not"),
        ("team@localhost", "Referral"),
    ]
    assert len(calls) == 1
    await server.close()
    await receiver.close()
    db.close()
