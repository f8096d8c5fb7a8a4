"""`python -m launch.person export|erase REFERENCE` (`make person-export REF=...`, `make person-erase REF=...`).

export writes REFERENCE.json and REFERENCE.txt into VAR_DIR/export, for the owner of the machine alone; hand them over, then delete
them. erase asks for the reference again, unless --yes. Exit 1 when there is no such referral or it was busy, 2 when it could not
be done.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import os
import sys
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import SQLAlchemyError

from common import settings as settings_module
from common.clock import Clock, clock_for
from common.database import Database, open_database
from common.keys import open_cipher
from common.settings import Settings
from desk import person
from front_door.cleaning import EXPORTS
from front_door.person import Busy
from front_door.person_export import as_json, as_text
from launch import tables
from referrals.reference import read_reference

__all__ = ["main", "tables"]
KEEPS = (
    "What stays: the audit (who of the staff did what, with the reference), counts by week, the kind and outcome of safety entries, "
    "and the fingerprint of a number that sent STOP. What was sent to another team before, they still have: tell them."
)


def export(db: Database, settings: Settings, clock: Clock, reference: str, who: str) -> int:
    with db.transaction() as session:
        found = person.read_out(session, reference, who, clock.now())
    if found is None:
        return _unknown()
    folder = settings.var_dir / EXPORTS
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for ending, text in (("json", as_json(found)), ("txt", as_text(found))):
        path = folder / f"{reference}.{ending}"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        print(path)
    print("Hand these over safely, then delete them; after 7 days the clean-up does.")
    return 0


def erase(db: Database, settings: Settings, clock: Clock, reference: str, who: str) -> int:
    try:
        others = asyncio.run(person.erase(db, clock, settings.var_dir, reference, who))
    except Busy:
        print(
            "Something of theirs is being sent at this moment: nothing was erased. Try again in a minute.",
            file=sys.stderr,
        )
        return 1
    if others is None:
        return _unknown()
    print(f"{reference} is erased, with the chats of this person. {KEEPS}")
    if others:
        print(f"Further references of the same chats, which were not erased: {', '.join(others)}")
    return 0


def _unknown() -> int:
    print("There is no referral with this reference.", file=sys.stderr)
    return 1


def main(arguments: list[str], ask: Callable[[str], str] = input) -> int:
    parser = argparse.ArgumentParser(prog="python -m launch.person", description="Everything held about one person.")
    parser.add_argument("do", choices=("export", "erase"))
    parser.add_argument("reference")
    parser.add_argument("--yes", action="store_true", help="erase without asking for the reference again")
    given = parser.parse_args(arguments)
    reference = read_reference(given.reference) or given.reference.strip().upper()
    if (
        given.do == "erase"
        and not given.yes
        and read_reference(ask("Type the reference again to erase: ")) != reference
    ):
        print("Nothing was erased.", file=sys.stderr)
        return 1
    try:
        settings = settings_module.load()
        db, clock = open_database(settings.database_url), clock_for(settings.clock)
        try:
            open_cipher(settings, db)
            work = export if given.do == "export" else erase
            return work(db, settings, clock, reference, f"command line ({_user()})"[:80])
        finally:
            db.close()
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
    except InvalidTag:
        print("error: the database was made with another SECRET_KEY", file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"error: the database cannot be used: {type(error).__name__}", file=sys.stderr)
    return 2


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
