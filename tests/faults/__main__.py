"""`make faults`: the whole fault matrix on real processes. Exit status 1 when a rule is broken."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import shutil
import sys
from contextlib import nullcontext
from pathlib import Path

from common import settings as configuration
from tests import postgres
from tests.faults.kinds import KINDS
from tests.faults.run import Report, run, table
from tests.faults.world import world


async def once(folder: Path, url: str | None, wanted: argparse.Namespace) -> Report:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    async with world(folder, url, wanted.bots) as place:
        return await run(place, wanted.conversations, wanted.faults, wanted.seed, wanted.only or tuple(KINDS))


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.faults", description="Break everything; see that nothing is lost."
    )
    parser.add_argument("--conversations", type=int, default=1000)
    parser.add_argument("--faults", type=int, default=114)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--bots", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=list(KINDS))
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own, where it is installed")
    wanted = parser.parse_args()
    var_dir = configuration.load().var_dir
    if wanted.postgres and postgres.programs() is None:
        parser.error("PostgreSQL is not installed")
    with postgres.running() if wanted.postgres else nullcontext() as server:
        report = asyncio.run(once(var_dir / "faults", server.database() if server else None, wanted))
    (var_dir / "faults.json").write_text(json.dumps(report.as_json(), indent=1))
    print(table(report))
    return 1 if report.broken else 0


if __name__ == "__main__":
    sys.exit(main())
