"""Working on a referral: who has it, notes, attempts, closing, opening again, and who may be the same person."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from pypdf import PdfReader

from desk.contact import HIDDEN
from desk.roles import Role
from referrals import handling
from referrals.model import TAKEN
from tests.desk.conftest import Browser, Office
from tests.desk.test_exports import take_out
from tests.desk.test_queue import LAC, refer
from tests.desk.test_referral_page import events, open_page

TRIED = "2026-11-21T10:30"


async def press(browser: Browser, reference: str, button: str, **form: Any) -> aiohttp.ClientResponse:
    """Open the page of a referral and send one of its forms."""
    await open_page(browser, reference)
    found = re.search(r'name="form_id" value="([0-9a-f]+)"', browser.page)
    form.setdefault("form_id", found[1] if found else "")
    return await browser.post(f"/desk/referrals/{reference}/{button}", **form)


async def attempt(browser: Browser, reference: str, when: str = TRIED, **form: str) -> aiohttp.ClientResponse:
    return await press(
        browser, reference, "attempt", **{"method": "phone", "result": "no_answer", "tried_at": when, **form}
    )


def holder(office: Office, reference: str) -> tuple[str, str | None]:
    with office.db.reading() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        return referral.state, referral.taken_by


@pytest.fixture
def staff(office: Office) -> Office:
    """With an adviser and a coordinator of another team beside the two who may do everything."""
    office.add("ada", Role.ADVISER)
    office.add("lena", Role.LAC, teams=("Coordinator, Wigston",))
    return office


async def test_d1_a_lead_gives_it_to_somebody_who_may_see_it(staff: Office):
    """The list holds only those; a name typed past the list is refused; the audit tells who gave it to whom."""
    reference = refer(staff, 1)
    lead = await staff.signed_in("bob")
    page = await open_page(lead, reference)
    assert '<option value="ada">' in page and '<option value="lena">' not in page
    assert (await press(lead, reference, "assign", to="lena", holder="")).status == 422
    assert (await press(lead, reference, "assign", to="ada", holder="")).status == 303
    assert holder(staff, reference) == (TAKEN, "ada")
    assert ("assigned", "bob") in events(staff, reference)
    assert "Given to ada" in await open_page(lead, reference)
    assert (await press(lead, reference, "assign", to="amina", holder="")).status == 409
    assert "had been taken already, by ada" in lead.page
    assert (await press(lead, reference, "assign", to="amina", holder="ada")).status == 303
    assert holder(staff, reference) == (TAKEN, "amina")


async def test_d1_an_adviser_gives_nothing_and_puts_back_only_the_own(staff: Office):
    """A lead may put back anybody's; who does not have it may not."""
    reference = refer(staff, 1)
    ada, lead = await staff.signed_in("ada"), await staff.signed_in("bob")
    await press(lead, reference, "take")
    page = await open_page(ada, reference)
    assert "Give it to" not in page and "Put it back" not in page
    assert (await ada.post(f"/desk/referrals/{reference}/assign", to="ada", holder="bob")).status == 403
    assert (await press(ada, reference, "release", holder="bob")).status == 409
    assert holder(staff, reference) == (TAKEN, "bob")
    assert (await press(lead, reference, "release", holder="bob")).status == 303
    assert holder(staff, reference) == ("new", None)
    await press(ada, reference, "take")
    assert "Put it back into the queue" in await open_page(ada, reference)
    assert (await press(ada, reference, "release", holder="ada")).status == 303
    assert [what for what, _ in events(staff, reference) if what != "viewed"] == [
        "received", "taken", "released", "taken", "released",
    ]  # fmt: skip


async def test_d3_could_not_contact_is_refused_until_it_was_tried(office: Office):
    """Three attempts on two days; until then the page says what is missing and nothing changes."""
    reference = refer(office, 1)
    browser = await office.signed_in()
    await press(browser, reference, "take")
    assert (await press(browser, reference, "done", outcome="no_contact")).status == 422
    assert "needs 3 attempts to make contact, on 2 different days" in browser.page
    assert "3 more attempts and an attempt on 2 more days" in browser.page
    assert holder(office, reference) == (TAKEN, "amina")


async def test_d3_attempts_are_dated_by_who_tried_and_let_it_close(office: Office):
    """London time; not in the future, not before it came; the same form twice keeps one."""
    reference = refer(office, 1)
    browser = await office.signed_in()
    for when in ("2026-11-21T10:31", "2026-11-20T10:30", "", "yesterday", "2026-11-21T10:30+00:00"):
        assert (await attempt(browser, reference, when)).status == 422, when
        assert "Say when you tried" in browser.page
    assert (await attempt(browser, reference, method="pigeon")).status == 422
    assert (await attempt(browser, reference, result="")).status == 422
    assert (await attempt(browser, reference, form_id="")).status == 400
    for _ in range(2):
        assert (await attempt(browser, reference, form_id="f" * 32)).status == 303
    page = await open_page(browser, reference)
    assert page.count("No answer. <span") == 1 and "Sat 21 Nov, 10:30am" in page
    assert "Still missing: 2 more, another day." in page
    office.clock.advance(timedelta(days=2))
    browser = await office.signed_in()
    for when in ("2026-11-21T16:00", "2026-11-23T09:00"):
        assert (await attempt(browser, reference, when)).status == 303
    assert "That is done." in await open_page(browser, reference)
    await press(browser, reference, "take")
    assert (await press(browser, reference, "done", outcome="no_contact")).status == 303
    assert ("attempted", "amina") in events(office, reference)


async def test_d3_a_finished_one_is_opened_again_by_a_lead_with_a_reason(staff: Office):
    reference = refer(staff, 1)
    ada, lead = await staff.signed_in("ada"), await staff.signed_in("bob")
    await press(ada, reference, "take")
    assert (await press(lead, reference, "reopen", reason="by_mistake")).status == 409
    await press(ada, reference, "done", outcome="declined")
    assert "Open it again" not in await open_page(ada, reference)
    assert (await ada.post(f"/desk/referrals/{reference}/reopen", reason="by_mistake")).status == 403
    assert (await press(lead, reference, "reopen", reason="because")).status == 422
    assert "Choose why it is opened again" in lead.page
    assert (await press(lead, reference, "reopen", reason="by_mistake")).status == 303
    assert holder(staff, reference) == ("new", None)
    assert "Opened again: It was finished by mistake" in await open_page(lead, reference)


async def test_notes_are_kept_with_who_and_when_and_show_no_number_too_early(office: Office):
    """D5 holds for notes too: each adviser reads the contact rules first; text is text; the same form keeps one note."""
    reference = refer(office, 1)
    amina, bob = await office.signed_in("amina"), await office.signed_in("bob")
    words = "Her son is on 07700 900456.\nson@example.org <script>alert(1)</script>"
    for _ in range(2):
        assert (await press(amina, reference, "note", words=words, form_id="f" * 32)).status == 303
    page = await open_page(bob, reference)
    assert page.count("Her son is on") == 1 and HIDDEN in page
    assert "900456" not in page and "son@example" not in page and "<script>alert" not in page
    assert "amina, <time" in page and ("noted", "amina") in events(office, reference)
    await press(bob, reference, "contact", read="yes")
    page = await open_page(bob, reference)
    assert "07700 900456" in page and "son@example.org" in page
    assert (await press(bob, reference, "note", words=" \r\n ")).status == 422
    assert (await press(bob, reference, "note", words="x" * 2001)).status == 422
    assert (await press(bob, reference, "note", words="x", form_id="short")).status == 400


async def test_notes_and_attempts_go_with_a_copy_only_when_asked_for(office: Office):
    """What goes to others is the packet. Asked for, they stand in plain text, PDF and JSON, and the audit says so; before
    the contact rules were read without the numbers in them."""
    reference = refer(office, 1)
    browser = await office.signed_in()
    assert "With our notes" not in await open_page(browser, reference)
    await press(browser, reference, "note", words="CANARY note, 07700 900456")
    await attempt(browser, reference)
    assert "With our notes" in await open_page(browser, reference)
    for form in ("text", "csv", "json", "fhir"):
        assert (await press(browser, reference, f"export/{form}")).status == 200
        assert "CANARY" not in browser.page and "No answer" not in browser.page
    for form in ("text", "csv", "json", "fhir"):
        assert (await press(browser, reference, f"export/{form}", own="yes")).status == 200
        with_them = form in ("text", "json")
        assert ("CANARY" in browser.page, "No answer" in browser.page) == (with_them, with_them)
        assert "900456" not in browser.page
    await open_page(browser, reference)
    _, pdf = await take_out(browser, reference, "pdf", own="yes")
    assert "CANARY note" in "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    await press(browser, reference, "contact", read="yes")
    await press(browser, reference, "export/text", own="yes")
    assert "07700 900456" in browser.page
    page = await open_page(browser, reference)
    assert "(text, with notes)" in page and "(csv, with notes)" not in page


async def test_d4_staff_say_if_two_are_of_one_person_and_nothing_is_merged(office: Office):
    """Both pages show the other and what was said; both referrals stay; a twin of nobody's team cannot be named."""
    first, second = refer(office, 1), refer(office, 2, contact_value="+447700900001")
    third = refer(office, 3)
    with_same_number = await office.signed_in()
    assert "Same phone number" in await open_page(with_same_number, first)
    for answer, said in (("same", "Staff said: the same person."), ("different", "Staff said: not the same person.")):
        response = await press(with_same_number, first, "same-person", other=second, answer=answer)
        assert response.status == 303
        for one in (first, second):
            assert said in await open_page(with_same_number, one)
    assert 'href="#same"' not in await open_page(with_same_number, first)  # not flagged at the top any more
    assert (await press(with_same_number, first, "same-person", other="AAA-AAA", answer="same")).status == 422
    assert (await press(with_same_number, first, "same-person", other=first, answer="same")).status == 422
    assert (await press(with_same_number, first, "same-person", other=third, answer="perhaps")).status == 400
    assert [what for what, _ in events(office, second) if what != "viewed"] == [
        "received", "same_person", "not_same_person",
    ]  # fmt: skip
    assert holder(office, first) == holder(office, second) == ("new", None)


async def test_g12_the_history_names_no_referral_of_another_team(staff: Office):
    """A lead said that two are of one person: the coordinator of the one reads that, and not which the other is."""
    mine, theirs = refer(staff, 1, **LAC), refer(staff, 2, contact_value="+447700900001")
    amina, lena = await staff.signed_in(), await staff.signed_in("lena")
    assert (await press(amina, mine, "same-person", other=theirs, answer="same")).status == 303
    page = await open_page(lena, mine)
    assert theirs not in page and "Said to be of the same person as a referral of another team" in page
    assert f"Said to be of the same person as {theirs}" in await open_page(amina, mine)


async def test_g12_nothing_can_be_done_with_another_teams_referral(staff: Office):
    """Page, notes, attempts, taking and judging answer as if there were none."""
    theirs, mine = refer(staff, 1), refer(staff, 2, **LAC)
    lena = await staff.signed_in("lena")
    await open_page(lena, mine)
    forms: dict[str, dict[str, Any]] = {
        "note": {"words": "x"},
        "attempt": {"method": "phone", "result": "spoke", "tried_at": TRIED},
        "take": {},
        "release": {"holder": "lena"},
        "done": {"outcome": "declined"},
        "contact": {"read": "yes"},
    }
    for button, form in forms.items():
        page = lena.page
        response = await lena.post(f"/desk/referrals/{theirs}/{button}", form_id="f" * 32, **form)
        assert response.status == 404, button
        lena.page = page
    assert (await press(lena, mine, "same-person", other=theirs, answer="same")).status == 422
    assert [what for what, _ in events(staff, theirs)] == ["received"]
