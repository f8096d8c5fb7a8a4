"""What may be written in the web chat, and what may not: repeats, empty, long, odd and dangerous texts."""

from __future__ import annotations

import asyncio
import json

from tests.front_door.support import House


async def test_w1_a_double_submit_a_refresh_and_back_make_no_second_message(house: House) -> None:
    """One page view, one message: the same post again, at once or later, runs nothing and stores nothing."""
    async with house.browser() as browser:
        fields = {**browser.page.composer["hidden"], "message": "I need help with money"}
        await asyncio.gather(*(browser.submit(fields) for _ in range(5)))
        page = await browser.submit(fields)
    assert page.said("resident") == ["I need help with money"]
    assert len(house.rasa.ran) == 1


async def test_other_words_under_the_same_page_id_are_another_message(house: House) -> None:
    """A client that keeps the hidden fields of one page loses nothing."""
    async with house.browser() as browser:
        hidden = browser.page.composer["hidden"]
        for text in ("one", "two", "one"):
            status, answer = await browser.json({**hidden, "message": text})
            assert status == 200
            assert answer["messages"][0]["text"] == f"You said: {text}"


async def test_for_json_the_same_answer_to_two_questions_is_two_answers(house: House) -> None:
    """ "yes" to this and "yes" to that, from a script that never reloads the page, are both run."""
    async with house.browser() as browser:
        hidden = browser.page.composer["hidden"]
        for _ in range(2):
            await browser.json({**hidden, "message": "yes"})
    assert [turn["text"] for turn in house.rasa.turns] == ["yes", "yes"]


async def test_w3_a_scripts_own_id_is_one_message_for_ever(house: House) -> None:
    """A retry after a cut connection gets the first result again."""
    async with house.browser() as browser:
        hidden = browser.page.composer["hidden"] | {"client_id": "c-123"}
        answers = [(await browser.json({**hidden, "message": "hello"}))[1] for _ in range(2)]
        await browser.json({**hidden, "client_id": "c-124", "message": "more"})
        answers.append((await browser.json({**hidden, "message": "hello"}))[1])
    assert answers[0] == answers[1] == answers[2]
    assert len(house.rasa.ran) == 2


async def test_w13_what_a_resident_writes_is_escaped(house: House) -> None:
    """HTML in a message is text."""
    async with house.browser() as browser:
        page = await browser.send('<script>alert(1)</script> & "quotes"')
    assert "<script>alert" not in page.html
    assert page.said("resident") == ['<script>alert(1)</script> & "quotes"']


async def test_every_script_and_every_length_is_stored_and_shown_exactly(house: House) -> None:
    """5,000 characters, emoji, Gujarati, Urdu, NUL and SQL come back as they were."""
    texts = [
        "x" * 5000,
        "😀" * 300,
        "મને મદદ જોઈએ છે",
        "مجھے مدد چاہیے",
        "'; DROP TABLE message; --",
        "/restart",
        "a\x00b",
    ]
    for text in texts:
        async with house.browser() as browser:
            status, answer = await browser.json({**browser.page.composer["hidden"], "message": text})
            assert status == 200 and answer["messages"]
            async with browser.http.get(browser.url("/chat"), headers={"Accept": "application/json"}) as response:
                assert (await response.json())["messages"][1]["text"] == text
    assert house.rasa.turns[-2]["text"] == "/restart" and house.rasa.turns[-2]["choice"] is None


async def test_a_lone_surrogate_in_json_does_no_harm(house: House) -> None:
    """Half a character is replaced, not an error."""
    async with house.browser() as browser:
        body = json.dumps({"message": "hi \ud83d", "csrf": browser.page.composer["hidden"]["csrf"]})
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        async with browser.http.post(browser.url("/chat"), data=body, headers=headers) as response:
            assert response.status == 200


async def test_an_empty_message_gets_a_gentle_answer_and_no_turn(house: House) -> None:
    """Nothing typed: a clear sentence at the box, nothing sent to the bot."""
    async with house.browser() as browser:
        page = await browser.send("  \n ")
        assert "A few words are enough" in page.alerts[0]
        status, answer = await browser.json({**page.composer["hidden"], "message": ""})
        assert status == 200 and "A few words are enough" in answer["messages"][0]["text"]
    assert house.rasa.turns == []


async def test_g5_a_text_too_long_is_refused_kept_and_screened(house: House) -> None:
    """Over 10,000 characters: a plain error with the words in the box, and danger in them answered all the same."""
    text = "a " * 5200 + "I want to kill myself"
    async with house.browser() as browser:
        page = await browser.send(text)
    assert page.status == 422
    assert page.composer["boxes"]["message"].strip() == text
    assert "10,000" in "".join(page.alerts)
    assert any("Samaritans" in alert for alert in page.alerts)
    assert house.rasa.turns == []


async def test_g5_a_body_over_64_kib_is_413_in_our_own_words(house: House) -> None:
    """Too large a post is refused with a page of ours, before it is read."""
    async with house.browser() as browser:
        page = await browser.send("x" * 70_000)
    assert page.status == 413
    assert "too big to send" in page.html
