"""When nothing, or too little, meets all of a resident's wishes: which single wish to give up gives most.

Only facts come out; the conversation says them in words of catalogue_words.yml (section "relax") and asks before it widens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from service_catalogue.entry import Entry
from service_catalogue.local import Words
from service_catalogue.match import meets
from service_catalogue.near import nearest
from service_catalogue.reasons import Asker
from service_catalogue.search import Query, asker_of, found
from service_catalogue.wishes import Wishes

_LOOKED_AT = 60
_DROPPED: dict[str, object] = {
    "free": False,
    "evening": False,
    "weekend": False,
    "remote": False,
    "in_person": False,
    "near": False,
    "language": None,
}


@dataclass(frozen=True)
class Relaxation:
    """`kept`: how many services are known to meet every wish; `possible`: of how many nothing speaks against it. `wish`:
    the one to give up; `gives`: how many then meet all the others; `towns`: where those are, with how many, nearest to
    most first; `query`: the question without that wish."""

    wish: str
    kept: int
    possible: int
    gives: int
    towns: tuple[tuple[str, int], ...]
    query: Query

    def in_words(self, words: Words) -> str:
        """ "I know of nothing that is free and near you. There are 2 that are not near you: 2 in Oadby." """
        nothing = words("relax", "none" if not self.kept else "few", count=str(self.kept))
        places = ", ".join(words("relax", "town", count=str(count), town=town) for town, count in self.towns)
        gives = words("relax", "one" if self.gives == 1 else "more", count=str(self.gives))
        without = words("relax_without", self.wish)
        return words(
            "relax", "places" if places else "plain", nothing=nothing, gives=gives, without=without, places=places
        )


def relax(session: Session, query: Query, now: datetime, enough: int = 1) -> Relaxation | None:
    """The one wish whose dropping gives most, when fewer than `enough` services are known to meet all wishes. None when
    there are enough, when nothing was wished for, or when no single wish makes a difference."""
    asker = asker_of(query)
    entries = found(session, replace(query, limit=_LOOKED_AT, wishes=asker.wishes), now, asker)
    kept = len(_meeting(entries, asker.wishes, asker))
    if kept >= enough:
        return None
    best: tuple[int, str, list[Entry], Wishes] | None = None
    for wish, fewer in _each_without_one(asker.wishes):
        meeting = _meeting(entries, fewer, asker)
        if len(meeting) > kept and (best is None or len(meeting) > best[0]):
            best = (len(meeting), wish, meeting, fewer)
    if best is None:
        return None
    gives, wish, meeting, fewer = best
    possible = sum(False not in met for met in _met(entries, asker.wishes, asker))
    return Relaxation(wish, kept, possible, gives, _towns(meeting, asker), replace(query, wishes=fewer))


def _meeting(entries: Sequence[Entry], wishes: Wishes, asker: Asker) -> list[Entry]:
    """Those known to meet every wish."""
    return [entry for entry, met in zip(entries, _met(entries, wishes, asker), strict=True) if all(met)]


def _met(entries: Sequence[Entry], wishes: Wishes, asker: Asker) -> list[tuple[bool | None, ...]]:
    """For each service whether it meets each wish; see `match.meets`."""
    return [tuple(meets(entry, wishes, _miles(entry, asker)).values()) for entry in entries]


def _miles(entry: Entry, asker: Asker) -> float | None:
    near = nearest(entry, asker.place)
    return near[0] if near else None


def _each_without_one(wishes: Wishes) -> list[tuple[str, Wishes]]:
    plain: list[tuple[str, Wishes]] = [
        (wish, replace(wishes, **{wish: nothing}))  # type: ignore[arg-type]
        for wish, nothing in _DROPPED.items()
        if getattr(wishes, wish)
    ]
    if wishes.days or wishes.not_days:
        plain.append(("days", replace(wishes, days=frozenset(), not_days=frozenset())))
    if wishes.after is not None or wishes.before is not None:
        plain.append(("hours", replace(wishes, after=None, before=None)))
    return plain + [(code, replace(wishes, access=wishes.access - {code})) for code in sorted(wishes.access)]


def _towns(entries: Sequence[Entry], asker: Asker) -> tuple[tuple[str, int], ...]:
    counts: Counter[str] = Counter()
    for entry in entries:
        near = nearest(entry, asker.place)
        town = near[1].town if near else next((venue.town for venue in entry.venues if venue.town), "")
        counts.update([town] if town else [])
    return tuple(counts.most_common(2))
