"""How many segments a day may cost, and who hears and sees when it is reached."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.local_data import LocalDataError
from front_door import saying
from front_door.bot_client import Reply
from front_door.model import Conversation, OutboxText
from front_door.saying import Voice, was_closed
from front_door.sms import budget, record
from front_door.sms.text_rules import TextRules
from tests.front_door.moving import bring, code_by_text
from tests.front_door.sms_support import NOON, SetClock, answered, rules_with
from tests.front_door.support import DATA, FAST, MOBILE, House, words

OTHER = "+447700900456"
PATIENT = replace(FAST, break_silence=30.0, busy_silence=30.0)
RULES = TextRules.load(DATA, "https://help.example.org")


async def opened(folder: Path, **a_day: int) -> House:
    changes = {"data_dir": rules_with(folder, **a_day)}
    return await House(folder, timing=PATIENT, clock=SetClock(), changes=changes).start()


@pytest.fixture
async def small(tmp_path: Path) -> AsyncIterator[House]:
    """One number may have four segments a day."""
    house = await opened(tmp_path, to_one_number=4)
    yield house
    await house.close()


async def say(house: House, *bodies: str, sender: str = MOBILE) -> None:
    for body in bodies:
        await house.text(f"SM{len(house.rasa.turns)}{sender[-3:]}{body}", body, sender)
        await answered(house)


async def closed(house: House) -> list[str | None]:
    return [row.error for row in await house.rows(select(OutboxText).where(OutboxText.state == "failed"))]


def test_o6_as_shipped_a_number_has_sixty_segments_and_staff_are_told_at_four_fifths() -> None:
    """60 a number a day; the alarm at 80 % of the daily total."""
    assert RULES.day.number == 60 and RULES.day.alarm == 0.8 * RULES.day.everybody


async def test_o6_a_number_that_had_its_share_is_told_once_and_staff_see_what_was_not_sent(small: House) -> None:
    """The text is kept with its reason, and one short text says so; the resident's messages are taken in as ever."""
    await say(small, "one", "two", "three", "four", "five", "six")
    assert [text.split()[-1] for text in small.texts()[:4]] == ["one", "two", "three", "four"]
    assert small.texts()[4:] == [RULES.day.reached]
    assert await closed(small) == [budget.NUMBER_FULL] * 2
    assert small.db is not None
    rows = await small.rows(select(OutboxText))
    seen = await small.db.read(record.lines, [rows[0].conversation_id])
    assert [line.reason for line in seen if line.state == record.NOT_DELIVERED] == [budget.NUMBER_FULL] * 2


async def test_o6_other_numbers_and_crisis_replies_are_not_held_back(small: House) -> None:
    """Danger is answered whatever the count, and costs nobody their answers."""
    await say(small, "one", "two", "three", "four", "five", "I will kill myself")
    assert "Samaritans" in small.texts()[-1]
    await say(small, "hello", sender=OTHER)
    assert small.texts(OTHER)[0].endswith("You said: hello")


async def test_o6_the_count_survives_a_restart_and_starts_again_the_next_day(small: House) -> None:
    """Counted from what was stored, from midnight to midnight in London."""
    await say(small, "one", "two", "three", "four", "five")
    await small.restart()
    await say(small, "six")
    assert small.texts()[-1] == RULES.day.reached and len(await closed(small)) == 2
    assert isinstance(small.clock, SetClock)
    small.clock.move(timedelta(hours=13))
    await say(small, "seven")
    assert small.texts()[-1].endswith("You said: seven")


async def test_o6_moving_to_the_web_gives_nobody_a_second_day(small: House) -> None:
    """The number's texts count towards its day wherever the chat has gone, and the notice comes once."""
    await say(small, "one", "two")
    async with small.browser() as browser:
        await bring(browser, await code_by_text(small, "SM-web"))
    await say(small, "three", "four", "five")
    assert small.texts()[-1] == RULES.day.reached
    assert budget.NUMBER_FULL in await closed(small)


async def test_o6_what_was_never_sent_costs_nothing(small: House) -> None:
    """A text that the provider refuses is not counted."""
    small.twilio.wrong_numbers.add(MOBILE)
    await say(small, *(f"try {number}" for number in range(6)))
    small.twilio.wrong_numbers.clear()
    await say(small, "now")
    assert small.texts()[-1].endswith("You said: now") and budget.NUMBER_FULL not in await closed(small)


async def test_o6_the_daily_total_holds_for_everybody_and_raises_an_alarm_at_four_fifths(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """At 80 % one line in the log and a sign for staff; at 100 % nothing but crisis replies, and one notice a number."""
    house = await opened(tmp_path, to_everybody=5)
    try:
        await say(house, "one", "two", "three")
        assert not await alarm(house) and "segments of this day" not in caplog.text
        await say(house, "four")
        assert await alarm(house) and caplog.text.count("4 of the 5 segments of this day are used") == 1
        await say(house, "five", "six", "seven")
        await say(house, "hello", "I smell gas", sender=OTHER)
        assert await closed(house) == [budget.DAY_FULL] * 3
        assert house.texts()[-1] == RULES.day.reached and house.texts().count(RULES.day.reached) == 1
        assert house.texts(OTHER)[0] == RULES.day.reached and "999" in house.texts(OTHER)[1]
        assert MOBILE not in caplog.text and MOBILE[3:] not in caplog.text
        assert house.twilio.messages[0]["validity_period"] == "3600"
    finally:
        await house.close()


async def alarm(house: House) -> bool:
    assert house.db is not None
    day = TextRules.load(house.changes["data_dir"], "").day
    return (await house.db.read(budget.spent_today, day, NOON)).alarm


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (datetime(2026, 7, 1, 22, 59, tzinfo=timezone.utc), datetime(2026, 6, 30, 23, tzinfo=timezone.utc)),
        (datetime(2026, 7, 1, 23, 1, tzinfo=timezone.utc), datetime(2026, 7, 1, 23, tzinfo=timezone.utc)),
        (datetime(2026, 10, 25, 12, tzinfo=timezone.utc), datetime(2026, 10, 24, 23, tzinfo=timezone.utc)),
        (datetime(2026, 12, 1, 0, 1, tzinfo=timezone.utc), datetime(2026, 12, 1, tzinfo=timezone.utc)),
    ],
)
def test_o6_a_day_is_a_day_in_london(now: datetime, start: datetime) -> None:
    """Also in summer and on the day when the clocks change."""
    assert budget.day_start(now) == start


@pytest.mark.parametrize(
    ("key", "value"), [("to_one_number", 0), ("to_everybody", "many"), ("alarm_at_percent", 120), ("reached", "")]
)
def test_o6_a_limit_that_makes_no_sense_is_named(tmp_path: Path, key: str, value: object) -> None:
    """The front door does not start on it."""
    with pytest.raises(LocalDataError, match=key):
        TextRules.load(rules_with(tmp_path, **{key: value}), "")


async def test_o6_a_text_that_nobody_asked_for_is_closed_without_a_notice(small: House) -> None:
    """Who did not write to us is not told of a limit; and whoever sends it learns that it did not go."""
    await say(small, "one", "two", "three", "four")
    day = replace(RULES, day=replace(RULES.day, number=4))
    voice = Voice(words(), lambda *_: "", day)
    now = small.clock.now()

    def work(session: Session) -> bool:
        conversation = session.scalars(select(Conversation)).one()
        later = Reply("Did it help?", data={"kind": "follow_up"})
        return was_closed(session, saying.say(session, conversation, "t", [later], voice, now))

    assert small.db is not None
    assert await small.db.run(work)
    assert await closed(small) == [budget.NUMBER_FULL]
    assert RULES.day.reached not in small.texts()
