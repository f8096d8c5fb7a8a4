"""How far a referral is, in words for the resident who asks: the truth, also when a promise was not kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from common.clock import LONDON
from common.local_data import read_yaml
from referrals.alert_rules import template
from referrals.model import BREACHED, NEW, SENT, TAKEN, Referral
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
}


@dataclass(frozen=True)
class StatusWords:
    """The templates of status_words.yml by name."""

    words: dict[str, str]

    @classmethod
    def load(cls, data_dir: Path) -> StatusWords:
        """Raises LocalDataError when words are missing or ask for a fact they may not hold: a day that nobody promised."""
        path = data_dir / FILE
        raw = read_yaml(path)
        return cls({name: template(path, name, raw, places) for name, places in _PLACES.items()})

    def in_words(self, referral: Referral, now: datetime) -> str:
        """What is true at `now` (aware). Reads the deliveries, to say that the lead was told only when that is so.

        Says nothing of needs. The caller makes sure that who asks may know.
        """
        if referral.state not in (NEW, TAKEN):
            return self._say("done_no_contact" if referral.outcome == COULD_NOT_REACH else "done", referral)
        late = now >= referral.due_at
        state = "late" if late else "waiting" if referral.state == NEW else "taken"
        said = self._say(f"{state}_{'dated' if referral.promised else 'undated'}", referral)
        told = late and any(one.kind == BREACHED and one.state == SENT for one in referral.deliveries)
        return f"{said} {self.words['lead_told']}" if told else said

    def _say(self, name: str, referral: Referral) -> str:
        due = referral.due_at.astimezone(LONDON)
        return self.words[name].format(
            team=referral.team,
            received=day_words(referral.created_at.astimezone(LONDON).date()),
            day=day_words(due.date()),
            time=clock_words(due.time()),
        )
