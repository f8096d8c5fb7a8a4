"""The accounts, for an administrator. Nothing here tells anything of a resident."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.orm import Session

from assessment.coverage import Coverage
from desk import account_changes, audit
from desk.accounts import AccountError, tidy_name
from desk.keys import DESK, SIGNED_IN, Desk
from desk.model import StaffAccount
from desk.roles import ROLE_NAMES, ROLE_WORDS, Role, roles_of
from desk.security import show

SAID = {  # what the page says after a change; chosen by code, never from the address
    "roles": "The roles are changed. The account is signed out everywhere.",
    "disable": "The account is closed. Nobody can sign in with it.",
    "enable": "The account is open again.",
    "second-factor": "The second factor is forgotten. The next sign-in sets up a new one where one is required.",
}
# What is done with an account, given its name; what comes back is the new password, or nothing.
CHANGES: dict[str, Callable[..., str | None]] = {
    "roles": account_changes.set_roles,
    "disable": account_changes.disable,
    "enable": account_changes.enable,
    "password": account_changes.reset_password,
    "second-factor": account_changes.reset_second_factor,
}


@dataclass(frozen=True)
class _Form:
    """What the administrator chose."""

    name: str
    roles: frozenset[Role]
    teams: frozenset[str]


def add_accounts(app: web.Application) -> None:
    """The pages under /accounts."""
    every = app.router.add_resource("/accounts", name="accounts")
    every.add_route("GET", accounts_page)
    every.add_route("POST", add_account)
    one = "/accounts/{name:[a-z0-9][a-z0-9._@-]{1,79}}"
    app.router.add_get(one, account_page, name="account")
    app.router.add_post(f"{one}/{{change:{'|'.join(CHANGES)}}}", change_account, name="account_change")


async def accounts_page(request: web.Request) -> web.StreamResponse:
    """Every account, and a form for a new one."""
    return await _all(request)


async def add_account(request: web.Request) -> web.StreamResponse:
    """Make one and show its password, this once."""
    desk, who, form = request.app[DESK], request[SIGNED_IN], await _form(request)
    if problem := await _unknown_team(desk, form):
        return await _all(request, problem, form, 422)
    try:
        password = await desk.db.run(
            account_changes.add, form.name, form.roles, form.teams, by=who.name, now=desk.clock.now()
        )
    except AccountError as error:
        return await _all(request, str(error), form, 422)
    return show(request, "accounts/password.html", name=tidy_name(form.name), password=password)


async def account_page(request: web.Request) -> web.StreamResponse:
    """One account."""
    return await _one(request, said=SAID.get(request.query.get("said", ""), ""))


async def change_account(request: web.Request) -> web.StreamResponse:
    """Change one; a new password is shown, this once. 422 with the reason when it may not be."""
    desk, who, form = request.app[DESK], request[SIGNED_IN], await _form(request)
    name, change = request.match_info["name"], request.match_info["change"]
    chosen: tuple[object, ...] = ()
    if change == "roles":
        chosen = (form.roles, form.teams)
        if problem := await _unknown_team(desk, form):
            return await _one(request, problem, status=422)
    try:
        password = await desk.db.run(CHANGES[change], name, *chosen, by=who.name, now=desk.clock.now())
    except AccountError as error:
        return await _one(request, str(error), status=422)
    if password:
        return show(request, "accounts/password.html", name=name, password=password)
    raise web.HTTPSeeOther(str(request.app.router["account"].url_for(name=name).with_query(said=change)))


def known_teams(desk: Desk, accounts: list[StaffAccount]) -> list[str]:
    """Teams that a referral can go to by the local data as it stands now, and those that an account has already."""
    found = {desk.team.name, *(one.team for one in desk.team.others.receivers.values())}
    found |= {row.team for row in Coverage.load(desk.settings.data_dir).rows}
    return sorted(found.union(*(account.teams for account in accounts)))


async def _form(request: web.Request) -> _Form:
    form = await request.post()
    teams = frozenset(str(value) for value in form.getall("team", []))
    return _Form(str(form.get("name", "")), roles_of(map(str, form.getall("role", []))), teams)


async def _unknown_team(desk: Desk, form: _Form) -> str:
    known = await desk.db.read(lambda session: known_teams(desk, _accounts(session)))
    return "" if form.teams <= set(known) else "Choose teams from the list."


def _accounts(session: Session) -> list[StaffAccount]:
    return list(session.scalars(select(StaffAccount).order_by(StaffAccount.name)))


async def _all(request: web.Request, problem: str = "", form: _Form | None = None, status: int = 200) -> web.Response:
    desk, who = request.app[DESK], request[SIGNED_IN]

    def read(session: Session) -> dict[str, Any]:
        audit.note(session, who=who.name, what=audit.VIEWED, object="accounts", now=desk.clock.now())
        accounts = _accounts(session)
        return {"accounts": accounts, "teams": known_teams(desk, accounts)}

    return show(
        request,
        "accounts/list.html",
        status,
        problem=problem,
        form=form or _Form("", frozenset(), frozenset()),
        role_words=ROLE_WORDS,
        role_names=ROLE_NAMES,
        required=desk.settings.second_factor_required,
        **await desk.db.run(read),
    )


async def _one(request: web.Request, problem: str = "", said: str = "", status: int = 200) -> web.Response:
    desk, who, name = request.app[DESK], request[SIGNED_IN], request.match_info["name"]

    def read(session: Session) -> dict[str, Any] | None:
        accounts = _accounts(session)
        account = next((one for one in accounts if one.name == name), None)
        if account is None:
            return None
        changes = audit.history(session, f"account {name}")
        audit.note(session, who=who.name, what=audit.VIEWED, object=f"account {name}", now=desk.clock.now())
        return {"account": account, "teams": known_teams(desk, accounts), "history": changes}

    found = await desk.db.run(read)
    if found is None:
        raise web.HTTPNotFound
    words = {"role_words": ROLE_WORDS, "role_names": ROLE_NAMES, "event_words": audit.WORDS}
    return show(request, "accounts/one.html", status, problem=problem, said=said, **words, **found)
