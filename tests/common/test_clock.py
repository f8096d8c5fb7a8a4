"""One clock: aware times, London's own hours, and an offset that restarted processes agree on."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from common.clock import LONDON, OFFSET_VARIABLE, Clock, FrozenClock, clock_for, parse_clock


def near(first: datetime, second: datetime) -> bool:
    return abs(first - second) < timedelta(seconds=5)


def test_the_clock_is_aware_and_in_utc() -> None:
    """Times that are stored or compared are never without a zone."""
    now = Clock().now()
    assert now.utcoffset() == timedelta(0) and near(now, datetime.now(timezone.utc))


def test_an_offset_moves_the_clock() -> None:
    """It goes on from there."""
    assert near(Clock(timedelta(days=3)).now(), datetime.now(timezone.utc) + timedelta(days=3))


@pytest.mark.parametrize(
    ("utc", "london"),
    [
        ("2026-07-01T12:00", "2026-07-01 13:00 BST"),
        ("2026-11-24T12:00", "2026-11-24 12:00 GMT"),
        ("2026-10-25T00:59", "2026-10-25 01:59 BST"),
        ("2026-10-25T01:00", "2026-10-25 01:00 GMT"),
        ("2026-03-29T00:59", "2026-03-29 00:59 GMT"),
        ("2026-03-29T01:00", "2026-03-29 02:00 BST"),
    ],
)
def test_london_time_changes_twice_a_year(utc: str, london: str) -> None:
    """Opening hours are on the clocks of Leicestershire, summer and winter."""
    clock = FrozenClock(datetime.fromisoformat(utc).replace(tzinfo=timezone.utc))
    assert clock.london().strftime("%Y-%m-%d %H:%M %Z") == london
    assert clock.london().timestamp() == clock.now().timestamp()


def test_a_frozen_clock_stands_still() -> None:
    """A naive time is London's; `advance` moves real time, also over the night when the clocks change."""
    clock = FrozenClock(datetime(2026, 10, 24, 12, 0))
    assert clock.now() == clock.now() == datetime(2026, 10, 24, 11, 0, tzinfo=timezone.utc)
    clock.advance(timedelta(days=1))
    assert clock.now() == datetime(2026, 10, 25, 11, 0, tzinfo=timezone.utc)
    assert clock.london().hour == 11


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-11-24T10:30", datetime(2026, 11, 24, 10, 30)),
        ("2026-07-01T10:30", datetime(2026, 7, 1, 9, 30)),
        ("2026-07-01T10:30+00:00", datetime(2026, 7, 1, 10, 30)),
        ("2026-07-01T10:30Z", datetime(2026, 7, 1, 10, 30)),
        ("2026-07-01", datetime(2026, 6, 30, 23, 0)),
    ],
)
def test_clock_settings_are_london_time_unless_they_say(text: str, utc: datetime) -> None:
    """CLOCK is an ISO time as a person in Leicestershire would write it."""
    assert parse_clock(text) == utc.replace(tzinfo=timezone.utc)


@pytest.mark.parametrize("text", ["", "tomorrow", "10:30", "24/11/2026"])
def test_other_times_are_refused(text: str) -> None:
    """Anything but an ISO time is a ValueError."""
    with pytest.raises(ValueError):
        parse_clock(text)


def test_the_clock_of_a_process() -> None:
    """Real time without a setting; CLOCK is where it starts; the supervisor's offset goes before CLOCK."""
    assert clock_for(None, {}).offset == timedelta(0)
    started = clock_for("2030-01-01T09:00", {})
    assert near(started.now(), datetime(2030, 1, 1, 9, 0, tzinfo=LONDON))
    assert clock_for("2030-01-01T09:00", {OFFSET_VARIABLE: "3600"}).offset == timedelta(hours=1)
    assert clock_for(None, {OFFSET_VARIABLE: "-90.5"}).offset == timedelta(seconds=-90.5)


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument the variables of the process count."""
    monkeypatch.setenv(OFFSET_VARIABLE, "60")
    assert clock_for(None).offset == timedelta(seconds=60)


def test_nothing_moves_the_clock_in_production() -> None:
    """An offset that somebody set by hand is refused there; none, or zero, is no offset."""
    production = {"ENVIRONMENT": "production"}
    with pytest.raises(ValueError, match=OFFSET_VARIABLE):
        clock_for(None, {**production, OFFSET_VARIABLE: "60"})
    assert clock_for(None, {**production, OFFSET_VARIABLE: "0.0"}).offset == timedelta(0)
    assert clock_for(None, production).offset == timedelta(0)
