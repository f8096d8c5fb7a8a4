"""By when the team will be in touch: what the resident hears, and the time staff work to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from common.clock import LONDON
from referrals.team import TeamFacts
from referrals.working_time import clock_words, day_words


@dataclass(frozen=True)
class Promise:
    """`text` is for the resident, `due_at` (aware, UTC) for the desk. They agree when `dated`; otherwise `text` has no day."""

    text: str
    due_at: datetime
    dated: bool


def make_promise(team: TeamFacts, now: datetime) -> Promise:
    """The promise for a referral received at `now` (aware).

    Only a team whose facts a person has confirmed is promised for by day and time: no public page says how soon First
    Contact Plus answers, so as shipped the due time is an internal target and the words say that the day is not known.
    """
    due = team.working_time.due(now, team.answer_within_working_days)
    kind = "dated" if team.confirmed else "undated"
    text = team.words.promise[kind].format(team=team.name, day=day_words(due.date()), time=clock_words(due.time()))
    return Promise(text, due.astimezone(timezone.utc), team.confirmed)


def due_words(due_at: datetime) -> str:
    """A due time for staff: "5pm on Tuesday 24 November", in London time."""
    local = due_at.astimezone(LONDON)
    return f"{clock_words(local.time())} on {day_words(local.date())}"
