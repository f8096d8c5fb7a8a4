"""What staff see of text messages: every one in and out, with what became of it, and no number before its time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from desk.contact import HIDDEN
from desk.model import DeskAudit
from front_door.model import TAKEN_AT, Conversation, DeliveryStatus, FinishedTexts, Message, OutboxText
from referrals import follow_up, handling
from referrals.follow_up import FollowUpRules
from referrals.staff_text import StaffText
from tests.desk.conftest import Browser, Office
from tests.referrals.support import DATA, make_request

ONE, TWO = "1" * 32, "2" * 32
MOBILE = "+447700900123"


class Texting:
    """Texts of one conversation, as the front door stores them."""

    def __init__(self, office: Office, conversation: str = ONE, **columns: Any) -> None:
        self.office, self.conversation, self.seq = office, conversation, 0
        now = office.clock.now()
        with office.db.transaction() as session:
            session.add(
                Conversation(
                    id=conversation,
                    channel="sms",
                    address=MOBILE,
                    address_digest=conversation,
                    created_at=now,
                    last_seen_at=now,
                    **columns,
                )
            )

    def receive(
        self, words: str, kind: str = "text", late: datetime | None = None, flags: list[str] | None = None
    ) -> None:
        self.seq += 1
        with self.office.db.transaction() as session:
            session.add(self._message("in", words, kind, {TAKEN_AT: late.isoformat()} if late else None, flags))

    def send(
        self, words: str, kind: str = "text", status: tuple[str, str | None] | None = None, **columns: Any
    ) -> None:
        """kind: of the line in the transcript. status: the provider's newest report and its class."""
        self.seq += 1
        now = self.office.clock.now()
        sid = f"SM{self.conversation[:4]}{self.seq}"
        columns = {"state": "sent", "provider_sid": sid, "kind": "reply", **columns}
        with self.office.db.transaction() as session:
            session.add(self._message("out", words, kind, None, None))
            session.add(
                OutboxText(
                    id=f"{self.conversation[:20]}{self.seq}",
                    conversation_id=self.conversation,
                    position=self.seq,
                    body=words,
                    segments=1 + len(words) // 160,
                    next_at=now,
                    created_at=now,
                    **columns,
                )
            )
            if status:
                session.add(
                    DeliveryStatus(provider_sid=sid, status=status[0], rank=6, error_class=status[1], updated_at=now)
                )

    def _message(self, direction: str, words: str, kind: str, data: Any, flags: Any) -> Message:
        return Message(
            id=f"{self.conversation[:20]}m{self.seq}",
            conversation_id=self.conversation,
            seq=self.seq,
            direction=direction,
            channel="sms",
            text=words,
            kind=kind,
            state="noted",
            data=data,
            flags=flags,
            created_at=self.office.clock.now(),
        )


def refer(office: Office, conversation: str = ONE, **changes: Any) -> str:
    key = f"{conversation[:4]}:submit"
    return office.refer(make_request(idempotency_key=key, conversation=conversation, channel="sms", **changes))


async def open_page(browser: Browser, path: str) -> str:
    assert (await browser.get(path)).status == 200
    return browser.page


async def test_every_text_of_a_referral_is_there_with_what_became_of_it(office: Office) -> None:
    """In order: time, who wrote, words, parts, and the state in plain words."""
    texting = Texting(office)
    texting.receive("I am lonely")
    texting.send("Where do you live?", status=("delivered", None))
    texting.receive("Wigston", late=office.clock.now() + timedelta(hours=2))
    texting.send("x" * 170)
    texting.send("still waiting", state="pending", provider_sid=None)
    texting.send("perhaps", state="unknown", provider_sid=None)
    texting.send("bounced", status=("undelivered", "temporary"))
    texting.send("too full", state="failed", provider_sid=None, error="daily limit")
    texting.send("odd", state="failed", provider_sid=None, error="31415")
    reference = refer(office)
    page = await open_page(await office.signed_in(), f"/desk/referrals/{reference}/texts")
    for words in (
        "I am lonely",
        "Delivered",
        "It reached us late",
        "Waiting to go",
        "Perhaps sent: we are finding out",
        "Not delivered: the phone was off or out of reach",
        "Not delivered: all texts of the day were used up",
        "Not delivered: the text company would not take it",
        "Here: 5.",
    ):
        assert words in page, words
    order = [
        page.index(words) for words in ("I am lonely", "Where do you live?", "Wigston", "still waiting", "bounced")
    ]
    assert order == sorted(order)


async def test_numbers_are_hidden_until_the_rules_of_contact_were_read(office: Office) -> None:
    """The number of the conversation, and numbers inside the words; one adviser's reading opens nothing for another."""
    texting = Texting(office)
    texting.receive("ring me on 07700 900 123 or ron@example.org")
    reference = refer(office)
    browser, other = await office.signed_in("amina"), await office.signed_in("bob")
    page = await open_page(browser, f"/desk/referrals/{reference}/texts")
    assert "900123" not in page and "900 123" not in page and "ron@example.org" not in page and HIDDEN in page
    assert "Phone numbers are hidden." in page
    await open_page(browser, f"/desk/referrals/{reference}")
    await browser.post(f"/desk/referrals/{reference}/contact", read="yes")
    page = await open_page(browser, f"/desk/referrals/{reference}/texts")
    assert "07700 900123" in page and "07700 900 123" in page and "ron@example.org" in page
    assert "900123" not in await open_page(other, f"/desk/referrals/{reference}/texts")


async def test_a_conversation_without_a_referral_never_shows_its_number(office: Office) -> None:
    """Nobody agreed to be contacted. Its page says so; with a referral the referral's page takes its place."""
    Texting(office).receive("my number is 07700900123")
    browser = await office.signed_in()
    page = await open_page(browser, f"/desk/texts/{ONE}")
    assert "nobody agreed to be contacted" in page and "900123" not in page and HIDDEN in page
    reference = refer(office)
    response = await browser.get(f"/desk/texts/{ONE}")
    assert (response.status, response.headers["Location"]) == (303, f"/desk/referrals/{reference}/texts")


async def test_every_view_of_texts_is_audited(office: Office) -> None:
    """With the referral, or in the desk's own record; nothing for what does not exist."""
    Texting(office).receive("hello")
    Texting(office, TWO).receive("hello")
    reference = refer(office)
    browser = await office.signed_in()
    for path in (f"/desk/referrals/{reference}/texts", f"/desk/texts/{TWO}", "/desk/texts"):
        await open_page(browser, path)
    assert (await browser.get(f"/desk/texts/{'3' * 32}")).status == 404
    assert (await browser.get("/desk/referrals/AAA-AAA/texts")).status == 404
    with office.db.reading() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        assert [(e.what, e.detail, e.who) for e in referral.events][1:] == [(handling.VIEWED, "texts", "amina")]
        texts = select(DeskAudit).where(DeskAudit.object.startswith("texts")).order_by(DeskAudit.id)
        noted = session.scalars(texts).all()
        assert [(row.what, row.object) for row in noted] == [("viewed", f"texts {TWO}"), ("viewed", "texts")]


async def test_nobody_sees_texts_without_signing_in(office: Office) -> None:
    """Each of the pages asks who is there."""
    Texting(office).receive("hello")
    reference = refer(office)
    for path in ("/desk/texts", f"/desk/texts/{ONE}", f"/desk/referrals/{reference}/texts"):
        response = await office.browser().get(path)
        assert response.status == 303 and response.headers["Location"].startswith("/desk/login")


@pytest.mark.parametrize(
    ("columns", "status"),
    [({}, ("undelivered", "bad_number")), ({}, ("permanent-failure", "bad_number")),
     ({"state": "failed", "provider_sid": None, "error": "21610"}, None)],
)  # fmt: skip
async def test_o5_a_confirmation_that_did_not_arrive_comes_first_and_is_on_the_queue(
    office: Office, columns: dict[str, Any], status: Any
) -> None:
    """Whatever the provider calls it: the queue names the referral, the list and the record say to ring instead."""
    other = Texting(office, TWO)
    texting = Texting(office)
    reference = refer(office)
    texting.send("Your referral was sent. Your reference is X.", kind="confirmation", status=status, **columns)
    office.clock.advance(timedelta(minutes=1))
    other.send("a newer reply", status=("undelivered", "temporary"))
    browser = await office.signed_in()
    queue = await open_page(browser, "/desk/")
    assert "The text that says the referral was sent did not arrive" in queue
    assert f"/desk/referrals/{reference}/texts" in queue
    page = await open_page(browser, "/desk/texts")
    assert page.index("Says that the referral was sent") < page.index("the phone was off")
    assert "They do not know. Ring them." in page
    assert "They were not told" in await open_page(browser, f"/desk/referrals/{reference}/texts")


@pytest.mark.parametrize(
    "about",
    [{"red_flags": ("abuse_now",), "safe_to_call": None, "safe_to_text": None}, {"safe_to_call": False}],
)
async def test_where_contact_needs_care_nobody_is_told_to_ring(office: Office, about: dict[str, Any]) -> None:
    """Abuse was told of, or ringing was not said to be safe: the rules of contact come first."""
    texting = Texting(office)
    reference = refer(office, **about)
    texting.send("Your reference is X.", kind="confirmation", status=("failed", None))
    browser = await office.signed_in()
    for path in ("/desk/texts", f"/desk/referrals/{reference}/texts"):
        page = await open_page(browser, path)
        assert "Ring them" not in page and "how to contact them" in page


async def test_a_delivered_confirmation_is_no_news(office: Office) -> None:
    """Nor is one that is on its way, nor one of a finished referral."""
    texting = Texting(office)
    reference = refer(office)
    texting.send("Your reference is X.", kind="confirmation", status=("delivered", None))
    texting.send("Your reference is X.", kind="confirmation", state="pending", provider_sid=None)
    browser = await office.signed_in()
    assert "did not arrive</strong>" not in await open_page(browser, "/desk/")
    texting.send("Your reference is X.", kind="confirmation", status=("failed", None))
    assert "did not arrive</strong>" in await open_page(browser, "/desk/")
    await open_page(browser, f"/desk/referrals/{reference}")
    await browser.post(f"/desk/referrals/{reference}/take")
    await open_page(browser, f"/desk/referrals/{reference}")
    await browser.post(f"/desk/referrals/{reference}/done", outcome="support_arranged")
    assert "did not arrive</strong>" not in await open_page(browser, "/desk/")


async def test_the_list_holds_no_word_and_no_number(office: Office) -> None:
    """Screens can be seen: only times, counts and references, and what staff must know at once."""
    texting = Texting(office, texts_stopped=True)
    texting.receive("my secret words 07700900123", flags=["suicide_self_harm"])
    texting.send("an answer")
    page = await open_page(await office.signed_in(), "/desk/texts")
    assert "secret" not in page and "an answer" not in page and "900123" not in page
    assert "Wants no texts" in page and "No referral" in page


async def test_the_question_after_two_weeks_is_shown_and_nothing_else_of_a_later_talk(office: Office) -> None:
    """It may go out in a newer conversation of the number, which was not given to this team."""
    reference = refer(office)
    later = Texting(office, TWO)
    later.send("Did it help?", kind="follow_up")
    later.receive("something new and private")
    rules, now = FollowUpRules.load(DATA), office.clock.now()
    with office.db.transaction() as session:
        follow_up.agree(
            session, rules, conversation=ONE, episode="e", phone=MOBILE, words="May I?", reference=reference, now=now
        )
        (row,) = follow_up.due(session, now + timedelta(days=20))
        follow_up.sent(row, TWO, now)
    page = await open_page(await office.signed_in(), f"/desk/referrals/{reference}/texts")
    assert "Did it help?" in page and "Asks if it helped" in page and "private" not in page


async def test_a_text_of_staff_is_called_so_and_stands_with_a_referral_from_the_web(office: Office) -> None:
    """It goes out in a conversation by text, which a referral from the web has none of; another's is not shown with it."""
    reference = office.refer(make_request())
    later = Texting(office, TWO)
    for words in ("Someone tried to ring you.", "Of another referral."):
        later.send(words, kind="staff")
    later.receive("something new and private")
    now = office.clock.now()
    with office.db.transaction() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        row = StaffText(
            form_id="f", referral_id=referral.id, who="bob", template="tried_to_ring", asked_at=now, send_at=now,
            body="Someone tried to ring you.", sent_in=TWO, sent_at=now, state="sent", phone=None,
        )  # fmt: skip
        session.add(row)
    page = await open_page(await office.signed_in(), f"/desk/referrals/{reference}/texts")
    assert "Someone tried to ring you." in page and "Sent by staff from a template" in page and ">Staff<" in page
    assert "Asks if it helped" not in page and "private" not in page and "another referral" not in page


async def test_what_was_written_is_text_everywhere(office: Office) -> None:
    """Markup in a text comes out as text."""
    texting = Texting(office)
    texting.receive("<script>alert(1)</script>")
    texting.send("<img src=x>", kind="<b>odd", state="failed", provider_sid=None, error="<i>why")
    reference = refer(office)
    page = await open_page(await office.signed_in(), f"/desk/referrals/{reference}/texts")
    assert "<script" not in page and "<img" not in page and "<b>odd" not in page and "<i>why" not in page
    assert "&lt;script&gt;" in page


async def test_what_texts_cost_is_on_the_list(office: Office) -> None:
    """Median and most parts of a finished conversation, by week."""
    with office.db.transaction() as session:
        monday = office.clock.now().date() - timedelta(days=5)
        session.add_all(FinishedTexts(week=monday, segments=segments) for segments in (4, 6, 20))
    page = await open_page(await office.signed_in(), "/desk/texts")
    assert ">6<" in page and ">20<" in page and ">30<" in page and "Eight weeks" in page


async def test_empty_pages_say_so(office: Office) -> None:
    """Nothing there is an answer, not a blank page."""
    reference = office.refer()
    browser = await office.signed_in()
    page = await open_page(browser, "/desk/texts")
    assert "Every text of the last 7 days arrived" in page and "There are none." in page
    assert "No texts were sent or received." in await open_page(browser, f"/desk/referrals/{reference}/texts")
