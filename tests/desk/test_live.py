"""Live chats on the desk: who sees which, who joins and when, what is written down, and nobody's number before it was read when to use it."""

from __future__ import annotations

import asyncio
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from desk.model import DeskAudit
from desk.roles import Role
from front_door import rows
from front_door.model import DONE, QUEUED, Conversation, Message, OutboxText
from front_door.takeover.model import ASKED, Takeover
from front_door.takeover.rules import LiveChat
from tests.desk.conftest import SECRET, Browser, Office
from tests.referrals.support import DATA

RULES = LiveChat.load(DATA)
NUMBER = "+447700900123"
TEAM = "Local Area Coordination"
WORDS = "I am lonely. Ring me on 07700 900456."


def a_chat(office: Office, channel: str = "web", text: str = WORDS, ago: float = 1, **columns: object) -> str:
    """A chat with two lines, in which the resident wrote so many minutes ago."""
    then = office.clock.now() - timedelta(minutes=ago)
    if channel == "sms":
        columns |= {"address": NUMBER, "address_digest": rows.new_id()}
    with office.db.transaction() as session:
        made = rows.open_conversation(session, channel, then, session_digest=rows.new_id(), **columns)
        rows.add_message(session, made, "in", text, then, state=DONE)
        rows.add_message(session, made, "out", "What would help most?", then)
        return made.id


def page_of(chat: str) -> str:
    return f"/desk/live/{chat}"


async def at_work(office: Office, name: str = "amina") -> Browser:
    """Signed in on a Monday morning; the office of the tests begins on a Saturday."""
    while not RULES.is_open(office.clock.now()):
        office.clock.advance(timedelta(hours=12))
    return await office.signed_in(name)


async def joined(office: Office, channel: str = "web", **columns: object) -> tuple[Browser, str]:
    browser = await at_work(office)
    chat = a_chat(office, channel, **columns)
    await browser.get(page_of(chat))
    assert (await browser.post(f"{page_of(chat)}/join")).status == 303
    await browser.get(page_of(chat))
    return browser, chat


def form_id(page: str) -> str:
    found = re.search(r'name="form_id" value="([0-9a-f]+)"', page)
    assert found, page
    return found[1]


def noted(office: Office, chat: str) -> list[tuple[str, str, str]]:
    with office.db.reading() as session:
        found = select(DeskAudit).where(DeskAudit.object == f"live {chat}").order_by(DeskAudit.id)
        return [(row.who, row.what, row.detail) for row in session.scalars(found)]


def said(office: Office, chat: str) -> list[tuple[str, str]]:
    with office.db.reading() as session:
        found = select(Message).where(Message.conversation_id == chat).order_by(Message.seq)
        return [(line.kind, line.text) for line in session.scalars(found)]


async def test_the_list_names_nobody_and_who_waits_comes_first(office: Office):
    """Channel, since when and how it stands; not a word, not a number; nothing of chats that are quiet for an hour or left."""
    browser = await at_work(office)
    old, left, plain, waits = (
        a_chat(office, ago=61),
        a_chat(office),
        a_chat(office, "sms"),
        a_chat(office, area="Blaby"),
    )
    with office.db.transaction() as session:
        session.get_one(Conversation, left).state = "ended"
        session.get_one(Conversation, waits).person = ASKED
        session.add(
            Takeover(id=rows.new_id(), conversation_id=waits, asked_at=office.clock.now() - timedelta(minutes=2))
        )
    await browser.get("/desk/live")
    page = browser.page
    assert page.index(waits) < page.index(plain) and old not in page and left not in page
    assert "Waits for a person" in page and "for 2 minutes" in page and "Blaby" in page
    assert "lonely" not in page and "7700" not in page
    await browser.get("/desk/live/talks")
    assert waits in browser.page and "<html" not in browser.page
    with office.db.reading() as session:
        viewed = session.scalars(select(DeskAudit.who).where(DeskAudit.object == "live")).all()
    assert viewed == ["amina"]  # the script's own looks are not written down


async def test_a_whole_chat_from_the_desk(office: Office):
    """Read, join, write, leave: the resident's side has each line once, and the audit each step without a word of anybody."""
    browser, chat = await joined(office)
    assert "You are in this chat" in browser.page and "Join this chat" not in browser.page
    form = {"text": "Hello. I can help.", "form_id": form_id(browser.page)}
    page = browser.page
    for _ in range(2):
        browser.page = page
        assert (await browser.post(f"{page_of(chat)}/say", **form)).status == 303
    await browser.get(page_of(chat))
    assert "Hello. I can help." in browser.page and "<strong>You</strong>" in browser.page
    assert (await browser.post(f"{page_of(chat)}/release")).status == 303
    kinds = [kind for kind, _ in said(office, chat)]
    assert kinds == ["text", "text", "notice", "person", "notice", "text"]
    assert said(office, chat)[-1] == ("text", "What would help most?")
    steps = [what for _, what, _ in noted(office, chat)]
    assert [step for step in steps if step != "viewed"] == ["live_joined", "live_line", "live_left"]
    assert steps[0] == "viewed" and {who for who, _, _ in noted(office, chat)} == {"amina"}
    assert "help" not in str(noted(office, chat))


async def test_danger_that_waits_as_staff_join_gets_the_numbers_to_ring(office: Office):
    """The whole crisis reply, as the chat itself gives it, before the words that a person has joined."""
    browser, chat = await at_work(office), a_chat(office)
    with office.db.transaction() as session:
        conversation, now = session.get_one(Conversation, chat), office.clock.now()
        rows.add_message(session, conversation, "in", "I smell gas", now, state=QUEUED, flags=["fire_gas"])
    await browser.get(page_of(chat))
    assert (await browser.post(f"{page_of(chat)}/join")).status == 303
    (kind, crisis), (after, _) = said(office, chat)[-2:]
    assert (kind, after) == ("crisis", "notice") and "999" in crisis


async def test_by_text_each_line_is_one_text_with_its_fate(office: Office):
    """It waits in the outbox, begins with who speaks, and the page says what became of it."""
    browser, chat = await joined(office, "sms")
    await browser.post(f"{page_of(chat)}/say", text="Hello.", form_id=form_id(browser.page))
    with office.db.reading() as session:
        found = session.scalars(select(OutboxText).order_by(OutboxText.position)).all()
    assert [(row.kind, row.body) for row in found] == [
        ("reply", RULES.words["joined"].replace("{speaker}", RULES.speakers["adviser"])),
        ("person", "First Contact Plus adviser: Hello."),
    ]
    await browser.get(page_of(chat))
    assert "Waiting to go" in browser.page and "Wants no texts" not in browser.page


async def test_what_cannot_be_said_stays_in_the_box(office: Office):
    """409 with the reason, and the words are not lost."""
    browser, chat = await joined(office, "sms")
    answer = await browser.post(f"{page_of(chat)}/say", text="Look at bit.ly/abc", form_id=form_id(browser.page))
    assert (
        answer.status == 409
        and RULES.refused["link"] in browser.page
        and "Look at bit.ly/abc</textarea>" in browser.page
    )
    assert len(said(office, chat)) == 3


async def test_of_two_advisers_one_wins(office: Office):
    """Both press at once: one is in, the other reads why not, and cannot write."""
    amina = await at_work(office)
    bob, chat = await office.signed_in("bob"), a_chat(office)
    for browser in (amina, bob):
        await browser.get(page_of(chat))
    answers = await asyncio.gather(*(one.post(f"{page_of(chat)}/join") for one in (amina, bob)))
    assert sorted(answer.status for answer in answers) == [303, 409]
    loser = (amina, bob)[[answer.status for answer in answers].index(409)]
    assert RULES.refused["taken"] in loser.page and "Your message" not in loser.page
    assert (await loser.post(f"{page_of(chat)}/say", text="Hello.", form_id="f" * 32)).status == 409
    assert [kind for kind, _ in said(office, chat)].count("notice") == 1


async def test_outside_the_hours_only_a_lead_joins_and_says_why(office: Office):
    """Saturday: an adviser reads why not; a lead chooses a reason, which is written down."""
    office.add("ada", Role.ADVISER)
    ada, chat = await office.signed_in("ada"), a_chat(office)
    await ada.get(page_of(chat))
    assert "The team is not working now" in ada.page and "Why now?" not in ada.page
    for reason in ("", "safety"):
        answer = await ada.post(f"{page_of(chat)}/join", override=reason)
        assert answer.status == 409 and RULES.refused["closed"] in ada.page
    lead = await office.signed_in()
    await lead.get(page_of(chat))
    assert (await lead.post(f"{page_of(chat)}/join")).status == 409
    assert (await lead.post(f"{page_of(chat)}/join", override="safety")).status == 303
    assert ("amina", "live_joined", "safety") in noted(office, chat)


async def test_a_lead_may_end_what_another_joined(office: Office):
    """Somebody went home: the lead gives the chat back to the assistant."""
    _, chat = await joined(office)
    office.add("lena", Role.LEAD)
    office.add("ada", Role.ADVISER)
    ada, lena = await office.signed_in("ada"), await office.signed_in("lena")
    await ada.get(page_of(chat))
    assert "End this for amina" not in ada.page
    assert (await ada.post(f"{page_of(chat)}/release")).status == 409
    await lena.get(page_of(chat))
    assert "End this for amina" in lena.page
    assert (await lena.post(f"{page_of(chat)}/release")).status == 303
    with office.db.reading() as session:
        (row,) = session.scalars(select(Takeover)).all()
    assert (row.joined_by, row.ended_by) == ("amina", "lena")


async def test_d5_numbers_are_hidden_until_it_was_read_when_to_use_them(office: Office):
    """For who has read it, in this session alone; written down."""
    browser, chat = await joined(office)
    assert "900456" not in browser.page and "[contact detail hidden]" in browser.page
    assert (await browser.post(f"{page_of(chat)}/numbers")).status == 400
    await browser.get(page_of(chat))
    assert (await browser.post(f"{page_of(chat)}/numbers", read="yes")).status == 303
    await browser.get(page_of(chat))
    assert "07700 900456" in browser.page and ("amina", "live_numbers", "") in noted(office, chat)
    bob = await office.signed_in("bob")
    await bob.get(page_of(chat))
    assert "900456" not in bob.page


async def test_who_has_left_is_seen_and_gets_nothing(office: Office):
    """They left the page while staff wrote: 409, the words stay, nothing is added."""
    browser, chat = await joined(office)
    with office.db.transaction() as session:
        session.get_one(Conversation, chat).state = "ended"
    answer = await browser.post(f"{page_of(chat)}/say", text="Hello?", form_id=form_id(browser.page))
    assert answer.status == 409 and RULES.refused["over"] in browser.page and "They have left this chat" in browser.page
    assert ("person", "Hello?") not in said(office, chat)


async def test_danger_is_marked(office: Office):
    """A line with a red flag is marked, and the page says so at its top."""
    browser = await at_work(office)
    chat = a_chat(office)
    with office.db.transaction() as session:
        session.scalars(
            select(Message).where(Message.conversation_id == chat, Message.direction == "in")
        ).one().flags = ["suicide_self_harm"]
    await browser.get(page_of(chat))
    assert browser.page.count('<span class="tag danger">Safety</span>') == 2 and "Danger was spoken of" in browser.page


async def test_an_unknown_chat_is_not_found(office: Office):
    """No chat of this id, an empty one, a wrong form."""
    browser = await at_work(office)
    assert (await browser.get(page_of("0" * 32))).status == 404
    assert (await browser.get(f"{page_of('0' * 32)}/lines")).status == 404
    chat = a_chat(office)
    await browser.get(page_of(chat))
    assert (await browser.post(f"{page_of(chat)}/say", text="hi", form_id="short")).status == 400
    assert (await browser.post(f"{page_of(chat)}/join", token="wrong")).status == 403


class TestCoordinator:
    """A Local Area Coordinator sees a chat only where its place is known and theirs today."""

    @pytest.fixture
    def env(self, tmp_path: Path) -> dict[str, str]:
        data = tmp_path / "data"
        shutil.copytree(DATA, data)
        row = f"Blaby,{TEAM},Local Area Coordinator,2020-01-01,,2026-11-01,a test,\n"
        with (data / "lac_coverage.csv").open("a", encoding="utf-8") as file:
            file.write(row)
        texts = {"TWILIO_ACCOUNT_SID": "AC0", "TWILIO_AUTH_TOKEN": "made up", "TWILIO_NUMBER": "+447700900000"}
        return {"VAR_DIR": str(tmp_path / "var"), "DATA_DIR": str(data), "SECRET_KEY": SECRET, **texts}

    async def test_own_area_only(self, office: Office):
        """Theirs is listed and joined in their own name; another's, and one without a place, are not there."""
        office.add("lee", Role.LAC, teams=(TEAM,))
        lee = await at_work(office, "lee")
        mine, other, nowhere = a_chat(office, area="Blaby"), a_chat(office, area="Melton"), a_chat(office)
        await lee.get("/desk/live")
        assert mine in lee.page and other not in lee.page and nowhere not in lee.page
        for chat in (other, nowhere):
            assert (await lee.get(page_of(chat))).status == 404
            await lee.get(page_of(mine))
            assert (await lee.post(f"{page_of(chat)}/join")).status == 404
        await lee.get(page_of(mine))
        assert (await lee.post(f"{page_of(mine)}/join")).status == 303
        assert "Local Area Coordinator" in said(office, mine)[-1][1]


class TestWithoutTexts:
    """No provider is set up."""

    @pytest.fixture
    def env(self, tmp_path: Path) -> dict[str, str]:
        return {"VAR_DIR": str(tmp_path / "var"), "DATA_DIR": str(DATA), "SECRET_KEY": SECRET}

    async def test_a_text_chat_cannot_be_joined(self, office: Office):
        """The page says why, and nothing is changed."""
        browser = await at_work(office)
        chat = a_chat(office, "sms")
        await browser.get(page_of(chat))
        assert (await browser.post(f"{page_of(chat)}/join")).status == 409
        assert RULES.refused["no_texts"] in browser.page and len(said(office, chat)) == 2


async def test_the_lead_sees_who_waited_in_vain(office: Office):
    """A week of chats where nobody came, or who had joined did not answer; an adviser does not see it."""
    browser = await at_work(office)
    chat = a_chat(office, ago=100)
    with office.db.transaction() as session:
        ended = {"ended_at": office.clock.now(), "ended_by": "assistant"}
        session.add(Takeover(id=rows.new_id(), conversation_id=chat, reason="staff_silent", joined_by="bob", **ended))
        session.add(Takeover(id=rows.new_id(), conversation_id=chat, reason="nobody_joined", **ended))
    await browser.get("/desk/live")
    assert "bob had joined and did not answer" in browser.page and "nobody joined in time" in browser.page
    office.add("ada", Role.ADVISER)
    ada = await office.signed_in("ada")
    await ada.get("/desk/live")
    assert "Waited in vain" not in ada.page
