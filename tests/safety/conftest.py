"""What the tests of the safety room share: the shipped data, loaded once. Runs on Python 3.10 and 3.11 alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from safety.contacts import Contacts
from safety.replies import Replies
from safety.screen import Screen

DATA = Path(__file__).resolve().parents[2] / "data" / "leicestershire"


@pytest.fixture(scope="session")
def screen() -> Screen:
    return Screen.load(DATA)


@pytest.fixture(scope="session")
def contacts() -> Contacts:
    return Contacts.load(DATA)


@pytest.fixture(scope="session")
def replies(contacts) -> Replies:
    return Replies.load(DATA, contacts)


@pytest.fixture
def flags(screen):
    """The flags that a message raises."""
    return lambda text: {finding.flag for finding in screen.check(text)}
