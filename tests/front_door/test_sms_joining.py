"""Texts that arrive while a turn is queued or running become the next turn together."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from common import encryption
from common.database import Base, Database, make_engine
from front_door import rows
from front_door.choices import number_in, resolve
from front_door.claiming import MAX_JOINED, Lease, claim
from front_door.model import DONE, PROCESSING, QUEUED, Message
from tests.fakes.rasa import YES_NO
from tests.front_door.support import SECRET, House, eventually

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=timezone.utc)
LEASE = Lease("me", 60.0)


@pytest.fixture
def db() -> Iterator[Database]:
    encryption.use(encryption.Cipher(SECRET))
    database = Database(make_engine("sqlite://"))
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


async def test_s6_nobody_waits_for_texts_that_may_still_come(house: House) -> None:
    """The first text is a turn already when the webhook answers: it was claimed in the transaction that stored it."""
    house.rasa.mode = "hang"
    await house.text("SM1", "I am cold")
    assert [message.state for message in await house.rows(select(Message))] == [PROCESSING]
    await house.text("SM2", "and hungry")
    states = [message.state for message in await house.rows(select(Message).order_by(Message.seq))]
    assert states == [PROCESSING, QUEUED], "the second one waits for the turn that runs, and for nothing else"


async def test_s6_a_text_with_danger_in_it_is_told_to_the_bot_once(house: House) -> None:
    """Noting its red flag writes it down early: it is then both stored and new, and still one message of its turn."""
    await house.text("SM1", "I want to kill myself")
    await eventually(lambda: house.rasa.ran)
    assert house.rasa.turns[0]["text"] == "I want to kill myself"


async def test_s6_texts_that_come_while_the_bot_is_down_are_one_turn_afterwards(house: House) -> None:
    """The turn that was tried keeps its own text; all that came meanwhile follow together, in order."""
    house.rasa.mode = "503"
    await house.text("SM1", "I am cold")
    await eventually(lambda: house.rasa.turns)
    for number, body in enumerate(["and hungry", "and lonely", "since my husband died"]):
        await house.text(f"SM1{number}", body)
    house.rasa.mode = "ok"
    await eventually(lambda: len(house.rasa.ran) == 2)
    done = [turn["text"] for turn in house.rasa.turns if turn["message_id"] in house.rasa.ran]
    assert done[-1] == "and hungry\nand lonely\nsince my husband died"
    assert set(done[:-1]) == {"I am cold"}


async def test_s6_a_choice_in_words_is_never_joined(house: House) -> None:
    """A label typed while a turn runs is an answer of its own, as a number is."""
    await house.text("SM1", "choices")
    await house.until_texts(1)
    house.rasa.mode, house.rasa.seconds = "slow", 0.2
    house.rasa.script = lambda turn: [{"text": "Go on.", "choices": YES_NO, "data": {}}]
    for number, body in enumerate(["some words", "more words", "yes", "still more"]):
        await house.text(f"SM2{number}", body)
    await eventually(lambda: len(house.rasa.turns) == 5)
    assert [(t["text"], t["choice"]) for t in house.rasa.turns[1:]] == [
        ("some words", None),
        ("more words", None),
        ("yes", "live=yes"),
        ("still more", None),
    ]


_BODIES = st.lists(
    st.sampled_from(["i am cold", "and hungry", "2", "yes", "the second one", "my mum fell", "no", "x" * 6_000]),
    min_size=1,
    max_size=14,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_BODIES, st.booleans())
def test_s6_order_is_kept_and_nothing_is_lost_or_joined_to_a_choice(
    db: Database, bodies: list[str], open_question: bool
) -> None:
    """Whatever came: the turns in their order are the texts in their order, and a number or a label stands alone."""
    with db.transaction() as session:
        conversation = rows.open_conversation(session, "sms", NOW, pending_choices=YES_NO if open_question else None)
        for body in bodies:
            rows.add_message(session, conversation, "in", body, NOW, state=QUEUED)
        session.flush()
        turns: list[list[Message | None]] = []
        while turn := claim(session, conversation.id, LEASE, NOW, holding=bool(turns)):
            turns.append([session.get(Message, id) for id in turn.messages])
            for message in turns[-1]:
                assert message is not None
                message.state = DONE
        texts = [[message.text for message in batch if message] for batch in turns]
        session.rollback()
    assert [text for batch in texts for text in batch] == bodies
    for batch in texts:
        alone = [b for b in batch if number_in(b) is not None or (open_question and resolve(b, YES_NO))]
        assert not alone or len(batch) == 1
        assert len(batch) <= MAX_JOINED and sum(map(len, batch)) <= 10_100
