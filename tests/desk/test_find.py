"""Finding a referral: by reference, name, number or address; what is typed stands in no address, no log and no record."""

from __future__ import annotations

import logging
import re

import pytest
from sqlalchemy import select, update

from desk.model import DeskAudit
from desk.roles import Role
from referrals.model import WITHDRAWN, Referral
from tests.desk.conftest import Browser, Office
from tests.desk.test_queue import LAC, refer


async def find(browser: Browser, typed: str) -> list[str]:
    """The references found; of one that leads straight to its page, that one."""
    await browser.get("/desk/")
    response = await browser.post("/desk/find", q=typed)
    if response.status == 303:
        return [response.headers["Location"].rpartition("/")[2]]
    assert response.status == 200 and str(response.url).endswith("/desk/find")
    return re.findall(r'class="reference" href="/desk/referrals/([0-9A-Z-]+)"', browser.page)


@pytest.mark.parametrize("typed", ["07700 900123", "Zoe Lee", "Lee", "{reference}", "{small}"])
async def test_what_staff_hold_finds_the_referral_and_shows_no_name_or_number(office: Office, typed: str):
    """Also one that is finished. The rows are those of the queue: needs and area, no name, no number."""
    reference = refer(office, 1, name="Zoe Lee", contact_value="+447700900123")
    refer(office, 2)
    typed = typed.format(reference=reference, small=reference.lower().replace("-", " "))
    browser = await office.signed_in()
    assert await find(browser, typed) == [reference]
    body = browser.page.replace(f'value="{typed}"', "")
    assert "900123" not in body and "Zoe" not in body


async def test_nothing_found_says_how_to_search(office: Office):
    browser = await office.signed_in()
    assert await find(browser, "nobody at all") == []
    assert "No referral" in browser.page and "Only exact matches" in browser.page
    assert await find(browser, " \0 ") == []


async def test_a_coordinator_finds_the_own_teams_alone(office: Office):
    mine = refer(office, 1, name="Zoe Lee", **LAC)
    other = refer(office, 2, name="Zoe Lee")
    office.add("lena", Role.LAC, teams=("Coordinator, Wigston",))
    lena = await office.signed_in("lena")
    assert await find(lena, "Zoe Lee") == [mine]
    assert await find(lena, other) == []


async def test_a_withdrawn_one_is_found_by_its_reference_alone(office: Office):
    reference = refer(office, 1, name="Zoe Lee", contact_value="+447700900123")
    with office.db.transaction() as session:
        session.execute(update(Referral).values(state=WITHDRAWN))
    browser = await office.signed_in()
    assert await find(browser, "Zoe Lee") == await find(browser, "07700900123") == []
    assert await find(browser, reference) == [reference]


async def test_a_search_is_written_down_without_its_words(office: Office, caplog: pytest.LogCaptureFixture):
    """Who, what kind of words, how many were found; the words themselves are in no record, log or address."""
    refer(office, 1, name="Zoe Canary")
    browser = await office.signed_in()
    with caplog.at_level(logging.DEBUG):
        await find(browser, "Canary")
    assert "Canary" not in caplog.text
    with office.db.reading() as session:
        rows = [(row.who, row.what, row.detail) for row in session.scalars(select(DeskAudit))]
    assert ("amina", "searched", "name, 1 found") in rows and "anary" not in str(rows)


async def test_what_is_typed_is_text(office: Office):
    browser = await office.signed_in()
    await find(browser, '"><script>alert(1)</script>')
    assert "<script>alert" not in browser.page
