"""A database file of its own for each test, with encryption on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import desk.model  # noqa: F401  (declares the tables)
import referrals.casework
import referrals.duplicates
import referrals.follow_up
import referrals.lookup
import referrals.model
import referrals.staff_text  # noqa: F401  (declares the tables)
from common.database import Base, Database, open_database
from common.encryption import Cipher, use
from referrals.team import TeamFacts
from tests.referrals.support import DATA, confirm, copy_data


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    use(Cipher("a secret key for tests only, 32 long"))
    database = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def any_db(database_url: str) -> Iterator[Database]:
    """For what happens at the same moment: the two databases keep people apart in different ways."""
    use(Cipher("a secret key for tests only, 32 long"))
    database = open_database(database_url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def team() -> TeamFacts:
    """The facts as shipped: unconfirmed."""
    return TeamFacts.load(DATA)


@pytest.fixture
def confirmed_team(tmp_path: Path) -> TeamFacts:
    """The facts after a person of the council confirmed them."""
    return TeamFacts.load(confirm(copy_data(tmp_path)))
