"""Safety entries on the desk: who sees them, by when somebody must act, and how they are closed."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from common.clock import LONDON
from desk.model import DeskAudit
from desk.roles import Role
from front_door import rows
from front_door.model import Conversation
from front_door.safeguarding import filing, handling
from front_door.safeguarding.model import SafetyCase, SafetyNote
from front_door.safeguarding.recording import record_flags
from referrals.model import Referral
from tests.desk.conftest import Browser, Office
from tests.referrals.support import DATA, SATURDAY, copy_data, given

WORDS = "he hit my little boy, ring me on 07700 900123"
MONDAY = datetime(2026, 11, 23, 10, tzinfo=LONDON)  # SATURDAY is out of hours; the office shuts at 5pm on Monday


def raise_entry(
    office: Office,
    *flags: str,
    words: str = WORDS,
    conversation: str = "",
    channel: str = "sms",
    address: str | None = "+447700900123",
    area: str | None = None,
) -> tuple[str, list[str]]:
    """A message with these flags (one, child_at_risk, unless named); returns the conversation and the entries, filed."""
    now, flags = office.clock.now(), flags or ("child_at_risk",)
    with office.db.transaction() as session:
        chat = session.get(Conversation, conversation) if conversation else None
        if chat is None:
            chat = rows.open_conversation(session, channel, now, address=address, area=area)
        message = rows.add_message(session, chat, "in", words, now, flags=list(flags))
        record_flags(
            session,
            flags,
            words=words,
            channel=channel,
            now=now,
            source=message.id,
            conversation_id=chat.id,
            message_id=message.id,
            reply_shown="Please ring 999.",
        )
        session.flush()
        filing.file_new(session, now)
        found = session.scalars(
            select(SafetyCase.id).where(SafetyCase.conversation == chat.id).order_by(SafetyCase.flag)
        )
        return chat.id, list(found)


def later(office: Office, moment: datetime) -> None:
    office.clock.advance(moment - office.clock.now())


def case_of(office: Office, identity: str) -> SafetyCase:
    with office.db.reading() as session:
        return session.get_one(SafetyCase, identity)


def audited(office: Office, identity: str) -> list[tuple[str, str, str]]:
    with office.db.reading() as session:
        lines = select(DeskAudit).where(DeskAudit.object == f"safety {identity}").order_by(DeskAudit.id)
        return [(line.who, line.what, line.detail) for line in session.scalars(lines)]


async def close(browser: Browser, identity: str, outcome: str = "children_social_care", **form: str) -> int:
    await browser.get(f"/desk/safety/{identity}")
    seen = re.search(r'name="seen" value="(\d+)"', browser.page)
    form.setdefault("seen", seen[1] if seen else "0")
    return (await browser.post(f"/desk/safety/{identity}/outcome", outcome=outcome, **form)).status


async def test_an_entry_shows_time_flag_words_channel_reply_and_referral(office: Office) -> None:
    """All that somebody needs to act: what it may be, when, the resident's words, how they wrote, what was shown, the reference."""
    browser = await office.signed_in()
    conversation, (entry,) = raise_entry(office, words="he hit my little boy", area="Blaby")
    assert (await browser.get("/desk/safety")).status == 200
    assert "Child at risk" in browser.page and "by text" in browser.page and "he hit" not in browser.page
    await browser.get(f"/desk/safety/{entry}")
    for shown in (
        "Child at risk",
        "Sat 21 Nov, 10:30am",
        "he hit my little boy",
        "by text",
        "Please ring 999.",
        "Blaby",
    ):
        assert shown in browser.page
    reference = office.refer(conversation=conversation)
    await browser.get(f"/desk/safety/{entry}")
    assert reference in browser.page, "a referral that comes later is named too"


async def test_the_number_is_shown_only_after_the_contact_rules_and_that_is_written_down(office: Office) -> None:
    """Neither the number of the phone nor one typed into the words or a note gets round the step; the next sign-in asks again."""
    browser = await office.signed_in()
    _, (entry,) = raise_entry(office)
    page = f"/desk/safety/{entry}"
    await browser.get(page)
    await browser.post(f"{page}/note", text="her mother is on 0116 496 0999")
    await browser.get(page)
    assert "07700 900123" not in browser.page and "0116 496 0999" not in browser.page
    assert "Nobody has asked them if it is safe" in browser.page
    assert (await browser.post(f"{page}/contact")).status == 422
    await browser.get(page)
    assert (await browser.post(f"{page}/contact", read="yes")).status == 303
    await browser.get(page)
    assert browser.page.count("07700 900123") == 2 and "0116 496 0999" in browser.page
    assert ("amina", "contact_shown", "") in audited(office, entry)
    other = await office.signed_in("bob")
    await other.get(page)
    assert "07700 900123" not in other.page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"safe_to_call": False, "safe_to_text": False, "red_flags": ("abuse_now",)}, "They told of abuse"),
        ({}, "Nobody has asked"),
    ],
)
async def test_whether_staff_may_contact_them_is_said(office: Office, changes: dict, said: str) -> None:
    """Abuse in the conversation first; what they agreed to at a referral where there is one; else that nobody has asked."""
    browser = await office.signed_in()
    conversation, entries = raise_entry(office, *(["abuse_now"] if changes else ["adult_safeguarding"]))
    await browser.get(f"/desk/safety/{entries[0]}")
    assert said in browser.page
    office.refer(conversation=conversation, **changes)
    await browser.get(f"/desk/safety/{entries[0]}")
    assert "Nobody has asked" not in browser.page


async def test_one_takes_it_and_the_other_is_told(office: Office) -> None:
    """Compare and set: one winner."""
    first, second = await office.signed_in(), await office.signed_in("bob")
    _, (entry,) = raise_entry(office)
    for browser in (first, second):
        await browser.get(f"/desk/safety/{entry}")
    assert (await first.post(f"/desk/safety/{entry}/take")).status == 303
    assert (await second.post(f"/desk/safety/{entry}/take")).status == 409
    assert "Taken by amina" in second.page and case_of(office, entry).taken_by == "amina"


async def test_closing_needs_a_named_outcome_and_some_need_a_reason(office: Office) -> None:
    """No outcome or an unknown one: 422; "no further action" without saying why: 422; then it is closed, once."""
    browser = await office.signed_in()
    _, (entry,) = raise_entry(office)
    assert await close(browser, entry, outcome="") == 422
    assert await close(browser, entry, outcome="made_up") == 422
    assert await close(browser, entry, outcome="no_action", reason="  ") == 422
    assert case_of(office, entry).state == "new"
    assert await close(browser, entry, outcome="no_action", reason="Their GP knows and rings daily") == 303
    case = case_of(office, entry)
    assert (case.state, case.outcome, case.done_by, case.taken_by) == ("done", "no_action", "amina", "amina")
    assert ("amina", "closed", "no_action") in audited(office, entry)
    assert await close(browser, entry) == 409


async def test_nothing_is_closed_that_was_written_meanwhile(office: Office) -> None:
    """The resident writes again while somebody closes: refused, until the new words were on the page."""
    browser = await office.signed_in()
    conversation, (entry,) = raise_entry(office)
    await browser.get(f"/desk/safety/{entry}")
    assert raise_entry(office, words="he is back", conversation=conversation)[1] == [entry]
    refused = await browser.post(f"/desk/safety/{entry}/outcome", outcome="adult_social_care", seen="1")
    assert refused.status == 409 and "he is back" in browser.page
    assert await close(browser, entry) == 303


async def test_repeats_of_a_flag_in_one_conversation_are_one_entry_until_it_is_closed(office: Office) -> None:
    """Three messages, one entry with three lots of words; after the outcome a new message is a new entry."""
    browser = await office.signed_in()
    conversation, (entry,) = raise_entry(office, words="first words")
    raise_entry(office, words="second words", conversation=conversation)
    raise_entry(office, words="third words", conversation=conversation)
    await browser.get("/desk/safety")
    assert browser.page.count('class="name" href="/desk/safety/') == 1 and "3 messages" in browser.page
    await browser.get(f"/desk/safety/{entry}")
    assert all(f"{which} words" in browser.page for which in ("first", "second", "third"))
    assert await close(browser, entry) == 303
    assert len(raise_entry(office, conversation=conversation)[1]) == 2


async def test_an_outcome_the_same_working_day_for_children_and_adults_at_risk(office: Office) -> None:
    """Raised on a Saturday: due when the office shuts on Monday, seen or not; late ones stand first, with how late."""
    browser = await office.signed_in()
    _, (other,) = raise_entry(office, "suicide_self_harm")
    _, (child,) = raise_entry(office)
    await browser.get(f"/desk/safety/{child}")
    assert "5pm on Monday 23 November" in browser.page
    later(office, MONDAY.replace(hour=17, minute=1))
    late = await office.signed_in("bob")
    await late.get("/desk/safety")
    assert late.page.index(child) < late.page.index(other) and "Late by 1 minute" in late.page
    assert '<div class="late"><dt>Late</dt><dd>1</dd></div>' in late.page
    await close(late, child)
    await late.get("/desk/safety")
    assert '<div class=""><dt>Late</dt><dd>0</dd></div>' in late.page


async def test_any_other_flag_is_looked_at_by_the_next_working_day(office: Office) -> None:
    """Looking at it is in time; new words after that must be looked at again."""
    browser = await office.signed_in()
    conversation, (entry,) = raise_entry(office, "homeless_tonight")
    await browser.get("/desk/safety")
    assert "Tue 24 Nov, 5pm" in browser.page and "Not read yet" in browser.page
    await browser.get(f"/desk/safety/{entry}")
    await browser.get("/desk/safety")
    assert "Read; needs an outcome" in browser.page and "Not read yet" not in browser.page
    later(office, MONDAY + timedelta(days=7))
    raise_entry(office, "homeless_tonight", conversation=conversation)
    browser = await office.signed_in("bob")
    await browser.get("/desk/safety")
    assert "Not read yet" in browser.page and "Tue 1 Dec, 5pm" in browser.page


async def test_advisers_and_leads_see_all_a_coordinator_their_own_area_others_none(office: Office) -> None:
    """403 for an editor and an administrator; for a coordinator 404 and no row of what is not theirs."""
    mine, (here,) = raise_entry(office)
    _, (elsewhere,) = raise_entry(office, "fire_gas")
    office.refer(conversation=mine, destination="lac", team="Hill Team", consent=given("lac", "Hill Team"))
    for name, role in (("ann", Role.ADVISER), ("lea", Role.LEAD)):
        office.add(name, role)
        browser = await office.signed_in(name)
        await browser.get("/desk/safety")
        assert here in browser.page and elsewhere in browser.page
    for name, role in (("ed", Role.EDITOR), ("ad", Role.ADMINISTRATOR)):
        office.add(name, role)
        browser = await office.signed_in(name)
        assert (await browser.get("/desk/safety")).status == 403
        assert (await browser.get(f"/desk/safety/{here}")).status == 403
    office.add("lac", Role.LAC, teams=("Hill Team",))
    browser = await office.signed_in("lac")
    await browser.get("/desk/safety")
    assert here in browser.page and elsewhere not in browser.page and "<dd>1</dd>" in browser.page
    assert (await browser.get(f"/desk/safety/{elsewhere}")).status == 404
    await browser.get(f"/desk/safety/{here}")
    for action in ("take", "note", "contact", "outcome"):
        posted = await browser.post(
            f"/desk/safety/{elsewhere}/{action}", read="yes", text="x", outcome="no_action", reason="x", seen="1"
        )
        assert posted.status in (404, 422) and case_of(office, elsewhere).state == "new"
        await browser.get(f"/desk/safety/{here}")


class TestOwnArea:
    """A coordinator's area by dated coverage, where there is no referral."""

    @pytest.fixture
    def env(self, env: dict[str, str], tmp_path: Path) -> dict[str, str]:
        data = tmp_path / "data"
        data.mkdir()
        for path in DATA.iterdir():
            if path.is_file():
                (data / path.name).write_bytes(path.read_bytes())
        copy_data(data)
        (data / "lac_coverage.csv").write_text(
            "place,team,role,from,to,checked_on,source,fallback\n"
            "Blaby,Blaby Team,Local Area Coordinator,2020-01-01,,2026-11-01,a test,\n"
        )
        return {**env, "DATA_DIR": str(data)}

    async def test_a_coordinator_sees_entries_of_their_place(self, office: Office) -> None:
        """Somebody who lives in their district and was not referred yet; not from another district, nor of an unknown one."""
        _, (here,) = raise_entry(office, area="Blaby")
        others = [raise_entry(office, area=area)[1][0] for area in ("Melton", None)]
        office.add("lac", Role.LAC, teams=("Blaby Team",))
        browser = await office.signed_in("lac")
        await browser.get("/desk/safety")
        assert here in browser.page and not any(other in browser.page for other in others)

    async def test_who_sees_the_number_is_told_if_it_is_safe_whichever_team_was_told(self, office: Office) -> None:
        """The referral went to another team: its contact rules are shown before the number; its reference and old numbers are not."""
        conversation, (here,) = raise_entry(office, area="Blaby")
        unsafe: dict[str, Any] = {"safe_to_call": False, "safe_to_text": False, "safe_note": "he looks at my phone"}
        to: dict[str, Any] = {"destination": "lac", "team": "Hill Team", "consent": given("lac", "Hill Team")}
        reference = office.refer(conversation=conversation, **to, **unsafe)
        with office.db.transaction() as session:
            referral = session.scalars(select(Referral).where(Referral.reference == reference)).one()
            change = [SATURDAY.isoformat(), "web", "contact_value", "+447700900777"]
            referral.packet = {**referral.packet, "contact_changes": [change]}
        office.add("lac", Role.LAC, teams=("Blaby Team",))
        browser = await office.signed_in("lac")
        await browser.get(f"/desk/safety/{here}")
        assert "NOT safe to ring or text." in browser.page and "he looks at my phone" in browser.page
        assert "Nobody has asked" not in browser.page
        assert reference not in browser.page and "07700 900777" not in browser.page

    async def test_entries_of_others_take_no_place_in_the_list_of_closed_ones(self, office: Office) -> None:
        """The list ends; a coordinator's own, closed before all those, are on it: by place, by the chat's place, by referral."""
        chat, by_referral = raise_entry(office)
        office.refer(conversation=chat, destination="lac", team="Blaby Team", consent=given("lac", "Blaby Team"))
        mine = [*by_referral, *raise_entry(office, area="Blaby")[1]]
        others = [raise_entry(office, area=area)[1][0] for area in ("Melton", None)]
        with office.db.transaction() as session:
            session.execute(update(SafetyCase).values(state="done", done_at=office.clock.now() - timedelta(days=2)))
            of_others = update(SafetyCase).where(SafetyCase.id.in_(others))
            session.execute(of_others.values(done_at=office.clock.now()))
            for number in range(handling.SHOWN):
                now = office.clock.now()
                session.add(
                    SafetyCase(
                        id=f"{number:032x}", flag="fire_gas", channel="web", area="Melton", opened_at=now, last_at=now,
                        state="done", done_at=now,
                    )
                )  # fmt: skip
        office.add("lac", Role.LAC, teams=("Blaby Team",))
        browser = await office.signed_in("lac")
        await browser.get("/desk/safety?show=done")
        assert all(one in browser.page for one in mine) and not any(one in browser.page for one in others)


async def test_every_view_and_change_is_audited_without_content(office: Office) -> None:
    """Who looked, took, noted, closed; codes only."""
    browser = await office.signed_in()
    _, (entry,) = raise_entry(office)
    await browser.get("/desk/safety")
    await browser.get(f"/desk/safety/{entry}")
    await browser.post(f"/desk/safety/{entry}/take")
    await browser.get(f"/desk/safety/{entry}")
    await browser.post(f"/desk/safety/{entry}/note", text="rang the school")
    await close(browser, entry)
    whats = [what for _, what, _ in audited(office, entry)]
    assert [what for what in whats if what != "viewed"] == ["taken", "note", "closed"] and "viewed" in whats
    with office.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(DeskAudit).where(DeskAudit.object == "safety")) == 1
        assert not any("school" in line.detail for line in session.scalars(select(DeskAudit)))
        assert session.scalars(select(SafetyNote)).one().text == "rang the school"


async def test_false_alarms_are_counted_for_the_lead_and_change_nothing_else(office: Office) -> None:
    """ "Not a real flag" closes the entry; the page of closed ones says how many of all there were."""
    browser = await office.signed_in()
    for outcome in ("not_a_flag", "spoke_to_person"):
        await close(browser, raise_entry(office)[1][0], outcome=outcome)
    await browser.get("/desk/safety?show=done")
    assert "2 entries were closed; 1 of them were no real flag" in browser.page
    assert "Not a real flag" in browser.page


async def test_a_danger_of_before_entries_were_kept_is_shown_as_closed_without_an_outcome(office: Office) -> None:
    """Neither an empty place nor one of the outcomes that staff choose; it is counted nowhere as closed by somebody."""
    _, (entry,) = raise_entry(office)
    with office.db.transaction() as session:
        case = session.get_one(SafetyCase, entry)
        case.state, case.done_at, case.unseen_since = "done", office.clock.now(), None
    browser = await office.signed_in()
    await browser.get("/desk/safety?show=done")
    assert '<td data-label="Outcome">None</td>' in browser.page and "0 entries were closed" in browser.page
    await browser.get(f"/desk/safety/{entry}")
    assert "No outcome: it was written before entries were kept here" in browser.page


async def test_words_of_a_resident_cannot_become_markup(office: Office) -> None:
    """Escaped like everything else."""
    browser = await office.signed_in()
    _, (entry,) = raise_entry(office, words="<script>alert(1)</script>")
    await browser.get(f"/desk/safety/{entry}")
    assert "<script>alert" not in browser.page and "&lt;script&gt;" in browser.page


async def test_an_unknown_entry_is_not_found(office: Office) -> None:
    """404, whatever is asked of it."""
    browser = await office.signed_in()
    await browser.get("/desk/safety")
    assert (await browser.get(f"/desk/safety/{'0' * 32}")).status == 404
    assert (await browser.get("/desk/safety/x")).status == 404


async def test_an_event_that_was_not_filed_yet_is_on_the_page_at_once(office: Office) -> None:
    """Whoever opens the list sees what came a moment ago."""
    with office.db.transaction() as session:
        record_flags(session, ["fire_gas"], words="smoke", channel="web", now=SATURDAY, source="s" * 32)
    browser = await office.signed_in()
    await browser.get("/desk/safety")
    assert "Fire, gas or electrical danger" in browser.page and "on the web page" in browser.page


async def test_the_queue_says_that_safety_entries_wait(office: Office) -> None:
    """How many wait, how many are late, and the way there; a coordinator hears of their own alone."""
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert "Look at safety entries" not in browser.page
    raise_entry(office)
    await browser.get("/desk/")
    assert "1 safety entry waits." in browser.page and 'href="/desk/safety"' in browser.page
    raise_entry(office)
    later(office, MONDAY.replace(hour=18))
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert "2 safety entries wait, 2 late." in browser.page
    office.add("lac", Role.LAC, teams=("Hill Team",))
    browser = await office.signed_in("lac")
    await browser.get("/desk/")
    assert "wait" not in browser.page.partition('class="counts"')[0]
