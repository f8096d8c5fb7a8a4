"""STATUS, taking back, changing and a copy, by text: answered by the front door itself, whole handlers over a real database."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from front_door.model import Conversation, Message
from front_door.resident.model import ReferralTry
from front_door.sms import segments
from referrals import handling
from referrals.model import GONE_EMAIL, WITHDRAWN, Delivery
from referrals.request import Need
from tests.front_door.referral_support import (
    OTHER_MOBILE,
    OTHER_REFERENCE,
    REFERENCE,
    change,
    conversation_of,
    referral,
    sent,
)
from tests.front_door.sms_support import answered, later, quiet_house, say
from tests.front_door.support import PUBLIC, House, words

WORDS = words().referral
RESERVED = re.compile(r"\b(YES|NO|STOP|END|CANCEL|QUIT|HELP|INFO|START)\b")
NOT_FOUND = WORDS.not_found.format(page=f"{PUBLIC}/referral")


@pytest.fixture
async def phone(tmp_path: Path) -> AsyncIterator[House]:
    """A front door without a bot behind it that matters; its clock stands still."""
    made = await quiet_house(tmp_path).start()
    yield made
    await made.close()


async def spoken(house: House, text: str, **more: str) -> str:
    """The one text that came back, without the welcome of a first one."""
    said = await say(house, text, **more)
    assert len(said) == 1, said
    return said[0].removeprefix(words().sms_welcome).strip()


@pytest.mark.parametrize(
    "text",
    [
        f"STATUS {REFERENCE}",
        "status k7m4pr",
        "Status: k7m 4pr.",
        REFERENCE,
        "K7M 4PR",
        "did they get my referral K7M-4PR?",
    ],
)
async def test_status_with_the_reference_from_the_phone_that_was_given(phone: House, text: str) -> None:
    """However the reference is written; the bot is not asked."""
    await sent(phone)
    said = await spoken(phone, text)
    assert said.startswith(f"{REFERENCE}: First Contact Plus got this on Tuesday 24 November. Nobody has started")
    assert phone.rasa.turns == []


async def test_status_from_the_phone_that_it_was_sent_from(phone: House) -> None:
    """Somebody gave an e-mail address; the phone that wrote still counts."""
    await say(phone, "hello there")
    own = await conversation_of(phone)
    await sent(phone, own, contact_method="email", contact_value="sam@example.org")
    later(phone, timedelta(days=5))  # a new conversation by then
    assert (await spoken(phone, f"STATUS {REFERENCE}")).startswith(f"{REFERENCE}: First Contact Plus")


async def test_a_wrong_guess_tells_nothing(phone: House) -> None:
    """Another's phone, an unknown reference, no reference at all and an erased one: the same words, to the letter."""
    await sent(phone)
    said = []
    for text in (f"STATUS {OTHER_REFERENCE}", "STATUS ABC-123", OTHER_REFERENCE):
        said.append(await spoken(phone, text))
    before = len(phone.texts(OTHER_MOBILE))
    await phone.text("SM-other", f"STATUS {REFERENCE}", sender=OTHER_MOBILE)
    await answered(phone)
    said.append(phone.texts(OTHER_MOBILE)[before].removeprefix(words().sms_welcome).strip())
    assert set(said) == {NOT_FOUND}


async def test_an_answer_that_looks_like_a_reference_goes_to_the_bot(phone: House) -> None:
    """While a question of the bot is open. A reference of this phone is known all the same."""
    await say(phone, "when can they ring?")
    assert await spoken(phone, "346792") == "You said: 346792"
    await sent(phone)
    assert (await spoken(phone, REFERENCE)).startswith(f"{REFERENCE}: First")
    assert [turn["text"] for turn in phone.rasa.turns] == ["when can they ring?", "346792"]


async def test_wrong_tries_from_one_phone_are_limited(phone: House) -> None:
    """Five a day, then even a right one is not looked at; a day later it is. Others' wrong tries shut nobody out."""
    await sent(phone)
    for number in range(6):
        await phone.text(f"SM{number}", f"STATUS {REFERENCE}{'.' * number}", sender=OTHER_MOBILE)
    await answered(phone)
    assert len(await phone.rows(select(ReferralTry))) == 10  # two counters for each of five
    assert (await spoken(phone, f"STATUS {REFERENCE}")).startswith(f"{REFERENCE}: First")
    for number in range(6):
        await say(phone, f"STATUS {OTHER_REFERENCE[:-1]}{'234679'[number]}")
    assert await spoken(phone, f"STATUS {REFERENCE}") == NOT_FOUND
    later(phone, timedelta(hours=25))
    assert (await spoken(phone, f"STATUS {REFERENCE}")).startswith(f"{REFERENCE}: First")


async def test_p2_a_number_with_a_referral_hears_of_none_without_the_reference(phone: House) -> None:
    """A new conversation, or the same one hours later: somebody else may hold the phone."""
    await sent(phone)
    asked = WORDS.ask_reference
    assert await spoken(phone, "STATUS") == asked
    own = await conversation_of(phone)
    await sent(phone, own, OTHER_REFERENCE)
    assert (await spoken(phone, "status please")).startswith(OTHER_REFERENCE)
    later(phone, timedelta(hours=5))
    assert await spoken(phone, "Status") == asked


async def test_one_conversation_with_several_referrals_is_asked_which(phone: House) -> None:
    await say(phone, "hello there")
    own = await conversation_of(phone)
    await sent(phone, own)
    await sent(phone, own, OTHER_REFERENCE)
    said = await spoken(phone, "whats happening with my referral")
    assert said == WORDS.several.format(word="STATUS", references=f"{OTHER_REFERENCE}, {REFERENCE}")
    assert (await spoken(phone, f"take it back {REFERENCE}")).startswith(f"{REFERENCE}: shall I take it back?")


@pytest.mark.parametrize("text", ["i want to take it back", "ive changed my number", "any news", "what did you send"])
async def test_words_that_could_mean_anything_are_the_conversations_until_something_was_sent(
    phone: House, text: str
) -> None:
    await say(phone, "hello there")
    assert await spoken(phone, text) == f"You said: {text}"
    await sent(phone, await conversation_of(phone))
    assert "You said" not in await spoken(phone, text)


@pytest.mark.parametrize(
    "text",
    [
        "status of my benefits",
        "STATUS I am cold and hungry",
        "did they get my referral, I can't pay my rent",
        "take it back to the shop",
    ],
)
async def test_a_need_in_more_words_goes_to_the_conversation(phone: House, text: str) -> None:
    """Only whole messages of the list are ours."""
    await say(phone, "hello there")
    await sent(phone, await conversation_of(phone))
    assert await spoken(phone, text) == f"You said: {text}"


async def test_a_danger_goes_before_everything(phone: House) -> None:
    """A flagged text is never ours, and closes our own question."""
    await say(phone, "choices")
    await sent(phone, await conversation_of(phone))
    await say(phone, "i want to take it back")
    said = await say(phone, "I will kill myself")
    assert any("Please call 999" in text for text in said)
    assert (await referral(phone)).state == "new"
    conversation = (await phone.rows(select(Conversation)))[0]
    assert conversation.aside is None


async def test_the_open_question_stays_open(phone: House) -> None:
    """STATUS in the middle of a question: its numbered choices still answer it."""
    await say(phone, "choices")
    await sent(phone, await conversation_of(phone))
    await spoken(phone, "STATUS")
    assert await spoken(phone, "2") == "You chose live=no"


async def test_taking_back_by_text_takes_two_steps(phone: House) -> None:
    """A question with numbered choices; then it is done, the team is told once, and the bot's question is open again."""
    await say(phone, "choices")
    await sent(phone, await conversation_of(phone))
    asked = await spoken(phone, "I want to take it back")
    assert asked.startswith(f"{REFERENCE}: shall I take it back?") and "1 Take it back\n2 Keep it" in asked
    assert (await referral(phone)).state == "new"
    said = await spoken(phone, "1")
    assert said.startswith(f"{REFERENCE} is taken back. First Contact Plus can't open it now")
    assert said.endswith(WORDS.still_open)
    found = await referral(phone)
    assert found.state == WITHDRAWN and all(consent.withdrawn_at for consent in found.consents)
    assert [d.kind for d in found.deliveries if d.state == "waiting"] == [GONE_EMAIL]
    assert await spoken(phone, "2") == "You chose live=no"
    assert (await spoken(phone, f"STATUS {REFERENCE}")).startswith(f"{REFERENCE}: You took this back on Tuesday")


@pytest.mark.parametrize(("reply", "heard"), [("2", WORDS.kept), ("Keep it", WORDS.kept)])
async def test_who_keeps_it_keeps_it(phone: House, reply: str, heard: str) -> None:
    await say(phone, "hello there")
    await sent(phone, await conversation_of(phone))
    await say(phone, "withdraw my referral")
    assert await spoken(phone, reply) == heard
    assert (await referral(phone)).state == "new"


async def test_another_answer_closes_our_question_and_goes_to_the_conversation(phone: House) -> None:
    """Nothing is taken back by a number that comes later."""
    await say(phone, "choices")
    await sent(phone, await conversation_of(phone))
    await say(phone, "take it back")
    assert await spoken(phone, "hang on, who are you") == "You said: hang on, who are you"
    await say(phone, "choices")
    assert await spoken(phone, "1") == "You chose live=yes"
    assert (await referral(phone)).state == "new"


async def test_after_hours_a_number_takes_nothing_back(phone: House) -> None:
    """Whoever holds the phone by then was not asked."""
    await say(phone, "hello there")
    await sent(phone, await conversation_of(phone))
    await say(phone, "take it back")
    later(phone, timedelta(hours=5))
    await say(phone, "1")
    assert (await referral(phone)).state == "new"


async def test_a_closed_one_cannot_be_taken_back_and_we_say_so(phone: House) -> None:
    await say(phone, "hello there")
    await sent(phone, await conversation_of(phone))
    await say(phone, "take it back")

    def close(session: Any) -> None:
        found = handling.find(session, REFERENCE)
        assert found is not None
        handling.take(session, found, who="bob", now=phone.clock.now())
        handling.finish(session, found, outcome="information_given", who="bob", now=phone.clock.now())

    await change(phone, close)
    assert "had closed" in await spoken(phone, "1")
    assert (await referral(phone)).state == "done"
    assert "have closed this" in await spoken(phone, "take it back")


async def test_change_and_copy_lead_to_the_page(phone: House) -> None:
    """By text neither a name nor what was said: when it went, to whom, and where to read it."""
    await say(phone, "hello there")
    await sent(phone, await conversation_of(phone))
    assert f"{PUBLIC}/referral" in await spoken(phone, "I've changed my number")
    copy = await spoken(phone, "what did you send?")
    assert (
        copy.startswith(f"{REFERENCE} went to First Contact Plus on Tuesday 24 November")
        and f"{PUBLIC}/referral" in copy
    )
    for private in ("Test Resident", "Ron", "heating", "900123"):
        assert private not in copy


async def test_o8_no_text_names_a_service_that_says_what_somebody_needs(phone: House) -> None:
    await say(phone, "hello there")
    await sent(phone, await conversation_of(phone), needs=(Need("domestic_abuse", "Domestic abuse"),))

    def rename(session: Any) -> None:
        found = handling.find(session, REFERENCE)
        assert found is not None
        found.destination, found.team = "provider", "Example Women's Refuge"

    await change(phone, rename)
    for text in ("STATUS", "take it back", "2", "what did you send"):
        said = await spoken(phone, text)
        assert "Refuge" not in said, said


async def test_the_same_text_twice_is_answered_once(phone: House) -> None:
    """The provider hands a text over again."""
    await sent(phone)
    for _ in range(3):
        await phone.text("SM-same", f"STATUS {REFERENCE}")
    await answered(phone)
    assert len(phone.texts()) == 1
    assert await phone.rows(select(func.count()).select_from(Message)) == [2]


async def test_a_number_that_stopped_our_texts_gets_none(phone: House) -> None:
    await sent(phone)
    await say(phone, "STOP")
    assert await say(phone, f"STATUS {REFERENCE}") == []


async def test_it_works_with_the_bot_dead(phone: House) -> None:
    await sent(phone)
    await phone.kill_rasa()
    assert (await spoken(phone, f"STATUS {REFERENCE}")).startswith(REFERENCE)
    await phone.start_rasa()


def test_texts_about_a_referral_are_cheap_and_invite_no_word_that_networks_act_on() -> None:
    """K6, O1 and O8: two segments at most with everything filled in, GSM letters, numbers for choices."""
    places = {
        "reference": REFERENCE, "team": "Local Area Coordinators, Melton", "page": f"{PUBLIC}/referral", "sent": "Wednesday 25 November",
        "references": f"{REFERENCE}, {OTHER_REFERENCE}, {REFERENCE}", "word": "TAKE IT BACK", "days": 30, "status": "x" * 150,
    }  # fmt: skip
    for text in (
        WORDS.ask_reference, WORDS.not_found, WORDS.several, WORDS.status, WORDS.withdraw, WORDS.kept, WORDS.withdrawn, WORDS.deleted,
        WORDS.closed, WORDS.already, WORDS.still_open, WORDS.change, WORDS.copy, WORDS.changed_number,
    ):  # fmt: skip
        said = segments.downgrade(text.format(**places))
        assert segments.is_gsm(said) and segments.count(said) <= 2, said
        assert not RESERVED.search(said), said
        assert max(len(part.split()) for part in re.split(r"(?<=[.?!])\s+", text)) <= 25, text


async def test_nothing_is_sent_to_a_team_by_asking(phone: House) -> None:
    """STATUS reads; it writes no audit row and no notice."""
    await sent(phone)
    before = len(await phone.rows(select(Delivery)))
    await spoken(phone, f"STATUS {REFERENCE}")
    assert len(await phone.rows(select(Delivery))) == before
