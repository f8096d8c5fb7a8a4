"""Accounts: what an administrator does with them, on the desk and on the command line."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select

from common.database import Database
from common.encryption import Cipher, use
from desk import account_changes
from desk.__main__ import main
from desk.accounts import AccountError, create_account, find_account, password_fits
from desk.model import DeskAudit, StaffAccount
from desk.roles import Role
from tests.desk.conftest import SECRET, Browser, Office
from tests.referrals.support import SATURDAY

TEAM = "Local Area Coordination"
BY = {"by": "amina", "now": SATURDAY}


def password_shown(page: str) -> str:
    return re.search(r'<span class="reference">([a-z0-9-]+)</span>', page)[1]  # type: ignore[index]


async def send(browser: Browser, path: str, *fields: tuple[str, str]) -> int:
    """A form with the token of the open page; a field may come several times."""
    token = re.search(r'name="token" value="([^"]*)"', browser.page)
    assert token
    data = [("token", token[1]), *fields]
    async with browser.session.post(browser.base + path, data=data, allow_redirects=False) as response:
        browser.page = await response.text()
        return response.status


async def test_an_account_is_added_and_its_password_shown_once(office: Office):
    """It signs in with the roles and teams that were chosen; the page does not tell the password again."""
    browser = await office.signed_in()
    await browser.get("/desk/accounts")
    form = (("name", "Lena"), ("role", "lac"), ("team", TEAM))
    assert await send(browser, "/desk/accounts", *form) == 200
    office.passwords["lena"] = password = password_shown(browser.page)
    await browser.get("/desk/accounts/lena")
    assert password not in browser.page
    mine, other = office.refer_to(TEAM), office.refer()
    lena = await office.signed_in("lena")
    assert (await lena.get(f"/desk/referrals/{mine}")).status == 200
    assert (await lena.get(f"/desk/referrals/{other}")).status == 404
    with office.db.reading() as session:
        added = session.scalars(select(DeskAudit).where(DeskAudit.what == "account_added")).one()
        assert (added.who, added.object, added.detail) == ("amina", "account lena", f"lac; {TEAM}")


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ([("name", "new")], "Choose at least one role."),
        ([("name", "new"), ("role", "chief")], "Choose at least one role."),
        ([("name", "new"), ("role", "lac")], "Choose the teams of a Local Area Coordinator."),
        ([("name", "new"), ("role", "lac"), ("team", "Nobody")], "Choose teams from the list."),
        ([("name", "bob"), ("role", "lead")], "There is an account of that name already."),
        ([("name", "two words"), ("role", "lead")], "A name has 2 to 80 letters"),
    ],
)
async def test_an_account_that_cannot_be_is_refused_with_the_reason(
    office: Office, form: list[tuple[str, str]], problem: str
):
    """422, the reason first on the page, and what was chosen still there."""
    browser = await office.signed_in()
    await browser.get("/desk/accounts")
    assert await send(browser, "/desk/accounts", *form) == 422
    assert problem in browser.page and f'value="{form[0][1]}"' in browser.page
    with office.db.reading() as session:
        assert set(session.scalars(select(StaffAccount.name))) == {"amina", "bob"}


@pytest.mark.parametrize("change", ["roles", "disable", "password", "second-factor"])
async def test_every_change_signs_out_everywhere_and_is_written_down(office: Office, change: str):
    """Other roles, closing, a new password, a forgotten second factor: no open browser goes on as before."""
    browser, bob = await office.signed_in(), await office.signed_in("bob")
    await browser.get("/desk/accounts/bob")
    assert await send(browser, f"/desk/accounts/bob/{change}", ("role", "editor")) in (200, 303)
    assert (await bob.get("/desk/account")).headers["Location"].startswith("/desk/login")
    with office.db.reading() as session:
        done = session.scalars(
            select(DeskAudit).where(DeskAudit.object == "account bob", DeskAudit.who == "amina")
        ).all()
    assert done[-1].what == f"account_{'disabled' if change == 'disable' else change.replace('-', '_')}"


async def test_a_new_password_takes_the_place_of_the_old_one(office: Office):
    browser = await office.signed_in()
    await browser.get("/desk/accounts/bob")
    assert await send(browser, "/desk/accounts/bob/password") == 200
    new = password_shown(browser.page)
    assert (await office.browser().sign_in("bob", office.passwords["bob"])).status == 401
    assert (await office.browser().sign_in("bob", new)).status == 303


async def test_a_closed_account_is_out_until_it_is_opened_again(office: Office):
    browser = await office.signed_in()
    await browser.get("/desk/accounts/bob")
    assert await send(browser, "/desk/accounts/bob/disable") == 303
    assert (await office.browser().sign_in("bob", office.passwords["bob"])).status == 401
    await browser.get("/desk/accounts/bob?said=disable")
    assert "Nobody can sign in with it." in browser.page
    assert await send(browser, "/desk/accounts/bob/enable") == 303
    assert (await office.browser().sign_in("bob", office.passwords["bob"])).status == 303


@pytest.mark.parametrize("change", ["disable", "roles"])
async def test_nobody_removes_the_last_administrator(office: Office, change: str):
    """Not even themselves; with another one it goes."""
    browser = await office.signed_in()
    await browser.get("/desk/accounts/bob")
    assert await send(browser, "/desk/accounts/bob/disable") == 303
    await browser.get("/desk/accounts/amina")
    assert await send(browser, f"/desk/accounts/amina/{change}", ("role", "lead")) == 422
    assert "This is the last administrator." in browser.page
    await browser.get("/desk/accounts/bob")
    assert await send(browser, "/desk/accounts/bob/enable") == 303
    await browser.get("/desk/accounts/amina")
    assert await send(browser, f"/desk/accounts/amina/{change}", ("role", "lead")) == 303


def test_two_administrators_cannot_remove_each_other_at_once(db: Database):
    """One of them stays, whoever is faster."""
    use(Cipher(SECRET))
    with db.transaction() as session:
        for name in ("one", "two"):
            create_account(session, name, SATURDAY, [Role.ADMINISTRATOR])
    refused, ready = [], threading.Barrier(2)

    def remove(name: str) -> None:
        ready.wait()
        try:
            with db.transaction() as session:
                account_changes.disable(session, name, **BY)
        except AccountError:
            refused.append(name)

    workers = [threading.Thread(target=remove, args=(name,)) for name in ("one", "two")]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(refused) == 1


async def test_an_account_that_is_not_there(office: Office):
    browser = await office.signed_in()
    assert (await browser.get("/desk/accounts/nobody")).status == 404
    await browser.get("/desk/accounts")
    assert await send(browser, "/desk/accounts/nobody/disable") == 404


@pytest.fixture
def line(db: Database, tmp_path, monkeypatch, capsys) -> Callable[..., tuple[int, str]]:
    """`python -m desk ...` on the database `db`: (exit status, what it printed)."""
    for name, value in {"DATABASE_URL": f"sqlite:///{tmp_path / 'test.db'}", "VAR_DIR": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SECRET_KEY", SECRET)

    def run(*arguments: str) -> tuple[int, str]:
        status = main([*arguments])
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return run


def test_everything_is_done_from_the_command_line_too(db: Database, line: Callable[..., tuple[int, str]]):
    """Add, roles, new password, second factor, close, open, list; each is written down as done there."""
    status, printed = line("add", "Dev", "--role", "administrator", "--role", "lead")
    assert status == 0 and (found := re.fullmatch(r"login: dev (\S+)\n", printed))
    with db.reading() as session:
        assert password_fits(find_account(session, "dev"), found[1])
    assert line("add", "dev") == (1, "dev: There is an account of that name already.\n")
    assert line("disable", "dev")[1] == "dev: This is the last administrator. Make somebody else one first.\n"
    assert line("add", "lena", "--role", "lac", "--team", TEAM)[0] == 0
    assert line("roles", "lena", "--role", "administrator") == (0, "lena: done\n")
    for do in ("reset-second-factor", "disable", "enable", "reset"):
        assert line(do, "dev")[0] == 0
    assert line("list")[1] == (
        "dev\tadministrator, lead\t\tno second factor\topen\nlena\tadministrator\t\tno second factor\topen\n"
    )
    assert line("reset", "nobody") == (1, "nobody: There is no account of that name.\n")
    with db.reading() as session:
        assert {row.who for row in session.scalars(select(DeskAudit))} == {"command line"}
    assert line("audit")[1].startswith("whole: 7 entries; the chain ends at 7:")
