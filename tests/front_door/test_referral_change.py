"""Changing contact details on the page: read back first, checked, screened for danger, never for who only knows the number."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from front_door.resident.contact_form import ContactForm, Wrong, read
from front_door.safeguarding.model import SafetyEvent
from referrals.packet import Packet, build
from referrals.staff_text import StaffText
from tests.front_door.browser import Browser, Page
from tests.front_door.moving import post
from tests.front_door.referral_support import REFERENCE, referral, sent
from tests.front_door.support import CRISIS, House, eventually, words
from tests.front_door.test_referral_page import look_up
from tests.referrals.support import make_request

WORDS = words().referral
CHANGE = "/referral/change"
PACKET = build(make_request())


async def fill(browser: Browser, **typed: str) -> Page:
    """Fill in the form and press "Carry on"."""
    page = await browser.open(CHANGE)
    hidden = next(form for form in page.forms if form.get("action") == CHANGE)["hidden"]
    return await post(browser, CHANGE, {**hidden, **typed})


async def press(browser: Browser, step: str) -> Page:
    """Press one of the two buttons under what was read back."""
    hidden = next(form for form in browser.page.forms if form.get("action") == CHANGE)["hidden"]
    return await post(browser, CHANGE, {**hidden, "step": step})


async def stored(house: House) -> Packet:
    return Packet.from_dict((await referral(house)).packet)


async def test_it_is_read_back_before_it_is_saved(house: House) -> None:
    """Nothing is saved by "Carry on"; what was typed comes back to be changed; then it is saved once."""
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        page = await fill(browser, contact="07700 900456", safe="ring", best_time="after 6pm", note="knock twice")
        assert "Is this right?" in page.html and "07700 900456" in page.html
        assert "Safe to ring: yes" in page.html and "Safe to text: no" in page.html
        assert (await stored(house)).contact_value == "+447700900123"
        page = await press(browser, "edit")
        assert 'value="07700 900456"' in page.html and "knock twice" in page.html
        await fill(browser, contact="07700 900456", safe="ring", best_time="after 6pm", note="knock twice")
        page = await press(browser, "save")
        assert "Your new details are saved." in page.html and "a number that ends in 456" in page.html
    after = await stored(house)
    assert (after.contact_value, after.safe_to_call, after.safe_to_text) == ("+447700900456", True, False)
    assert (after.best_time, after.safe_note) == ("after 6pm", "knock twice")
    async with house.browser() as browser:  # from now on the new number is the check
        assert "Nobody has started" not in (await look_up(browser)).html
        assert "Nobody has started" in (await look_up(browser, contact="07700900456")).html


async def test_only_the_time_can_change(house: House) -> None:
    """Nothing else is asked again, and the number is never written into the page."""
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        page = await browser.open(CHANGE)
        assert "900123" not in page.html and 'value="mornings"' in page.html
        page = await fill(browser, best_time="evenings", note="ring twice, I am slow to the phone")
        assert "a number that ends in 123" in page.html and "900123" not in page.html.replace(" ", "")
        await press(browser, "save")
        page = await fill(browser, best_time="evenings", note="ring twice, I am slow to the phone")
        assert WORDS.page_same in page.html
    after = await stored(house)
    assert (after.best_time, after.contact_value, len(after.contact_changes)) == ("evenings", "+447700900123", 1)


@pytest.mark.parametrize(
    ("typed", "notice"),
    [
        ({"contact": "12"}, "bad_contact"),
        ({"contact": "sam@", "safe": "yes"}, "bad_contact"),
        ({"contact": "07700 900456"}, "safe_needed"),
        ({"contact": "07700 900456", "safe": "sometimes"}, "safe_needed"),
        ({"contact": "sam@example.org", "safe": "ring"}, "safe_e_mail"),
        ({"note": "x" * 301}, "too_long"),
    ],
)
def test_what_is_wrong_is_named(typed: dict[str, str], notice: str) -> None:
    with pytest.raises(Wrong, match=notice):
        read(ContactForm.of(typed), PACKET, test_numbers=True)


async def test_a_mistake_comes_back_with_what_was_typed(house: House) -> None:
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        page = await fill(browser, contact="07700 900456", note="<b>knock</b> twice")
        assert page.status == 422 and "safe to contact you there" in page.alerts[0]
        assert 'value="07700 900456"' in page.html and "&lt;b&gt;knock" in page.html


async def test_the_old_number_is_told_by_text_where_that_was_safe(house: House) -> None:
    """The text goes out by itself, names nobody and no need, and gives the reference."""
    await sent(house, safe_to_text=True)
    house.clock.offset = _noon(house)
    async with house.browser() as browser:
        await look_up(browser)
        await fill(browser, contact="07700 900456", safe="no")
        await press(browser, "save")
    assert [row.phone for row in await house.rows(select(StaffText))] == ["+447700900123"]
    await eventually(lambda: house.texts())
    assert house.texts() == [WORDS.changed_number.format(reference=REFERENCE)]


def _noon(house: House) -> Any:
    """The way from now to noon, an hour at which texts go."""
    now = house.clock.now()
    return now.replace(hour=12, minute=0) - now


async def test_danger_in_the_note_is_answered_and_reaches_a_person(house: House) -> None:
    """The crisis words stand on the page at once; one event, though the note is read back and then saved."""
    await sent(house)
    async with house.browser() as browser:
        await look_up(browser)
        page = await fill(browser, note="I want to kill myself")
        assert CRISIS.split(".")[0] in page.alerts[0]
        await press(browser, "save")
    events = await house.rows(select(SafetyEvent))
    assert [(event.flag, event.channel) for event in events] == [("suicide_self_harm", "web")]
    assert "kill myself" in (await stored(house)).safe_note


async def test_where_abuse_was_told_of_a_post_changes_nothing(house: House) -> None:
    """Not the page only: the post is refused as well, to whom only knows reference and number."""
    await sent(house, red_flags=("abuse_now",))
    async with house.browser() as browser:
        page = await look_up(browser)
        hidden = next(form for form in page.forms if form.get("action") == "/referral/close")["hidden"]
        taking = await browser.open("/referral/take-back")
        which = next(form for form in taking.forms if form.get("action") == "/referral/take-back")["hidden"]["which"]
        fields = {**hidden, "which": which, "step": "save", "contact": "07700 900456", "safe": "yes"}
        page = await post(browser, CHANGE, fields)
        assert "For safety" in page.html
    assert (await stored(house)).contact_changes == ()
