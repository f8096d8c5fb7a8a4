"""What a text may name, to whom and when: others may read the phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from front_door.model import Conversation, OutboxText
from front_door.sms import record
from front_door.sms.text_rules import TextRules
from referrals import asked_text
from tests.fakes.rasa import YES_NO, echo
from tests.front_door.browser import ask
from tests.front_door.sms_support import NOON, answered, later, quiet_house
from tests.front_door.sms_support import say as send
from tests.front_door.support import DATA, MOBILE, House, eventually

RULES = TextRules.load(DATA, "https://help.example.org")
REFUGE = {
    "id": "r",
    "name": "Safe Haven",
    "phone": "0116 496 0199",
    "needs": ["domestic_abuse", "housing"],
    "reasons": [],
}
ORDINARY = {"id": "w", "name": "Warm Homes", "phone": "0116 496 0123", "needs": ["energy_warm_home"], "reasons": []}
NEXT = [
    {"label": "I'd like a person", "value": "next_step=person"},
    {"label": "That's enough", "value": "next_step=enough"},
]
QUESTION = f"{RULES.private.ask}\n1 {RULES.private.safe}\n2 {RULES.private.not_safe}"


def script(turn: dict[str, Any]) -> list[dict[str, Any]]:
    """ "safe haven": services that show what somebody needs; "warm": others; "tell me": words that do; else the echo."""
    shown = {"haven": [REFUGE], "warm": [ORDINARY], "both": [REFUGE, ORDINARY]}.get(turn["text"])
    if shown:
        said = "\n".join(f"{service['name']}: {service['phone']}" for service in shown)
        return [
            {"text": said, "choices": [], "data": {"kind": "services", "services": shown}},
            {"text": "Is that enough for now?", "choices": NEXT, "data": {}},
        ]
    if turn["text"] == "tell me":
        return [{"text": "Women’s Aid Leicestershire", "choices": [], "data": {}}]
    return echo(turn)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = quiet_house(tmp_path)
    made.rasa.script = script
    yield await made.start()
    await made.close()


async def say(house: House, body: str) -> str:
    """The newest text after this one was answered, without the welcome."""
    return (await send(house, body))[-1].removeprefix("Leicestershire support assistant.")


async def refused(house: House, body: str) -> None:
    """A text whose answer the provider refuses once: it waits for the clock to move on."""
    house.twilio.set("429", 1)
    await house.text(f"SM-{body}", body)

    async def put_off() -> bool:
        rows = await house.rows(select(OutboxText).where(OutboxText.state == "pending"))
        return bool(rows) and rows[0].error is not None

    await eventually(put_off)


async def test_o8_such_services_are_named_only_after_somebody_said_that_it_is_safe(house: House) -> None:
    """First the question, which names nothing; "1" brings the services with the bot's own question, and it is not asked again."""
    assert (await say(house, "haven")).endswith(QUESTION) and "Haven" not in "".join(house.texts())
    said = await say(house, "1")
    assert said == "Safe Haven: 0116 496 0199\nIs that enough for now?\n1 I'd like a person\n2 That's enough"
    assert [turn["text"] for turn in house.rasa.turns] == ["haven"]
    await say(house, "1")
    assert house.rasa.turns[-1]["choice"] == "next_step=person"
    assert (await say(house, "haven")).startswith("Safe Haven")


@pytest.mark.parametrize("no", ["2", "Not safe", "no", "no its not safe"])
async def test_o8_after_a_no_nothing_is_named_and_the_conversation_goes_on(house: House, no: str) -> None:
    """The names are left out, now and later; the bot's question is open again."""
    await say(house, "both")
    assert (
        await say(house, no)
        == f"{RULES.private.refused}\nIs that enough for now?\n1 I'd like a person\n2 That's enough"
    )
    assert (await say(house, "haven")).startswith(RULES.private.refused)
    await say(house, "2")
    assert house.rasa.turns[-1]["choice"] == "next_step=enough"
    assert "Haven" not in "".join(house.texts())


@pytest.mark.parametrize("yes", ["It is safe", "yes", "yes its safe", "1 please"])
async def test_o8_a_yes_in_words_counts_too(house: House, yes: str) -> None:
    """Numbers, labels and plain words."""
    await say(house, "haven")
    assert (await say(house, yes)).startswith("Safe Haven")


async def test_o8_other_words_go_to_the_bot_and_what_was_held_stays_unsaid(house: House) -> None:
    """Nobody has to answer; the number of the question means nothing to the bot afterwards."""
    await say(house, "haven")
    assert await say(house, "can i talk to somebody") == "You said: can i talk to somebody"
    await say(house, "1")
    assert house.rasa.turns[-1]["choice"] is None and "Haven" not in "".join(house.texts())
    assert [c.held for c in await house.rows(select(Conversation))] == [None]


async def test_o8_ordinary_services_are_named_at_once(house: House) -> None:
    """In a reply to the resident's own text nothing is asked first."""
    assert (await say(house, "warm")).endswith(
        "Warm Homes: 0116 496 0123\nIs that enough for now?\n1 I'd like a person\n2 That's enough"
    )


async def test_o8_words_alone_are_held_back_too(house: House) -> None:
    """A reply without a list of services may name one all the same."""
    assert (await say(house, "tell me")).endswith(QUESTION)


async def test_o8_danger_is_answered_at_once_and_the_services_beside_it_wait(house: House) -> None:
    """A crisis reply is never held back."""
    crisis = {"text": "Call 999.", "choices": [], "data": {"kind": "crisis", "flags": ["abuse_now"]}}
    house.rasa.script = lambda turn: [crisis, *script({**turn, "text": "haven"})]
    assert await say(house, "i will kill myself") == f"Call 999.\n{QUESTION}"


async def test_o8_on_the_web_nothing_is_held_back(house: House) -> None:
    """The page has its own way out."""
    async with house.browser() as browser:
        said = await ask(browser, "haven")
    assert "Safe Haven" in said["messages"][0]["text"]


async def test_o8_a_list_asked_for_on_the_web_is_held_back_as_well(house: House) -> None:
    """Somebody typed this number; whoever holds the phone is asked first."""
    assert house.db is not None
    body = "You asked for these:\nWomen's Aid Leicestershire: 0808 802 0028"
    await house.db.run(asked_text.ask, message_id="m", conversation="c", phone=MOBILE, body=body, now=NOON)
    await house.until_texts(1)
    assert house.texts()[0].endswith(QUESTION)
    assert (await say(house, "1")).startswith("You asked for these")


async def test_o8_a_list_that_is_private_by_its_services_alone_is_held_back(house: House) -> None:
    """No word in it says what it is for; the services are labelled so. The same list of other services is sent at once."""
    assert house.db is not None
    body = "You asked for these:\nSafe Haven: 0116 496 0199"
    needs = REFUGE["needs"]
    await house.db.run(asked_text.ask, message_id="m", conversation="c", phone=MOBILE, body=body, needs=needs, now=NOON)
    await house.until_texts(1)
    assert house.texts()[0].endswith(QUESTION) and "Haven" not in house.texts()[0]
    assert (await say(house, "1")).startswith("You asked for these")
    other = "+447700900125"
    await house.db.run(
        asked_text.ask, message_id="n", conversation="c", phone=other, body=body, needs=["food"], now=NOON
    )
    await eventually(lambda: bool(house.texts(other)))
    assert "Safe Haven" in house.texts(other)[0]


@pytest.mark.parametrize("known", [True, False])
async def test_p1_abuse_known_by_a_need_alone_makes_texts_careful(house: House, known: bool) -> None:
    """No danger was raised and no such service was shown: the bot says so with its reply, on the web as by text."""
    house.rasa.script = lambda turn: [{"text": "ok", "choices": [], "data": {"careful": True} if known else {}}]
    await say(house, "he used to hit me years ago")
    (row,) = await house.rows(select(Conversation))
    assert row.careful is known


async def test_o8_after_hours_the_answer_brings_nothing_out(house: House) -> None:
    """Somebody else may hold the phone by then; the bot hears of the gap, and nothing is named."""
    await say(house, "haven")
    later(house, timedelta(hours=5))
    await say(house, "1")
    assert house.rasa.turns[-1]["metadata"]["away"] is True and house.rasa.turns[-1]["choice"] is None
    assert "Haven" not in "".join(house.texts())


@pytest.mark.parametrize(("body", "minutes", "sent"), [("warm", 14, True), ("warm", 16, False), ("hello", 16, True)])
async def test_o8_a_reply_that_names_services_goes_within_15_minutes_or_not_at_all(
    house: House, body: str, minutes: float, sent: bool
) -> None:
    """While the provider is out of reach the text waits; too late it is closed, and staff see why. Others still go."""
    await refused(house, body)
    later(house, timedelta(minutes=minutes))
    await answered(house)
    assert bool(house.texts()) is sent
    assert [row.error for row in await house.rows(select(OutboxText))] == [None if sent else "others may read it now"]


async def test_p1_who_told_of_abuse_gets_texts_only_as_replies_within_15_minutes(house: House) -> None:
    """By a flag in their words or by the services they need: an ordinary reply too is closed when it is late."""
    await say(house, "haven")
    await refused(house, "hello")
    later(house, timedelta(minutes=16))
    await answered(house)
    assert len(house.texts()) == 1
    assert house.db is not None
    seen = await house.db.read(record.lost, NOON)
    assert [line.reason for line in seen] == ["others may read it now"]


async def test_o8_what_is_stored_is_what_was_sent(house: House) -> None:
    """The text in the outbox, in the transcript and at the provider are one."""
    house.rasa.script = lambda turn: [{"text": "Try https://evil.example.com – “now”…", "choices": YES_NO, "data": {}}]
    await say(house, "hello")
    assert [row.body for row in await house.rows(select(OutboxText))] == house.texts()
    assert "evil" not in house.texts()[0] and '- "now"...' in house.texts()[0]
