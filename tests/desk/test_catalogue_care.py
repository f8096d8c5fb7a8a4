"""Reports to settle, duplicates to decide, and what was looked for in vain."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from service_catalogue import reports
from service_catalogue.care_model import SearchMiss, ServiceReport
from service_catalogue.feed_model import DuplicateCandidate
from tests.desk.catalogue_support import add_feed_service, add_pair, audited, cards, load, names, tell
from tests.desk.conftest import Office
from tests.service_catalogue.conftest import row

DOUBT = "Someone told us this number may not work."


@pytest.fixture
def ids(office: Office, tmp_path: Path) -> dict[str, str]:
    return load(office, tmp_path, [row("tea-club"), row("walks")])


def waiting(office: Office) -> list[ServiceReport]:
    with office.db.reading() as session:
        return reports.open_reports(session)


def missed(office: Office, *misses: tuple[str, str, str, str, int]) -> None:
    with office.db.transaction() as session:
        for day, need, district, condition, times in misses:
            values = {"need": need, "district": district, "condition": condition, "times": times}
            session.add(SearchMiss(day=date.fromisoformat(day), **values))


async def test_reports_wait_oldest_first_and_the_tab_counts_them(office: Office, ids: dict[str, str]):
    """Reports of the same thing about one service stand together, where the oldest of them belongs."""
    tell(office, ids["walks"], "m1", "shut last year love", "closed")
    office.clock.advance(timedelta(hours=1))
    tell(office, ids["tea-club"], "m2", "only a tone")
    office.clock.advance(timedelta(hours=1))
    tell(office, ids["walks"], "m3", "gone", "closed")
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/reports")
    page = browser.page
    assert page.index("shut last year love") < page.index("gone</q>") < page.index("only a tone")
    assert page.count("<section") == 2 and '3<span class="hidden"> waiting' in page
    assert f"/desk/catalogue/services/{ids['tea-club']}/correct/phone" in page


async def test_nothing_waiting_is_said(office: Office):
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/reports")
    assert "Nothing is waiting." in browser.page
    await browser.get("/desk/catalogue/duplicates")
    assert "Nothing to decide." in browser.page
    await browser.get("/desk/catalogue/unmet")
    assert "Something was found every time." in browser.page
    await browser.get("/desk/catalogue/sources")
    assert "There is no source yet." in browser.page


async def test_settling_ends_the_doubt_and_deletes_the_words(office: Office, ids: dict[str, str]):
    """The audit says who settled what about which service, and not a word of the resident's."""
    tell(office, ids["tea-club"], "m1", "I'm Ron Miller and it is dead")
    assert any(DOUBT in card.how_to_reach for card in cards(office))
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/reports")
    assert "Ron Miller" in browser.page
    response = await browser.post("/desk/catalogue/reports", report=str(waiting(office)[0].id), outcome="nothing wrong")
    assert response.status == 303
    await browser.get(response.headers["Location"])
    assert "That is settled." in browser.page and "Ron Miller" not in browser.page
    assert not any(DOUBT in card.how_to_reach for card in cards(office))
    assert ("amina", "settled", ids["tea-club"], "nothing wrong") in audited(office)
    assert "Miller" not in str(audited(office))


async def test_a_service_that_has_closed_is_held_back_at_once(office: Office, ids: dict[str, str]):
    tell(office, ids["walks"], "m1", "shut", "closed")
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/reports")
    await browser.post("/desk/catalogue/reports", report=str(waiting(office)[0].id), outcome="service closed")
    assert names(office) == ["Tea Club"] and not waiting(office)
    assert {what for _, what, thing, _ in audited(office) if thing == ids["walks"]} == {"settled", "held_back"}


async def test_only_what_was_on_the_form_is_settled(office: Office, ids: dict[str, str]):
    """A report that came in while somebody read the page waits on."""
    tell(office, ids["tea-club"], "m1")
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/reports")
    tell(office, ids["tea-club"], "m2", "dead still")
    first = waiting(office)[0].id
    await browser.post("/desk/catalogue/reports", report=str(first), outcome="fixed")
    assert [one.words for one in waiting(office)] == ["dead still"]
    await browser.get("/desk/catalogue/reports")
    response = await browser.post("/desk/catalogue/reports", report=str(first), outcome="fixed")
    assert response.status == 409 and "Somebody else had settled this already." in browser.page


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"report": "1"},
        {"report": "1", "outcome": "great"},
        {"outcome": "fixed"},
        {"report": "x", "outcome": "fixed"},
        {"report": "١", "outcome": "fixed"},
        {"report": "9" * 40, "outcome": "fixed"},
    ],
)
async def test_settling_needs_a_report_and_an_outcome(office: Office, ids: dict[str, str], form: dict[str, str]):
    tell(office, ids["tea-club"], "m1")
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/reports")
    assert (await browser.post("/desk/catalogue/reports", **form)).status in (409, 422)
    assert len(waiting(office)) == 1 and "There is a problem" in browser.page


@pytest.mark.parametrize(
    ("choice", "shown", "decision"),
    [
        ("different", ["Tea Club", "Walks"], "different"),
        ("first", ["Tea Club"], "same"),
        ("second", ["Walks"], "same"),
    ],
)
async def test_people_decide_about_duplicates(
    office: Office, ids: dict[str, str], choice: str, shown: list[str], decision: str
):
    """Of one service that is there twice the chosen record is shown and the other held back; nothing is deleted."""
    pair = add_pair(office, ids["tea-club"], ids["walks"])
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/duplicates")
    assert "same web address" in browser.page and names(office) == ["Tea Club", "Walks"]
    assert (await browser.post(f"/desk/catalogue/duplicates/{pair}", decision=choice)).status == 303
    assert names(office) == shown
    with office.db.reading() as session:
        assert session.scalars(select(DuplicateCandidate.decision)).all() == [decision]
    await browser.get("/desk/catalogue/duplicates")
    assert "Nothing to decide." in browser.page
    response = await browser.post(f"/desk/catalogue/duplicates/{pair}", decision="different")
    assert response.status == 409 and names(office) == shown
    assert {thing for _, what, thing, _ in audited(office) if what == "duplicate"} == set(ids.values())


async def test_a_duplicate_needs_a_decision(office: Office, ids: dict[str, str]):
    pair = add_pair(office, ids["tea-club"], add_feed_service(office, "tea-club-again"))
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/duplicates")
    assert (await browser.post(f"/desk/catalogue/duplicates/{pair}")).status == 422
    await browser.get("/desk/catalogue/duplicates")
    assert (await browser.post("/desk/catalogue/duplicates/999999", decision="first")).status == 409


async def test_unmet_needs_are_added_up_by_month_need_and_district(office: Office):
    """Of the last twelve months only; the newest month first, in it the most frequent."""
    missed(
        office,
        ("2026-11-01", "food", "Blaby", "free", 2),
        ("2026-11-20", "food", "Blaby", "free", 3),
        ("2026-11-20", "transport", "Melton", "", 9),
        ("2026-10-31", "food", "", "", 50),
        ("2025-11-01", "food", "Blaby", "", 1),
        ("2025-10-31", "food", "Blaby", "", 1000),
    )
    browser = await office.signed_in()
    response = await browser.get("/desk/catalogue/unmet.csv")
    assert response.headers["Content-Type"].startswith("text/csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="unmet-needs.csv"'
    rows = list(csv.reader(io.StringIO(browser.page.lstrip("\ufeff"))))
    assert rows == [
        ["month", "need", "district", "condition", "times"],
        ["2026-11", "transport", "Melton", "", "9"],
        ["2026-11", "food", "Blaby", "free", "5"],
        ["2026-10", "food", "", "", "50"],
        ["2025-11", "food", "Blaby", "", "1"],
    ]
    assert ("amina", "exported", "unmet needs", "") in audited(office)
    await browser.get("/desk/catalogue/unmet")
    page = browser.page
    assert page.index("Transport") < page.index("Food") and "November 2026" in page and "October 2025" not in page


async def test_a_need_that_the_vocabulary_lost_is_still_counted(office: Office):
    missed(office, ("2026-11-01", "old_need", "Blaby", "", 2))
    browser = await office.signed_in()
    assert (await browser.get("/desk/catalogue/unmet")).status == 200 and "Old need" in browser.page
