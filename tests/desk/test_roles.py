"""Every route by every role, against a table written by hand; and a coordinator sees nothing of another team."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from desk.accounts import FIRST_NAME, create_account, ensure_first_account, find_account
from desk.model import StaffAccount
from desk.roles import MENU, ROUTES, Role, home, may, roles_of
from referrals import handling
from tests.desk.conftest import Browser, Office

# Name of a route -> who may open it: Adviser, Coordinator, Lead, Editor, adMinistrator. Every new route needs its line here
# as well as in desk/roles.py: two people should have thought about it.
TABLE = {
    "root": "ACLEM",
    "logout": "ACLEM",
    "second_factor": "ACLEM",
    "own_account": "ACLEM",
    "enrol": "ACLEM",
    "enrol_picture": "ACLEM",
    "recovery_codes": "ACLEM",
    "accounts": "M",
    "account": "M",
    "account_change": "M",
    "audit": "LM",
    "audit_check": "LM",
    "queue": "ACL",
    "queue_counts": "ACL",
    "shortcuts": "ACL",
    "find": "ACL",
    "referral": "ACL",
    "take": "ACL",
    "assign": "L",
    "release": "ACL",
    "done": "ACL",
    "reopen": "L",
    "note": "ACL",
    "attempt": "ACL",
    "same_person": "ACL",
    "contact": "ACL",
    "notice": "ACL",
    "export": "ACL",
    "safety": "ACL",
    "safety_entry": "ACL",
    "safety_take": "ACL",
    "safety_note": "ACL",
    "safety_contact": "ACL",
    "safety_outcome": "ACL",
    "staff_text": "ACL",
    "staff_text_send": "ACL",
    "texts": "ACL",
    "conversation_texts": "ACL",
    "referral_texts": "ACL",
    "live": "ACL",
    "live_talks": "ACL",
    "live_chat": "ACL",
    "live_lines": "ACL",
    "live_join": "ACL",
    "live_say": "ACL",
    "live_release": "ACL",
    "live_numbers": "ACL",
    "counts": "L",
    "counts_csv": "L",
    "person": "L",
    "person_export": "L",
    "person_erase": "L",
    "data": "EL",
    "catalogue": "E",
    "service": "E",
    "withdraw": "E",
    "bring_back": "E",
    "checked": "E",
    "unchecked": "E",
    "correct": "E",
    "uncorrect": "E",
    "reports": "E",
    "duplicates": "E",
    "decide": "E",
    "unmet": "EL",
    "unmet_csv": "EL",
    "sources": "E",
    "vouch": "E",
    "feeds": "E",
    "imports": "E",
    "import_run": "E",
    "spreadsheet": "E",
    "spreadsheet_out": "E",
}
TO_ALL = {"login", "login_begin", "login_back", "static"}  # the ways in
LETTERS = dict(zip("ACLEM", Role, strict=True))
TEAM, OTHER = "Hill Team", "Valley Team"
NOT_YOURS, OLD_FORM = "This page is not for you", "This form is out of date"


def routes(office: Office, **parts: str) -> Iterator[tuple[str, str, str]]:
    """(name, method, a path of it) of every route of the desk but HEAD."""
    nothing = str(uuid.UUID(int=0))
    ids = {"conversation": "0" * 32, "case": "0" * 32, "pair": "1", "run": nothing, "format": "csv", "field": "name"}
    known = {"reference": "AAA-AAA", "provider": "x", "name": "amina", "change": "disable", **ids, **parts}
    for route in office.app.router.routes():
        if route.method != "HEAD" and route.resource is not None and route.resource.name not in TO_ALL:
            fits = known | ({"format": "txt"} if route.resource.name == "person_export" else {})
            path = re.sub(r"\{(\w+)\}", lambda part, fits=fits: fits.get(part[1], nothing), route.resource.canonical)
            yield route.resource.name or path, route.method, path


async def ask(browser: Browser, method: str, path: str, /, **form: str) -> tuple[int, str, str]:
    """(status, where it leads, the page)."""
    data = {"token": "wrong", **form} if method == "POST" else None
    async with browser.session.request(method, browser.base + path, data=data, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", ""), await response.text(errors="replace")


@pytest.fixture
async def staff(office: Office) -> dict[str, Browser]:
    """Somebody of each role alone, signed in."""
    for letter, role in LETTERS.items():
        office.add(f"only-{letter.lower()}", role, teams=(TEAM,) if role is Role.LAC else ())
    return {letter: await office.signed_in(f"only-{letter.lower()}") for letter in LETTERS}


def test_g12_every_route_has_a_line_in_both_tables(office: Office):
    """A route without one is open to nobody, and fails here."""
    names = {name for name, _, _ in routes(office)}
    assert names == set(TABLE) == set(ROUTES)
    assert {name: {LETTERS[letter] for letter in letters} for name, letters in TABLE.items()} == ROUTES


async def test_g12_every_route_by_every_role(office: Office, staff: dict[str, Browser]):
    """Who may gets the page (or what is wrong with the form); who may not gets 403, or from the front page their own start."""
    wrong, walked = [], 0
    for name, method, path in routes(office):
        for letter, browser in staff.items():
            status, leads, page = await ask(browser, method, path)
            if letter in TABLE.get(name, ""):
                # A form without our token is the last thing that is refused: the role was right.
                right = OLD_FORM in page if method == "POST" else status != 403 and not leads.startswith("/desk/login")
            elif (name, method) == ("queue", "GET"):
                right = status == 303 and leads == str(office.app.router[home([LETTERS[letter]])].url_for())
            else:
                right = status == 403 and NOT_YOURS in page
            walked += 1
            if not right:
                wrong.append((name, method, letter, status, leads))
    assert wrong == [] and walked >= 5 * 60


async def test_g12_nobody_and_a_closed_account_get_nothing(office: Office, staff: dict[str, Browser]):
    """Whatever the route: sign in first. An account that was closed a moment ago is nobody."""
    nobody, closed = office.browser(), staff["L"]
    with office.db.transaction() as session:
        account = find_account(session, "only-l")
        assert account is not None
        account.disabled_at = office.clock.now()
    for name, method, path in routes(office):
        for browser in (nobody, closed):
            status, leads, _ = await ask(browser, method, path)
            assert status == 303 and leads.startswith("/desk/login"), (name, method)


async def test_g12_an_account_whose_roles_are_gone_opens_nothing(office: Office, staff: dict[str, Browser]):
    """As when a role is taken out of the software: what is left is no role."""
    with office.db.transaction() as session:
        account = find_account(session, "only-l")
        assert account is not None
        account.roles = ["chief"]
    for name, method, path in routes(office):
        status, leads, _ = await ask(staff["L"], method, path)
        assert status == 403 or (name == "queue" and leads == "/desk/account"), (name, method)


async def test_a_refused_page_is_written_down(office: Office, staff: dict[str, Browser]):
    await ask(staff["E"], "GET", "/desk/texts")
    await staff["L"].get("/desk/audit?who=only-e")
    assert "Page refused" in staff["L"].page


async def test_g12_a_coordinator_learns_nothing_of_another_teams_referral(office: Office, staff: dict[str, Browser]):
    """On every route of a referral: the same 404 as for one that is not there, and nothing changes."""
    theirs, mine = office.refer_to(OTHER, 1), office.refer_to(TEAM, 2)
    lac, walked = staff["C"], 0
    assert (await lac.get(f"/desk/referrals/{mine}")).status == 200
    await lac.get("/desk/account")
    token = re.search(r'name="token" value="([^"]*)"', (await ask(lac, "GET", f"/desk/referrals/{mine}"))[2])
    assert token
    forms = {"read": "yes", "outcome": "advice", "words": "x", "method": "phone", "result": "no_answer", "to": "amina"}
    more = {"form_id": "0" * 32, "template": "tried", "answer": "same", "other": mine, "tried_at": "2026-11-21T10:31"}
    for name, method, path in routes(office, reference=theirs):
        if theirs not in path or "C" not in TABLE.get(name, ""):
            continue
        there = await ask(lac, method, path, token=token[1], **forms, **more)
        not_there = await ask(lac, method, path.replace(theirs, "ZZZ-ZZZ"), token=token[1], **forms, **more)
        assert there == not_there, name
        assert there[0] in (400, 404) or (name in ("done", "attempt") and there[0] == 404), (name, there[0])
        walked += 1
    assert walked >= 12
    with office.db.reading() as session:
        referral = handling.find(session, theirs)
        assert referral is not None and {entry.what for entry in referral.events} == {"received"}


async def test_g12_no_list_tells_a_coordinator_of_another_team(office: Office, staff: dict[str, Browser]):
    """Every page that needs no address of one thing: their own team's reference may stand there, the other's never does."""
    theirs, mine = office.refer_to(OTHER, 1), office.refer_to(TEAM, 2)
    lac = staff["C"]
    for name, method, path in routes(office):
        if method == "GET" and "C" in TABLE.get(name, "") and "{" not in str(office.app.router[name].canonical):
            _, _, page = await ask(lac, method, path)
            assert theirs not in page and OTHER not in page, name
    await lac.get("/desk/")
    assert mine in lac.page


async def test_the_bar_shows_only_what_opens(office: Office, staff: dict[str, Browser]):
    for letter, browser in staff.items():
        await browser.get("/desk/account")
        bar = re.search(r'<nav aria-label="Staff desk">(.*?)</nav>', browser.page, re.DOTALL)
        assert bar
        shown = re.findall(r'href="([^"]+)"', bar[1])
        assert shown == [str(office.app.router[route].url_for()) for _, route, _ in MENU if letter in TABLE[route]], (
            letter
        )
        for path in shown:
            assert (await browser.get(path)).status == 200, (letter, path)


@pytest.mark.parametrize(
    ("roles", "start"),
    [
        ([Role.ADVISER], "queue"),
        ([Role.LAC], "queue"),
        ([Role.LEAD], "queue"),
        ([Role.EDITOR], "catalogue"),
        ([Role.ADMINISTRATOR], "accounts"),
        ([Role.EDITOR, Role.ADMINISTRATOR], "catalogue"),
        ([*Role], "queue"),
        ([], "own_account"),
    ],
)
def test_everybody_begins_at_their_own_work(roles: list[Role], start: str):
    assert home(roles) == start
    assert not roles or may(roles, start)


def test_a_stored_code_that_is_no_role_counts_for_nothing():
    assert roles_of(["lead", "chief", ""]) == {Role.LEAD}
    assert (
        not may(roles_of(["chief"]), "queue") and not may([Role.LEAD], "no such route") and not may([Role.LEAD], None)
    )


async def test_several_roles_add_up(office: Office):
    """A coordinator who is also an editor sees their own team's referrals and the catalogue; one who is also an adviser sees all."""
    theirs = office.refer_to(OTHER, 1)
    office.add("both", Role.LAC, Role.EDITOR, teams=(TEAM,))
    office.add("more", Role.LAC, Role.ADVISER, teams=(TEAM,))
    both, more = await office.signed_in("both"), await office.signed_in("more")
    assert (await both.get("/desk/catalogue")).status == 200
    assert (await both.get(f"/desk/referrals/{theirs}")).status == 404
    assert (await more.get(f"/desk/referrals/{theirs}")).status == 200


def test_the_first_account_can_do_everything(office: Office):
    """The login that the first start prints holds every role: nobody is locked out of anything."""
    with office.db.transaction() as session:
        session.execute(delete(StaffAccount))
        assert ensure_first_account(session, office.clock.now()) is not None
        account = find_account(session, FIRST_NAME)
        assert account is not None and roles_of(account.roles) == set(Role)
        create_account(session, "another", office.clock.now(), [Role.EDITOR])
        assert ensure_first_account(session, office.clock.now()) is None
