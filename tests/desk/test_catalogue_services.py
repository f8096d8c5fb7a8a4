"""Finding services on the desk, reading one, putting it right, holding it back and bringing it back."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from service_catalogue.model import QUARANTINED
from tests.desk.catalogue_support import (
    FEED,
    add_feed_service,
    add_issue,
    add_pair,
    add_raw,
    audited,
    cards,
    load,
    names,
    shown_soon,
    tell,
)
from tests.desk.conftest import Browser, Office
from tests.service_catalogue.conftest import row

ATTACK = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def ids(office: Office, tmp_path: Path) -> dict[str, str]:
    """Three services: one checked lately, one never, one that is not verified."""
    return load(
        office,
        tmp_path,
        [
            row("tea-club", checked_on="2026-11-01"),
            row("walks", organisation="Blaby Walkers"),
            row("quilts", verified="unverified", checked_on="2024-01-01"),
        ],
    )


def page_of(id: str) -> str:
    return f"/desk/catalogue/services/{id}"


async def listed(browser: Browser, query: str = "") -> list[str]:
    """Which of the services stand on the list."""
    assert (await browser.get(f"/desk/catalogue{query}")).status == 200
    return [name for name in ("Quilts", "Set-Aside", "Tea Club", "Walks") if f">{name}</a>" in browser.page]


async def test_the_queue_leads_to_the_catalogue(office: Office):
    """A link on every page of somebody who is signed in; to nobody else."""
    browser = await office.signed_in()
    await browser.get("/desk/")
    assert 'href="/desk/catalogue"' in browser.page
    stranger = office.browser()
    assert (await stranger.get("/desk/catalogue")).headers["Location"] == "/desk/login?next=/desk/catalogue"


async def test_after_signing_in_the_wanted_page_of_the_catalogue_opens(office: Office, ids: dict[str, str]):
    """And an address that only looks like one does not."""
    for wanted, leads in (
        (page_of(ids["walks"]), page_of(ids["walks"])),
        ("/desk/catalogue/unmet", "/desk/catalogue/unmet"),
        ("/desk/catalogue/../../chat", "/desk/"),
        ("//evil.example/desk/catalogue", "/desk/"),
    ):
        browser = office.browser()
        await browser.get(f"/desk/login?next={wanted}")
        response = await browser.post("/desk/login", name="amina", password=office.passwords["amina"], next=wanted)
        assert response.headers["Location"] == leads


async def test_services_are_found_by_words_and_filters(office: Office, ids: dict[str, str]):
    """Every filter leaves exactly the services it names; all of them together too."""
    aside = add_feed_service(office, "set-aside", state=QUARANTINED, assured_on=date(2026, 10, 1))
    tell(office, ids["walks"], "m1")
    browser = await office.signed_in()
    await browser.get(page_of(ids["walks"]))
    await browser.get(f"{page_of(ids['walks'])}/correct/cost")
    await browser.post(f"{page_of(ids['walks'])}/correct/cost", value="paid")
    for query, expected in {
        "": ["Quilts", "Set-Aside", "Tea Club", "Walks"],
        "?q=TEA": ["Tea Club"],
        "?q=walkers+blaby": ["Walks"],
        "?q=%25": [],
        f"?source={FEED}": ["Set-Aside"],
        "?state=shown": ["Quilts", "Tea Club", "Walks"],
        "?state=quarantined": ["Set-Aside"],
        "?state=gone": [],
        "?state=nonsense": ["Quilts", "Set-Aside", "Tea Club", "Walks"],
        "?unverified=yes": ["Quilts", "Set-Aside"],
        "?stale=yes": ["Quilts", "Walks"],
        "?reported=yes": ["Walks"],
        "?corrected=yes": ["Walks"],
        "?stale=yes&unverified=yes": ["Quilts"],
        "?q=%00": ["Quilts", "Set-Aside", "Tea Club", "Walks"],
        "?source=%00": ["Quilts", "Set-Aside", "Tea Club", "Walks"],
        "?page=99": ["Quilts", "Set-Aside", "Tea Club", "Walks"],
        "?page=0": ["Quilts", "Set-Aside", "Tea Club", "Walks"],
        "?page=x": ["Quilts", "Set-Aside", "Tea Club", "Walks"],
    }.items():
        assert await listed(browser, query) == expected, query
    assert aside


async def test_a_service_is_found_by_the_name_that_staff_gave_it(office: Office, ids: dict[str, str]):
    browser = await office.signed_in()
    await browser.get(f"{page_of(ids['walks'])}/correct/name")
    await browser.post(f"{page_of(ids['walks'])}/correct/name", value="Gentle Strolls")
    await browser.get("/desk/catalogue?q=strolls")
    assert ">Gentle Strolls</a>" in browser.page
    await browser.get("/desk/catalogue?q=walks")
    assert ">Gentle Strolls</a>" in browser.page


async def test_long_lists_have_pages(office: Office, tmp_path: Path):
    """Fifty at a time, filters kept from page to page."""
    load(office, tmp_path, [row(f"club-{number:03}") for number in range(120)])
    browser = await office.signed_in()
    await browser.get("/desk/catalogue?q=club&page=2")
    assert (
        ">Club 050</a>" in browser.page and ">Club 049</a>" not in browser.page and ">Club 100</a>" not in browser.page
    )
    assert (
        "Page 2 of 3" in browser.page and "?q=club&amp;page=3" in browser.page and "?q=club&amp;page=1" in browser.page
    )


async def test_what_an_import_set_aside_says_why(office: Office):
    """The errors of the run that named it, on the list and on its page; warnings only on its page."""
    id = add_feed_service(office, "set-aside", state=QUARANTINED)
    add_issue(office, "set-aside", "placeholder_record")
    add_issue(office, "set-aside", "bad_postcode", severity="warning", path="locations[0]")
    browser = await office.signed_in()
    await browser.get("/desk/catalogue?state=quarantined")
    assert "Placeholder record" in browser.page and "Bad postcode" not in browser.page
    await browser.get(page_of(id))
    assert "Placeholder record" in browser.page and "Bad postcode" in browser.page


async def test_one_service_shows_every_field_its_origin_and_its_raw_record(office: Office):
    """Also a number that residents do not see, marked so; and what its publisher sent, as text."""
    id = add_feed_service(office, "set-aside", cost="paid", opening_hours="Mo-Fr 09:00-17:00", source_text="a web page")
    add_raw(office, "set-aside", '{"name": "Set-Aside", "secret": "' + "raw words" + '"}')
    browser = await office.signed_in()
    assert (await browser.get(page_of(id))).status == 200
    for words in (
        "01509 550317 (not verified, so residents do not see it)",
        "There is a charge",
        "Monday to Friday 9am to 5pm",
        "Made-up feed, Made-up publisher",
        "Made-up provider",
        "a web page",
        "raw words",
        "No day on file",
    ):
        assert words in browser.page, words


async def test_a_service_without_a_name_can_be_opened_and_named(office: Office):
    """A link needs words, also where a publisher gave none."""
    id = add_feed_service(office, "set-aside", name="", state=QUARANTINED)
    tell(office, id, "m1")
    other = add_feed_service(office, "other")
    add_pair(office, id, other)
    browser = await office.signed_in()
    paths = ("", "/reports", "/duplicates", f"/services/{id}", f"/services/{id}/correct/name")
    for path in paths:
        await browser.get(f"/desk/catalogue{path}")
        assert "No name" in browser.page, path
        assert not re.search(r"<(a|h1|h2)[^>]*>\s*</\1>", browser.page), path
    await browser.get(f"{page_of(id)}/correct/name")
    assert (await browser.post(f"{page_of(id)}/correct/name", value="Knitting Circle")).status == 303


async def test_a_raw_record_that_is_no_json_is_shown_all_the_same(office: Office):
    id = add_feed_service(office, "set-aside")
    add_raw(office, "set-aside", "{broken " + "[" * 5000)
    browser = await office.signed_in()
    assert (await browser.get(page_of(id))).status == 200 and "{broken" in browser.page


async def test_a_correction_is_saved_shown_and_withdrawn(office: Office, ids: dict[str, str]):
    """Residents see it at once; the page says who, why and what the source says; its history stays."""
    browser, form = await office.signed_in(), f"{page_of(ids['tea-club'])}/correct/phone"
    await browser.get(form)
    assert 'value="0116 496 0001"' in browser.page
    response = await browser.post(form, value="+44 1509 550317", reason="rang them")
    assert response.status == 303 and response.headers["Location"] == f"{page_of(ids['tea-club'])}?said=corrected#phone"
    await browser.get(response.headers["Location"])
    assert "Your correction is saved." in browser.page
    assert (
        "by amina, 21 Nov 2026: rang them" in browser.page and "Our own spreadsheet says: 0116 496 0001" in browser.page
    )
    assert "01509 550317" in [card.phone for card in cards(office)]
    response = await browser.post(f"{page_of(ids['tea-club'])}/uncorrect/phone")
    assert response.status == 303
    await browser.get(response.headers["Location"])
    assert "The correction is withdrawn." in browser.page and "by amina, 21 Nov 2026" not in browser.page
    assert "01509 550317" not in [card.phone for card in cards(office)]
    assert "phone: 01509 550317 (rang them)" in browser.page
    assert [one for one in audited(office) if one[1] != "viewed"] == [
        ("amina", "corrected", ids["tea-club"], "phone: 01509 550317 (rang them)"),
        ("amina", "uncorrected", ids["tea-club"], "phone"),
    ]


async def test_a_value_that_cannot_be_taken_is_explained_and_kept_in_the_form(office: Office, ids: dict[str, str]):
    """What was typed is still there, the problem is tied to the field, the title says Error, nothing is written."""
    browser, form = await office.signed_in(), f"{page_of(ids['tea-club'])}/correct/phone"
    await browser.get(form)
    response = await browser.post(form, value="ring Anna", reason="she said so")
    assert response.status == 422
    assert "That is not a whole UK phone number." in browser.page and "<title>Error: " in browser.page
    assert 'value="ring Anna"' in browser.page and 'value="she said so"' in browser.page
    assert 'aria-describedby="problem hint"' in browser.page and 'aria-invalid="true"' in browser.page
    assert not [one for one in audited(office) if one[1] == "corrected"]


@pytest.mark.parametrize("path", ["correct/verified", "correct/held_back", "correct/nothing", "uncorrect/verified"])
async def test_only_the_fields_that_can_be_corrected_have_a_form(office: Office, ids: dict[str, str], path: str):
    browser = await office.signed_in()
    await browser.get("/desk/catalogue")
    assert (await browser.post(f"{page_of(ids['walks'])}/{path}", value="x")).status == 404


async def test_a_service_that_is_not_there_is_not_found(office: Office):
    browser = await office.signed_in()
    nobody = page_of("00000000-0000-0000-0000-000000000000")
    assert (await browser.get(nobody)).status == 404
    assert (await browser.get(f"{nobody}/correct/name")).status == 404
    await browser.get("/desk/catalogue")
    for path, form in (("correct/name", {"value": "x"}), ("withdraw", {"reason": "x"}), ("bring-back", {})):
        await browser.get("/desk/catalogue")
        assert (await browser.post(f"{nobody}/{path}", **form)).status == 404, path


async def test_a_service_is_held_back_with_a_reason_and_brought_back(office: Office, ids: dict[str, str]):
    browser, page = await office.signed_in(), page_of(ids["walks"])
    await browser.get(page)
    assert (await browser.post(f"{page}/withdraw", reason=" ")).status == 422
    assert "Say why" in browser.page and "Walks" in names(office)
    response = await browser.post(f"{page}/withdraw", reason="The leader moved away.\0")
    assert response.status == 303
    await browser.get(response.headers["Location"])
    assert "Held back by amina on 21 Nov 2026." in browser.page and "The leader moved away." in browser.page
    assert names(office) == ["Quilts", "Tea Club"]
    assert await listed(browser, "?state=held") == ["Walks"]
    await browser.get(page)
    assert (await browser.post(f"{page}/bring-back")).status == 303
    assert shown_soon(office, "Quilts", "Tea Club", "Walks")
    assert [what for _, what, thing, _ in audited(office) if thing == ids["walks"] and what != "viewed"] == [
        "held_back",
        "brought_back",
    ]


async def test_what_is_gone_from_its_source_can_be_brought_back(office: Office, ids: dict[str, str], tmp_path: Path):
    load(office, tmp_path, [row("tea-club", checked_on="2026-11-01")])
    browser, page = await office.signed_in(), page_of(ids["walks"])
    await browser.get(page)
    assert "Gone from its source" in browser.page and "Gone since" in browser.page
    await browser.post(f"{page}/bring-back", reason="still there")
    await browser.get(page)
    assert "Brought back by amina" in browser.page and shown_soon(office, "Tea Club", "Walks")
    assert await listed(browser, "?state=shown") == ["Tea Club", "Walks"]


async def test_every_view_is_written_down_without_what_was_searched_for(office: Office, ids: dict[str, str]):
    """Who looked at which page; never the words of a search, which may be somebody's name."""
    browser = await office.signed_in()
    await browser.get("/desk/catalogue?q=Ron+Miller")
    await browser.get(page_of(ids["walks"]))
    for tab in ("reports", "duplicates", "unmet", "sources", "import", "spreadsheet"):
        assert (await browser.get(f"/desk/catalogue/{tab}")).status == 200
    assert [(who, what) for who, what, _, _ in audited(office)] == [("amina", "viewed")] * 8
    assert [thing for _, _, thing, _ in audited(office)][:3] == ["catalogue", ids["walks"], "reports"]
    assert "Miller" not in str(audited(office))


async def test_what_publishers_write_is_text_everywhere(office: Office):
    """Markup in any field of a record comes out as text."""
    id = add_feed_service(
        office,
        "set-aside",
        state=QUARANTINED,
        name=ATTACK,
        summary=ATTACK,
        url="javascript:alert(1)",
        email=ATTACK,
        alert=ATTACK,
        description=ATTACK,
        source_text=ATTACK,
        extra={"x": ATTACK},
    )
    add_issue(office, "set-aside", ATTACK)
    add_raw(office, "set-aside", ATTACK)
    tell(office, id, "m1", ATTACK)
    browser = await office.signed_in()
    for path in ("/desk/catalogue", page_of(id), f"{page_of(id)}/correct/summary", "/desk/catalogue/reports"):
        assert (await browser.get(path)).status == 200
        assert "<script" not in browser.page and "<img" not in browser.page, path
        assert 'href="javascript' not in browser.page
