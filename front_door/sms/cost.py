"""What texts cost: segments per finished conversation, by week. `python -m front_door.sms.cost` prints it as JSON.

A conversation is finished when it ended, when its resident was silent for three days (a later text starts afresh), or when it
was erased; of an erased one a row of `finished_texts` is left: a week and a number, nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from common import settings as configuration
from common.clock import LONDON, clock_for
from common.database import open_database
from front_door.model import ENDED, Conversation, FinishedTexts, OutboxText
from front_door.timing import Timing

_BILLED = ("sent", "unknown")  # an unknown one may have gone out: better too dear than too cheap
_SILENT = Timing().sms_fresh_start


@dataclass(frozen=True)
class Cost:
    """week: the Monday of the week of the last text, "" for all weeks together. median, worst: segments of one conversation."""

    week: str
    conversations: int
    segments: int
    median: float
    worst: int


def keep(session: Session, conversations: Sequence[str]) -> None:
    """Before these conversations are erased: keep what their texts cost, without a link to them."""
    for _, last_at, segments in _of_each(session, OutboxText.conversation_id.in_(conversations)):
        session.add(FinishedTexts(week=_monday(last_at), segments=segments))


def costs(session: Session, now: datetime, since: date | None = None) -> list[Cost]:
    """All weeks together first, then week by week, the newest first. since: the first Monday that counts, or None for all."""
    finished = or_(Conversation.state == ENDED, Conversation.last_seen_at < now - _SILENT)
    still_here = _of_each(session, OutboxText.conversation_id.in_(select(Conversation.id).where(finished)))
    by_week: dict[date, list[int]] = {}
    for week, segments in [
        *((_monday(last_at), segments) for _, last_at, segments in still_here),
        *session.execute(select(FinishedTexts.week, FinishedTexts.segments)),
    ]:
        if since is None or week >= since:
            by_week.setdefault(week, []).append(segments)
    weeks = [_cost(week.isoformat(), by_week[week]) for week in sorted(by_week, reverse=True)]
    every = [segments for some in by_week.values() for segments in some]
    return [_cost("", every), *weeks] if every else []


def _of_each(session: Session, wanted: ColumnElement[bool]) -> list[tuple[str, datetime, int]]:
    rows = session.execute(
        select(OutboxText.conversation_id, func.max(OutboxText.created_at), func.sum(OutboxText.segments))
        .where(wanted, OutboxText.state.in_(_BILLED))
        .group_by(OutboxText.conversation_id)
    )
    return [(row[0], row[1], int(row[2])) for row in rows]


def _cost(week: str, segments: list[int]) -> Cost:
    return Cost(week, len(segments), sum(segments), float(median(segments)), max(segments))


def _monday(at: datetime) -> date:
    day = at.astimezone(LONDON).date()
    return day - timedelta(days=day.weekday())


def main() -> int:
    """Print {"all": {...} or null, "weeks": [...]} for the database of the settings."""
    settings = configuration.load()
    db = open_database(settings.database_url)
    try:
        with db.reading() as session:
            found = [asdict(one) for one in costs(session, clock_for(settings.clock).now())]
    finally:
        db.close()
    print(json.dumps({"all": found[0] if found else None, "weeks": found[1:]}, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
