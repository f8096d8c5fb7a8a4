"""`python -m launch.check_data [--release]`: can every local data file be used, and is anything unconfirmed?

Errors always fail. Stale or unconfirmed facts are listed, and fail only with --release (`make release-check`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from actions import words
from assessment.coverage import Coverage
from assessment.needs import Needs
from assessment.own_doors import Doors
from assessment.places import Places
from assessment.questions import QuestionBank
from assessment.routing import Rules
from common import settings
from launch.prepare import STARTER_CATALOGUE
from referrals.consent import ConsentWording
from referrals.team import TeamFacts
from safety.contacts import Contacts
from safety.replies import Replies
from safety.screen import Screen
from service_catalogue.local import local_data
from service_catalogue.starter_file import read_starter

LOADERS: tuple[Callable[[Path], object], ...] = (
    Needs.load,
    Places.load,
    QuestionBank.load,
    Rules.load,
    Coverage.load,
    Doors.load,
    ConsentWording.load,
    TeamFacts.load,
    Screen.load,
    words.load,
    lambda folder: Replies.load(folder, Contacts.load(folder)),
    lambda folder: read_starter(STARTER_CATALOGUE, local_data(folder).needs),
)


def check(data_dir: Path, today: date) -> tuple[list[str], list[str]]:
    """Errors and warnings over all local data files."""
    errors, warnings = [], []
    for load in LOADERS:
        try:
            load(data_dir)
        except (ValueError, KeyError, TypeError) as error:
            errors.append(f"{type(error).__name__}: {error}")
    if not errors:
        wrong, doubtful = Contacts.load(data_dir).problems(today)
        errors += wrong
        warnings += doubtful + TeamFacts.load(data_dir).warnings(today)
    return errors, warnings


def main(arguments: list[str]) -> int:
    errors, warnings = check(settings.load().data_dir, date.today())
    for error in errors:
        print(f"error: {error}")
    release = "--release" in arguments
    if release:
        for warning in warnings:
            print(f"unconfirmed: {warning}")
    else:
        print(f"local data: {len(errors)} errors, {len(warnings)} facts to confirm (`make release-check` lists them)")
    return 1 if errors or (release and warnings) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
