"""Taking a copy of a referral out of the desk: who, which form, when; and never more than the page would show."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import update

from desk import exports
from desk.contact import HIDDEN
from desk.referral_words import EXPORTED
from referrals import handling
from referrals.exports.formats import FORMATS
from referrals.model import ConsentEvent
from tests.desk.conftest import Browser, Office
from tests.desk.test_referral_page import events, open_page
from tests.referrals.support import another


async def take_out(browser: Browser, reference: str, form: str, **fields: str) -> tuple[aiohttp.ClientResponse, bytes]:
    """Press the button of one form on the open page; the answer and its bytes."""
    token = re.search(r'name="token" value="([^"]*)"', browser.page)
    data = {"token": token[1] if token else "", **fields}
    path = f"{browser.base}/desk/referrals/{reference}/export/{form}"
    response = await browser.session.post(path, data=data, allow_redirects=False)
    return response, await response.read()


async def reads_the_rules(browser: Browser, reference: str) -> None:
    await open_page(browser, reference)
    await browser.post(f"/desk/referrals/{reference}/contact", read="yes")
    await open_page(browser, reference)


@pytest.mark.parametrize("form", FORMATS)
async def test_d8_every_form_is_a_file_named_by_its_reference(office: Office, form: str):
    """Saved, never shown or kept by the browser; its name holds the reference alone, and the audit says who took which."""
    reference = office.refer()
    browser = await office.signed_in()
    await reads_the_rules(browser, reference)
    assert f'formaction="/desk/referrals/{reference}/export/{form}"' in browser.page
    response, body = await take_out(browser, reference, form)
    assert response.status == 200 and response.content_type == FORMATS[form].media_type
    name = f"{reference}.{FORMATS[form].ending}"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["Cache-Control"] == "no-store" and response.headers["X-Content-Type-Options"] == "nosniff"
    assert body.startswith(b"%PDF-") if form == "pdf" else reference.encode() in body
    assert ("exported", "amina") in events(office, reference)
    assert "Copied out</td>" in re.sub(r"\s*\(.*?\)", "", await open_page(browser, reference))
    assert f"({form})" in browser.page


@pytest.mark.parametrize("form", ["text", "csv", "json", "fhir"])
async def test_d5_a_copy_holds_no_contact_details_before_the_rules_were_read(office: Office, form: str):
    """As on the page: each adviser reads the rules first. The copy says that something is left out, and so does the audit."""
    reference = office.refer(another(1, own_words="ring 07700 900 123", red_flags=("abuse_now",), safe_to_call=False))
    amina, bob = await office.signed_in("amina"), await office.signed_in("bob")
    await reads_the_rules(bob, reference)
    assert "left out until you have read" in await open_page(amina, reference)
    response, body = await take_out(amina, reference, form)
    assert response.status == 200 and b"900123" not in body and b"900 123" not in body and HIDDEN.encode() in body
    assert f"({form}, without contact details)" in await open_page(amina, reference)
    _, body = await take_out(bob, reference, form)
    assert b"900123" in body or b"07700 900123" in body


async def test_nothing_is_copied_out_once_agreement_was_taken_back(office: Office):
    """Nothing leaves without a live consent; the page says why, and no copy is written down."""
    reference = office.refer()
    with office.db.transaction() as session:
        session.execute(update(ConsentEvent).values(withdrawn_at=office.clock.now()))
    browser = await office.signed_in()
    await open_page(browser, reference)
    response, body = await take_out(browser, reference, "json")
    assert response.status == 409 and b"taken back their agreement" in body and b"attachment" not in body
    assert ("exported", "amina") not in events(office, reference)


async def test_too_many_copies_are_refused_for_a_while(office: Office):
    """So many in a quarter of an hour for each member of staff, counted in the audit; others are not held up."""
    reference = office.refer()
    already = exports.MOST - 3
    with office.db.transaction() as session:
        for _ in range(already):
            referral = handling.find(session, reference)
            assert referral is not None
            handling.note(session, referral, who="amina", what=EXPORTED, now=office.clock.now(), detail="pdf")
    browser, other = await office.signed_in("amina"), await office.signed_in("bob")
    for one in (browser, other):
        await open_page(one, reference)
    statuses = [(await take_out(browser, reference, "text"))[0].status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert (await take_out(other, reference, "text"))[0].status == 200
    office.clock.advance(timedelta(minutes=16))
    assert (await take_out(browser, reference, "text"))[0].status == 200
    assert events(office, reference).count(("exported", "amina")) == already + 4


async def test_only_our_own_form_fetches_a_copy(office: Office):
    """Without the token 403, by a link 405, signed out to the sign-in; a form or reference that is none is a 404. None is audited."""
    reference = office.refer()
    browser = await office.signed_in()
    await open_page(browser, reference)
    assert (await take_out(browser, reference, "text", token="forged"))[0].status == 403
    assert (await take_out(browser, reference, "word"))[0].status == 404
    assert (await take_out(browser, "AAA-AAA", "text"))[0].status == 404
    assert (await browser.get(f"/desk/referrals/{reference}/export/text")).status == 405
    response, body = await take_out(office.browser(), reference, "text")
    assert (
        response.status == 303 and response.headers["Location"].startswith("/desk/login") and not body.count(b"Wigston")
    )
    assert ("exported", "amina") not in events(office, reference)


async def test_long_words_are_folded_with_the_whole_one_click_away(office: Office):
    """The first words stand on the page, the rest in a fold without a script; the copy holds all of them."""
    words = " ".join(f"word{number}" for number in range(600))
    reference = office.refer(another(1, own_words=words, what_matters=words[:300]))
    browser = await office.signed_in()
    page = await open_page(browser, reference)
    assert "All 600 words" in page and page.count("word599") == 1
    first = page[page.index('id="words"') : page.index("All 600 words")]
    assert "word0" in first and "more)" in first and "word599" not in first
    _, body = await take_out(browser, reference, "text")
    assert words.encode() in body
