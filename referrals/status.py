"""How far a referral is, in words for the resident who asks: the truth, also when a promise was not kept."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from common.clock import LONDON
from common.local_data import read_yaml
from common.retention_limits import Retention
from referrals.alert_rules import template
from referrals.model import BREACHED, NEW, SENT, TAKEN, WITHDRAWN, Referral
from referrals.working_time import clock_words, day_words

FILE = "status_words.yml"
COULD_NOT_REACH = "no_contact"  # the outcome, as in referral_words.yml
_UNDATED = frozenset({"team", "received"})
_DATED = _UNDATED | {"day", "time"}
_PLACES = {
    "waiting_dated": _DATED,
    "waiting_undated": _UNDATED,
    "taken_dated": _DATED,
    "taken_undated": _UNDATED,
    "late_dated": _DATED,
    "late_undated": _UNDATED,
    "lead_told": frozenset[str](),
    "done": frozenset({"team"}),
    "done_no_contact": frozenset({"team"}),
    "withdrawn": frozenset({"team", "when", "days"}),
}


@dataclass(frozen=True)
class StatusWords:
    """The templates of status_words.yml by name. `days`: how long one that was taken back is kept (retention.yml)."""

    words: dict[str, str]
    days: int

    @classmethod
    def load(cls, data_dir: Path) -> StatusWords:
        """Raises LocalDataError when words are missing or ask for a fact they may not hold: a day that nobody promised."""
        path = data_dir / FILE
        raw = read_yaml(path)
        words = {name: template(path, name, raw, places) for name, places in _PLACES.items()}
        return cls(words, Retention.load(data_dir).withdrawn_referral.days)

    def in_words(self, referral: Referral, now: datetime, team: str = "") -> str:
        """What is true at `now` (aware). Reads the deliveries, to say that the lead was told only when that is so.

        Says nothing of needs. team: what to call the team, where its own name would tell too much. The caller makes sure
        that who asks may know.
        """
        if referral.state == WITHDRAWN:
            return self._say("withdrawn", referral, team)
        if referral.state not in (NEW, TAKEN):
            return self._say("done_no_contact" if referral.outcome == COULD_NOT_REACH else "done", referral, team)
        late = now >= referral.due_at
        state = "late" if late else "waiting" if referral.state == NEW else "taken"
        said = self._say(f"{state}_{'dated' if referral.promised else 'undated'}", referral, team)
        told = late and any(one.kind == BREACHED and one.state == SENT for one in referral.deliveries)
        return f"{said} {self.words['lead_told']}" if told else said

    def _say(self, name: str, referral: Referral, team: str) -> str:
        due = referral.due_at.astimezone(LONDON)
        said = self.words[name].format(
            team=team or referral.team,
            when=day_words((referral.done_at or referral.created_at).astimezone(LONDON).date()),
            days=self.days,
            received=day_words(referral.created_at.astimezone(LONDON).date()),
            day=day_words(due.date()),
            time=clock_words(due.time()),
        )
        return sentence_case(said)


def sentence_case(text: str) -> str:
    """`text` with a capital at the start of each sentence: "the team" may stand there in place of a name."""
    return re.sub(r"(?:^|(?<=[.?!] ))[a-z]", lambda letter: letter[0].upper(), text)
