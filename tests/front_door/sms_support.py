"""Rules of texts for one test, and a clock that stands where the test puts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from common.clock import Clock
from front_door.model import WAITING, Message, OutboxText
from front_door.sms.sending import UNFINISHED
from tests.fakes.rasa import YES_NO, echo
from tests.front_door.support import DATA, FAST, House, eventually

WELCOME_BACK = "Welcome back. Shall we carry on, or start again?"
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)


class SetClock(Clock):
    """Stands still until a test moves it."""

    def __init__(self, at: datetime = NOON) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, by: timedelta) -> None:
        self.at += by


def rules_with(folder: Path, **a_day: Any) -> Path:
    """A data folder with texts.yml in which some numbers of a day are others."""
    raw = yaml.safe_load((DATA / "texts.yml").read_text(encoding="utf-8"))
    raw["a_day"] |= a_day
    data = folder / "data"
    data.mkdir()
    for file in DATA.iterdir():
        (data / file.name).symlink_to(file)
    (data / "texts.yml").unlink()
    (data / "texts.yml").write_text(yaml.safe_dump(raw), encoding="utf-8")
    return data


async def answered(house: House) -> None:
    """Wait until every message has its answer and every text that may go has gone."""

    async def done() -> bool:
        waiting = await house.rows(select(Message).where(Message.state.in_(WAITING)))
        return not waiting and not await house.rows(select(OutboxText).where(OutboxText.state.in_(UNFINISHED)))

    await eventually(done)


def welcome_back(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """A bot: the echo; to who was away, what the product's bot says then; and a confirmation of a referral."""
    if turn["metadata"].get("away"):
        return [{"text": WELCOME_BACK, "choices": [], "data": {}}]
    if turn["text"] == "send it":
        data = {"kind": "confirmation", "reference": "LR-2345"}
        return [{"text": "Your reference is LR-2345.", "choices": YES_NO, "data": data}]
    return echo(turn)


def quiet_house(folder: Path, **changes: Any) -> House:
    """A front door that owns up to no delay, whose clock stands still; not started yet."""
    timing = replace(FAST, break_silence=30.0, busy_silence=30.0, follow_ups=0.05)
    return House(folder, timing=timing, clock=SetClock(), changes=changes)


def later(house: House, by: timedelta) -> None:
    """Let time pass."""
    assert isinstance(house.clock, SetClock)
    house.clock.move(by)


async def say(house: House, body: str, **more: str) -> list[str]:
    """Send a text, wait until all is quiet; what was sent back for it."""
    before = len(house.texts())
    await house.text(f"SM{len(house.rasa.turns)}-{before}-{body[:20]}-{house.clock.now().timestamp()}", body, **more)
    await answered(house)
    return house.texts()[before:]
