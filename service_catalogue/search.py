"""Finding services for a resident: by needs, district and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue.cards import ServiceCard, card
from service_catalogue.groups import groups_shown
from service_catalogue.hours import is_open
from service_catalogue.local import NeedCodes, local_data
from service_catalogue.ranking import Rules, choose
from service_catalogue.snapshot import Entry, Snapshot, snapshot_of

__all__ = ["Query", "ServiceCard", "search"]


@dataclass(frozen=True)
class Query:
    """What is asked for. `needs`: names of the vocabulary, e.g. "money_debt". `district`: one of the seven, "Leicester",
    "Rutland" or None for not known. `words`: what the resident said; with needs it only changes the order, without needs
    it is the search. `exclude`: ids that were shown already. `age`: in years; None stands for an adult."""

    needs: tuple[str, ...]
    district: str | None
    words: str = ""
    exclude: frozenset[str] = frozenset()
    limit: int = 3
    age: int | None = None


def search(session: Session, query: Query, now: datetime) -> list[ServiceCard]:
    """Up to `query.limit` cards, best first; none when nothing fits. `now` is an aware time.

    Raises ValueError for a need that the vocabulary does not have.
    """
    local = local_data()
    snapshot = snapshot_of(session, local)
    scores = snapshot.text.scores(query.words) if query.words else {}
    needs = tuple(dict.fromkeys(query.needs))
    rules = Rules(
        needs,
        query.district,
        local.needs,
        age=query.age,
        shown=groups_shown(needs, query.words, local.groups),
        today=now.astimezone(LONDON).date(),
    )
    ranked = [
        rules.rank(entry, text=scores.get(entry.id, 0.0), open_now=is_open(entry.opening_hours, now) is True)
        for entry in _candidates(snapshot, needs, scores, local.needs)
        if entry.id not in query.exclude and rules.allows(entry)
    ]
    return [card(one.entry, needs, query.district, now, local) for one in choose(ranked, query.limit)]


def _candidates(snapshot: Snapshot, needs: Sequence[str], scores: dict[str, float], codes: NeedCodes) -> list[Entry]:
    if not needs:
        return [snapshot.by_id[id] for id in scores]
    wanted = {code for need in needs for code in codes.codes_for(need)}
    found = {entry.id: entry for code in wanted for entry in snapshot.by_code.get(code, ())}
    return list(found.values())
