"""Keeping the catalogue checked: one click, what to check first, past imports, contacts, and today's texts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from desk.contact_check import SOON, to_confirm
from desk.roles import Role
from front_door.model import Conversation, OutboxText
from front_door.sms import budget
from safety.contacts import STALE_AFTER_DAYS, Contact
from service_catalogue.checking import check, check_of, checked_since
from service_catalogue.correction_fields import CorrectionError
from service_catalogue.corrections import as_corrected
from service_catalogue.model import Service
from service_catalogue.retention import showings
from service_catalogue.showing import record_shown
from tests.desk.catalogue_support import FEED, RUN, Outline, add_feed_service, add_issue, audited, cards, load, tell
from tests.desk.conftest import Office
from tests.service_catalogue.conftest import row

LIST = "/desk/catalogue?to_check=yes&state=shown&order=shown"


@pytest.fixture
def ids(office: Office, tmp_path: Path) -> dict[str, str]:
    """One never checked and not verified, one checked long ago, one lately."""
    lately = str(office.clock.now().date() - timedelta(days=30))
    return load(
        office,
        tmp_path,
        [
            row("tea-club", verified="unverified", checked_on=""),
            row("walks", checked_on="2024-01-05"),
            row("choir", checked_on=lately),
        ],
    )


def as_read(office: Office, id: str) -> Service:
    with office.db.reading() as session:
        (service,) = as_corrected(session, [session.get_one(Service, id)])
        assert service.phones is not None
        return service


async def test_one_click_counts_as_checked_today_and_says_by_whom(office: Office, ids: dict[str, str]):
    """Its numbers count as verified, the day is today's, and the audit has who and when, without any content."""
    browser = await office.signed_in()
    one = f"/desk/catalogue/services/{ids['tea-club']}"
    await browser.get(one)
    response = await browser.post(f"{one}/checked")
    assert response.status == 303
    await browser.get(response.headers["Location"])
    assert "It counts as checked by you today." in browser.page and "Checked by amina on" in browser.page
    assert "Not verified" not in browser.page
    service = as_read(office, ids["tea-club"])
    assert service.verified and service.checked_on == office.clock.london().date()
    assert all(phone.verified for phone in service.phones)
    assert ("amina", "checked", ids["tea-club"], "") in audited(office)


async def test_a_check_can_be_taken_back(office: Office, ids: dict[str, str]):
    """The wrong button: what was known before holds again."""
    browser = await office.signed_in()
    one = f"/desk/catalogue/services/{ids['tea-club']}"
    await browser.get(one)
    await browser.post(f"{one}/checked")
    await browser.get(one)
    await browser.post(f"{one}/unchecked")
    assert not as_read(office, ids["tea-club"]).verified
    assert ("amina", "unchecked", ids["tea-club"], "") in audited(office)


def test_a_check_holds_through_loads_and_restarts_until_the_record_changes(office: Office, tmp_path: Path):
    """Loaded again as it was, it stays checked; as soon as the source says something else, it waits to be checked again."""
    rows = [row("tea-club", verified="unverified", checked_on="")]
    id = load(office, tmp_path, rows)["tea-club"]
    with office.db.transaction() as session:
        check(session, id, by="amina", now=office.clock.now())
    load(office, tmp_path, rows)
    assert as_read(office, id).verified
    load(office, tmp_path, [row("tea-club", verified="unverified", checked_on="", phone="0116 305 0001")])
    assert not as_read(office, id).verified
    with office.db.reading() as session:
        assert check_of(session, session.get_one(Service, id)) is None
        assert checked_since(session, date(2026, 1, 1)) == []


def test_an_old_check_is_stale_again(office: Office, ids: dict[str, str]):
    """A year later it is due once more."""
    with office.db.transaction() as session:
        check(session, ids["walks"], by="amina", now=office.clock.now())
    today = office.clock.london().date()
    with office.db.reading() as session:
        assert checked_since(session, today) == [ids["walks"]]
        assert checked_since(session, today + timedelta(days=1)) == []


async def test_what_residents_reported_is_settled_first(office: Office, ids: dict[str, str]):
    """Nobody clicks a report away."""
    tell(office, ids["walks"], "m1")
    browser = await office.signed_in()
    await browser.get(f"/desk/catalogue/services/{ids['walks']}")
    response = await browser.post(f"/desk/catalogue/services/{ids['walks']}/checked")
    assert response.status == 422 and "Settle that first." in browser.page
    with office.db.transaction() as session, pytest.raises(CorrectionError):
        check(session, ids["walks"], by="amina", now=office.clock.now())


async def test_what_to_check_first_is_what_most_residents_see(office: Office, ids: dict[str, str]):
    """Not verified or not checked for a year, most shown first; checked from the list, one leaves it and the list stays open."""
    with office.db.transaction() as session:
        for _ in range(3):
            record_shown(session, [ids["walks"], "gone-from-the-catalogue"], office.clock.now())
        record_shown(session, [ids["tea-club"]], office.clock.now())
    browser = await office.signed_in()
    await browser.get(LIST)
    page = browser.page
    assert page.index(ids["walks"]) < page.index(ids["tea-club"]) and ids["choir"] not in page
    assert "Shown 3 times in a year" in page and "Shown 1 time in a year" in page
    response = await browser.post(
        f"/desk/catalogue/services/{ids['walks']}/checked", list="state=shown&order=shown&to_check=yes&page=1"
    )
    assert response.status == 303
    assert (
        response.headers["Location"].startswith("/desk/catalogue?") and "to_check=yes" in response.headers["Location"]
    )
    await browser.get(response.headers["Location"])
    assert ids["walks"] not in browser.page and ids["tea-club"] in browser.page
    assert "It counts as checked by you today." in browser.page


async def test_a_service_that_was_shown_is_counted_and_forgotten_in_time(office: Office, ids: dict[str, str]):
    """By month, without anybody's name; a check survives in what residents are shown."""
    with office.db.transaction() as session:
        record_shown(session, [ids["walks"]], office.clock.now() - timedelta(days=4000))
    from common.retention_limits import Retention
    from tests.referrals.support import DATA

    with office.db.transaction() as session:
        assert showings(session, Retention.load(DATA), office.clock.now()) == 1
    assert {card.name for card in cards(office)} >= {"Walks"}


async def test_only_editors_check(office: Office, ids: dict[str, str]):
    """Route by role: an adviser may not, and nothing is written."""
    office.add("ada", Role.ADVISER)
    browser = await office.signed_in("ada")
    await browser.get("/desk/")
    response = await browser.post(f"/desk/catalogue/services/{ids['walks']}/checked")
    assert response.status == 403
    assert not [one for one in audited(office) if one[1] == "checked"]


async def test_past_imports_are_listed_with_what_was_wrong(office: Office):
    """How each ended, its counts, and each problem with the record and the service that it became."""
    id = add_feed_service(office, "set-aside")
    add_issue(office, "set-aside", "no_name")
    add_issue(office, "lost", "bad_phone", severity="warning", path="phones.0")
    with office.db.transaction() as session:
        from service_catalogue.feed_model import ImportRun

        session.execute(update(ImportRun).values(counts={"seen": 7, "new": 2}))
        session.add(ImportRun(id="3" * 36, source_id=FEED, started_at=office.clock.now(), error="It was no feed."))
    browser = await office.signed_in()
    await browser.get("/desk/catalogue/imports")
    assert "7 seen" in browser.page and "It failed" in browser.page and f"/desk/catalogue/imports/{RUN}" in browser.page
    await browser.get(f"/desk/catalogue/imports/{RUN}")
    assert "No name" in browser.page and id in browser.page and "phones.0" in browser.page
    assert (await browser.get(f"/desk/catalogue/imports/{'9' * 36}")).status == 404


async def test_new_pages_have_labels_headings_and_unique_ids(office: Office, ids: dict[str, str]):
    """As every page of the catalogue."""
    add_feed_service(office, "set-aside")
    add_issue(office, "set-aside", "no_name")
    browser = await office.signed_in()
    for page in (LIST, "/desk/catalogue/imports", f"/desk/catalogue/imports/{RUN}", "/desk/texts", "/desk/data"):
        assert (await browser.get(page)).status == 200
        outline = Outline(browser.page)
        assert outline.unlabelled == [] and outline.headings.count(1) == 1, page
        assert len(outline.ids) == len(set(outline.ids)) and outline.described <= set(outline.ids), page


def contact(id: str, checked_on: date | None, verified: bool = True) -> Contact:
    return Contact(id, id.title(), "0116 305 0004", "", "", "county", "made up", None, checked_on, verified, "")


def test_contacts_near_expiry_come_in_the_order_in_which_they_press():
    """Never confirmed, then too old, then soon too old; one that is fresh or not shown is not on the list."""
    today = date(2026, 11, 22)
    year = timedelta(days=STALE_AFTER_DAYS)
    listed = to_confirm(
        [
            contact("fresh", today),
            contact("soon", today - year + SOON),
            contact("not-yet", today - year + SOON + timedelta(days=1)),
            contact("stale", today - year - timedelta(days=1)),
            contact("last-day", today - year),
            contact("never", None),
            contact("hidden", None, verified=False),
        ],
        today,
    )
    assert [(one.id, one.state) for one in listed] == [
        ("never", "never"), ("stale", "stale"), ("last-day", "soon"), ("soon", "soon"),
    ]  # fmt: skip


async def test_o6_staff_see_how_many_texts_went_out_today(office: Office):
    """Parts sent and allowed, what was not sent for it, and a warning from four fifths."""
    browser = await office.signed_in()
    await browser.get("/desk/texts")
    assert "0 of the 5000 parts that may go out today are sent." in browser.page
    now = office.clock.now()
    with office.db.transaction() as session:
        session.add(Conversation(id="c" * 32, channel="sms", created_at=now, last_seen_at=now))
        session.flush()
        for number, (segments, error) in enumerate(((4000, None), (3, budget.DAY_FULL))):
            session.add(
                OutboxText(
                    id=f"{number:032}", conversation_id="c" * 32, position=number, kind="reply", body="x",
                    segments=segments, state="failed" if error else "sent", error=error, next_at=now, created_at=now,
                )
            )  # fmt: skip
    await browser.get("/desk/texts")
    assert "4000 of today's 5000 parts are sent." in browser.page.replace("&#39;", "'")
    assert "1 text was not sent today" in browser.page
