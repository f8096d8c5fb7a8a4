"""From text messages to the web page."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest
from sqlalchemy import select

from front_door.model import Conversation, Message, OutboxText
from front_door.moving.model import MoveTry
from tests.front_door.browser import Browser, Page
from tests.front_door.moving import CODE, bring, code_by_text, post
from tests.front_door.support import MOBILE, PUBLIC, House, eventually, words

OTHER = "+447700900124"


async def texted(house: House, *bodies: str) -> None:
    for number, body in enumerate(bodies):
        await house.text(f"SM-before-{number}", body)
        await house.until_texts(number + 1)


async def moved(house: House, browser: Browser) -> Page:
    await texted(house, "my debts in Oadby", "choices")
    return await bring(browser, await code_by_text(house, "SM-web"))


async def test_the_same_conversation_goes_on_on_the_page(house: House) -> None:
    """Same id and same memory of the bot; now a web conversation, and the bot is told no number any more."""
    async with house.browser() as browser:
        page = await moved(house, browser)
        assert page.said("assistant") == [f"{words().moving.arrived['moved_web']}You chose moved=yes"]
        await browser.send("coalville")
        assert browser.page.said("assistant")[-1] == "You said: coalville"
    assert len({turn["conversation"] for turn in house.rasa.turns}) == 1
    assert [turn["channel"] for turn in house.rasa.turns] == ["sms", "sms", "web", "web"]
    assert house.rasa.turns[2]["metadata"] == {"away": True, "moved": True}
    assert house.rasa.turns[3]["metadata"] == {}
    assert len(await house.rows(select(Conversation))) == 1


async def test_nothing_said_before_is_shown_on_the_page(house: House) -> None:
    """The phone has it; whoever else reads the code learns nothing. Not on paper or in the file either."""
    async with house.browser() as browser:
        page = await moved(house, browser)
        assert "Earlier messages are not shown here" in page.html
        for path in ("/chat", "/chat/print", "/chat/messages?after=0"):
            async with browser.http.get(browser.url(path)) as response:
                shown = await response.text()
            assert "Oadby" not in shown and not CODE.search(shown), path


async def test_the_text_with_the_code_says_where_to_type_it(house: House) -> None:
    """The address of the page and the code; nothing about anybody; one word alone asks for it, in any case."""
    await texted(house, "my debts in Oadby")
    for number, word in enumerate(("web", "WEB", " Web page. ")):
        await house.text(f"SM{number}", word)
        await house.until_texts(number + 2)
        said = house.texts()[-1]
        assert f"{PUBLIC}/chat/move" in said and CODE.search(said) and "Oadby" not in said
    assert len(house.rasa.turns) == 1
    first, *_, last = (CODE.search(text).group() for text in house.texts()[1:])  # type: ignore[union-attr]
    async with house.browser() as browser:
        assert (await bring(browser, first)).status == 422  # a new code ends the one before
        assert (await bring(browser, last)).status == 200


async def test_web_as_part_of_an_answer_goes_to_the_conversation(house: House) -> None:
    """In a sentence, as a label, or where a question may be answered with it: the bot gets it."""

    def script(turn):
        slot = "person_question_1" if turn["text"] == "own words" else "how"
        options = [{"label": "Web" if slot == "how" else "Skip", "value": f"{slot}=x"}]
        return [{"text": "How?", "choices": options if "?" not in turn["text"] else [], "data": {}}]

    house.rasa.script = script
    await texted(house, "hello?", "i found you on the web?", "label", "web", "own words", "web")
    assert [turn["choice"] for turn in house.rasa.turns] == [None, None, None, "how=x", None, None]
    assert house.rasa.turns[-1]["text"] == "web"


async def test_web_as_the_first_text_gives_the_address_only(house: House) -> None:
    """Nothing was said that could go on there."""
    await house.text("SM1", "web")
    await house.until_texts(1)
    assert f"{PUBLIC}/chat/move" in house.texts()[0] and not CODE.search(house.texts()[0])


async def test_the_open_question_can_still_be_answered_by_text(house: House) -> None:
    """Asking for a code is no answer: the numbered choices stay open."""
    await texted(house, "choices")
    await code_by_text(house, "SM-web")
    await house.text("SM1", "1")
    await house.until_texts(3)
    assert house.rasa.turns[-1]["choice"] == "live=yes"


async def test_the_old_door_is_closed_and_says_so_once(house: House) -> None:
    """A text to a chat that is on the page now is stored, not used, and told where to write; the next begins a new chat."""
    async with house.browser() as browser:
        await moved(house, browser)
        turns = len(house.rasa.turns)
        await house.text("SM-late", "coalville")
        await house.until_texts(4)
        assert house.texts()[3].endswith(words().moving.after_move) and len(house.rasa.turns) == turns
        await house.text("SM-new", "hello again")
        await house.until_texts(5)
        await browser.open()
        assert "coalville" not in browser.page.html
    assert house.rasa.turns[-1]["text"] == "hello again"
    assert house.rasa.turns[-1]["conversation"] != house.rasa.turns[0]["conversation"]
    assert len(await house.rows(select(Message).where(Message.direction == "in", Message.text.is_not(None)))) == 6


async def test_danger_by_text_after_the_move_is_answered(house: House) -> None:
    """The closed door does not swallow it."""
    async with house.browser() as browser:
        await moved(house, browser)
    await house.text("SM-late", "I will kill myself")
    await eventually(lambda: any("Samaritans" in text for text in house.texts()))


async def test_stop_holds_for_the_number_after_the_move(house: House) -> None:
    """The number stopped texts before its chat went on on the page: it stays stopped."""
    await texted(house, "hello")
    code = await code_by_text(house, "SM-web")
    async with house.browser() as browser:
        await bring(browser, code)
        await house.text("SM-stop", "stop", OptOutType="STOP")
        await house.text("SM1", "hello")
        await asyncio.sleep(0.2)
    assert len(house.texts()) == 2


async def test_five_wrong_codes_in_one_browser_are_the_end(house: House) -> None:
    """Plain words each time, then no more tries that day, even with the right one; the text chat goes on."""
    await texted(house, "hello")
    code = await code_by_text(house, "SM-web")
    handle = (int(code[:3]) + 1) % 1000
    async with house.browser() as browser:
        for number in range(5):
            page = await bring(browser, f"{handle:03}00000{number}")
            assert page.status == 422 and page.alerts[0].endswith(words().moving.wrong_on_page)
        page = await bring(browser, code)
        assert page.status == 429 and words().moving.wrong_on_page_too_often in page.alerts[0]
        page = await bring(browser, "12")
        assert page.status == 422 and words().moving.not_a_code in page.alerts[0]
    house.clock.offset = timedelta(hours=1)
    async with house.browser() as other:
        assert (await bring(other, code)).status == 200
    assert len(await house.rows(select(MoveTry))) == 10  # five of the browser, five of its address


async def test_codes_cannot_be_tried_by_the_dozen_from_one_address(house: House) -> None:
    """Ten posts a minute from one address, whatever browser it seems to be."""
    statuses = []
    for number in range(12):
        async with house.browser() as browser:
            statuses.append((await bring(browser, f"48219350{number % 10}")).status)
    assert statuses[:10] == [422] * 10 and statuses[10:] == [429] * 2


async def test_a_chat_that_the_browser_had_ends(house: House) -> None:
    """This is said on the page."""
    async with house.browser() as browser:
        await browser.send("hello from the web")
        page = await moved(house, browser)
        assert words().moving.arrived["moved_web_over"] in page.said("assistant")[0]
        assert "hello from the web" not in page.html
    ended = select(Conversation.state).order_by(Conversation.created_at)
    assert await house.rows(ended) == ["ended", "active"]


async def test_a_double_click_moves_once(house: House) -> None:
    """Both answers lead to the chat."""
    await texted(house, "hello")
    code = await code_by_text(house, "SM-web")
    async with house.browser() as browser:
        page = await browser.open("/chat/move")
        fields = {**page.forms[-1]["hidden"], "code": code}
        pages = await asyncio.gather(*(post(browser, "/chat/move", fields) for _ in range(2)))
        assert [page.status for page in pages] == [200, 200]
        await browser.open()
        assert len(browser.page.said("assistant")) == 1


async def test_there_and_back_again(house: House) -> None:
    """Page, phone, another browser: one conversation, one open door at a time, everything in order."""
    async with house.browser() as first, house.browser() as second:
        await first.send("one")
        page = await first.open("/chat/move/text")
        page = await post(first, "/chat/move/text", page.forms[-1]["hidden"])
        await house.text("SM-code", CODE.search(page.html).group())  # type: ignore[union-attr]
        await house.until_texts(1)
        await house.text("SM2", "two")
        await house.until_texts(2)
        await bring(second, await code_by_text(house, "SM-web"))
        await second.send("three")
        assert second.page.said("resident") == ["three"]
        assert (await first.open()).said("resident") == []
    said = [turn["text"] for turn in house.rasa.turns if turn["choice"] is None]
    assert said == ["one", "two", "three"]
    assert len({turn["conversation"] for turn in house.rasa.turns}) == 1


async def test_the_code_is_blanked_where_it_had_to_be_kept(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The transcript never holds it; the text that carries it does until it is used. No log, no address."""
    caplog.set_level(logging.DEBUG)
    await texted(house, "hello")
    code = await code_by_text(house, "SM-web")
    assert code not in str([message.text for message in await house.rows(select(Message))])
    async with house.browser() as browser:
        page = await bring(browser, code)
        assert page.url.endswith("/chat#latest") or page.url.endswith("/chat")  # type: ignore[attr-defined]
    assert code not in str([sent.body for sent in await house.rows(select(OutboxText))])
    assert not any(code in line or code.replace("-", "") in line for line in caplog.messages)


async def test_another_phone_keeps_its_own_chat(house: House) -> None:
    """A move touches nobody else."""
    await house.text("SM-other", "hello", OTHER)
    async with house.browser() as browser:
        await moved(house, browser)
    await house.text("SM-other-2", "me again", OTHER)
    await eventually(lambda: len(house.texts(OTHER)) == 2)
    assert len({t["conversation"] for t in house.rasa.turns if t["metadata"].get("sms_number") == OTHER}) == 1
    assert MOBILE != OTHER
