"""A person joins a chat from the desk: the bot is quiet, danger is still answered, both sides are told, nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from common.encryption import Cipher
from front_door import rows
from front_door.follow_ups import send_asked
from front_door.model import DONE, NOTED, QUEUED, Conversation, Message, OutboxText
from front_door.retention import Retention, erase, expire
from front_door.safeguarding.model import SafetyEvent
from front_door.takeover import joining
from front_door.takeover.model import LEFT, RELEASED, Takeover
from front_door.takeover.rules import (
    ADVISER,
    AGAIN,
    CAREFUL,
    CLOSED,
    EMPTY,
    LINK,
    NIGHT,
    NOT_YOURS,
    OVER,
    PRIVATE,
    TAKEN,
    TOO_LONG,
)
from referrals import asked_text
from tests.front_door.browser import Browser
from tests.front_door.moving import bring, code_by_text, code_on_page
from tests.front_door.sms_support import answered
from tests.front_door.support import CRISIS, DATA, MOBILE, SECRET, House, eventually
from tests.front_door.takeover_support import (
    JOINED_WORDS,
    QUESTION,
    RULES,
    join,
    lines,
    live_house,
    pass_time,
    release,
    speak,
    started,
    takeovers,
    tend,
    the_chat,
    told,
    voice,
)

CAME_BACK = RULES.words["released"]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with started(live_house(tmp_path)) as house:
        yield house


def shown(browser: Browser, sender: str) -> list[str]:
    return [" ".join(line["text"].split()) for line in browser.page.messages if line["from"] == sender]


async def test_the_whole_path_on_the_web(house: House) -> None:
    """Chat, join, talk, leave, go on: the bot is asked nothing in between, and its open question is put again with its choices."""
    async with house.browser() as browser:
        await browser.send("choices")
        assert "Yes" in browser.page.choices
        assert await join(house) == ""
        await browser.open()
        assert shown(browser, "assistant")[-1] == f"Assistant: {JOINED_WORDS}" and not browser.page.choices
        assert "See new messages" in browser.page.html
        await browser.send("are you real")
        assert await speak(house, "Yes. Tell me more.") == ""
        await browser.open()
        assert shown(browser, "person") == ["First Contact Plus adviser: Yes. Tell me more."]
        assert "amina" not in browser.page.html
        assert await release(house) == ""
        await browser.open()
        assert shown(browser, "assistant")[-2:] == [f"Assistant: {CAME_BACK}", f"Assistant: {QUESTION}"]
        await browser.press("Yes")
        assert shown(browser, "assistant")[-1] == "Assistant: You chose live=yes"
        assert "See new messages" not in browser.page.html
    assert [turn["text"] for turn in house.rasa.turns] == ["choices", "Yes"]
    (row,) = await takeovers(house)
    assert (row.joined_by, row.reason, row.ended_by, row.kept) == ("amina", RELEASED, "amina", None)


async def test_the_whole_path_by_text(house: House) -> None:
    """The same by text: one text each, begun with who speaks; numbered choices hold again afterwards."""
    await house.text("SM1", "choices")
    await answered(house)
    assert await join(house) == ""
    await house.text("SM2", "1")
    assert await speak(house, "Hello. What do you need most?") == ""
    await answered(house)
    assert await release(house) == ""
    await answered(house)
    assert house.texts()[1:] == [
        JOINED_WORDS,
        "First Contact Plus adviser: Hello. What do you need most?",
        f"{CAME_BACK}\n{QUESTION}\n1 Yes\n2 No",
    ]
    await house.text("SM3", "2")
    await answered(house)
    assert [(turn["text"], turn["choice"]) for turn in house.rasa.turns] == [("choices", None), ("2", "live=no")]
    heard = [line for line in await lines(house) if line.direction == "in"]
    assert [(line.text, line.state) for line in heard] == [("choices", DONE), ("1", NOTED), ("2", DONE)]


@pytest.mark.parametrize("channel", ["web", "sms"])
async def test_danger_is_answered_at_once_while_a_person_is_there(house: House, channel: str) -> None:
    """The crisis reply goes out by itself, once; the safety event knows what was shown; the bot is not asked."""
    if channel == "sms":
        await house.text("SM1", "hello")
        await answered(house)
        await join(house)
        await house.text("SM2", "I will kill myself")
        await answered(house)
        # It goes before whatever else still waits to be sent.
        assert len([text for text in house.texts() if CRISIS in text]) == 1
    else:
        async with house.browser() as browser:
            await browser.send("hello")
            await join(house)
            await browser.send("I will kill myself")
            assert CRISIS in shown(browser, "assistant")[-1]
    assert len(house.rasa.turns) == 1
    (event,) = await house.rows(select(SafetyEvent))
    assert event.flag == "suicide_self_harm" and event.reply_shown and CRISIS in event.reply_shown
    assert [kind for kind, _ in await told(house)].count("crisis") == 1


async def test_a_message_that_waited_as_a_person_joined_is_for_the_person(house: House) -> None:
    """Stored and not begun: after the join it is the person's, danger in it is answered, and the bot never gets it."""
    async with house.browser() as browser:
        await browser.send("hello")
        chat = await the_chat(house)
        assert house.db is not None
        with house.db.transaction() as session:  # one transaction, so that no turn begins in between
            conversation = rows.locked(session, chat)
            assert conversation is not None
            now = house.clock.now()
            rows.add_message(session, conversation, "in", "I smell gas", now, state=QUEUED, flags=["fire_gas"])
            joining.join(session, chat, who="amina", speaker=ADVISER, voice=voice(house), now=now)
    found = await told(house)
    assert [kind for kind, _ in found][-2:] == ["crisis", "notice"]
    assert [turn["text"] for turn in house.rasa.turns] == ["hello"]
    assert all(line.state in (NOTED, DONE) for line in await lines(house) if line.direction == "in")


async def test_one_joins_and_the_other_is_told(house: House) -> None:
    """Who is second hears why; only who joined may speak or leave; a lead may end it for them."""
    async with house.browser() as browser:
        await browser.send("hello")
        assert await join(house) == "" and await join(house) == AGAIN
        assert await join(house, "bob") == TAKEN
        assert await speak(house, "hi", "bob") == NOT_YOURS
        assert await release(house, "bob") == NOT_YOURS
        assert await release(house, "bob", lead=True) == ""
        assert await speak(house, "hi") == OVER
        assert await release(house) == OVER
        assert await join(house, "bob") == ""
    assert [text for _, text in await told(house)].count(JOINED_WORDS) == 2


async def test_the_same_form_sent_twice_says_it_once(house: House) -> None:
    """A double click, a refresh and a form sent after the release: one line, one text."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    outcomes = [await speak(house, "I am here.", form_id="f" * 32) for _ in range(3)]
    await release(house)
    outcomes.append(await speak(house, "I am here.", form_id="f" * 32))
    assert outcomes == ["", AGAIN, AGAIN, AGAIN]
    await answered(house)
    assert sum("I am here." in text for text in house.texts()) == 1


async def test_nobody_joins_outside_the_hours_but_a_lead_with_a_reason(house: House) -> None:
    """Six in the evening: refused; with a reason of the list it is done and kept; any other word is no reason."""
    async with house.browser() as browser:
        await browser.send("hello")
        pass_time(house, 6 * 60)
        await browser.open()
        await browser.submit({**browser.page.composer["hidden"], "message": "hello again"})
        chats = await house.rows(select(Conversation.id).order_by(Conversation.created_at.desc()))
        assert await join(house, chat=chats[0]) == CLOSED
        assert await join(house, chat=chats[0], override="because") == CLOSED
        assert await join(house, chat=chats[0], override="safety") == ""
    (row,) = await takeovers(house)
    assert row.override == "safety"


async def test_what_a_text_of_staff_may_not_say_is_refused_and_nothing_is_changed(house: House) -> None:
    """Empty, too long for one text, a foreign link, a private service: each refused by name; nothing goes out."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    await answered(house)
    before = house.texts()
    refused = [await speak(house, text) for text in (" \n", "word " * 120, "See bit.ly/xyz", "Ring Women's Aid")]
    assert refused == [EMPTY, TOO_LONG, LINK, PRIVATE]
    assert house.texts() == before and len(await house.rows(select(OutboxText))) == len(before)


async def test_texts_go_in_the_daytime_or_within_the_hour(house: House) -> None:
    """At half past eight in the evening to who wrote half an hour before, not to who wrote two hours before; careful numbers get replies only."""
    await house.text("SM1", "hello")
    await answered(house)
    pass_time(house, 6 * 60 + 15)
    await house.text("SM2", "hello again")
    await answered(house)
    assert await join(house, override="on_call") == ""
    pass_time(house, 50)
    assert await speak(house, "Still here.") == ""
    pass_time(house, 70)
    assert await speak(house, "Still here?") == NIGHT


async def test_a_careful_number_gets_replies_only(house: House) -> None:
    """Where abuse was told of, nothing goes out later than 15 minutes after their own text."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    assert house.db is not None
    with house.db.transaction() as session:
        session.scalars(select(Conversation)).one().careful = True
    pass_time(house, 14)
    assert await speak(house, "I am here.") == ""
    pass_time(house, 2)
    assert await speak(house, "I am here.") == CAREFUL


async def test_stop_ends_it_and_nothing_more_is_sent(house: House) -> None:
    """STOP while a person is there: flag, no reply, nothing of staff goes out, and the takeover ends."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    await answered(house)
    before = len(house.texts())
    await house.text("SM2", "STOP", OptOutType="STOP")
    assert await speak(house, "Hello?") == OVER
    assert await join(house, "bob") == OVER
    await tend(house)
    assert len(house.texts()) == before
    (row,) = await takeovers(house)
    assert row.reason == LEFT


@pytest.mark.parametrize("path", ["/exit", "/chat/start-again"])
async def test_who_leaves_the_page_ends_it(house: House, path: str) -> None:
    """Leave this page, or a new chat: staff can say nothing more there, and the new chat has the assistant."""
    async with house.browser() as browser:
        await browser.send("hello")
        chat = await the_chat(house)
        await join(house)
        hidden = {"csrf": browser.page.composer["hidden"]["csrf"]}
        await browser.http.post(browser.url(path), data=hidden, allow_redirects=False)
        assert await speak(house, "Hello?", chat=chat) == OVER
        assert await tend(house, chat)
        await browser.open()
        await browser.send("hello again")
        assert shown(browser, "assistant")[-1] == "Assistant: You said: hello again"
    (row,) = await takeovers(house)
    assert row.reason == LEFT and "Hello?" not in str(await told(house))


async def test_a_chat_that_is_erased_takes_its_takeover_along(house: House) -> None:
    """Nothing of it is left, and nobody can speak there."""
    async with house.browser() as browser:
        await browser.send("hello")
        await join(house)
        chat = await the_chat(house)
        assert house.db is not None
        await house.db.run(erase, chat)
        assert await takeovers(house) == [] and await speak(house, "hi", chat=chat) == OVER
        assert not await tend(house, chat)
    assert await house.rows(select(Takeover)) == []


async def test_a_move_to_the_phone_takes_the_person_along(house: House) -> None:
    """The code is answered without the bot; the person's next line is a text; the bot is asked nothing."""
    async with house.browser() as browser:
        await browser.send("choices")
        await join(house)
        await house.text("SM1", await code_on_page(browser))
        await eventually(lambda: house.texts())
        assert house.texts() == [
            f"You can carry on here by text. Our web page is closed for this chat. {RULES.words['still_here']}"
        ]
        assert await speak(house, "I am here too.") == ""
        await house.text("SM2", "good")
        await release(house)
        await answered(house)
    assert house.texts()[1] == "First Contact Plus adviser: I am here too."
    assert house.texts()[2] == f"{CAME_BACK}\n{QUESTION}\n1 Yes\n2 No"
    assert len(house.rasa.turns) == 1


async def test_a_move_to_the_page_takes_the_person_along(house: House) -> None:
    """The page shows that the person is there, and their next line; nothing that was said by text."""
    await house.text("SM1", "choices")
    await answered(house)
    code = await code_by_text(house, "SM2")
    await join(house)
    await answered(house)
    async with house.browser() as browser:
        await bring(browser, code)
        await browser.open()
        assert shown(browser, "assistant")[-1].endswith(RULES.words["still_here"])
        assert await speak(house, "I am here too.") == ""
        await browser.open()
        assert shown(browser, "person") == ["First Contact Plus adviser: I am here too."]
        assert JOINED_WORDS not in browser.page.html
    assert len(house.rasa.turns) == 1


async def test_a_number_of_nine_digits_is_for_the_person(house: House) -> None:
    """Somebody tells the person a number: it is no wrong code."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    await answered(house)
    before = house.texts()
    await house.text("SM2", "123 456 789")
    await answered(house)
    assert house.texts() == before
    newest = (await house.rows(select(Message).order_by(Message.seq.desc())))[0]
    assert (newest.text, newest.state) == ("123 456 789", NOTED)


async def test_staff_lines_by_json_say_who_speaks(house: House) -> None:
    """A client of the JSON gets the person's lines as such, and is asked to look again; so does who saves the chat."""
    async with house.browser() as browser:
        await browser.send("hello")
        await join(house)
        await speak(house, "Hello.")
        headers = {"Accept": "application/json", "X-Chat-View": "html"}
        async with browser.http.get(browser.url("/chat/messages?after=2"), headers=headers) as response:
            answer = await response.json()
        async with browser.http.get(browser.url("/chat/save")) as response:
            assert "First Contact Plus adviser:\nHello." in await response.text()
    assert answer["messages"][-1] == {
        "from": "person",
        "text": "Hello.",
        "choices": [],
        "speaker": "First Contact Plus adviser",
    }
    assert answer["person"] == "joined" and answer["owed"] is False


async def test_the_number_is_not_sent_to_twice_after_a_restart(house: House) -> None:
    """The front door dies after staff wrote: the line is in the outbox, and goes once."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    await speak(house, "I am here.")
    await house.restart()
    await answered(house)
    assert [text for text in house.texts(MOBILE) if "I am here." in text] == ["First Contact Plus adviser: I am here."]


async def test_the_purge_takes_a_chat_with_a_person_in_it(house: House) -> None:
    """Days later, whatever was or was not tended: nothing of it is left, no kept answer either."""
    await house.text("SM1", "choices")
    await answered(house)
    await join(house)
    await answered(house)
    limits = Retention.load(DATA)
    assert house.db is not None
    gone = await expire(house.db, limits, house.clock.now() + limits.chat + timedelta(hours=1), pause=0)
    assert gone.conversations == 1 and await takeovers(house) == [] and await lines(house) == []


async def test_a_list_that_was_asked_for_waits_until_the_person_has_left(house: House) -> None:
    """Another voice into the same phone would be a second one."""
    await house.text("SM1", "hello")
    await answered(house)
    await join(house)
    (chat,) = await house.rows(select(Conversation))
    assert house.db is not None
    with house.db.transaction() as session:
        asked_text.ask(
            session, message_id="m1", conversation="another", phone=MOBILE, body="Warm Homes", now=house.clock.now()
        )
    cipher = Cipher(SECRET)
    assert chat.address_digest == cipher.digest(MOBILE)
    assert await house.db.run(send_asked, voice(house), cipher.digest, house.clock.now()) == 0
    await release(house)
    assert await house.db.run(send_asked, voice(house), cipher.digest, house.clock.now()) == 1
