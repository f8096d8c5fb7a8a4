"""The page about a referral: looked up with a check, shown, taken back, copied. A browser without JavaScript, a real database."""

from __future__ import annotations

import asyncio
import io
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from front_door.resident.checking import MOST_OF_ADDRESS, MOST_OF_CONTACT, MOST_OF_ONE, MOST_OF_REFERENCE
from front_door.resident.model import ReferralTry, ReferralVisit
from front_door.resident.visits import forget_old_visits
from referrals import handling
from referrals.model import GONE_EMAIL, WITHDRAWN
from referrals.reference import ALPHABET, LENGTH
from tests.front_door.browser import Browser, Page
from tests.front_door.moving import bring, code_by_text, post
from tests.front_door.referral_support import OTHER_REFERENCE, REFERENCE, change, conversation_of, referral, sent
from tests.front_door.support import PUBLIC, House, words

WORDS = words().referral
NUMBER = "07700 900123"
OWN_WORDS = "four walls"


async def look_up(browser: Browser, reference: str = REFERENCE, contact: str = NUMBER) -> Page:
    """Fill in the two boxes and send them."""
    page = await browser.open("/referral")
    fields = next(form for form in page.forms if form.get("action") == "/referral")["hidden"]
    return await post(browser, "/referral", {**fields, "reference": reference, "contact": contact})


async def press(browser: Browser, path: str, **fields: str) -> Page:
    """Open a page about the referral and send its form."""
    page = await browser.open(path)
    hidden = next(form for form in page.forms if form.get("action") == path)["hidden"]
    return await post(browser, path, {**hidden, **fields})


def text_of(page: Page) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.html).split())


@pytest.mark.parametrize(
    ("reference", "contact"),
    [
        (REFERENCE, NUMBER),
        ("k7m4pr", "+447700900123"),
        ("K7M 4PR", "07700-900 123"),
        ("my reference is k7n-4br", NUMBER),
    ],
)
async def test_the_reference_and_the_number_open_it(house: House, reference: str, contact: str) -> None:
    """However they are written; a letter that sounds alike is understood."""
    await sent(house)
    async with house.browser() as browser:
        page = await look_up(browser, reference, contact)
        assert page.status == 200 and REFERENCE in page.html
        assert "Nobody has started on it yet" in page.html
        assert NUMBER not in page.html and "a number that ends in 123" in page.html


async def test_an_e_mail_address_opens_it(house: House) -> None:
    await sent(house, contact_method="email", contact_value="Sam@Example.org")
    async with house.browser() as browser:
        assert "s***@" not in (await look_up(browser, contact="other@example.org")).html
        assert "Nobody has started" in (await look_up(browser, contact=" sam@example.ORG ")).html


async def test_a_wrong_guess_tells_nothing(house: House) -> None:
    """An unknown reference, another number, none that can be ours, one without a number: the same page, to the letter."""
    await sent(house)
    await sent(house, reference="H2F-9WX", contact_method="other", contact_value="at my sister's")

    guesses = [
        (REFERENCE, "07700 900124"),
        ("PPP-PPP", NUMBER),
        ("ABC-123", NUMBER),
        ("H2F-9WX", "at my sister's"),
    ]
    pages = set()
    for reference, contact in guesses:
        async with house.browser() as browser:
            page = await look_up(browser, reference, contact)
            assert page.status == 422
            shown = re.sub(r'value="[^"]*"', "", page.html)
            pages.add(shown)
            assert (await browser.open("/referral/copy")).html.count(OWN_WORDS) == 0
    assert len(pages) == 1


async def test_wrong_tries_are_limited_for_a_reference(house: House) -> None:
    """Five a day from however many browsers; the right number is then not looked at either, until the day is over."""
    await sent(house)
    for number in range(MOST_OF_REFERENCE):
        async with house.browser() as browser:
            assert (await look_up(browser, contact=f"07700 90020{number}")).status == 422
    async with house.browser() as browser:
        blocked = await look_up(browser)
        assert blocked.status == 429 and WORDS.blocked.split(".")[0] in blocked.html
        house.clock.offset = timedelta(hours=25)
        assert "Nobody has started" in (await look_up(browser)).html


async def test_the_space_of_references_cannot_be_searched_for_a_number(house: House) -> None:
    """Whoever knows a number learns nothing by trying references: ten a day, from anywhere, all at once too; 1 in 10,000 in 90 days."""
    await sent(house)

    async def guess(number: int) -> int:
        async with house.browser() as browser:
            return (await look_up(browser, f"PPP-{ALPHABET[number % 15]}{ALPHABET[number // 15]}P")).status

    outcomes = sorted(await asyncio.gather(*(guess(number) for number in range(MOST_OF_CONTACT + 2))))
    assert outcomes == [422] * MOST_OF_CONTACT + [429, 429]
    assert MOST_OF_CONTACT * 90 / len(ALPHABET) ** LENGTH < 1 / 10_000


async def test_one_browser_and_one_address_are_limited(house: House) -> None:
    await sent(house)
    async with house.browser() as browser:
        statuses = [
            (await look_up(browser, f"PPP-PP{ALPHABET[n]}", f"0770090020{n}")).status for n in range(MOST_OF_ONE + 1)
        ]
        assert statuses == [422] * MOST_OF_ONE + [429]
    assert MOST_OF_ADDRESS == 20 and len(await house.rows(select(ReferralTry))) == 4 * MOST_OF_ONE


async def test_no_try_is_kept_in_clear_and_none_longer_than_a_day(house: House) -> None:
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser, contact="07700 900124")
        await look_up(browser)
    rows = [row.who for row in await house.rows(select(ReferralTry))]
    assert len(rows) == 4 and all(re.fullmatch(r"[0-9a-f]{64}", who) for who in rows)
    gone = await change(house, lambda session: forget_old_visits(session, house.clock.now() + timedelta(hours=25)))
    assert gone == 5 and not await house.rows(select(ReferralVisit))


async def test_the_same_chat_needs_no_check(house: House) -> None:
    """Whoever sent it in this browser sees it; nobody else's browser does."""
    async with house.browser() as browser, house.browser() as other:
        await browser.send("hello there")
        await sent(house, await conversation_of(house))
        assert REFERENCE in (await browser.open("/referral")).html
        assert REFERENCE not in (await other.open("/referral")).html
        await sent(house, await conversation_of(house), OTHER_REFERENCE)
        page = await browser.open("/referral")
        assert {b["text"].strip() for f in page.forms for b in f["buttons"]} >= {REFERENCE, OTHER_REFERENCE}
        hidden = next(form for form in page.forms if form.get("action") == "/referral")["hidden"]
        assert OTHER_REFERENCE in (await post(browser, "/referral", {**hidden, "reference": OTHER_REFERENCE})).html


async def test_a_chat_that_came_from_a_phone_opens_no_referral_sent_there(house: House) -> None:
    """Whoever types the code in sees what is sent from then on; the rest they look up, as anybody does."""
    await house.text("SM0", "hello there")
    await house.until_texts(1)
    await sent(house, await conversation_of(house))
    async with house.browser() as browser:
        await bring(browser, await code_by_text(house, "SM-web"))
        page = await browser.open("/referral")
        assert REFERENCE not in page.html
        for path in ("/referral/copy", "/referral/change", "/referral/take-back"):
            page = await browser.open(path)
            assert REFERENCE not in page.html and OWN_WORDS not in page.html
        await browser.open()
        for text in ("status", REFERENCE, f"status {REFERENCE}"):
            assert "First Contact Plus" not in (await browser.send(text)).said("assistant")[-1]
        await sent(house, await conversation_of(house), OTHER_REFERENCE)
        assert (await browser.send("status")).said("assistant")[-1].startswith(OTHER_REFERENCE)
        assert OTHER_REFERENCE in (await browser.open("/referral")).html
    async with house.browser() as browser:
        assert "Nobody has started" in (await look_up(browser)).html


async def test_an_unreadable_reference_alone_is_no_try(house: House) -> None:
    """The other box is empty: that is said, and nothing is counted."""
    await sent(house)
    async with house.browser() as browser:
        assert WORDS.missing in (await look_up(browser, "not one of ours", "")).html
    assert await house.rows(select(ReferralTry)) == []


@pytest.mark.parametrize(("question", "answer"), [("choices", "346792"), ("when can they ring?", "346-792")])
async def test_an_answer_that_looks_like_a_reference_goes_to_the_bot(house: House, question: str, answer: str) -> None:
    """While a question of the bot is open, by buttons or in words; their own reference is still known."""
    async with house.browser() as browser:
        await browser.send(question)
        await browser.send(answer)
        assert house.rasa.turns[-1]["text"] == answer
        await sent(house, await conversation_of(house))
        assert (await browser.send(REFERENCE)).said("assistant")[-1].startswith(f"{REFERENCE}: First")
    assert len(house.rasa.turns) == 2


async def test_nothing_about_it_stands_in_an_address_or_a_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """Neither reference nor number; answers are never stored by a browser; the page cannot be framed."""
    caplog.set_level(logging.DEBUG)
    await sent(house)
    async with house.browser() as browser:
        page = await look_up(browser)
        assert page.url.endswith("/referral")  # type: ignore[attr-defined]
        assert not any(REFERENCE in link for link in page.links)
        for path in ("/referral", "/referral/change", "/referral/copy", "/referral/copy.pdf", "/referral/take-back"):
            async with browser.http.get(browser.url(path)) as answer:
                assert answer.status == 200, path
                assert answer.headers["Cache-Control"] == "no-store"
                assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
                assert path.endswith("pdf") or "/exit" in await answer.text()
    assert REFERENCE not in caplog.text and "900123" not in caplog.text


async def test_it_closes_when_left_or_after_twenty_minutes(house: House) -> None:
    """By its button, by "Leave this page now", by itself."""
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        page = await browser.open("/referral")
        hidden = next(form for form in page.forms if form.get("action") == "/referral/close")["hidden"]
        await post(browser, "/referral/close", hidden)
        assert REFERENCE not in (await browser.open("/referral")).html
        await look_up(browser)
        cookie = browser.http.cookie_jar.filter_cookies(browser.http._build_url(browser.url("/")))["chat"].value
        async with browser.http.get(browser.url("/exit"), allow_redirects=False) as answer:
            assert answer.status == 303
        async with browser.http.get(browser.url("/referral"), cookies={"chat": cookie}) as answer:
            assert REFERENCE not in await answer.text()
        await look_up(browser)
        house.clock.offset = timedelta(minutes=21)
        assert REFERENCE not in (await browser.open("/referral")).html


async def test_taking_back_asks_once_more_and_says_what_is_true(house: House) -> None:
    """Then the team is told once, however often the button is pressed, and there is no copy any more."""
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        asked = await browser.open("/referral/take-back")
        assert "What they have read already, they have read." in asked.html
        assert (await referral(house)).state == "new"
        hidden = next(form for form in asked.forms if form.get("action") == "/referral/take-back")["hidden"]
        for _ in range(3):
            page = await post(browser, "/referral/take-back", hidden)
            assert "You took this back on" in page.html and "It is taken back." in page.html
        assert OWN_WORDS not in (await browser.open("/referral/copy")).html
        assert "/referral/change" not in page.html
    found = await referral(house)
    assert found.state == WITHDRAWN and [d.kind for d in found.deliveries if d.state == "waiting"] == [GONE_EMAIL]
    assert [(e.who, e.what, e.detail) for e in found.events if e.who == "resident"] == [
        ("resident", "withdrawn", "web")
    ]


async def test_a_closed_one_is_not_taken_back_and_the_page_says_so_kindly(house: House) -> None:
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        asked = await browser.open("/referral/take-back")
        hidden = next(form for form in asked.forms if form.get("action") == "/referral/take-back")["hidden"]

        def close(session: Any) -> None:
            found = handling.find(session, REFERENCE)
            assert found is not None
            handling.take(session, found, who="bob", now=house.clock.now())
            handling.finish(session, found, outcome="information_given", who="bob", now=house.clock.now())

        await change(house, close)
        page = await post(browser, "/referral/take-back", hidden)
        assert "taken back" in page.html and "have closed this" in page.html
    assert (await referral(house)).state == "done"


async def test_a_button_of_an_older_tab_does_nothing_to_another_referral(house: House) -> None:
    """Two tabs, two referrals: the first tab's button is not for the second one."""
    await sent(house)
    await sent(house, "more", OTHER_REFERENCE)
    async with house.browser() as browser:
        await look_up(browser)
        asked = await browser.open("/referral/take-back")
        hidden = next(form for form in asked.forms if form.get("action") == "/referral/take-back")["hidden"]
        await look_up_again(browser, OTHER_REFERENCE)
        page = await post(browser, "/referral/take-back", hidden)
        assert WORDS.old_page in page.html
    assert (await referral(house)).state == (await referral(house, OTHER_REFERENCE)).state == "new"


async def look_up_again(browser: Browser, reference: str) -> Page:
    page = await browser.open("/referral")
    hidden = next(form for form in page.forms if "csrf" in form["hidden"])["hidden"]
    return await post(browser, "/referral", {"csrf": hidden["csrf"], "reference": reference, "contact": NUMBER})


@pytest.mark.parametrize("path", ["/referral", "/referral/take-back", "/referral/change", "/referral/close"])
async def test_w13_a_post_without_token_or_from_elsewhere_is_refused(house: House, path: str) -> None:
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        page = await browser.open("/referral")
        token = page.forms[-1]["hidden"]["csrf"]
        assert (await post(browser, path, {"reference": REFERENCE})).status == 403
        refused = await post(browser, path, {"csrf": token}, headers={"Origin": "https://elsewhere.example"})
        assert refused.status == 403
    assert (await referral(house)).state == "new"


async def test_a_copy_holds_what_was_told_and_nothing_of_ours(house: House) -> None:
    """The same on the page and in the PDF file; not the tier, its reasons, the due time, or rules for staff."""
    await sent(house, red_flags=("medical_emergency",))
    async with house.browser() as browser:
        await look_up(browser)
        shown = text_of(await browser.open("/referral/copy"))
        async with browser.http.get(browser.url("/referral/copy.pdf")) as answer:
            assert answer.headers["Content-Disposition"] == 'attachment; filename="copy.pdf"'
            body = await answer.read()
    reader = PdfReader(io.BytesIO(body))
    printed = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    attached = reader.attachments[f"{REFERENCE}.txt"][0].decode()
    for text in (shown, printed, attached):
        for told in ("Test Resident", NUMBER, OWN_WORDS, "garden club", "They will contact you", "ring twice"):
            assert told in " ".join(text.split()), told
        for ours in (
            "Tier",
            "enhanced",
            "They want help to choose",
            "Leave no message",
            "Medical emergency",
            "Not asked",
        ):
            assert ours not in text, ours
    assert [e.detail for e in (await referral(house)).events if e.what == "resident_copy"] == ["page", "pdf"]


@pytest.mark.parametrize("path", ["/referral/copy", "/referral/copy.pdf", "/referral/change"])
async def test_where_abuse_was_told_of_the_check_is_not_enough(house: House, path: str) -> None:
    """Somebody near may know the reference and the number: no copy and no change but from the same chat. Nothing says why."""
    async with house.browser() as own, house.browser() as other:
        await own.send("hello there")
        await sent(house, await conversation_of(house), red_flags=("abuse_now",))
        page = await look_up(other)
        assert "Nobody has started" in page.html and "/referral/copy" not in page.links
        refused = await other.open(path)
        assert OWN_WORDS not in refused.html and "For safety" in refused.html and "buse" not in refused.html
        async with own.http.get(own.url(path)) as answer:
            assert answer.status == 200 and "For safety" not in str(await answer.read())


async def test_where_abuse_was_told_of_the_page_names_no_team_that_tells(house: House) -> None:
    """After the check alone: neither how far it is, nor what taking back means, nor that it is done. The own chat reads the name."""
    refuge = "Example Women's Refuge"

    def rename(session: Any) -> None:
        found = handling.find(session, REFERENCE)
        assert found is not None
        found.destination, found.team = "provider", refuge

    async with house.browser() as own, house.browser() as other:
        await own.send("hello there")
        await sent(house, await conversation_of(house), red_flags=("abuse_now",))
        await change(house, rename)
        page = await look_up(other)
        assert "The team got this on" in page.html and "Refuge" not in page.html
        assert "Refuge" not in (await other.open("/referral/take-back")).html
        page = await press(other, "/referral/take-back")
        assert "It is taken back. The team can" in page.html and "Refuge" not in page.html
        assert "Refuge" in (await own.open("/referral")).html


async def test_the_page_is_linked_where_people_look(house: House) -> None:
    async with house.browser() as browser:
        assert "/referral" in (await browser.open("/")).links
        assert "/referral" in (await browser.open("/chat")).links


async def test_the_chat_answers_plain_questions_about_its_own_referral(house: House) -> None:
    """The status with a link, without the bot; the open question and its buttons stay."""
    async with house.browser() as browser:
        await browser.send("choices")
        await sent(house, await conversation_of(house))
        page = await browser.send("what's happening with my referral?")
        assert page.said("assistant")[-1].startswith(f"{REFERENCE}: First Contact Plus got this on")
        assert "/referral" in page.links and set(page.choices) == {"Yes", "No"}
        assert "take " in (await browser.send("I want to take it back")).said("assistant")[-1]
        await browser.press("No")
        assert browser.page.said("assistant")[-1] == "You chose live=no"
    assert [turn["text"] for turn in house.rasa.turns] == ["choices", "No"]
    assert (await referral(house)).state == "new"


async def test_the_chat_tells_nothing_of_another_referral(house: House) -> None:
    """P2: with its reference too, only the page looks it up, and only with the check."""
    await sent(house)
    async with house.browser() as browser:
        for text in ("STATUS", f"STATUS {REFERENCE}", f"STATUS {OTHER_REFERENCE}"):
            page = await browser.send(text)
            assert page.said("assistant")[-1].startswith(WORDS.chat_look_up)
    assert PUBLIC and house.rasa.turns == []


async def test_the_chat_answers_with_the_bot_dead_and_as_json(house: House) -> None:
    async with house.browser() as browser:
        await browser.send("hello there")
        await sent(house, await conversation_of(house))
        await house.kill_rasa()
        status, answer = await browser.json({**browser.page.composer["hidden"], "message": "did they get my referral"})
        assert status == 200 and not answer["owed"]
        assert answer["messages"][0]["text"].startswith(REFERENCE)
        await house.start_rasa()
