"""Which referrals somebody wants to see: a plain address that can be kept as a bookmark. It never holds a name or number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from sqlalchemy import ColumnElement, true

from desk.sessions import SignedIn
from referrals import lookup
from referrals.model import DONE, NEW, OPEN, TAKEN, URGENT, WITHDRAWN, Referral

SHOWS = {"open": OPEN, NEW: (NEW,), TAKEN: (TAKEN,), DONE: (DONE,), WITHDRAWN: (WITHDRAWN,)}
TICKS = ("mine", "urgent", "overdue", "care")
CHOICES = ("team", "need", "channel")
_LONGEST = 120


@dataclass(frozen=True)
class QueueFilter:
    """What the form of the queue asks for; empty means any. `care`: contact may harm; `urgent`: with a safety note."""

    show: str = "open"
    team: str = ""
    need: str = ""
    channel: str = ""
    mine: bool = False
    urgent: bool = False
    overdue: bool = False
    care: bool = False

    @staticmethod
    def of(query: Mapping[str, str]) -> QueueFilter:
        """From an address; what makes no sense there counts as not asked for."""
        show = query.get("show", "")
        said = {name: query.get(name, "").replace("\0", "")[:_LONGEST] for name in CHOICES}
        ticked = {name: query.get(name) == "yes" for name in TICKS}
        return QueueFilter(show=show if show in SHOWS else "open", **{**said, **ticked})  # type: ignore[arg-type]

    @property
    def closed(self) -> bool:
        """True when what is shown is over: the newest first then, and nothing is due."""
        return self.show in (DONE, WITHDRAWN)

    @property
    def narrowed(self) -> bool:
        """True when anything but the state is asked for."""
        return any(getattr(self, name) for name in (*CHOICES, *TICKS))

    def query(self, page: int = 1, **changed: str) -> str:
        """The address of one page of this list after the question mark; `changed` replaces parts, "" takes one away."""
        ticked = {name: "yes" for name in TICKS if getattr(self, name)}
        chosen = {"show": self.show, **{name: getattr(self, name) for name in CHOICES}, **ticked, **changed}
        chosen["page"] = "" if page == 1 else str(page)
        return urlencode({key: value for key, value in chosen.items() if value and (key, value) != ("show", "open")})

    def conditions(self, who: SignedIn, now: datetime) -> list[ColumnElement[bool]]:
        """What a referral must fulfil to be shown to `who`."""
        where = [visible_to(who), Referral.state.in_(SHOWS[self.show])]
        if self.mine:
            where.append(Referral.taken_by == who.name)
        if self.team:
            where.append(Referral.team == self.team)
        if self.channel:
            where.append(Referral.channel == self.channel)
        if self.urgent:
            where.append(Referral.priority == URGENT)
        if self.overdue:
            where += [Referral.due_at < now, Referral.state.in_(OPEN)]
        if self.show != WITHDRAWN:  # of these nothing is read any more, not even by what they are found
            where += [lookup.has(lookup.NEED, self.need)] if self.need else []
            where += [lookup.has(lookup.CARE, lookup.YES)] if self.care else []
        return where


def visible_to(who: SignedIn) -> ColumnElement[bool]:
    """The condition on a referral that `who` may see it: a Local Area Coordinator those of their own teams."""
    return true() if who.whole_county else Referral.team.in_(sorted(who.teams))
