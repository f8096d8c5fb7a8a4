"""Sources and who vouches for them, importing a feed, and the spreadsheet out and in."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import threading
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from common.database import Database
from common.settings import Settings
from desk.catalogue.feed_import import Importer
from service_catalogue.importing import ImportReport, import_feed
from service_catalogue.model import Phone, Service, Source
from service_catalogue.vouching import FOUND_IN_TEXT, vouch
from tests.desk.catalogue_support import FEED, add_feed_service, audited, cards, load, names
from tests.desk.conftest import Browser, Office
from tests.service_catalogue.conftest import row


@dataclass
class FakeImport:
    """Stands in for the importer, with its interface: notes what it was given and reports what it was told to."""

    answer: ImportReport | Exception
    given: list[tuple[str, str | None, bool]] = field(default_factory=list)
    content: bytes = b""
    may_end: threading.Event = field(default_factory=threading.Event)

    def __call__(
        self,
        db: Database,
        feed: str,
        *,
        settings: Settings,
        now: datetime,
        source_name: str | None = None,
        allow_removals: bool = False,
    ) -> ImportReport:
        self.given.append((feed, source_name, allow_removals))
        if not feed.startswith("http"):
            self.content = Path(feed).read_bytes()
        self.may_end.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def importer() -> FakeImport:
    report = ImportReport("feed", complete=True, seen=9, new=4, changed=1, unchanged=3, quarantined=1)
    report.note("x1", "error", "no_name", "name", "<b>")
    return FakeImport(report)


async def begin(browser: Browser, **form: str) -> int:
    await browser.get("/desk/catalogue/import")
    return (await browser.post("/desk/catalogue/import", **form)).status


async def ended(browser: Browser) -> str:
    """The page once the import is over."""
    for _ in range(200):
        await browser.get("/desk/catalogue/import")
        if "Import is running" not in browser.page:
            return browser.page
        await asyncio.sleep(0.02)
    raise AssertionError("the import did not end")


async def test_an_import_runs_beside_the_pages_and_shows_its_report(office: Office, importer: FakeImport):
    """Counts, and what was wrong with which record; begun and done stand in the audit."""
    browser = await office.signed_in()
    assert await begin(browser, address="https://feed.example.org/services", name=" Made-up  feed ") == 303
    await browser.get("/desk/catalogue/import")
    assert "Import is running" in browser.page and "Look again" in browser.page
    importer.may_end.set()
    page = await ended(browser)
    assert "Import is done" in page and "<dd>9</dd>" in page
    assert "No name" in page and "x1" in page and "&lt;b&gt;" in page
    assert importer.given == [("https://feed.example.org/services", "Made-up feed", False)]
    assert [one for one in audited(office) if one[1] != "viewed"] == [
        ("amina", "import_begun", "import", "https://feed.example.org/services"),
        (
            "amina",
            "imported",
            "import",
            "https://feed.example.org/services: 9 seen, 4 new, 1 changed, 3 unchanged, 0 withdrawn, 1 quarantined",
        ),
    ]


async def test_withdrawing_much_of_a_source_has_to_be_allowed(office: Office, importer: FakeImport):
    importer.may_end.set()
    browser = await office.signed_in()
    await begin(browser, address="https://feed.example.org", removals="yes")
    await ended(browser)
    assert [allowed for _, _, allowed in importer.given] == [True]


async def test_an_import_that_did_not_see_all_says_so(office: Office, importer: FakeImport):
    importer.answer = ImportReport("feed", seen=1, new=1)
    importer.may_end.set()
    browser = await office.signed_in()
    await begin(browser, address="https://feed.example.org")
    assert "nothing counts as missing" in await ended(browser)


class TestTheRealImporter:
    """The page, the importer and the catalogue together."""

    @pytest.fixture
    def importer(self) -> Importer:
        return import_feed

    async def test_a_file_of_a_feed_ends_up_in_the_catalogue(self, office: Office):
        """What can be used is there to be seen, what cannot is set aside with its reason, and the spreadsheet is as it
        was; the same file again changes nothing."""
        services = [
            {
                "id": str(uuid.UUID(int=7)),
                "name": "Knitting Circle",
                "description": "Knit and natter.",
                "status": "active",
            },
            {"id": str(uuid.UUID(int=8)), "name": "Do not use", "description": "x", "status": "active"},
        ]
        content, browser = json.dumps({"contents": services}).encode(), await office.signed_in()
        for new, unchanged in (("1", "0"), ("0", "1")):
            await browser.get("/desk/catalogue/import")
            assert (await browser.send_file("/desk/catalogue/import", content, name="Made-up feed")).status == 303
            page = await ended(browser)
            assert "Import is done" in page
            counts = dict(re.findall(r"<dt>(\w+)</dt><dd>(\d+)</dd>", page))
            assert (counts["Seen"], counts["New"], counts["Unchanged"]) == ("2", new, unchanged)
        await browser.get("/desk/catalogue?q=knitting")
        assert ">Knitting Circle</a>" in browser.page and "Made-up feed" in browser.page
        await browser.get("/desk/catalogue?state=quarantined")
        assert ">Do not use</a>" in browser.page and "Placeholder" in browser.page
        found = re.search(r"/desk/catalogue/services/[0-9a-f-]{36}", browser.page)
        assert found is not None
        await browser.get(found[0])
        assert "The record as it was published" in browser.page and "&#34;Do not use&#34;" in browser.page

    async def test_what_is_no_feed_is_refused_with_its_reason(self, office: Office):
        browser = await office.signed_in()
        await browser.get("/desk/catalogue/import")
        await browser.send_file("/desk/catalogue/import", b"<html>", name="Made-up feed")
        page = await ended(browser)
        assert "The import did not work" in page and "<strong>" in page


async def test_only_one_import_runs_at_a_time(office: Office, importer: FakeImport):
    browser = await office.signed_in()
    assert await begin(browser, address="https://one.example.org") == 303
    assert await begin(browser, address="https://two.example.org") == 409
    assert "Another import is still running." in browser.page and 'value="https://two.example.org"' in browser.page
    importer.may_end.set()
    await ended(browser)
    assert await begin(browser, address="https://two.example.org") == 303
    await ended(browser)
    assert [feed for feed, *_ in importer.given] == ["https://one.example.org", "https://two.example.org"]


async def test_a_feed_that_cannot_be_read_says_why(office: Office, importer: FakeImport):
    importer.answer = ImportReport("feed", error="This is no Open Referral feed.")
    importer.may_end.set()
    browser = await office.signed_in()
    await begin(browser, address="https://feed.example.org")
    page = await ended(browser)
    assert "The import did not work" in page and "This is no Open Referral feed." in page


async def test_an_import_that_breaks_off_says_so_and_the_next_one_may_run(office: Office, importer: FakeImport):
    """Nothing of the error itself is shown: it may hold what a feed says about people."""
    importer.answer = RuntimeError("Ron Miller, 4 Mill Lane")
    importer.may_end.set()
    browser = await office.signed_in()
    await begin(browser, address="https://feed.example.org")
    page = await ended(browser)
    assert "The import broke off." in page and "Miller" not in page and "Miller" not in str(audited(office))
    assert await begin(browser, address="https://feed.example.org") == 303


async def test_a_file_is_imported_under_the_name_that_was_given_and_then_deleted(office: Office, importer: FakeImport):
    """Larger than any other form may be; under a name of our own, never the browser's; nothing is left behind."""
    importer.may_end.set()
    browser, content = await office.signed_in(), b'{"services": []}' + b" " * 3_000_000
    await browser.get("/desk/catalogue/import")
    response = await browser.send_file("/desk/catalogue/import", content, name="Made-up feed", address="")
    assert response.status == 303
    await ended(browser)
    (path, name, _), uploads = importer.given[0], office.settings.var_dir / "uploads"
    assert importer.content == content and name == "Made-up feed"
    assert Path(path).parent == uploads and not list(uploads.iterdir())


@pytest.mark.parametrize(
    ("form", "content", "says"),
    [
        ({"name": "x"}, b"", "Give an address, or choose a file."),
        ({"name": ""}, b"{}", "Give the source a name"),
        ({"name": "Starter"}, b"{}", "Give the source another name"),
        ({"name": "starter", "address": "https://feed.example.org"}, b"", "Give the source another name"),
        ({"address": "/etc/passwd"}, b"", "Give the whole address"),
        ({"address": "file:///etc/passwd"}, b"", "Give the whole address"),
        ({"address": "https://someone:secret@example.org"}, b"", "Give the whole address"),
        ({"address": "https://[broken"}, b"", "Give the whole address"),
    ],
)
async def test_what_cannot_be_imported_is_refused_in_words(
    office: Office, importer: FakeImport, form: dict[str, str], content: bytes, says: str
):
    """A path is no address: staff cannot read files of the server. Nothing is begun, and no file is left."""
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/import")
    assert (await browser.send_file("/desk/catalogue/import", content, **form)).status == 422
    assert says in browser.page and not importer.given
    uploads = office.settings.var_dir / "uploads"
    assert not uploads.exists() or not list(uploads.iterdir())


async def test_the_token_counts_on_forms_with_files_too(office: Office, importer: FakeImport):
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/import")
    for path in ("/desk/catalogue/import", "/desk/catalogue/spreadsheet"):
        assert (await browser.send_file(path, b"{}", token="wrong", name="x")).status == 403
    assert not importer.given


async def test_other_forms_stay_small(office: Office, tmp_path: Path):
    """Only the two pages that take files take large bodies."""
    ids = load(office, tmp_path, [row("walks")])
    browser, page = await office.signed_in(), f"/desk/catalogue/services/{ids['walks']}/correct/summary"
    await browser.get(page)
    assert (await browser.post(page, value="x" * 100_000)).status == 413


class TestInProduction:
    """The desk is no way into the network that it stands in."""

    @pytest.fixture
    def env(self, env: dict[str, str]) -> dict[str, str]:
        # Production, but over http, so that the test's browser keeps its cookie, and without the second factor.
        production = {"ENVIRONMENT": "production", "DESK_SECOND_FACTOR": "offered"}
        return {**env, **production, "PUBLIC_BASE_URL": "http://help.example.org"}

    @pytest.mark.parametrize(
        "address", ["http://127.0.0.1:5005", "http://localhost:5055/", "http://10.0.0.1/services", "http://[::1]/"]
    )
    async def test_a_private_address_is_refused(self, office: Office, importer: FakeImport, address: str):
        browser = await office.signed_in()
        assert await begin(browser, address=address) == 422
        assert "inside a private network" in browser.page and not importer.given


def verified(office: Office) -> dict[str, bool]:
    with office.db.reading() as session:
        return {phone.service_id: phone.verified for phone in session.scalars(select(Phone))}


async def test_vouching_shows_the_numbers_that_were_checked_within_a_year(office: Office):
    """Of this source only, and only while somebody vouches for it."""
    fresh = add_feed_service(office, "fresh", assured_on=date(2025, 11, 21))
    old = add_feed_service(office, "old", assured_on=date(2025, 11, 20))
    never = add_feed_service(office, "never")
    future = add_feed_service(office, "future", assured_on=date(2026, 11, 22))
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/sources")
    assert "Nobody vouches for its phone numbers" in browser.page
    assert (await browser.post(f"/desk/catalogue/sources/{FEED}/vouch")).status == 422
    assert not any(verified(office).values())
    response = await browser.post(f"/desk/catalogue/sources/{FEED}/vouch", sure="yes")
    await browser.get(response.headers["Location"])
    assert "amina vouches for its phone numbers." in browser.page
    assert verified(office) == {fresh: True, old: False, never: False, future: False}
    await browser.post(f"/desk/catalogue/sources/{FEED}/vouch", withdraw="yes")
    assert not any(verified(office).values())
    with office.db.reading() as session:
        assert session.get_one(Source, FEED).vouched_by == ""
    assert [what for _, what, thing, _ in audited(office) if thing == FEED] == ["vouched", "unvouched"]


async def test_a_number_that_stood_in_running_text_only_is_never_vouched_for(office: Office):
    """Nobody says what it is for."""
    id = add_feed_service(office, "fresh", assured_on=date(2026, 11, 1))
    with office.db.transaction() as session:
        session.scalars(select(Phone)).one().description = FOUND_IN_TEXT
        assert vouch(session, FEED, by="amina", now=office.clock.now())
    assert verified(office) == {id: False}


async def test_numbers_in_running_text_go_too_when_nobody_vouches_any_more(office: Office):
    """From every text of the record, also from those that have no column of their own."""
    said, extra = "Ring 01509 550317 first.", {"how": ["Or text 07700 900123."]}
    id = add_feed_service(
        office, "fresh", assured_on=date(2026, 11, 1), summary=said, description=said, alert=said, extra=extra
    )
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/sources")
    await browser.post(f"/desk/catalogue/sources/{FEED}/vouch", sure="yes")
    await browser.get("/desk/catalogue/sources")
    await browser.post(f"/desk/catalogue/sources/{FEED}/vouch", withdraw="yes")
    with office.db.reading() as session:
        service = session.get_one(Service, id)
        texts = f"{service.summary}{service.description}{service.alert}{service.extra}"
        assert "550317" not in texts and "900123" not in texts and not service.verified
        assert service.summary.startswith("Ring ") and service.summary.endswith(" first.")


async def test_nobody_vouches_for_the_spreadsheet_or_for_nothing(office: Office, tmp_path: Path):
    """Its rows say themselves what is verified, and its unverified numbers stay hidden."""
    load(office, tmp_path, [row("walks", verified="unverified")])
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/sources")
    assert "Each row of the spreadsheet says" in browser.page and "vouch" not in browser.page.lower()
    with office.db.transaction() as session:
        own = session.scalars(select(Source.id)).one()
        assert not vouch(session, own, by="amina", now=office.clock.now())
    for id in (own, "00000000-0000-0000-0000-000000000000"):
        await browser.get("/desk/catalogue/sources")
        assert (await browser.post(f"/desk/catalogue/sources/{id}/vouch", sure="yes")).status == 404
    assert not any(verified(office).values())


async def test_the_spreadsheet_goes_out_and_comes_in_again_unchanged(office: Office, tmp_path: Path):
    load(office, tmp_path, [row("tea-club"), row("walks")])
    browser = await office.signed_in()
    response = await browser.get("/desk/catalogue/services.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="services.csv"'
    content = await response.read()
    await browser.get("/desk/catalogue/spreadsheet")
    assert (await browser.send_file("/desk/catalogue/spreadsheet", content)).status == 200
    assert "The spreadsheet is taken in." in browser.page
    assert [one[1:] for one in audited(office) if one[1] != "viewed"] == [
        ("exported", "spreadsheet", ""),
        ("taken_in", "spreadsheet", "0 new, 0 changed, 0 withdrawn"),
    ]


async def test_a_changed_spreadsheet_changes_what_residents_see(office: Office, tmp_path: Path):
    load(office, tmp_path, [row("tea-club"), row("walks")])
    browser = await office.signed_in()
    content = await (await browser.get("/desk/catalogue/services.csv")).read()
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    rows[0]["summary"] = "Now with biscuits."
    changed = io.StringIO()
    writer = csv.DictWriter(changed, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    await browser.get("/desk/catalogue/spreadsheet")
    await browser.send_file("/desk/catalogue/spreadsheet", changed.getvalue().encode())
    assert "Now with biscuits." in [card.summary for card in cards(office)]


async def test_a_spreadsheet_with_mistakes_changes_nothing_and_lists_them(office: Office, tmp_path: Path):
    load(office, tmp_path, [row("tea-club"), row("walks")])
    browser = await office.signed_in()
    content = await (await browser.get("/desk/catalogue/services.csv")).read()
    await browser.get("/desk/catalogue/spreadsheet")
    broken = content.replace(b",free,", b",cheap,")
    assert broken != content
    assert (await browser.send_file("/desk/catalogue/spreadsheet", broken)).status == 422
    assert "row 2, column cost" in browser.page and "row 3, column cost" in browser.page
    assert "Nothing was changed." in browser.page and names(office) == ["Tea Club", "Walks"]
    assert not [one for one in audited(office) if one[1] == "taken_in"]


async def test_losing_many_rows_has_to_be_allowed(office: Office, tmp_path: Path):
    load(office, tmp_path, [row("tea-club"), row("walks")])
    browser = await office.signed_in()
    content = await (await browser.get("/desk/catalogue/services.csv")).read()
    short = b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(b"walks"))
    await browser.get("/desk/catalogue/spreadsheet")
    assert (await browser.send_file("/desk/catalogue/spreadsheet", short)).status == 422
    assert "Would be withdrawn" in browser.page and names(office) == ["Tea Club", "Walks"]
    await browser.get("/desk/catalogue/spreadsheet")
    assert (await browser.send_file("/desk/catalogue/spreadsheet", short, removals="yes")).status == 200
    assert names(office) == ["Tea Club"]


async def test_a_spreadsheet_has_to_be_chosen(office: Office):
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/spreadsheet")
    assert (await browser.post("/desk/catalogue/spreadsheet")).status == 422
    assert "Choose the file" in browser.page
