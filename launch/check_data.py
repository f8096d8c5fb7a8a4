"""`python -m launch.check_data [--release]`: can every local data file be used, and is anything unconfirmed?

Errors always fail. Stale or unconfirmed facts are listed, and fail only with --release (`make release-check`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from actions import words
from actions.languages import CODES, Tongues
from assessment.access import AccessWords
from assessment.coverage import Coverage
from assessment.needs import Needs
from assessment.own_doors import Doors
from assessment.places import Places
from assessment.questions import QuestionBank
from assessment.routing import Rules
from common import settings
from common.bank_holidays import Declared
from common.local_data import LocalDataError, read_yaml
from common.retention_limits import Retention
from desk.small_numbers import CountRules
from front_door.safeguarding.rules import SafetyRules
from front_door.sms.text_rules import TextRules
from front_door.words import Words
from launch.check_destinations import check_destinations
from launch.paths import STARTER_CATALOGUE
from referrals.alert_rules import AlertRules
from referrals.case_rules import CaseRules
from referrals.consent import ConsentWording
from referrals.follow_up import FollowUpRules
from referrals.resident_copy import CopyWords
from referrals.staff_text_rules import StaffTextRules
from referrals.status import StatusWords
from referrals.team import TeamFacts
from referrals.words import ReferralWords
from safety.contacts import Contacts
from safety.data import SafetyDataError
from safety.replies import Replies
from safety.screen import Screen
from service_catalogue.feeds.terms import Crosswalk
from service_catalogue.local import Words as CatalogueWords
from service_catalogue.local import local_data
from service_catalogue.open_referral import WORDS as OPEN_REFERRAL_WORDS
from service_catalogue.points import Points
from service_catalogue.starter_file import read_starter
from service_catalogue.wishes import WishWords

Loader = Callable[[Path], object]


def load_front_door_words(data_dir: Path) -> Words:
    """front_door.yml, with a number for every contact so that every sentence is read. Raises LocalDataError."""
    return Words.load(data_dir, lambda name: "0", "")


def load_details(data_dir: Path) -> dict[str, list[re.Pattern[str]]]:
    """The patterns of details.yml by name, as Rasa's side reads them. Raises LocalDataError naming the entry."""
    path = data_dir / "details.yml"
    details = read_yaml(path).get("details")
    if not isinstance(details, dict) or not details:
        raise LocalDataError(f"{path}: details must hold names with lists of patterns")
    found: dict[str, list[re.Pattern[str]]] = {}
    for name, patterns in details.items():
        if not isinstance(patterns, list) or not patterns or not all(isinstance(one, str) for one in patterns):
            raise LocalDataError(f"{path}: details.{name} must be a list of patterns")
        for pattern in patterns:
            try:
                found.setdefault(str(name), []).append(re.compile(pattern))
            except re.error as error:
                raise LocalDataError(f"{path}: details.{name}: {pattern!r}: {error}") from None
    return found


def load_language_words(data_dir: Path) -> dict[str, Any]:
    """language_words.yml, as far as Rasa's side needs it to be of one form. Raises LocalDataError naming the entry."""
    path = data_dir / "language_words.yml"
    content = read_yaml(path)
    for part, needed in (("by_script", {"script"}), ("by_words", {"phrases", "words"})):
        entries = content.get(part)
        if not isinstance(entries, dict) or not entries:
            raise LocalDataError(f"{path}: {part} must hold languages")
        for code, entry in entries.items():
            if not isinstance(entry, dict) or not needed <= set(entry):
                raise LocalDataError(f"{path}: {part}.{code}: needs {', '.join(sorted(needed))}")
            if not all(isinstance(value, str) for value in entry.values()):
                raise LocalDataError(f"{path}: {part}.{code}: every value must be text")
    if not all(isinstance(content.get(key), str) for key in ("thanks", "english")):
        raise LocalDataError(f"{path}: thanks and english must be words with commas")
    if sorted([*content["by_script"], *content["by_words"]]) != sorted(CODES):
        raise LocalDataError(f"{path}: must hold the languages of languages.yml: {', '.join(CODES)}")
    return content


def load_tongues(data_dir: Path) -> Tongues:
    """languages.yml with its numbers from contacts.yml. Raises LocalDataError or SafetyDataError."""
    return Tongues.load(data_dir, Contacts.load(data_dir))


QUICK_LOADERS: tuple[Loader, ...] = (
    Needs.load,
    Places.load,
    QuestionBank.load,
    AccessWords.load,
    Rules.load,
    Coverage.load,
    Doors.load,
    ConsentWording.load,
    ReferralWords.load,
    TeamFacts.load,
    check_destinations,
    FollowUpRules.load,
    AlertRules.load,
    StatusWords.load,
    CopyWords.load,
    StaffTextRules.load,
    CaseRules.load,
    words.load,
    load_front_door_words,
    lambda folder: TextRules.load(folder, ""),
    Retention.load,
    SafetyRules.load,
    CountRules.load,
    load_details,
    load_language_words,
    load_tongues,
    lambda folder: Replies.load(folder, Contacts.load(folder)),
    Declared.load,
    Points.load,
    WishWords.load,
    lambda folder: Crosswalk.load(folder, local_data(folder).needs.known),
    lambda folder: CatalogueWords(folder / OPEN_REFERRAL_WORDS),
    lambda folder: read_starter(STARTER_CATALOGUE, local_data(folder).needs),
)
LOADERS: tuple[Loader, ...] = (*QUICK_LOADERS, Screen.load)  # the rulebook takes seconds


def unusable(data_dir: Path, loaders: Sequence[Loader] = LOADERS) -> list[str]:
    """What keeps the servers from loading their local data: one line for each fault, each fault once."""
    errors = []
    for load in loaders:
        try:
            load(data_dir)
        except (LocalDataError, SafetyDataError) as error:
            errors.append(str(error))
        except Exception as error:  # a server that cannot load its data ends, whatever the reason is called
            errors.append(f"{data_dir}: {type(error).__name__}: {error}")
    return list(dict.fromkeys(errors))


def check(data_dir: Path, today: date) -> tuple[list[str], list[str]]:
    """Errors and warnings over all local data files."""
    errors = unusable(data_dir)
    warnings: list[str] = []
    if not errors:
        wrong, doubtful = Contacts.load(data_dir).problems(today)
        errors += wrong
        warnings += doubtful + TeamFacts.load(data_dir).warnings(today) + load_tongues(data_dir).warnings()
        warnings += Declared.load(data_dir).warnings(today)
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
