"""Staff accounts and the audit from the command line: `python -m desk --help`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from common import settings as configuration
from common.clock import clock_for
from common.database import Database, open_database
from common.keys import open_cipher
from desk import account_changes
from desk.accounts import tidy_name
from desk.audit_check import check
from desk.audit_page import BREAKS
from desk.model import StaffAccount
from desk.roles import Role

BY = "command line"
CHANGES: dict[str, tuple[Callable[..., str | None], str]] = {
    "reset": (account_changes.reset_password, "give an account a new password"),
    "reset-second-factor": (account_changes.reset_second_factor, "forget an account's second factor"),
    "disable": (account_changes.disable, "close an account"),
    "enable": (account_changes.enable, "open a closed account again"),
}


def main(arguments: list[str] | None = None) -> int:
    """Do one thing; a new password is printed once. Exit status 1 with a reason when it cannot be done, or the audit is broken."""
    wanted = _parser().parse_args(arguments)
    settings = configuration.load()
    db = open_database(settings.database_url)
    try:
        open_cipher(settings, db)
        if wanted.do == "audit":
            return _audit(db, wanted.known)
        if wanted.do == "list":
            return _list(db)
        now = clock_for(settings.clock).now()
        with db.transaction() as session:
            password = _change(session, wanted, {"by": BY, "now": now})
    except ValueError as error:  # an AccountError too
        print(f"{getattr(wanted, 'name', wanted.do)}: {error}", file=sys.stderr)
        return 1
    finally:
        db.close()
    print(f"login: {tidy_name(wanted.name)} {password}" if password else f"{tidy_name(wanted.name)}: done")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m desk", description="Staff accounts and the audit of the desk.")
    ways = parser.add_subparsers(dest="do", required=True)
    ways.add_parser("list", help="every account with its roles and teams")
    audit = ways.add_parser("audit", help="say whether the audit is whole, and where it was tampered with")
    audit.add_argument("--known", default="", metavar="END", help="where the chain ended at an earlier check")
    chosen = {"add": "add an account", "roles": "give an account other roles and teams"}
    for name, words in {**chosen, **{name: words for name, (_, words) in CHANGES.items()}}.items():
        way = ways.add_parser(name, help=words)
        way.add_argument("name", help="the name to sign in with")
        if name in chosen:
            way.add_argument(
                "--role",
                action="append",
                choices=[*Role],
                required=name == "roles",
                help="several times; adviser without",
            )
            way.add_argument("--team", action="append", default=[], help="of a Local Area Coordinator; several times")
    return parser


def _change(session: Session, wanted: argparse.Namespace, by: dict[str, object]) -> str | None:
    if wanted.do not in ("add", "roles"):
        return CHANGES[wanted.do][0](session, wanted.name, **by)
    roles = frozenset(Role(role) for role in wanted.role or [Role.ADVISER])
    change: Callable[..., str | None] = account_changes.add if wanted.do == "add" else account_changes.set_roles
    return change(session, wanted.name, roles, frozenset(wanted.team), **by)


def _list(db: Database) -> int:
    with db.reading() as session:
        for account in session.scalars(select(StaffAccount).order_by(StaffAccount.name)):
            state = "closed" if account.disabled_at else "open"
            factor = "second factor" if account.totp_since else "no second factor"
            print("\t".join((account.name, ", ".join(account.roles), ", ".join(account.teams), factor, state)))
    return 0


def _audit(db: Database, known: str) -> int:
    with db.reading() as session:
        found = check(session, known)
    for one in found.breaks:
        print(
            f"broken: {BREAKS[one.kind]} entry={one.seq or '-'} row={one.row or '-'} time={one.at or '-'}",
            file=sys.stderr,
        )
    print(f"{'whole' if found.whole else 'NOT WHOLE'}: {found.rows} entries; the chain ends at {found.end}")
    return 0 if found.whole else 1


if __name__ == "__main__":
    sys.exit(main())
