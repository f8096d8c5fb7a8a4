"""What staff see of a referral and do with it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from desk.contact import HIDDEN, mask
from desk.render import ago
from referrals import follow_up, handling
from referrals.follow_up import FollowUpRules
from referrals.model import Delivery
from referrals.request import Need
from tests.desk.conftest import Browser, Office
from tests.referrals.support import DATA, SATURDAY, another

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def events(office: Office, reference: str) -> list[tuple[str, str]]:
    with office.db.reading() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        return [(entry.what, entry.who) for entry in referral.events]


async def open_page(browser: Browser, reference: str) -> str:
    assert (await browser.get(f"/desk/referrals/{reference}")).status == 200
    return browser.page


async def test_the_queue_shows_what_waits_and_no_name_or_number(office: Office):
    """Overdue first and named so; needs and district to choose by; screens can be seen, so no name or number."""
    late = office.refer(another(1))
    office.clock.advance(timedelta(days=5))
    new = office.refer(another(2, red_flags=("homeless_tonight",)))
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert browser.page.index(late) < browser.page.index(new)
    assert "Overdue by" in browser.page and "Safety note" in browser.page
    assert "Loneliness" in browser.page and "Oadby and Wigston" in browser.page
    assert "Test Resident" not in browser.page and "900123" not in browser.page
    assert "our target" in browser.page


async def test_an_empty_queue_says_so(office: Office):
    """No rows is an answer, not a blank page."""
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert "Nothing is waiting." in browser.page
    await browser.get("/desk/?show=done")
    assert "No referral has been finished yet." in browser.page


async def test_the_packet_and_the_promise_as_told_are_on_the_page(office: Office):
    """Own words, risk and the exact words the resident heard about what happens next."""
    page = await open_page(await office.signed_in(), office.refer())
    for text in ("since Ron died its just me", "None known.", "Getting back to the garden club", "Wigston"):
        assert text in page
    assert "They will contact you in their working hours; I can&#39;t say which day." in page
    assert "Our own target. No day was promised." in page


async def test_whether_it_helped_is_on_the_page(office: Office):
    """The text agreed to after two weeks: when it goes, and what came back."""
    reference = office.refer()
    rules = FollowUpRules.load(DATA)
    now = office.clock.now()
    with office.db.transaction() as session:
        follow_up.agree(
            session, rules, conversation="c", episode="e", phone="+447700900123", words="May I?", reference=reference, now=now
        )  # fmt: skip
    browser = await office.signed_in()
    assert "They agreed to one text on" in await open_page(browser, reference)
    with office.db.transaction() as session:
        (row,) = follow_up.due(session, now + timedelta(days=20))
        follow_up.sent(row, "s", now)
        follow_up.answer(session, "s", follow_up.NOT_YET, now)
    assert "Asked by text two weeks later: not yet." in await open_page(browser, reference)


async def test_d5_contact_details_stay_hidden_until_the_rules_were_read(office: Office):
    """Not in the contact card, not in free text, not in the source of the page; the acknowledgement is audited."""
    words = "my number is 07700 900 123 or ron@example.org, ring me"
    reference = office.refer(another(1, own_words=words, safe_note="or on +44 7700 900123"))
    browser = await office.signed_in()
    page = await open_page(browser, reference)
    assert "900123" not in page and "900 123" not in page and "ron@example.org" not in page
    assert "Before you make contact" in page and HIDDEN in page
    response = await browser.post(f"/desk/referrals/{reference}/contact")
    assert response.status == 422 and "Tick that you have read" in browser.page and "900123" not in browser.page
    response = await browser.post(f"/desk/referrals/{reference}/contact", read="yes")
    assert response.headers["Location"] == f"/desk/referrals/{reference}#contact"
    page = await open_page(browser, reference)
    assert "07700 900123" in page and "ron@example.org" in page
    assert ("contact_shown", "amina") in events(office, reference)


async def test_d5_one_advisers_acknowledgement_opens_nothing_for_another(office: Office):
    """Each adviser reads the rules, and again after signing in anew."""
    reference = office.refer()
    amina, bob = await office.signed_in("amina"), await office.signed_in("bob")
    await open_page(amina, reference)
    await amina.post(f"/desk/referrals/{reference}/contact", read="yes")
    assert "900123" not in await open_page(bob, reference)
    office.clock.advance(timedelta(minutes=1))
    assert "900123" not in await open_page(await office.signed_in("amina"), reference)


async def test_disclosed_abuse_warns_before_contact(office: Office):
    """The first rule says not to ring or text first, on the queue it reads: contact with care."""
    reference = office.refer(another(1, red_flags=("abuse_now",), safe_to_call=None, safe_to_text=None))
    browser = await office.signed_in()
    page = await open_page(browser, reference)
    assert "Do not ring or text first" in page and "Safety note" in page
    await browser.get("/desk/")
    assert "Contact with care" in browser.page


async def test_taking_and_finishing(office: Office):
    """Taken by name, finished with an outcome, and the audit tells the whole life."""
    reference = office.refer()
    browser = await office.signed_in()
    await open_page(browser, reference)
    response = await browser.post(f"/desk/referrals/{reference}/take")
    assert response.status == 303
    await browser.get(response.headers["Location"])
    assert "You have taken this referral." in browser.page and "Taken by amina" in browser.page
    response = await browser.post(f"/desk/referrals/{reference}/done", outcome="support_arranged")
    assert response.status == 303
    await browser.get("/desk/?show=done")
    assert reference in browser.page and "Spoke, and arranged support" in browser.page
    assert [what for what, _ in events(office, reference) if what != "viewed"] == ["received", "taken", "done"]


async def test_two_advisers_take_at_once_and_one_wins(office: Office):
    """The loser is told who has it, and nothing of theirs is stored."""
    browsers = {name: await office.signed_in(name) for name in ("amina", "bob")}
    for number in range(5):
        reference = office.refer(another(number))
        for browser in browsers.values():
            await open_page(browser, reference)
        answers = await asyncio.gather(*(b.post(f"/desk/referrals/{reference}/take") for b in browsers.values()))
        statuses = dict(zip(browsers, (a.status for a in answers), strict=True))
        assert sorted(statuses.values()) == [303, 409]
        winner = next(name for name, status in statuses.items() if status == 303)
        loser = next(b for name, b in browsers.items() if name != winner)
        assert f"Taken by {winner}" in loser.page and "had been taken already" in loser.page
        assert [who for what, who in events(office, reference) if what == "taken"] == [winner]


@pytest.mark.parametrize("outcome", ["", "made_up"])
async def test_finishing_needs_an_outcome(office: Office, outcome: str):
    """Closing without one of the listed outcomes changes nothing."""
    reference = office.refer()
    browser = await office.signed_in()
    await open_page(browser, reference)
    await browser.post(f"/desk/referrals/{reference}/take")
    await open_page(browser, reference)
    assert (await browser.post(f"/desk/referrals/{reference}/done", outcome=outcome)).status == 422
    assert "Choose an outcome" in browser.page and "Taken by amina" in browser.page


async def test_a_referral_nobody_took_cannot_be_finished(office: Office):
    """New to done without a person in between is refused."""
    reference = office.refer()
    browser = await office.signed_in()
    await open_page(browser, reference)
    assert (await browser.post(f"/desk/referrals/{reference}/done", outcome="declined")).status == 409


async def test_every_view_is_audited(office: Office):
    """Opening the page adds who and when; the page tells who opened it before."""
    reference = office.refer()
    browser = await office.signed_in()
    assert "Opened before by nobody" in await open_page(browser, reference)
    assert "Opened before by amina (1)" in await open_page(browser, reference)
    assert events(office, reference).count(("viewed", "amina")) == 2


async def test_what_residents_typed_is_text_everywhere(office: Office):
    """Markup in any field comes out as text, on the queue, the page and the plain-text box."""
    reference = office.refer(
        another(
            1,
            own_words=ATTACK,
            name=ATTACK,
            place=ATTACK,
            district=ATTACK,
            safe_note=ATTACK,
            best_time=ATTACK,
            needs=(Need("loneliness", ATTACK, ATTACK),),
            answers=((ATTACK, ATTACK),),
            services_shown=(ATTACK,),
            reasons=(ATTACK,),
            not_asked=((ATTACK, ATTACK),),
            language=ATTACK,
            access_needs=ATTACK,
            channel="<b>web</b>",
        )
    )
    browser = await office.signed_in()
    pages = [await open_page(browser, reference)]
    await browser.post(f"/desk/referrals/{reference}/contact", read="yes")
    pages.append(await open_page(browser, reference))
    await browser.get("/desk/")
    pages.append(browser.page.replace('<script src="/desk/static/queue.js" defer></script>', ""))
    for page in pages:
        assert "<script" not in page and "<img" not in page and "<b>web" not in page
        assert "&lt;script&gt;" in page


async def test_failed_notices_are_seen_and_can_be_sent_again(office: Office):
    """The queue names the referral, the page gives the reason and a button; afterwards the notice waits anew."""
    reference = office.refer()
    with office.db.transaction() as session:
        session.execute(update(Delivery).values(state="failed", attempts=1, problem="the mail server answered 550"))
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert "E-mail notices did not go out" in browser.page and reference in browser.page
    page = await open_page(browser, reference)
    assert "Not delivered: the mail server answered 550." in page
    assert (await browser.post(f"/desk/referrals/{reference}/notice")).status == 303
    with office.db.reading() as session:
        assert session.scalars(select(Delivery.state)).all() == ["waiting"]
    await open_page(browser, reference)
    assert (await browser.post(f"/desk/referrals/{reference}/notice")).status == 409


async def test_a_missing_mailbox_is_seen(office: Office):
    """Notices that have nowhere to go are said on the queue, with what to set."""
    office.refer()
    with office.db.transaction() as session:
        session.execute(update(Delivery).values(state="skipped", problem="no mailbox is known: set TEAM_MAILBOX"))
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert "No e-mail notices are being sent" in browser.page and "TEAM_MAILBOX" in browser.page


async def test_an_unknown_reference_is_a_plain_404(office: Office):
    """For staff too; nothing is audited for what does not exist."""
    browser = await office.signed_in()
    assert (await browser.get("/desk/referrals/AAA-AAA")).status == 404
    assert "Nothing here" in browser.page
    await browser.get("/desk/")
    assert (await browser.post("/desk/referrals/AAA-AAA/take")).status == 404


async def test_the_facts_page_shows_what_nobody_confirmed(office: Office):
    """Team facts with their origin, and contacts that are stale."""
    browser = await office.signed_in()
    assert (await browser.get("/desk/data")).status == 200
    assert "Nobody has confirmed the facts about First Contact Plus." in browser.page
    assert "assumed: the hours of the Adult Social Care line" in browser.page
    assert "samaritans: checked_on is empty" in browser.page


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("ring 07700 900123 please", f"ring {HIDDEN} please"),
        ("ring 0116-496-0123.", f"ring {HIDDEN}."),
        ("+44 (0)7700 900123", HIDDEN),
        ("447700900123", HIDDEN),
        ("7700 900123", HIDDEN),
        ("૦૭૭૦૦ ૯૦૦૧૨૩", HIDDEN),
        ("a.b@example.org", HIDDEN),
        ("I am 72 and owe 1400 since 2019", "I am 72 and owe 1400 since 2019"),
        ("my flat is 10, LE18 2AB", "my flat is 10, LE18 2AB"),
    ],
)
def test_numbers_and_addresses_are_hidden_in_free_text_and_nothing_else_is(text: str, masked: str):
    """Phone numbers and e-mail addresses as people type them; ages, sums, years and postcodes stay."""
    assert mask(text) == masked


def test_how_late_is_said_in_its_largest_unit():
    """ "3 days", "1 hour", "5 minutes"."""
    for span, said in (
        (timedelta(days=3, hours=5), "3 days"),
        (timedelta(hours=1, minutes=59), "1 hour"),
        (timedelta(minutes=5), "5 minutes"),
        (timedelta(seconds=5), "less than a minute"),
    ):
        assert ago(SATURDAY, SATURDAY + span) == said
