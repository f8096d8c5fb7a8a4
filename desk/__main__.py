"""Staff accounts from the command line: `python -m desk add NAME` and `python -m desk reset NAME`."""

from __future__ import annotations

import argparse
import sys

from common import settings as configuration
from common.clock import clock_for
from common.database import open_database
from desk.accounts import AccountError, create_account, reset_password


def main(arguments: list[str] | None = None) -> int:
    """Make or reset an account and print its new password once. Exit status 1 with a reason when that cannot be done."""
    parser = argparse.ArgumentParser(prog="python -m desk", description="Staff accounts of the desk.")
    parser.add_argument("do", choices=("add", "reset"), help="add an account, or give one a new password")
    parser.add_argument("name", help="the name to sign in with")
    wanted = parser.parse_args(arguments)
    settings = configuration.load()
    db = open_database(settings.database_url)
    change = create_account if wanted.do == "add" else reset_password
    try:
        with db.transaction() as session:
            password = change(session, wanted.name, clock_for(settings.clock).now())
    except AccountError as error:
        print(f"{wanted.name}: {error}", file=sys.stderr)
        return 1
    finally:
        db.close()
    print(f"login: {wanted.name.strip().lower()} {password}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
