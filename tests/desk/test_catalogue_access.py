"""The catalogue's pages for people who do not see them or do not use a mouse: labels, headings, order of focus."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from desk.roles import MENU
from service_catalogue.care_model import SearchMiss
from service_catalogue.corrections import correct
from service_catalogue.holding import hold_back
from service_catalogue.model import QUARANTINED
from tests.desk.catalogue_support import Outline, add_feed_service, add_issue, add_pair, add_raw, load, tell
from tests.desk.conftest import Office
from tests.service_catalogue.conftest import row


@pytest.fixture
def pages(office: Office, tmp_path: Path) -> list[str]:
    """Every page of the catalogue, each with something on it."""
    ids = load(office, tmp_path, [row("tea-club"), row("walks"), row("quilts")])
    aside = add_feed_service(office, "set-aside", state=QUARANTINED)
    add_issue(office, "set-aside", "no_name")
    add_raw(office, "set-aside", "{}")
    add_pair(office, ids["tea-club"], ids["walks"])
    for number, kind in enumerate(("number", "closed", "address", "other")):
        tell(office, ids["tea-club"], str(number), kind=kind)
    with office.db.transaction() as session:
        now = office.clock.now()
        correct(session, ids["tea-club"], "phone", "01509 550317", by="amina", reason="rang", now=now)
        hold_back(session, ids["quilts"], by="amina", reason="closed", now=now)
        session.add(SearchMiss(day=date(2026, 11, 1), need="food", district="Blaby", condition="", times=2))
    one = "/desk/catalogue/services"
    return [
        "/desk/catalogue",
        *(f"{one}/{id}" for id in (*ids.values(), aside)),
        *(f"{one}/{ids['tea-club']}/correct/{field}" for field in ("phone", "summary", "status", "name")),
        *(f"/desk/catalogue/{tab}" for tab in ("reports", "duplicates", "unmet", "sources", "import", "spreadsheet")),
    ]


async def outlines(office: Office, pages: list[str]) -> dict[str, Outline]:
    browser, found = await office.signed_in(), {}
    for page in pages:
        assert (await browser.get(page)).status == 200, page
        found[page] = Outline(browser.page)
    return found


async def test_every_field_has_a_label_and_every_group_a_legend(office: Office, pages: list[str]):
    for page, outline in (await outlines(office, pages)).items():
        assert outline.unlabelled == [], page
        assert outline.fieldsets == outline.legends, page


async def test_headings_begin_with_one_first_level_and_skip_none(office: Office, pages: list[str]):
    for page, outline in (await outlines(office, pages)).items():
        levels = outline.headings
        assert levels[0] == 1 and levels.count(1) == 1, page
        assert all(after - before <= 1 for before, after in pairwise(levels)), (page, levels)


async def test_ids_are_unique_and_whatever_points_at_one_finds_it(office: Office, pages: list[str]):
    for page, outline in (await outlines(office, pages)).items():
        assert len(outline.ids) == len(set(outline.ids)), page
        assert outline.described <= set(outline.ids), page


async def test_the_focus_goes_from_skipping_to_the_bar_to_the_tabs_to_the_page(office: Office, pages: list[str]):
    """In the order in which a page is read; nothing moves the focus by itself."""
    menu = [str(office.app.router[route].url_for()) for _, route, _ in MENU]
    bar = ["#main", menu[0], *menu, "/desk/account", "button"]
    tabs = [f"/desk/catalogue{tab}" for tab in ("", "/reports", "/duplicates", "/unmet", "/sources", "/import")]
    for page, outline in (await outlines(office, pages)).items():
        assert outline.focus[: len(bar)] == bar, page
        rest = outline.focus[len(bar) :]
        start = rest.index("/desk/catalogue", 1 if rest[1] == "/desk/catalogue" else 0)
        assert rest[start : start + len(tabs)] == tabs and len(rest) > start + len(tabs), page


async def test_buttons_and_links_that_look_alike_are_told_apart(office: Office, pages: list[str]):
    """Each "Correct" says of what, each "Settle" says which, for who hears only the link or the button."""
    browser = await office.signed_in()
    for page, name in ((pages[1], "Correct"), ("/desk/catalogue/reports", "Settle")):
        await browser.get(page)
        for part in browser.page.split(f">{name}<")[1:]:
            assert part.startswith('span class="hidden"> '), page


async def test_a_problem_is_the_first_thing_in_the_page_and_announced(office: Office, pages: list[str]):
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/reports")
    await browser.post("/desk/catalogue/reports")
    assert 'role="alert" id="problem"' in browser.page and "<title>Error: " in browser.page
    assert browser.page.index('id="problem"') < browser.page.index('class="card')
