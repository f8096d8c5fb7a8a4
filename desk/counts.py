"""Five counts for the lead, by week and channel: conversations, finished ones, referrals, red flags, promises kept."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from desk.small_numbers import CountRules, Shown, shown, sum_of_shown
from front_door import counts as front_door
from referrals import counts
from referrals.counts import CONVERSATION, FINISHED, FLAG, KEPT, LATE, NOT_DUE, PROMISE, REFERRAL, TAKEN_BACK, Cell
from referrals.exports.csv_row import safe
from referrals.packet import FLAG_LABELS

YEAR = 52  # weeks in the spreadsheet
CHANNELS = ("web", "sms")
CHANNEL_WORDS = {"web": "Web page", "sms": "Text message"}
NOT_FINISHED = "not_finished"
WORDS = {
    "referred": "Sent to a team",
    "own_door": "Shown the right place for them",
    "enough": "The services were enough",
    "declined": "Did not want it sent",
    NOT_FINISHED: "Stopped before the end",
    KEPT: "Kept",
    LATE: "Not kept",
    TAKEN_BACK: "Taken back by the resident, or erased, before it was due",
    "sms": "SMS",
}
SUBJECTS = (CONVERSATION, REFERRAL, PROMISE, FLAG)


@dataclass(frozen=True)
class Row:
    """One week on one channel. `running`: promises of this week are not all due yet."""

    week: date
    channel: str
    seen: Shown
    running: bool = False


def last_week(now: datetime) -> date:
    """The Monday of the newest week that is over: one that is still running would show by how much it grew since yesterday."""
    return counts.monday(now) - timedelta(weeks=1)


def everything(session: Session, now: datetime, weeks: int) -> Counter[Cell]:
    """What lies in the tables and what was counted before it was deleted, for so many whole weeks."""
    newest = last_week(now)
    since = newest - timedelta(weeks=weeks - 1)
    found = counts.kept(session, since) + front_door.of_conversations(session) + front_door.of_flags(session)
    found += counts.of_referrals(session, now)
    return Counter({cell: times for cell, times in found.items() if since <= cell.week <= newest})


def rows_of(found: Mapping[Cell, int], subject: str, rules: CountRules) -> list[Row]:
    """The rows of one subject, the newest week first; both channels of every week in which there was anything."""
    weeks = sorted({cell.week for cell in found if cell.what == subject}, reverse=True)
    made = []
    for week in weeks:
        for channel in sorted({*CHANNELS, *(c.channel for c in found if c.week == week)}, key=_order):
            parts = _parts(found, subject, week, channel)
            running = subject == PROMISE and bool(parts.get(NOT_DUE))
            made.append(Row(week, channel, shown(parts, rules.smallest, settled=not running), running))
    return made


def _order(channel: str) -> tuple[int, str]:
    return (CHANNELS.index(channel) if channel in CHANNELS else len(CHANNELS), channel)


def _parts(found: Mapping[Cell, int], subject: str, week: date, channel: str) -> dict[str, int]:
    here = {cell: times for cell, times in found.items() if (cell.week, cell.channel) == (week, channel)}
    if subject != CONVERSATION:
        mine = Counter[str]()
        for cell, times in here.items():
            if cell.what == subject:
                mine[f"{cell.code}, {cell.tier}" if cell.tier else cell.code] += times
        return dict(mine)
    ended = {cell.code: times for cell, times in here.items() if cell.what == FINISHED}
    begun = sum(times for cell, times in here.items() if cell.what == CONVERSATION)
    return {**ended, NOT_FINISHED: max(0, begun - sum(ended.values()))}


def label(part: str) -> str:
    """A part's code in words."""
    known = WORDS.get(part) or FLAG_LABELS.get(part)
    return known or part.replace("_", " ").capitalize()


def total(rows: Sequence[Row]) -> int:
    return sum_of_shown(row.seen for row in rows)


def as_csv(found: Mapping[Cell, int], rules: CountRules) -> bytes:
    """The same as the page: one line for each number, "" where it is not shown, with the reason."""
    small, part_small = f"fewer than {rules.smallest}", f"not shown: a part is fewer than {rules.smallest}"
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(("count", "week_from_monday", "channel", "part", "number", "note"))

    def line(*cells: object) -> None:
        writer.writerow(safe(str(cell)) for cell in cells)

    for subject in SUBJECTS:
        for row in rows_of(found, subject, rules):
            head = (subject, row.week.isoformat(), row.channel)
            number = row.seen.total
            line(*head, "all", "" if number is None else number, small if number is None else "")
            if row.seen.parts is None and number is not None:
                line(*head, "", "", "not all due yet" if row.running else part_small)
            for part, times in sorted((row.seen.parts or {}).items()):
                line(*head, part, times, "")
    return out.getvalue().encode("utf-8-sig")
