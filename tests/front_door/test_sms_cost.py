"""What texts cost: segments per finished conversation, the middle one and the worst, by week."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import select

from common import encryption
from common.database import Base, Database, open_database
from front_door import retention
from front_door.model import Conversation, FinishedTexts, OutboxText
from front_door.sms import cost
from front_door.sms.cost import Cost

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=timezone.utc)  # a Sunday: its week began on the 16th
SECRET = "a secret of the tests, longer than thirty-two characters"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    encryption.use(encryption.Cipher(SECRET))
    made = open_database(f"sqlite:///{tmp_path / 'cost.db'}")
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


def talk(db: Database, id: str, last: datetime, *segments: int, state: str = "active", sent: str = "sent") -> None:
    """A conversation with texts of so many segments, the last of them at `last`."""
    with db.transaction() as session:
        session.add(Conversation(id=id, channel="sms", state=state, created_at=last, last_seen_at=last))
        session.flush()
        for position, cost_of_one in enumerate(segments):
            session.add(
                OutboxText(
                    id=f"{id}-{position}",
                    conversation_id=id,
                    position=position,
                    kind="reply",
                    body="words",
                    segments=cost_of_one,
                    state=sent,
                    next_at=last,
                    created_at=last - timedelta(minutes=len(segments) - position),
                )
            )


def test_median_and_worst_of_finished_conversations_by_week(db: Database) -> None:
    """Ended, or silent for three days; all weeks together first, then the newest week."""
    talk(db, "a", NOW - timedelta(days=4), 1, 2, 3)
    talk(db, "b", NOW - timedelta(hours=1), 1, 1, state="ended")
    talk(db, "c", NOW - timedelta(days=9), 20)
    talk(db, "still talking", NOW - timedelta(days=2), 9)
    with db.reading() as session:
        assert cost.costs(session, NOW) == [
            Cost("", 3, 28, 6.0, 20),
            Cost("2026-11-16", 2, 8, 4.0, 6),
            Cost("2026-11-09", 1, 20, 20.0, 20),
        ]
        assert [one.segments for one in cost.costs(session, NOW, since=date(2026, 11, 16))] == [8, 8]


def test_only_what_may_have_gone_out_costs_something(db: Database) -> None:
    """A text that failed or still waits costs nothing; one of unknown outcome counts."""
    talk(db, "a", NOW - timedelta(days=4), 3, sent="failed")
    talk(db, "b", NOW - timedelta(days=4), 3, sent="pending")
    with db.reading() as session:
        assert cost.costs(session, NOW) == []
    talk(db, "c", NOW - timedelta(days=4), 3, sent="unknown")
    with db.reading() as session:
        assert cost.costs(session, NOW)[0].segments == 3


def test_what_a_conversation_cost_outlives_its_words(db: Database) -> None:
    """Chats are erased after three days; a week and a number are kept of them, and nothing else."""
    talk(db, "a", NOW - timedelta(days=4), 1, 2, 3)
    talk(db, "b", NOW - timedelta(days=4), 4)
    with db.reading() as session:
        before = cost.costs(session, NOW)
    with db.transaction() as session:
        retention.erase(session, "a")
        retention.erase(session, "a")
    with db.reading() as session:
        assert cost.costs(session, NOW) == before
        assert [(row.week, row.segments) for row in session.scalars(select(FinishedTexts))] == [(date(2026, 11, 16), 6)]
    assert {column.name for column in FinishedTexts.__table__.columns} == {"id", "week", "segments"}


def test_the_week_is_that_of_london(db: Database) -> None:
    """Half past midnight on a Monday in summer is still Sunday in UTC."""
    monday = datetime(2026, 7, 5, 23, 30, tzinfo=timezone.utc)
    talk(db, "a", monday + timedelta(minutes=1), 2, state="ended")
    with db.reading() as session:
        assert [one.week for one in cost.costs(session, NOW)] == ["", "2026-07-06"]


def test_the_command_prints_json(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`python -m front_door.sms.cost`: all weeks together, and each week; null when nothing is finished."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'cost.db'}")
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    assert cost.main() == 0
    assert json.loads(capsys.readouterr().out) == {"all": None, "weeks": []}
    talk(db, "a", datetime.now(timezone.utc) - timedelta(days=4), 1, 2)
    assert cost.main() == 0
    said = json.loads(capsys.readouterr().out)
    assert said["all"]["median"] == 3.0 and said["all"]["worst"] == 3 and len(said["weeks"]) == 1
