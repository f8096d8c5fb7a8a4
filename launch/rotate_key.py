"""`python -m launch.rotate_key [--check]` (`make rotate-key`): every encrypted value under the newest SECRET_KEY.

First put the old key into OLD_SECRET_KEYS and a new one into SECRET_KEY, and restart. Then run this, while the assistant serves.
Exit 0 when no value needs an older key any more, 1 when some do or cannot be read at all, 2 when it could not be done.
"""

from __future__ import annotations

import fcntl
import sys
from pathlib import Path

from cryptography.exceptions import InvalidTag
from sqlalchemy.exc import SQLAlchemyError

from common import settings as settings_module
from common.database import Database, empty_journal, open_database
from common.encryption import Cipher
from common.keys import SERVING, KeptKey, open_cipher
from common.rotation import rotate
from common.settings import Settings
from launch import tables
from launch.only_one import LOCK_FILE

__all__ = ["bring_up_to_date", "main", "running", "serves_another_key", "tables"]

RESTART = (
    "the assistant runs with another key: put the new key into SECRET_KEY and the old one into OLD_SECRET_KEYS, "
    "restart it, then run this again"
)


def running(var_dir: Path) -> bool:
    """Whether an assistant serves with the data of this folder now."""
    try:
        with (var_dir / LOCK_FILE).open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def serves_another_key(db: Database, cipher: Cipher, settings: Settings) -> bool:
    """Whether the front door was started with another newest key, and still runs: it could not read what is renewed."""
    with db.reading() as session:
        row = session.get(KeptKey, SERVING)
    return row is not None and row.value != cipher.key_id and running(settings.var_dir)


def bring_up_to_date(db: Database, cipher: Cipher, check: bool = False) -> int:
    """Go over everything, say what is found, and say whether the older keys can go. Returns the exit status."""
    lost = waiting = 0
    for one in rotate(db, cipher, write=not check):
        print(f"{one.table}: {one.values} values, {one.renewed} {'to renew' if check else 'renewed'}", flush=True)
        lost += one.lost
    empty_journal(db.engine)
    waiting = sum(one.renewed for one in rotate(db, cipher, pause=0, write=False))
    if lost:
        print(
            f"{lost} values can be read with none of these keys. Find the key that made them, and add it to OLD_SECRET_KEYS."
        )
    if waiting:
        print(
            f"{waiting} values still need an older key: keep OLD_SECRET_KEYS"
            + ("." if check else " and run this again.")
        )
    if lost or waiting:
        return 1
    print(
        "Nothing needs an older key. Take it out of OLD_SECRET_KEYS tomorrow, when no page that was opened with it is in use, and "
        "restart. Keep it, locked away, for as long as you keep backups from before."
    )
    return 0


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        print("usage: python -m launch.rotate_key [--check]", file=sys.stderr)
        return 2
    try:
        settings = settings_module.load()
        db = open_database(settings.database_url)
        try:
            cipher = open_cipher(settings, db)
            if serves_another_key(db, cipher, settings):
                print(f"error: {RESTART}", file=sys.stderr)
                return 2
            return bring_up_to_date(db, cipher, check=bool(arguments))
        finally:
            db.close()
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
    except InvalidTag:
        print("error: the database was made with another key: add it to OLD_SECRET_KEYS", file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"error: the database cannot be used: {type(error).__name__}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
