"""The web chat as a browser without JavaScript sees it."""

from __future__ import annotations

from tests.front_door.support import House


async def test_w1_a_chat_works_without_javascript_from_the_welcome_to_a_reply(house: House) -> None:
    """The page welcomes (not a person, 999, privacy, one question); a form post comes back with words and reply."""
    async with house.browser() as browser:
        welcome = browser.page.said("assistant")[0]
        assert "not a person" in welcome and "999" in welcome and "securely" in welcome
        assert welcome.endswith("What's going on? Use your own words.")
        page = await browser.send("I am cold at home")
    assert page.said("resident") == ["I am cold at home"]
    assert page.said("assistant")[1] == "You said: I am cold at home"


async def test_w1_a_post_is_answered_by_a_relative_see_other(house: House) -> None:
    """Post, redirect, get: 303 to /chat#latest, so that a refresh sends nothing."""
    async with house.browser() as browser:
        fields = {**browser.page.composer["hidden"], "message": "hello"}
        async with browser.http.post(browser.url("/chat"), data=fields, allow_redirects=False) as response:
            assert response.status == 303
            assert response.headers["Location"] == "/chat#latest"
        assert "latest" in (await browser.open()).ids


async def test_each_choice_is_a_button_in_a_form_of_its_own(house: House) -> None:
    """A choice is a submit button named "choice" with its label as text, beside the hidden fields; pressing it sends its
    value to the bot and shows its label."""
    async with house.browser() as browser:
        page = await browser.send("choices")
        assert list(page.choices) == ["Yes", "No"]
        assert all(set(form["hidden"]) == {"csrf", "client_id"} for form in page.choices.values())
        page = await browser.press("No")
    assert house.rasa.turns[-1]["choice"] == "live=no"
    assert house.rasa.turns[-1]["text"] == "No"
    assert page.said("assistant")[-1] == "You chose live=no"
    assert page.choices == {}


async def test_w5_a_typed_number_word_or_label_is_the_choice_too(house: House) -> None:
    """What is shown as a button can be typed."""
    for typed in ("2", "two.", "  NO "):
        async with house.browser() as browser:
            await browser.send("choices")
            await browser.send(typed)
            assert house.rasa.turns[-1]["choice"] == "live=no"


async def test_an_old_button_becomes_words_and_an_invented_value_is_refused(house: House) -> None:
    """A button of an answered question sends its label as text; a value that was never offered never reaches the bot."""
    async with house.browser() as browser:
        old = (await browser.send("choices")).choices["Yes"]["hidden"]
        await browser.send("hello")
        await browser.submit({**old, "choice": "live=yes"})
        assert (house.rasa.turns[-1]["text"], house.rasa.turns[-1]["choice"]) == ("Yes", None)
        before = len(house.rasa.turns)
        page = await browser.submit({**browser.page.composer["hidden"], "choice": "/restart"})
    assert len(house.rasa.turns) == before
    assert "already been answered" in page.alerts[0]


async def test_json_has_the_shape_that_the_contract_says(house: House) -> None:
    """{"messages": [{"from", "text", "choices": [{"label", "value"}]}], "conversation"}, and a bot that knows it."""
    async with house.browser() as browser:
        status, answer = await browser.json({**browser.page.composer["hidden"], "message": "choices"})
    assert status == 200
    assert answer["messages"] == [
        {
            "from": "assistant",
            "text": "Do you live in Leicestershire?",
            "choices": [{"label": "Yes", "value": "live=yes"}, {"label": "No", "value": "live=no"}],
        }
    ]
    assert answer["conversation"] == house.rasa.turns[0]["conversation"]
    assert answer["owed"] is False
    assert house.rasa.turns[0]["channel"] == "web"


async def test_services_are_cards_with_only_links_that_are_safe(house: House) -> None:
    """Cards come from the reply's data: call link, hours, reasons; a javascript: address is not a link; all is escaped."""
    async with house.browser() as browser:
        page = await browser.send("services")
    card = page.said("assistant")[1]
    for shown in (
        "Here are two services",
        "Warm Homes",
        "Call 0116 496 0123",
        "Open now until 5pm",
        "Free",
        "local to Oadby",
    ):
        assert shown in card
    assert "tel:01164960123" in page.links and "https://example.org/warm" in page.links
    assert not any(link.startswith("javascript") for link in page.links)
    assert "Money &lt;Matters&gt;" in page.html
    assert list(page.choices) == ["Yes", "No"]


async def test_w14_talk_to_a_person_is_one_press_away(house: House) -> None:
    """The button sends the sentence from the data file."""
    async with house.browser() as browser:
        for _ in range(2):
            form = next(f for f in browser.page.forms if any(b.get("name") == "say" for b in f["buttons"]))
            page = await browser.submit({**form["hidden"], "say": "person"})
    assert page.said("resident")[0] == "I'd like to talk to a person"
    assert "tel:999" in page.links and "/exit" in page.links


async def test_two_people_never_see_each_other(house: House) -> None:
    """A session opens its own conversation only."""
    async with house.browser() as one, house.browser() as other:
        await one.send("secret of one")
        await other.send("hello")
        assert "secret of one" not in (await other.open()).html
        assert len({turn["conversation"] for turn in house.rasa.turns}) == 2


async def test_w10_leaving_revokes_the_session_and_goes_to_a_neutral_page(house: House) -> None:
    """The link works without JavaScript; afterwards the same cookie shows nothing and posts nothing."""
    async with house.browser() as browser:
        page = await browser.send("hello")
        cookie = {c.key: c.value for c in browser.http.cookie_jar}
        async with browser.http.get(browser.url("/exit"), allow_redirects=False) as response:
            assert response.status == 303
            assert response.headers["Location"].startswith("https://www.bbc.co.uk/weather")
            assert "cookies" in response.headers["Clear-Site-Data"]
        browser.http.cookie_jar.update_cookies(cookie, response.url)
        fields = {**page.composer["hidden"], "message": "again"}
        refused = await browser.submit(fields)
        assert refused.status == 403 and "hello" not in refused.html and "closed" in refused.html
        browser.http.cookie_jar.update_cookies(cookie, response.url)
        assert "You said: hello" not in (await browser.open()).html
    assert len(house.rasa.turns) == 1


async def test_start_again_asks_and_then_opens_a_fresh_chat(house: House) -> None:
    """The old words are gone from the page and the bot gets a new conversation."""
    async with house.browser() as browser:
        await browser.send("hello")
        page = await browser.open("/chat/start-again")
        fields = page.forms[0]["hidden"]
        async with browser.http.post(browser.url("/chat/start-again"), data=fields) as response:
            assert "You said: hello" not in await response.text()
        await browser.open()
        await browser.send("new")
    assert len({turn["conversation"] for turn in house.rasa.turns}) == 2


async def test_w14_the_transcript_prints_without_box_and_buttons(house: House) -> None:
    """/chat/print holds the words of both sides and no form for a message."""
    async with house.browser() as browser:
        await browser.send("choices")
        page = await browser.open("/chat/print")
    assert page.said("assistant")[-1] == "Do you live in Leicestershire?"
    assert not any(form["boxes"] for form in page.forms)


async def test_w10_every_page_is_well_formed_and_names_no_topic_in_its_title(house: House) -> None:
    """Each page closes its tags (the parser checks) and has a neutral title."""
    async with house.browser() as browser:
        for path in ("/", "/chat", "/chat/print", "/chat/start-again", "/nothing-here"):
            page = await browser.open(path)
            assert page.status == (404 if path == "/nothing-here" else 200)
            assert "<title>Chat</title>" in page.html or path == "/"
        assert "/chat" in (await browser.open("/")).links
