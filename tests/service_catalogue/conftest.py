"""A catalogue of its own for each test: the shipped one, or one made of a few rows."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from common.clock import LONDON
from common.database import Base, Database, open_database
from service_catalogue.load import LoadReport, load_starter
from service_catalogue.search import Query, ServiceCard, search
from service_catalogue.starter_file import COLUMNS, OPTIONAL_COLUMNS

ROOT = Path(__file__).resolve().parents[2]
STARTER_CSV = ROOT / "data" / "catalogue" / "services.csv"
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=LONDON)  # a Wednesday, no holiday

both_databases = pytest.mark.parametrize("db", ["sqlite", "postgresql"], indirect=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of a module that says ON_BOTH_DATABASES, where it uses one, runs on both."""
    if "db" in metafunc.fixturenames and getattr(metafunc.module, "ON_BOTH_DATABASES", False):
        metafunc.parametrize("db", ["sqlite", "postgresql"], indirect=True)


PLAIN_ROW = {
    "id": "tea-club",
    "name": "Tea Club",
    "organisation": "Village Friends",
    "summary": "Company and a cup of tea.",
    "needs": "loneliness",
    "areas": "Leicestershire",
    "phone": "0116 496 0001",
    "phone_kind": "",
    "email": "",
    "url": "https://tea.example.org",
    "opening_hours": "Mo-Fr 09:00-17:00; PH off",
    "cost": "free",
    "eligibility": "Anyone",
    "referral_route": "self",
    "languages": "English",
    "source": "made for a test",
    "verified": "yes",
    "checked_on": "",
}


def row(id: str, **changes: str) -> dict[str, str]:
    """A row of a starter file; what is not said is as in PLAIN_ROW."""
    return {**PLAIN_ROW, "id": id, "name": id.replace("-", " ").title(), **changes}


@pytest.fixture(autouse=True)
def shipped_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Local data come from the checkout, whatever the shell says."""
    monkeypatch.setenv("DATA_DIR", str(ROOT / "data" / "leicestershire"))


@pytest.fixture
def db(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """SQLite; see `both_databases` and ON_BOTH_DATABASES."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url = request.getfixturevalue("postgres_server").database()
    else:
        url = f"sqlite:///{tmp_path / 'catalogue.db'}"
    database = open_database(url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def load(db: Database, tmp_path: Path) -> Callable[..., LoadReport]:
    """load(rows, now=NOON): write a starter file with these rows and load it."""

    def load_rows(rows: list[dict[str, str]], now: datetime = NOON) -> LoadReport:
        path = tmp_path / "services.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, (*COLUMNS, *OPTIONAL_COLUMNS))
            writer.writeheader()
            writer.writerows(rows)
        with db.transaction() as session:
            return load_starter(session, path, now)

    return load_rows


@pytest.fixture
def find(db: Database) -> Callable[..., list[ServiceCard]]:
    """find(needs, district, ...): search at NOON, or at `now`."""

    def find_cards(
        needs: tuple[str, ...] = (), district: str | None = "Blaby", now: datetime = NOON, **rest: object
    ) -> list[ServiceCard]:
        with db.reading() as session:
            return search(session, Query(needs, district, **rest), now)  # type: ignore[arg-type]

    return find_cards


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The shipped starter catalogue; tests of a module share it and only read."""
    database = open_database(f"sqlite:///{tmp_path_factory.mktemp('shipped') / 'catalogue.db'}")
    Base.metadata.create_all(database.engine)
    with database.transaction() as session:
        load_starter(session, STARTER_CSV, NOON)
    yield database
    database.close()


@pytest.fixture
def shipped_session(shipped: Database) -> Iterator[Session]:
    with shipped.reading() as session:
        yield session


def starter_rows() -> list[dict[str, str]]:
    with STARTER_CSV.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def unverified_numbers() -> set[str]:
    """Digits of every number that only unverified rows carry."""
    rows = starter_rows()
    shown = {digits(row["phone"]) for row in rows if row["verified"] == "yes"}
    return {digits(row["phone"]) for row in rows if row["phone"] and row["verified"] != "yes"} - shown
