"""Where a resident lives, from the names and postcode they gave: a district, a question to ask, or another right door."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assessment.gazetteer import Candidate, Gazetteer, Mention, normalise, word_set
from assessment.postcodes import Outcode, Postcode, load_outcodes, parse_postcode
from assessment.spelling import Spelling

Kind = Literal["district", "confirm", "ambiguous", "city", "rutland", "outside", "unknown"]
Option = tuple[str, str]

OTHER = "other"
_KIND_OF: dict[str, Kind] = {"place": "district", "city": "city", "rutland": "rutland", "outside": "outside"}
# How English marks a word as a place, and what resident's answers begin with; input to recognise, never shown.
_CUES = word_set("in at from near of to live lives living around called by outside")
_LEAD = _CUES | word_set(
    "i im we were is its it am my our the a just thats that this she he hes shes they mum mums dad dads village town city area home house address place "
    "me us currently now based well um er oh ok yes ye yeah hi hello so please duck county leicestershire leics uk"
)
_NOT = word_set("not isnt never dont doesnt left")
_STREET = word_set(
    "road rd street st lane ln avenue ave drive close way court crescent gardens hospital prison college school"
)


@dataclass(frozen=True)
class PlaceAnswer:
    """
    What is known about where someone lives.

    `district`, `city`, `rutland`, `outside`: settled; `name` is the place and `area` the district, Leicester, Rutland or other county
    (None: somewhere outside, county not known). `confirm`: ask "is that ...?"; `ambiguous`: ask which. `options` are (label, value) pairs;
    give the chosen value back to `resolve` as a name. `unknown`: ask for a town, village or postcode. `district` is set for places in the county.
    """

    kind: Kind
    name: str
    district: str | None = None
    area: str | None = None
    options: tuple[Option, ...] = ()


class Places:
    """Everything known about places, read once from local data."""

    def __init__(self, gazetteer: Gazetteer, outcodes: dict[str, Outcode]) -> None:
        self.gazetteer = gazetteer
        self.outcodes = outcodes
        self._spelling = Spelling(gazetteer)
        for row in outcodes.values():
            for area in row.areas:
                gazetteer.candidate("", area)

    @classmethod
    def load(cls, data_dir: Path) -> Places:
        """Reads places.csv, ambiguous_places.yml and postcode_districts.csv. Raises LocalDataError naming file and row."""
        return cls(Gazetteer.load(data_dir), load_outcodes(data_dir / "postcode_districts.csv"))

    def parse_postcode(self, text: str) -> Postcode | None:
        """The first postcode in a text, whole or its first half alone; see `assessment.postcodes.parse_postcode`."""
        return parse_postcode(text, frozenset(self.outcodes))

    def resolve(self, names: Sequence[str], postcode: str | None = None) -> PlaceAnswer:
        """
        Where someone lives who named these places and this postcode (whole or its first half).

        A name may be a value out of the options of an earlier answer: it is then settled. Names nobody knows are left out when others are known.
        """
        for name in names:
            settled = self.gazetteer.settled(name)
            if settled:
                return self._settled(settled, settled.name or settled.area)
        mentions = [mention for name in names if (mention := self._mention(name))]
        code = self.parse_postcode(postcode) if postcode else None
        row = self.outcodes.get(code.outcode) if code else None
        if mentions:
            return self._from_mentions(self._without_postal_town(mentions), row)
        if code:
            return self._from_postcode(code, row)
        return PlaceAnswer("unknown", names[0] if names and names[0] != OTHER else "")

    def find(self, text: str) -> PlaceAnswer:
        """Where someone lives, from their whole answer to "where do you live?"; forgives one wrong letter and spelling by ear."""
        words = normalise(text).split()
        code = self.parse_postcode(text)
        postcode = str(code) if code else None
        names, ruled_out = self._named_in(words)
        rest = [word for word in words if word not in _LEAD]
        if names or code or ruled_out or not rest or len(words) > 12:
            return self.resolve(names, postcode)
        mention = self._spelling.one_letter_wrong(" ".join(rest))
        if mention is None:
            near = [found for word in rest if (found := self._spelling.one_letter_wrong(word))]
            mention = near[0] if len(near) == 1 else None
        if mention is None and len(rest) <= 3:
            mention = self._spelling.sounds_like(" ".join(rest))
        return self._from_mentions([mention], None) if mention else PlaceAnswer("unknown", "")

    def _mention(self, name: str) -> Mention | None:
        return self.gazetteer.get(name) or self._spelling.one_letter_wrong(normalise(name))

    def _named_in(self, words: list[str]) -> tuple[list[str], bool]:
        """The places named in an answer, and whether some other place was ruled out ("not Leicester")."""
        names: list[str] = []
        ruled_out = False
        start = since = 0
        while start < len(words):
            length = next((n for n in range(self.gazetteer.longest, 0, -1) if self._is_place(words, start, n)), 0)
            if length:
                if _NOT & set(words[max(since, start - 4) : start]):
                    ruled_out = True
                else:
                    names.append(" ".join(words[start : start + length]))
                since = start + length
            start += length or 1
        return names, ruled_out

    def _is_place(self, words: list[str], start: int, length: int) -> bool:
        end = start + length
        mention = self.gazetteer.get(" ".join(words[start:end])) if end <= len(words) else None
        after = words[end] if end < len(words) else None
        if mention is None or after in _STREET:
            return False
        alone = all(word in _LEAD for word in words[:start]) and (after is None or after in _LEAD)
        return not mention.also_word or alone or (start > 0 and words[start - 1] in _CUES)

    def _without_postal_town(self, mentions: list[Mention]) -> list[Mention]:
        near = [
            mention
            for mention in mentions
            if normalise(mention.said) not in self.gazetteer.postal_towns
            and any(candidate.kind in ("place", "city") for candidate in mention.candidates)
        ]
        towns = [mention for mention in mentions if normalise(mention.said) in self.gazetteer.postal_towns]
        return [mention for mention in mentions if mention not in towns] if near and towns else mentions

    def _from_mentions(self, mentions: list[Mention], row: Outcode | None) -> PlaceAnswer:
        certain = {mention.candidates[0].area for mention in mentions if len(_areas(mention.candidates)) == 1}
        choices: list[Candidate] = []
        for mention in mentions:
            kept = mention.candidates
            if len(_areas(kept)) > 1:
                kept = _within(kept, certain) or kept
            choices += (_within(kept, set(row.areas)) or kept) if row else kept
        choices = list(dict.fromkeys(choices))
        areas = _areas(choices)
        if row and row.areas and not areas & set(row.areas):
            choices += [self._postcode_candidate(row, area) for area in row.areas]
            return self._ask(choices, mentions[0].said)
        if len(areas) > 1:
            return self._ask(choices, mentions[0].said)
        first = mentions[0]
        supported = row is not None or len({mention.said for mention in mentions}) > 1
        if first.confirm and not supported:
            return self._confirm(choices[0])
        own = [choice for choice in choices if choice in first.candidates]
        return self._settled(choices[0], own[0].name if len(own) == 1 else first.said)

    def _from_postcode(self, code: Postcode, row: Outcode | None) -> PlaceAnswer:
        if row is None:
            # The table holds every first half that touches the county or its neighbours; another LE one is a slip of the finger.
            return PlaceAnswer("unknown" if code.outcode.startswith("LE") else "outside", str(code))
        if not row.areas:
            return PlaceAnswer("unknown", str(code))
        if row.verdict == "ambiguous":
            return self._ask([self._postcode_candidate(row, area) for area in row.areas], str(code))
        likeliest = self._postcode_candidate(row, row.areas[0])
        if row.verdict == "likely district" or (row.verdict in ("rutland", "outside") and len(row.areas) > 1):
            return self._confirm(likeliest)
        return self._settled(likeliest, likeliest.area)

    def _postcode_candidate(self, row: Outcode, area: str) -> Candidate:
        hint = row.hints.get(area)
        label = self.gazetteer.words["option_hint"].format(places=hint, area=area) if hint else None
        return self.gazetteer.candidate("", area, label)

    def _ask(self, choices: list[Candidate], said: str) -> PlaceAnswer:
        options = [(candidate.label, candidate.value) for candidate in choices]
        return PlaceAnswer("ambiguous", said, options=(*options, (self.gazetteer.words["other"], OTHER)))

    def _confirm(self, likely: Candidate) -> PlaceAnswer:
        words = self.gazetteer.words
        options = ((words["confirm_yes"], likely.value), (words["confirm_no"], OTHER))
        district = likely.area if likely.kind == "place" else None
        return PlaceAnswer("confirm", likely.name or likely.area, district, likely.area, options)

    def _settled(self, place: Candidate, name: str) -> PlaceAnswer:
        return PlaceAnswer(_KIND_OF[place.kind], name, place.area if place.kind == "place" else None, place.area)


def _areas(candidates: Sequence[Candidate]) -> set[str]:
    return {candidate.area for candidate in candidates}


def _within(candidates: Sequence[Candidate], areas: set[str]) -> tuple[Candidate, ...]:
    return tuple(candidate for candidate in candidates if candidate.area in areas)
