"""A text to a resident from the desk: read first, once, in the daytime, and never where it may harm."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

import referrals.staff_text  # noqa: F401  (declares the table)
from desk.keys import DESK
from front_door import rows
from front_door.model import Conversation
from referrals.model import ReferralEvent
from referrals.staff_text import TEXTED, StaffText
from referrals.staff_text_rules import StaffTextRules
from tests.desk.conftest import Browser, Office
from tests.referrals.support import DATA

RULES = StaffTextRules.load(DATA)
CODE = "tried_to_ring"
WORDS = RULES.templates[CODE].text


async def reader(office: Office, reference: str) -> Browser:
    """Somebody who has read how to contact this person."""
    browser = await office.signed_in()
    await browser.get(f"/desk/referrals/{reference}")
    assert (await browser.post(f"/desk/referrals/{reference}/contact", read="yes")).status == 303
    return browser


def page_of(reference: str) -> str:
    return f"/desk/referrals/{reference}/texts/new"


def texts(office: Office) -> list[StaffText]:
    with office.db.reading() as session:
        return list(session.scalars(select(StaffText)))


def form_id(page: str) -> str:
    found = re.search(r'name="form_id" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


async def test_d7_a_text_is_read_word_for_word_before_it_goes(office: Office):
    """Choose, read, send; the row holds the words that were shown; sent twice it is one; the audit knows who and which."""
    reference = office.refer(safe_to_text=True)
    browser = await reader(office, reference)
    await browser.get(page_of(reference))
    assert "They get exactly this" not in browser.page
    await browser.get(f"{page_of(reference)}?template={CODE}")
    assert WORDS in browser.page and "It goes now." in browser.page
    form = {"template": CODE, "form_id": form_id(browser.page)}
    page = browser.page
    for _ in range(2):
        browser.page = page
        assert (await browser.post(page_of(reference), **form)).status == 303
    assert [(row.body, row.who, row.state) for row in texts(office)] == [(WORDS, "amina", "waiting")]
    with office.db.reading() as session:
        rows = session.scalars(select(ReferralEvent).where(ReferralEvent.what == TEXTED)).all()
    assert [(row.who, row.detail) for row in rows] == [("amina", CODE)]
    await browser.get(f"/desk/referrals/{reference}")
    assert "Text sent from a template" in browser.page


async def test_d7_at_night_the_preview_says_when_it_goes(office: Office):
    """Half past ten in the evening: eight the next morning."""
    office.clock.advance(timedelta(hours=12))
    reference = office.refer(safe_to_text=True)
    browser = await reader(office, reference)
    await browser.get(f"{page_of(reference)}?template={CODE}")
    assert "It goes on Sun 22 Nov, 8am" in browser.page


async def test_d7_nothing_is_offered_before_the_contact_rules_were_read(office: Office):
    """Neither by the page nor by a form that somebody made up."""
    reference = office.refer(safe_to_text=True)
    browser = await office.signed_in()
    await browser.get(f"{page_of(reference)}?template={CODE}")
    assert WORDS not in browser.page and "Read how to contact this person" in browser.page
    answer = await browser.post(page_of(reference), template=CODE, form_id="f" * 32)
    assert answer.status == 409 and texts(office) == []


@pytest.mark.parametrize(("known", "why"), [("texts_stopped", "stopped"), ("careful", "unsafe")])
@pytest.mark.parametrize("where", ["the number", "the conversation"])
async def test_d7_a_flagged_number_gets_none(office: Office, known: str, why: str, where: str):
    """STOP, or a word about abuse, by the number or in the conversation of the referral: the desk says why, and nothing is queued."""
    with office.db.transaction() as session:
        talk = rows.open_conversation(session, "sms", office.clock.now(), **{known: True})
        if where == "the number":
            talk.address, talk.address_digest = "+447700900123", office.app[DESK].cipher.digest("+447700900123")
        conversation = talk.id if where == "the conversation" else "another"
    reference = office.refer(safe_to_text=True, conversation=conversation)
    browser = await reader(office, reference)
    await browser.get(f"{page_of(reference)}?template={CODE}")
    assert RULES.refusals[why] in browser.page and WORDS not in browser.page
    answer = await browser.post(page_of(reference), template=CODE, form_id="f" * 32)
    assert answer.status == 409 and texts(office) == []
    with office.db.reading() as session:
        assert len(session.scalars(select(Conversation)).all()) == 1


async def test_d7_without_a_yes_to_texts_none_goes(office: Office):
    """They said that texting is not safe."""
    reference = office.refer(safe_to_text=False)
    browser = await reader(office, reference)
    await browser.get(page_of(reference))
    assert RULES.refusals["not_safe"] in browser.page
    assert (await browser.post(page_of(reference), template=CODE, form_id="f" * 32)).status == 409


@pytest.mark.parametrize("form", [{"template": "made_up", "form_id": "f" * 32}, {"template": CODE}, {}])
async def test_a_form_that_we_did_not_make_sends_nothing(office: Office, form: dict[str, str]):
    """Only our templates; no text of anybody's own."""
    reference = office.refer(safe_to_text=True)
    browser = await reader(office, reference)
    await browser.get(page_of(reference))
    assert (await browser.post(page_of(reference), **form)).status == 400
    assert texts(office) == []
