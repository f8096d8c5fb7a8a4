"""Finding services for a resident: by needs, place, words and what they wish for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue import meaning
from service_catalogue.cards import ServiceCard, card
from service_catalogue.choosing import choose
from service_catalogue.columns import Flags, Numbers
from service_catalogue.entry import Entry
from service_catalogue.groups import groups_shown
from service_catalogue.hours import is_open
from service_catalogue.local import LocalCatalogueData, data_dir_of, local_data
from service_catalogue.match import explicit_no, meets
from service_catalogue.points import Point, Points
from service_catalogue.ranking import Facts, Places, Ranked, Rules
from service_catalogue.reasons import Asker
from service_catalogue.snapshot import Snapshot, fresh, reading_of
from service_catalogue.topics import TopicIndex
from service_catalogue.wishes import NONE, Wishes, wishes

__all__ = ["Query", "ServiceCard", "search"]

_NAMED = 0.3  # how much the words of its record count beside the topics
_LEAST = 0.45  # of the best answer to the words: what fits less is not offered
_MOST = 60  # services that are looked at closely when the search is by words


@dataclass(frozen=True)
class Query:
    """What is asked for. `needs`: names of the vocabulary, e.g. "money_debt". `district`: one of the seven, "Leicester",
    "Rutland" or None for not known. `words`: what the resident said; with needs it only changes the order, without needs
    it is the search. `exclude`: ids that were shown already. `age`: in years; None stands for an adult.

    `place`: where the person is, as a point or the name of a town or village; `postcode`: theirs, or the first half of it.
    Both are only used to say how far away things are. `wishes`: what the help must be like; None: as their words say.
    `unlike`: ids of services of a kind that is not wanted; what is there for the same thing first of all is left out."""

    needs: tuple[str, ...]
    district: str | None
    words: str = ""
    exclude: frozenset[str] = frozenset()
    limit: int = 3
    age: int | None = None
    place: Point | str | None = None
    postcode: str = ""
    wishes: Wishes | None = None
    unlike: frozenset[str] = frozenset()


def search(session: Session, query: Query, now: datetime) -> list[ServiceCard]:
    """Up to `query.limit` cards, best first; none when nothing fits. `now` is an aware time.

    Raises ValueError for a need that the vocabulary does not have.
    """
    local = local_data()
    asker = asker_of(query)
    return [card(entry, query.needs, query.district, now, local, asker) for entry in found(session, query, now, asker)]


def found(session: Session, query: Query, now: datetime, asker: Asker | None = None) -> list[Entry]:
    """The entries behind the cards of `search`, in the same order."""
    local = local_data()
    asker = asker or asker_of(query)
    reading = reading_of(session, local)
    rules = rules_of(query, local, now)
    spare = 0 if reading.current else query.limit
    chosen = choose(_ranked(reading.snapshot, query, asker, rules, local, query.limit + spare), query.limit + spare)
    if reading.current:
        return [one.entry for one in chosen]
    # The catalogue has changed since it was read: what is shown is read anew.
    newest = fresh(session, [one.entry.id for one in chosen], local)
    entries = [newest[one.entry.id] for one in chosen if one.entry.id in newest]
    return [entry for entry in entries if _may_be_shown(entry, query, asker, rules)][: query.limit]


def asker_of(query: Query) -> Asker:
    """What the question says of the person's place and wishes."""
    place = query.place
    if isinstance(place, str):
        place = _points(data_dir_of(None)).of_place(place)
    if place is None and query.postcode:
        place = _points(data_dir_of(None)).of_postcode(query.postcode)
    outcode = query.postcode.upper().split(" ")[0] if query.postcode else ""
    return Asker(query.wishes if query.wishes is not None else wishes(query.words), place, outcode)


def rules_of(query: Query, local: LocalCatalogueData, now: datetime) -> Rules:
    needs = tuple(dict.fromkeys(query.needs))
    return Rules(
        needs,
        query.district,
        local.needs,
        age=query.age,
        shown=groups_shown(needs, query.words, local.groups),
        today=now.astimezone(LONDON).date(),
        is_open=cache(lambda hours: is_open(hours, now) is True),
    )


def _ranked(
    snapshot: Snapshot, query: Query, asker: Asker, rules: Rules, local: LocalCatalogueData, limit: int
) -> list[Ranked]:
    """In order those that can be among the first `limit`."""
    answers, named = _answers(snapshot, query.words, local)
    within = snapshot.within(rules.areas)
    if query.needs:
        codes = {code for need in query.needs for code in local.needs.codes_for(need)}
        places = np.flatnonzero(within & snapshot.listed & snapshot.columns.answering(codes))
    else:
        places = _most_relevant(answers, within, _MOST + len(query.exclude) + 2 * query.limit)
    places = places[~_left_out(snapshot, query)[places]]
    if asker.wishes.gender is not None or query.age is not None:
        refused = [explicit_no(snapshot.entries[place], asker.wishes, query.age) for place in places.tolist()]
        places = places[~np.array(refused, dtype=np.bool_)]
    best = answers[places].max(initial=0.0)
    met = np.zeros((2, len(places)))
    miles = np.full(len(places), np.nan) if asker.place is None else snapshot.distances.of(asker.place)[places]
    if asker.wishes != NONE:
        for at, (place, away) in enumerate(zip(places.tolist(), miles.tolist(), strict=True)):
            wishes = tuple(meets(snapshot.entries[place], asker.wishes, None if away != away else away).values())
            met[:, at] = wishes.count(False), wishes.count(None)
    own = snapshot.within((query.district,) if query.district else ())
    facts = Facts(named[places], answers[places] / (best or 1.0), met[0], met[1], miles, own[places])
    return rules.rank(snapshot.entries, snapshot.columns, places, facts, limit)


def _left_out(snapshot: Snapshot, query: Query) -> Flags:
    """For each service whether it was shown already, is of a kind that is not wanted, or is not listed."""
    found = snapshot.columns.there_for(_kinds(snapshot, query.unlike))
    found[[snapshot.places[id] for id in query.exclude if id in snapshot.places]] = True
    return found if query.needs else found | ~snapshot.listed_in_words


def _kinds(snapshot: Snapshot, ids: frozenset[str]) -> set[str]:
    """What these services are there for first of all."""
    there = (snapshot.entries[snapshot.places[id]] for id in ids if id in snapshot.places)
    return {entry.codes[0] for entry in there if entry.codes}


def _may_be_shown(entry: Entry, query: Query, asker: Asker, rules: Rules) -> bool:
    return rules.allows(entry) and not explicit_no(entry, asker.wishes, query.age)


def _answers(snapshot: Snapshot, words: str, local: LocalCatalogueData) -> tuple[Numbers, Numbers]:
    """For each service how far it answers the words, and how well its own words match them."""
    named = np.zeros(len(snapshot.entries))
    if not words:
        return named, named
    for id, score in snapshot.text.scores(local.thesaurus.in_plain_words(words)).items():
        named[snapshot.places[id]] = score
    return snapshot.links.relevance(_topics(data_dir_of(None)).scores(words)) + _NAMED * named, named


def _most_relevant(answers: Numbers, within: Flags, most: int) -> Places:
    answers = np.where(within, answers, 0.0)
    best = answers.max(initial=0.0)
    if not best:
        return np.zeros(0, dtype=np.int64)
    places = np.flatnonzero(answers >= best * _LEAST)
    if len(places) > most:
        places = places[np.argpartition(-answers[places], most - 1)[:most]]
    return places


@lru_cache(maxsize=4)
def _topics(data_dir: Path) -> TopicIndex:
    return TopicIndex(local_data(data_dir).thesaurus, meaning.load())


@lru_cache(maxsize=4)
def _points(data_dir: Path) -> Points:
    return Points.load(data_dir)
