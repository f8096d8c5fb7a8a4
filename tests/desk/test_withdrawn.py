"""A referral that its person took back: a banner, and nothing else may be read, done or taken out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import update

from referrals.exports.formats import FORMATS
from referrals.model import WITHDRAWN, Referral
from tests.desk.conftest import Browser, Office
from tests.desk.test_referral_page import events
from tests.referrals.support import another

SECRETS = ("900123", "900 123", "Test Resident", "Ron died", "garden club", "Wigston", "Loneliness", "CANARY")


@pytest.fixture
async def gone(office: Office) -> tuple[Browser, str]:
    """A referral that amina had, with its rules read and a note, taken back now; amina at its page."""
    reference = office.refer(another(1))
    browser = await office.signed_in()
    await browser.get(f"/desk/referrals/{reference}")
    await browser.post(f"/desk/referrals/{reference}/contact", read="yes")
    await browser.get(f"/desk/referrals/{reference}")
    await browser.post(f"/desk/referrals/{reference}/take")
    await browser.get(f"/desk/referrals/{reference}")
    await browser.post(f"/desk/referrals/{reference}/note", words="CANARY", form_id="f" * 32)
    with office.db.transaction() as session:
        session.execute(update(Referral).values(state=WITHDRAWN, done_at=office.clock.now()))
    await browser.get(f"/desk/referrals/{reference}")
    return browser, reference


async def test_its_page_says_so_and_shows_nothing_of_the_person(gone: tuple[Browser, str]):
    """Not even to who had read the rules before; the view is audited; no form is left but sign out."""
    browser, _ = gone
    assert "The person has taken this referral back" in browser.page and "Do not contact them" in browser.page
    assert not [secret for secret in SECRETS if secret in browser.page]
    assert re.findall(r'action="([^"]*)"', browser.page) == ["/desk/logout"]


async def test_nothing_can_be_done_with_it(office: Office, gone: tuple[Browser, str]):
    """Whatever page was still open: 409, nothing changes, nothing is shown."""
    browser, reference = gone
    before = [entry for entry in events(office, reference) if entry[0] != "viewed"]
    forms: dict[str, dict[str, Any]] = {
        "take": {},
        "assign": {"to": "bob", "holder": "amina"},
        "release": {"holder": "amina"},
        "done": {"outcome": "declined"},
        "reopen": {"reason": "by_mistake"},
        "contact": {"read": "yes"},
        "note": {"words": "more"},
        "attempt": {"method": "phone", "result": "spoke", "tried_at": "2026-11-21T10:30"},
        "notice": {},
        **{f"export/{form}": {} for form in FORMATS},
    }
    for button, form in forms.items():
        response = await browser.post(f"/desk/referrals/{reference}/{button}", form_id="g" * 32, **form)
        assert response.status == 409, button
        assert "has taken" in browser.page and not [one for one in SECRETS if one in browser.page], button
    assert [entry for entry in events(office, reference) if entry[0] != "viewed"] == before


async def test_its_texts_are_not_shown_any_more(gone: tuple[Browser, str]):
    """The page of its texts leads back to the banner."""
    browser, reference = gone
    response = await browser.get(f"/desk/referrals/{reference}/texts")
    assert (response.status, response.headers.get("Location")) == (303, f"/desk/referrals/{reference}")
    await browser.get(f"/desk/referrals/{reference}/texts/new")
    assert not [one for one in SECRETS if one in browser.page]
