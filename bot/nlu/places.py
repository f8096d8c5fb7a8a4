"""Places and postcodes in a message, as entities `place` and `postcode`.

The names come from places.csv and ambiguous_places.yml under DATA_DIR. Many of them are ordinary words or surnames (Hose, Heather,
Wilson, Moira, Cotes), so a name counts when the message says where ("in", "from", "near", "live"), when it is the whole
answer, or when it is distinctive: several words, or a name that is no English word.
"""

from __future__ import annotations

import csv
import hashlib
import re
from pathlib import Path
from typing import Any, NamedTuple

import spacy
import yaml
from rapidfuzz import process as fuzzy
from rapidfuzz.distance import DamerauLevenshtein
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.matcher import PhraseMatcher

from bot.nlu.component import ReviewedData
from bot.secret import data_dir

PLACES, AMBIGUOUS = "places.csv", "ambiguous_places.yml"

# Outward code and, where given, inward code; the letters that never occur in those positions are left out so that
# "PIP 4 me" or "at 3pm" are no postcodes. Source: the format in BS 7666 / Royal Mail's programmers' guide.
POSTCODE = re.compile(
    r"\b([A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKPSTUW]?)[ \t]{0,2}([0-9][ABD-HJLNP-UW-Z]{2})\b", re.IGNORECASE
)
OUTCODE = re.compile(
    r"\b(LE[0-9]{1,2}|CV(?:9|1[0139]|23)|DE(?:1[12]|7[234])|NG(?:1[0123]|3[23])|NN6|PE9|B79)\b", re.IGNORECASE
)
_APOSTROPHES = str.maketrans("’‘`", "'''")  # telephones type the curly ones
FUZZY_LENGTH = 6  # a name this long may have one letter wrong
MOST_FILLERS = 8  # words beside a name that is the whole answer
MAX_FUZZY_WORDS = 60  # in a longer message a word with one letter wrong is hardly the answer to "where?"

_STREET = {"road", "rd", "street", "st", "lane", "ln", "avenue", "ave", "drive", "close", "way", "crescent"}
_BEFORE = {"in", "from", "near", "nr", "at", "around", "by", "round", "outside", "to", "of"}
_LIVING = {
    "live",
    "lives",
    "living",
    "livin",
    "based",
    "village",
    "town",
    "moved",
    "move",
    "resident",
    "address",
    "area",
}
_FILLERS = {
    "i", "im", "i'm", "live", "lives", "living", "in", "from", "near", "at", "we", "we're", "were", "it's", "its", "it",
    "is", "the", "my", "mum", "she", "he", "they", "just", "outside", "village", "of", "a", "called", "town", "place",
    "am", "over", "up", "down", "by", "um", "er", "well", "yes", "yeah", "ok", "sorry", "mate", "duck", "me",
    "please", "leicestershire", "leics", "county", "area", "'m", "'s", "actually", "currently",
}  # fmt: skip

# Everyday words one letter away from a name.
_NEVER_MISSPELT = _FILLERS | {
    "goodby",
    "goodbye",
    "either",
    "weather",
    "leather",
    "heathen",
    "heaters",
    "heating",
    "health",
}


class Found(NamedTuple):
    entity: str
    value: str
    start: int
    end: int


class PlaceNames:
    """All names of places.csv and ambiguous_places.yml, ready to be found in a text."""

    def __init__(self, names: dict[str, str], common: set[str]) -> None:
        self._canonical = {_key(name): value for name, value in names.items()}
        self._common = {_key(name) for name in common}
        self._nlp = spacy.blank("en")
        self._matcher = PhraseMatcher(self._nlp.vocab, attr="LOWER")
        spellings = set(names) | {name.replace("-", " ") for name in names} | {name.replace("'", "") for name in names}
        spellings |= {name.replace(" ", "-") for name in names}
        self._matcher.add("place", [self._nlp.make_doc(spelling) for spelling in sorted(spellings)])
        for spelling in spellings:
            self._canonical.setdefault(_key(spelling), names.get(spelling) or self._canonical[_key(spelling)])
        self._long = sorted(key for key in self._canonical if len(key) >= FUZZY_LENGTH)

    @classmethod
    def load(cls, folder: Path) -> PlaceNames:
        """Read both files of `folder`; `also_word` marks the names that are everyday words or names of people too."""
        names: dict[str, str] = {}
        common: set[str] = set()
        with (folder / PLACES).open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for spelling in (row["name"], *row["aliases"].split(";")):
                    if spelling.strip():
                        names.setdefault(spelling.strip(), row["name"])
                        if row["also_word"] == "yes":
                            common.add(spelling.strip())
        for entry in yaml.safe_load((folder / AMBIGUOUS).read_text(encoding="utf-8"))["names"]:
            for spelling in (entry["name"], *entry.get("aliases", [])):
                if spelling not in names:
                    names[spelling] = entry["name"]
                    common.add(spelling)
        return cls(names, common)

    def find(self, text: str) -> list[Found]:
        """Every place and postcode in `text`, in the order of the text; names with one letter wrong too where said as a place."""
        text = text.translate(_APOSTROPHES)  # as long as before
        found = [Found("postcode", f"{m[1]} {m[2]}".upper(), m.start(), m.end()) for m in POSTCODE.finditer(text)]
        taken = [(f.start, f.end) for f in found]
        found += [
            Found("postcode", m[1].upper(), m.start(), m.end())
            for m in OUTCODE.finditer(text)
            if not _overlaps(m.start(), m.end(), taken)
        ]
        taken = [(f.start, f.end) for f in found]
        doc = self._nlp.make_doc(text)
        spans = sorted(self._matcher(doc, as_spans=True), key=lambda s: (s.start, -len(s)))
        for span in spans:
            if _overlaps(span.start_char, span.end_char, taken) or not self._meant(doc, span.start, span.end):
                continue
            found.append(Found("place", self._canonical[_key(span.text)], span.start_char, span.end_char))
            taken.append((span.start_char, span.end_char))
        misspelt = self._misspelt(doc)
        if misspelt and not any(f.start <= misspelt.start and f.end >= misspelt.end for f in found):
            # "kirby muxlo": the longer name with one letter wrong, not the shorter one inside it.
            found = [f for f in found if f.end <= misspelt.start or f.start >= misspelt.end] + [misspelt]
        return sorted(found, key=lambda f: f.start)

    def _meant(self, doc: Any, start: int, end: int) -> bool:
        """Whether tokens start..end name a place here, and not the word or person of the same spelling."""
        key = _key(doc[start:end].text)
        if end < len(doc) and doc[end].lower_ in _STREET:
            return False
        if _only_fillers(doc, start, end) or _said_where(doc, start):
            return True
        if key in self._common:
            return False
        return end - start > 1 or len(key) >= FUZZY_LENGTH or doc[start].text[:1].isupper()

    def _misspelt(self, doc: Any) -> Found | None:
        """A name with one letter wrong where the message says where; the longest."""
        words = [token for token in doc if token.text[:1].isalpha()]
        if len(words) > MAX_FUZZY_WORDS:
            return None
        # A name that is the whole answer stands among few other words; anywhere else it must be said as a place.
        short = len(words) <= MOST_FILLERS + 4
        firsts = [first for first, word in enumerate(words) if short or _said_where(doc, word.i)]
        for length in (4, 3, 2, 1):
            for first in firsts:
                if first + length > len(words):
                    continue
                start, end = words[first].i, words[first + length - 1].i + 1
                key = _key(doc[start:end].text)
                if len(key) < FUZZY_LENGTH - 1 or (length == 1 and key in _NEVER_MISSPELT):
                    continue
                if key in self._canonical or not (_said_where(doc, start) or _only_fillers(doc, start, end)):
                    continue
                near = fuzzy.extractOne(key, self._long, scorer=DamerauLevenshtein.distance, score_cutoff=1)
                if near:
                    span = doc[start:end]
                    return Found("place", self._canonical[near[0]], span.start_char, span.end_char)
        return None


def _key(name: str) -> str:
    return " ".join(name.lower().replace("-", " ").replace("'", "").split())


def _overlaps(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return any(start < b and end > a for a, b in taken)


def _said_where(doc: Any, start: int) -> bool:
    """ "in X", "from X", "live X", "I'm near the X", "village of X" """
    before = [token.lower_ for token in doc[max(0, start - 3) : start] if not token.is_punct]
    if not before:
        return False
    if before[-1] in ("the", "a", "old", "great"):
        before = before[:-1]
    return bool(before) and (before[-1] in _BEFORE or before[-1] in _LIVING)


def _only_fillers(doc: Any, start: int, end: int) -> bool:
    """True when the rest of the message says nothing else: the name is the answer."""
    rest = [token for token in doc if not start <= token.i < end and not token.is_punct and not token.is_space]
    return len(rest) <= MOST_FILLERS and all(token.lower_ in _FILLERS for token in rest)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class PlaceExtractor(ReviewedData):
    """Adds the entities `place` (value: the name as the data writes it) and `postcode` (value: upper case, one space)."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._names = PlaceNames.load(data_dir())

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        digest = hashlib.sha256(Path(__file__).read_bytes())
        for file in (PLACES, AMBIGUOUS):
            digest.update((data_dir() / file).read_bytes())
        return digest.hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            found = self._names.find(message.get(TEXT) or "")
            entities = [
                {"entity": f.entity, "value": f.value, "start": f.start, "end": f.end, "confidence": 1.0} for f in found
            ]
            message.set(ENTITIES, (message.get(ENTITIES) or []) + self.add_extractor_name(entities), add_to_output=True)
        return messages
