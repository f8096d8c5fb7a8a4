"""The queue as staff work it: order, filters that make bookmarks, pages, live counts, and nobody sees another team's."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from desk.model import DeskAudit, StaffSession
from desk.queue import PER_PAGE
from desk.roles import Role
from desk.sessions import IDLE
from referrals import handling
from referrals.model import WITHDRAWN, Delivery, Referral
from referrals.outbox import queue as put_in_outbox
from referrals.request import Need
from tests.desk.conftest import Browser, Office
from tests.referrals.support import another, given

LAC = {"destination": "lac", "team": "Coordinator, Wigston", "consent": given("lac", "Coordinator, Wigston")}
DANGER: dict[str, Any] = {"red_flags": ("abuse_now",), "safe_to_call": None, "safe_to_text": None}


def refer(office: Office, number: int, **changes: Any) -> str:
    """A referral of its own person."""
    own = {"name": f"Person{number} Own{number}", "contact_value": f"+4477009{number:05d}"}
    return office.refer(another(number, **{**own, **changes}))


async def references(browser: Browser, query: str = "") -> list[str]:
    assert (await browser.get(f"/desk/{query}")).status == 200
    return re.findall(r'class="reference" href="/desk/referrals/([0-9A-Z-]+)"', browser.page)


async def test_d1_overdue_first_then_by_due_time_whoever_has_it(office: Office):
    """The longest overdue on top; what is taken keeps its place."""
    made = [refer(office, number) for number in range(5)]
    with office.db.transaction() as session:
        for reference, days in zip(made, (3, -1, 1, -2, 2), strict=True):
            row = handling.find(session, reference)
            assert row is not None
            row.due_at = office.clock.now() + timedelta(days=days)
            if days in (1, -2):
                handling.take(session, row, who="bob", now=office.clock.now())
    browser = await office.signed_in()
    assert await references(browser) == [made[index] for index in (3, 1, 2, 4, 0)]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {0, 1, 2, 3}),
        ("?show=new", {0, 2, 3}),
        ("?show=taken", {1}),
        ("?show=done", {4}),
        ("?show=withdrawn", {5}),
        ("?mine=yes", {1}),
        ("?team=Coordinator%2C+Wigston", {2}),
        ("?team=Nobody", set()),
        ("?need=debt_money", set()),
        ("?need=loneliness", {0, 1, 2}),
        ("?need=food", {3}),
        ("?channel=sms", {3}),
        ("?urgent=yes", {2}),
        ("?care=yes", {2}),
        ("?overdue=yes", {0}),
        ("?need=loneliness&mine=yes", {1}),
        ("?show=nonsense&page=7&need=%00", {0, 1, 2, 3}),
    ],
)
async def test_filters_are_a_plain_address(office: Office, query: str, wanted: set[int]):
    """A bookmark gives the same list again; what makes no sense in it counts as not asked for."""
    made = [
        refer(office, 0),
        refer(office, 1),
        refer(office, 2, **LAC, **DANGER),
        refer(office, 3, needs=(Need("food", "Food", "nothing in"),), channel="sms"),
        refer(office, 4),
        refer(office, 5),
    ]
    now = office.clock.now()
    with office.db.transaction() as session:
        rows = [handling.find(session, reference) for reference in made]
        assert all(rows)
        rows[0].due_at = now - timedelta(days=1)  # type: ignore[union-attr]
        for index, who in ((1, "amina"), (4, "bob")):
            handling.take(session, rows[index], who=who, now=now)  # type: ignore[arg-type]
        handling.finish(session, rows[4], outcome="declined", who="bob", now=now)  # type: ignore[arg-type]
        rows[5].state = WITHDRAWN  # type: ignore[union-attr]
    found = await references(await office.signed_in(), query)
    assert {made.index(reference) for reference in found} == wanted


async def test_the_form_shows_what_is_asked_for_and_is_kept_over_pages(office: Office):
    """Two pages: all rows once, in order; the filter travels with the links."""
    made = [refer(office, number) for number in range(PER_PAGE + 1)]
    browser = await office.signed_in()
    first = await references(browser, "?need=loneliness")
    assert '<option value="loneliness" selected>' in browser.page
    assert (
        'href="?need=loneliness&amp;page=2"' in browser.page
        and f"Page 1 of 2, {PER_PAGE + 1} referrals" in browser.page
    )
    second = await references(browser, "?need=loneliness&page=2")
    assert first + second == made and await references(browser, "?need=loneliness&page=99") == second


async def test_a_withdrawn_one_tells_nothing_in_the_list(office: Office):
    """No need, no area, no tag; and no filter by what it held finds it."""
    reference = refer(office, 1, **DANGER)
    with office.db.transaction() as session:
        session.execute(update(Referral).values(state=WITHDRAWN))
    browser = await office.signed_in()
    assert await references(browser, "?show=withdrawn&need=food&care=yes") == [reference]
    row = browser.page[browser.page.index(f">{reference}<") :]
    assert "Taken back" in row and "Not shown any more" in row
    assert (
        "Loneliness" not in row.partition("</table>")[0]
        and "Oadby" not in row
        and "care</span>" not in row.partition("</table>")[0]
    )


async def test_g12_a_coordinator_sees_and_counts_the_own_teams_alone(office: Office):
    """Rows, counts, teams to choose from and live counts."""
    mine, _ = refer(office, 1, **LAC), refer(office, 2)
    office.add("lena", Role.LAC, teams=("Coordinator, Wigston",))
    office.add("otto", Role.LAC)
    lena, otto = await office.signed_in("lena"), await office.signed_in("otto")
    assert await references(lena) == [mine]
    assert "First Contact Plus" not in lena.page
    assert await references(lena, "?team=First+Contact+Plus") == []
    assert (await counts(lena))["waiting"] == 1 and (await counts(otto))["waiting"] == 0
    assert await references(otto) == []


async def counts(browser: Browser, query: str = "") -> dict[str, int]:
    response = await browser.session.get(f"{browser.base}/desk/counts{query}", allow_redirects=False)
    assert response.status == 200 and response.headers["Cache-Control"] == "no-store"
    found: dict[str, int] = await response.json()
    return found


async def test_live_counts_are_those_of_the_page_and_tell_what_came(office: Office):
    """Overdue, new, taken, mine; `came` counts what is newer than what the page knows. Numbers alone."""
    refer(office, 1), refer(office, 2)
    browser = await office.signed_in()
    before = await counts(browser)
    assert before == {"overdue": 0, "waiting": 2, "taken": 0, "mine": 0, "newest": before["newest"], "came": 0}
    taken = refer(office, 3)
    with office.db.transaction() as session:
        handling.take(session, handling.find(session, taken), who="amina", now=office.clock.now())  # type: ignore[arg-type]
    office.clock.advance(timedelta(days=7))
    browser = await office.signed_in()
    after = await counts(browser, f"?since={before['newest']}")
    assert {**after, "newest": 0} == {"overdue": 3, "waiting": 2, "taken": 1, "mine": 1, "newest": 0, "came": 1}
    assert (await counts(browser, "?since=%C2%B2"))["came"] == 0
    await browser.get("/desk/")
    for words in ("<dd>3</dd>", "<dd>2</dd>", "<dd>1</dd>", f'data-newest="{after["newest"]}"'):
        assert words in browser.page


async def test_asking_for_counts_keeps_no_session_alive(office: Office):
    """An open queue on an empty desk signs out like any other page."""
    browser = await office.signed_in()
    for _ in range(3):
        office.clock.advance(IDLE / 4)
        await counts(browser)
    office.clock.advance(IDLE / 2)
    response = await browser.session.get(f"{browser.base}/desk/counts", allow_redirects=False)
    assert response.status == 303
    with office.db.reading() as session:
        row = session.scalars(select(StaffSession)).one()
        assert row.seen_at == row.created_at


async def test_without_javascript_the_page_says_when_it_was_read_and_how_to_read_it_again(office: Office):
    browser = await office.signed_in()
    await browser.get("/desk/?mine=yes")
    assert "Read at <time" in browser.page and 'href="?mine=yes" id="again"' in browser.page


async def test_shortcuts_can_be_turned_off(office: Office):
    """For this browser, without JavaScript too; a cookie that scripts cannot read."""
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert 'data-shortcuts="on"' in browser.page
    assert (await browser.post("/desk/shortcuts", shortcuts="off")).status == 303
    await browser.get("/desk/")
    assert 'data-shortcuts="off"' in browser.page
    await browser.post("/desk/shortcuts", shortcuts="on")
    await browser.get("/desk/")
    assert 'data-shortcuts="on"' in browser.page


async def test_d4_a_twin_is_tagged_only_where_both_may_be_seen(office: Office):
    """In the list and on the page; of another team's only that there is one, and only for the same contact details."""
    mine, other = refer(office, 1, **LAC), refer(office, 2, contact_value="+447700900001")
    office.add("lena", Role.LAC, teams=("Coordinator, Wigston",))
    with office.db.transaction() as session:
        for row in session.scalars(select(Referral)):
            row.packet = {**row.packet, "contact_value": "+447700900001"}
    amina, lena = await office.signed_in(), await office.signed_in("lena")
    await references(amina)
    assert amina.page.count("Perhaps known") == 2
    await references(lena)
    assert "Perhaps known" not in lena.page
    await lena.get(f"/desk/referrals/{mine}")
    assert other not in lena.page and "Another team has a referral with the same contact details" in lena.page
    await amina.get(f"/desk/referrals/{mine}")
    assert f'href="/desk/referrals/{other}"' in amina.page and "Same phone number" in amina.page


async def test_notices_of_others_take_no_place_among_those_that_failed(office: Office):
    """The list ends; a coordinator is told of their own, which failed after all of those."""
    others = [refer(office, number) for number in range(2, handling.QUEUE_LIMIT // 2 + 2)]
    with office.db.transaction() as session:
        for of in session.scalars(select(Referral.id)):
            put_in_outbox(session, of, handling.GONE[0], office.clock.now())
    refer(office, 1, **LAC)
    with office.db.transaction() as session:
        session.execute(update(Delivery).values(state="failed", problem="the reason"))
    office.add("lena", Role.LAC, teams=("Coordinator, Wigston",))
    lena = await office.signed_in("lena")
    await lena.get("/desk/")
    assert "E-mail notices did not go out" in lena.page and not any(one in lena.page for one in others)


async def test_a_look_at_the_queue_is_written_down(office: Office):
    browser = await office.signed_in()
    await browser.get("/desk/?mine=yes")
    with office.db.reading() as session:
        rows = session.execute(select(DeskAudit.who, DeskAudit.what, DeskAudit.object)).all()
    assert ("amina", "viewed", "queue") in [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("email", "E-mail notices did not go out"),
        ("webhook", "computer has not taken"),
        ("breached", "An e-mail to the lead did not go out"),
    ],
)
async def test_each_kind_of_notice_that_failed_is_called_by_its_name(office: Office, kind: str, says: str):
    """A webhook or an alert that failed is no e-mail notice to the team that failed."""
    reference = refer(office, 1)
    with office.db.transaction() as session:
        row = handling.find(session, reference)
        assert row is not None
        put_in_outbox(session, row.id, kind, office.clock.now())
        session.execute(update(Delivery).where(Delivery.kind != kind).values(state="sent"))
        session.execute(update(Delivery).where(Delivery.kind == kind).values(state="failed", problem="the reason"))
    browser = await office.signed_in()
    await browser.get("/desk/")
    said = ["E-mail notices did not go out", "computer has not taken", "An e-mail to the lead did not go out"]
    page = browser.page.replace("&#39;", "'")
    assert [words for words in said if words in page] == [says]
    await browser.get(f"/desk/referrals/{reference}")
    assert "the reason" in browser.page
