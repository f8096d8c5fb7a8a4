"""`python -m safety.check DATA_DIR`: can the safety data be used, and is any contact unconfirmed? Exit 1 only on errors."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from safety.contacts import Contacts
from safety.data import SafetyDataError, read_mapping
from safety.replies import Replies
from safety.screen import Screen


def check(data_dir: Path, today: date) -> tuple[list[str], list[str]]:
    """Errors and warnings over red_flags.yml, contacts.yml and red_flag_replies.yml, examples of the patterns included."""
    errors: list[str] = []
    warnings: list[str] = []
    try:
        contacts = Contacts.load(data_dir)
        errors, warnings = contacts.problems(today)
        replies = Replies.load(data_dir, contacts)
        team = data_dir / "team.yml"
        if team.exists() and replies.team != read_mapping(team).get("name"):
            errors.append(f"red_flag_replies.yml: team is {replies.team!r}, which is not the name in team.yml")
    except SafetyDataError as error:
        errors.append(str(error))
    try:
        errors += examples_that_fail(Screen.load(data_dir))
    except SafetyDataError as error:
        errors.append(str(error))
    return errors, warnings


def examples_that_fail(screen: Screen) -> list[str]:
    """The reviewed examples that the screen gets wrong: `fires` that do not raise their entry, `silent` that do, and
    ordinary messages that raise anything."""
    found = []
    for pattern in screen.rulebook.patterns:
        for example in pattern.fires:
            if pattern.id not in {finding.pattern for finding in screen.check(example)}:
                found.append(f"red_flags.yml: {pattern.id}: must fire: {example}")
        for example in pattern.silent:
            if pattern.id in {finding.pattern for finding in screen.check(example)}:
                found.append(f"red_flags.yml: {pattern.id}: must stay silent: {example}")
    for example in screen.rulebook.ordinary:
        raised = {finding.pattern for finding in screen.check(example)}
        if raised:
            found.append(f"red_flags.yml: ordinary: must stay silent ({', '.join(sorted(raised))}): {example}")
    return found


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m safety.check DATA_DIR")
        return 2
    errors, warnings = check(Path(arguments[0]), date.today())
    for error in errors:
        print(f"error: {error}")
    for warning in warnings:
        print(f"warning: {warning}")
    print(f"{len(errors)} errors, {len(warnings)} warnings")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
