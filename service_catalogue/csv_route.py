"""The catalogue's spreadsheet, out and in: `python -m service_catalogue.csv_route out FILE` and `... in FILE`.

What is taken in stays through later starts of the product: the shipped file counts again only in rows that change there
(see `starter_history`).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from common import settings as settings_module
from common.clock import LONDON, clock_for
from common.database import open_database
from common.keys import cipher_of
from service_catalogue.corrections import corrected
from service_catalogue.csv_table import Problem, write_table
from service_catalogue.load import LoadReport, bring_in_line
from service_catalogue.local import local_data
from service_catalogue.model import WITHDRAWN, Service
from service_catalogue.starter_file import COLUMNS, OPTIONAL_COLUMNS, Reading, StarterRow, read
from service_catalogue.starter_history import Kept
from service_catalogue.starter_record import STARTER_ID

_MOST_REMOVED = 0.2
_COLUMN_OF_FIELD = {"eligibility_text": "eligibility", "waiting_text": "waiting"}


@dataclass
class TakenIn:
    """What became of a file. `report` is None when nothing was written: then `problems` say why. `withdraws`: names of the
    services whose rows are no longer in the file."""

    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    withdraws: list[str] = field(default_factory=list)
    report: LoadReport | None = None


def write(session: Session) -> bytes:
    """The spreadsheet as it holds now, one row for each of its services that is not withdrawn, by id. Read in again at
    once it changes nothing. Corrections made on the desk are not in it: they hold over it."""
    rows, here = Kept.in_force(session).rows(), _names(session)
    return write_table((*COLUMNS, *OPTIONAL_COLUMNS), (row.cells for id, row in rows.items() if id in here))


def take_in(session: Session, content: bytes, now: datetime, *, allow_removals: bool = False) -> TakenIn:
    """Make the services of the spreadsheet those of the file `content`, inside the caller's transaction; a service without
    a row is withdrawn. With any problem nothing is written. Without `allow_removals`, losing more than a fifth of the
    services is a problem. `now`: aware."""
    reading = read(content, local_data().needs, now.astimezone(LONDON).date())
    result = TakenIn(reading.problems, reading.notes)
    if result.problems:
        return result
    live, before = _names(session), Kept.in_force(session).rows()
    result.withdraws = [live[id] for id in sorted(live.keys() - {row.id for row in reading.rows})]
    if len(result.withdraws) > _MOST_REMOVED * len(live) and not allow_removals:
        what = f"{len(result.withdraws)} of {len(live)} services have no row in this file and would be withdrawn"
        result.problems.append(
            Problem(
                0,
                "",
                f"{what}. If that is meant, take the file in again and allow removals (ALLOW_REMOVALS=1, or --allow-removals)",
            )
        )
        return result
    result.notes += _overruled(session, reading, before)
    result.report = bring_in_line(session, reading.rows, now.astimezone(timezone.utc))
    return result


def _names(session: Session) -> dict[str, str]:
    """The services of the spreadsheet that are not withdrawn: row id to name."""
    ours = select(Service.external_id, Service.name).where(Service.source_id == STARTER_ID, Service.state != WITHDRAWN)
    return dict(session.execute(ours).all())


def _overruled(session: Session, reading: Reading, before: dict[str, StarterRow]) -> Iterator[Problem]:
    """A note for each changed cell over which a correction made on the desk holds."""
    changed = [row for row in reading.rows if row.id in before and before[row.id].cells != row.cells]
    rows = {row.id: row for row in changed}
    services = session.scalars(
        select(Service).where(Service.source_id == STARTER_ID, Service.external_id.in_(rows))
    ).all()
    held = corrected(session, services)
    for service in services:
        row = rows[service.external_id]
        for name in held.get(service.id, {}):
            column = _COLUMN_OF_FIELD.get(name, name)
            if row.cells.get(column) != before[row.id].cells.get(column):
                yield Problem(
                    0, column, f"{row.name}: the correction made on the staff pages still holds; withdraw it there"
                )


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit code 0, or 2 when nothing was written; then every problem is printed on a line of its own."""
    parser = argparse.ArgumentParser(prog="python -m service_catalogue.csv_route", description=__doc__)
    parser.add_argument("way", choices=("out", "in"))
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--allow-removals", action="store_true", help="more than a fifth of the services may be withdrawn"
    )
    given = parser.parse_args(arguments)
    try:
        settings = settings_module.load()
        cipher_of(settings)
        db = open_database(settings.database_url)
        try:
            with db.transaction() as session:
                if given.way == "out":
                    given.file.write_bytes(write(session))
                    print(f"written: {given.file}")
                    return 0
                now = clock_for(settings.clock).now()
                return _tell(take_in(session, given.file.read_bytes(), now, allow_removals=given.allow_removals))
        finally:
            db.close()
    except (OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
    except SQLAlchemyError as error:
        what = getattr(error, "orig", None) or error
        print(f"error: the database cannot be used (has `make run` been run once?): {what}", file=sys.stderr)
    return 2


def _tell(result: TakenIn) -> int:
    for note in result.notes:
        print(f"note: {note}")
    for problem in result.problems:
        print(f"error: {problem}", file=sys.stderr)
    for name in result.withdraws:
        print(f"withdrawn: {name}" if result.report else f"would be withdrawn: {name}")
    if result.report is None:
        print("nothing was changed", file=sys.stderr)
        return 2
    report = result.report
    print(f"{report.seen} rows: {report.new} new, {report.changed} changed, {report.unchanged} unchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
