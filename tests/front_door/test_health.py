"""Alive, ready, and the truth about what is down."""

from __future__ import annotations

import asyncio

from front_door.health import Check, Health
from tests.front_door.support import House


async def get(house: House, path: str) -> tuple[int, dict]:
    assert house.client is not None
    async with house.client.get(path) as response:
        return response.status, await response.json()


async def test_alive_needs_nothing_else(house: House) -> None:
    """The process answers, whatever is down."""
    await house.kill_rasa()
    assert await get(house, "/healthz") == (200, {"status": "alive"})


async def test_g6_not_ready_until_every_part_has_been_up_once_and_ready_afterwards(house: House) -> None:
    """503 naming what is waited for; then 200, and a part that goes down is told under "degraded"."""
    house.rasa.mode = "503"
    status, answer = await get(house, "/readyz")
    assert status == 503 and answer["waiting_for"] == ["actions", "rasa"]
    house.rasa.mode = "ok"
    await asyncio.sleep(0.03)
    assert await get(house, "/readyz") == (200, {"status": "ready", "degraded": []})
    await house.kill_rasa()
    assert house.twilio_server is not None
    await house.twilio_server.close()
    await asyncio.sleep(0.03)
    assert await get(house, "/readyz") == (200, {"status": "ready", "degraded": ["actions", "rasa"]})
    assert await house.text("SM1", "hello") == 200


async def test_g6_ready_means_that_messages_can_be_stored() -> None:
    """The database going down makes it unready, unlike any other part."""
    up = {"database": True, "rasa": True}

    def check(name: str) -> Check:
        async def is_up() -> bool:
            return up[name]

        return is_up

    health = Health({name: check(name) for name in up}, keep=0.02)
    assert (await health.ready(None)).status == 200  # type: ignore[arg-type]
    up["database"] = False
    await asyncio.sleep(0.03)
    assert (await health.ready(None)).status == 503  # type: ignore[arg-type]
