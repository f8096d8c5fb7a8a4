"""What the actions stand on: the local data, the catalogue and the database, put together once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from actions import words
from actions.languages import Tongues
from assessment.access import AccessWords
from assessment.coverage import Coverage
from assessment.needs import Needs
from assessment.own_doors import Doors
from assessment.places import Places
from assessment.questions import QuestionBank
from assessment.routing import Rules
from common.clock import Clock
from common.database import Database
from referrals.consent import ConsentWording
from referrals.follow_up import FollowUpRules
from referrals.team import TeamFacts
from safety.contacts import Contacts
from safety.replies import Replies


@dataclass(frozen=True)
class Services:
    """One instance for the process; every action gets it, none keeps state of its own."""

    db: Database
    clock: Clock
    allow_test_numbers: bool
    contacts: Contacts
    crisis: Replies
    needs: Needs
    places: Places
    questions: QuestionBank
    access: AccessWords
    rules: Rules
    coverage: Coverage
    doors: Doors
    consent: ConsentWording
    team: TeamFacts
    follow_up: FollowUpRules
    words: dict[str, str]
    tongues: Tongues
    can_text: bool = True  # whether the front door has a provider to send texts by

    @classmethod
    def load(
        cls, db: Database, clock: Clock, data_dir: Path, allow_test_numbers: bool, can_text: bool = True
    ) -> Services:
        """Read every local data file once. Raises LocalDataError naming the file and what is wrong."""
        contacts = Contacts.load(data_dir)
        return cls(
            db=db,
            clock=clock,
            allow_test_numbers=allow_test_numbers,
            contacts=contacts,
            crisis=Replies.load(data_dir, contacts),
            needs=Needs.load(data_dir),
            places=Places.load(data_dir),
            questions=QuestionBank.load(data_dir),
            access=AccessWords.load(data_dir),
            rules=Rules.load(data_dir),
            coverage=Coverage.load(data_dir),
            doors=Doors.load(data_dir),
            consent=ConsentWording.load(data_dir),
            team=TeamFacts.load(data_dir),
            follow_up=FollowUpRules.load(data_dir),
            words=words.load(data_dir),
            tongues=Tongues.load(data_dir, contacts),
            can_text=can_text,
        )
