"""A message that is clearly in one of twelve other languages, as an entity `language` (value: ISO 639-1 code).

Where the alphabet decides, it does (language_words.yml under DATA_DIR); for the Latin alphabet the library lingua and words of that
language must agree. A wrong guess would answer somebody's English in Slovak, so everything doubtful stays English: single
words, thanks and greetings within English, names, dialect, mash. Romanised Hindi, Urdu, Gujarati and Punjabi are left alone too: Hindi and
Urdu cannot be told apart there, and nobody knows which letters the writer reads.

lingua in its low-accuracy mode (three letters at a time), asked only about a language and those like it, takes 35 MB; a message takes 0.3 ms.
Its other mode takes over 400 MB, and langid has no Somali.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from lingua import Language, LanguageDetectorBuilder
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message
from spacy.lang.en.stop_words import STOP_WORDS

from bot.nlu.component import ReviewedData
from bot.secret import data_dir

FILE = "language_words.yml"
MOST = 600  # characters read: a language shows itself early
SURE = 0.8  # how sure lingua must be, of a message that holds words of the language
SURER = 0.95  # and of one that holds only one such word, and no English one
PLAINLY = 3  # words of the language, at least half of the message and none English, need only no contradiction
SHARE = 0.25  # of the words of the message, those that are words of the language
SHORTEST = 3  # letters of a word that shows English
LEAST_LETTERS = 2  # of another alphabet

# The languages that look like each of the five, so that Czech is not taken for Slovak or Spanish for Portuguese. English is always there.
_ALIKE = {
    "pl": ("CZECH", "SLOVAK", "GERMAN", "LITHUANIAN"),
    "ro": ("ITALIAN", "SPANISH", "FRENCH", "HUNGARIAN", "ALBANIAN"),
    "so": ("TURKISH", "ALBANIAN", "WELSH", "SWAHILI", "ITALIAN"),
    "pt": ("SPANISH", "ITALIAN", "FRENCH"),
    "sk": ("CZECH", "POLISH", "CROATIAN", "HUNGARIAN"),
}
_BLOCKS = {
    "Gujarati": "\u0a80-\u0aff",
    "Gurmukhi": "\u0a00-\u0a7f",
    "Devanagari": "\u0900-\u097f",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
    "Cyrillic": "\u0400-\u04ff",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff",
}
_KANA = re.compile("[\u3040-\u30ff]")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_FOLD = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "’": "'"})
_MARKS = ".,!?;:…()\"'“”„«»।。！？؟،"
_DATA = re.compile(r"\S*(?:@|www\.|://)\S*|\S*\d\S*")  # addresses and numbers are of no language


class Guess(NamedTuple):
    """A language, and how sure: 1.0 where the alphabet decides, else what lingua says."""

    code: str
    confidence: float


def fold(word: str) -> str:
    """A word in small letters without accents, as people type it on an English keyboard."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_FOLD))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


class Languages:
    """What language_words.yml says, ready to be asked."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._scripts = {code: _Script(entry) for code, entry in content["by_script"].items()}
        self._words = {code: _listed(entry["words"]) for code, entry in content["by_words"].items()}
        self._phrases = {
            code: [tuple(phrase.split()) for phrase in _listed(entry["phrases"])]
            for code, entry in content["by_words"].items()
        }
        # spaCy's words of two letters ("do", "to", "me") are words of half of Europe.
        self._english = {word for word in STOP_WORDS if len(word) >= SHORTEST} | _listed(content["english"])
        self._thanks = _listed(content["thanks"])
        self._detectors = {code: _detector(code) for code in self._words}

    @classmethod
    def load(cls, folder: Path) -> Languages:
        """Read `folder`/language_words.yml."""
        return cls(yaml.safe_load((folder / FILE).read_text(encoding="utf-8")))

    def guess(self, text: str) -> Guess | None:
        """The language of a text of any length, or None: English, too little to tell, or none of the twelve."""
        text = _DATA.sub(" ", unicodedata.normalize("NFC", text[:MOST]))
        words = _WORD.findall(text)
        if {fold(word.strip(_MARKS)) for word in text.split()} <= self._thanks:
            return None
        return self._by_script(text, words) or self._by_words(words)

    def _by_script(self, text: str, words: list[str]) -> Guess | None:
        latin = sum(1 for word in words if word[0] < "\u0250")
        for code, script in self._scripts.items():
            if script.holds(text, latin):
                return Guess(code, 1.0)
        return None

    def _by_words(self, words: list[str]) -> Guess | None:
        plain = [fold(word) for word in words]
        seen = set(plain)
        best = max(self._words, key=lambda code: len(seen & self._words[code]))
        for code in (best, *(code for code in self._words if code != best)):
            known = self._words[code]
            phrase = any(_holds(plain, phrase) for phrase in self._phrases[code])
            if not phrase and not seen & known:
                continue
            # A word that both have ("no", "as", "me") speaks for neither.
            foreign = len((seen & known) - self._english)
            english = len((seen & self._english) - known)
            enough = foreign >= 2 or phrase or (foreign == 1 and len(seen) >= 3 and not english)
            if phrase and not english:
                return Guess(code, 1.0)
            if not enough or foreign < SHARE * len(seen) or foreign <= 2 * english:
                continue
            likely = self._detectors[code].compute_language_confidence_values(_without_names(words))
            share = {value.language.iso_code_639_1.name.lower(): value.value for value in likely}
            alike = max(value for name, value in share.items() if name not in (code, "en"))
            # Three letters at a time lingua knows accents badly; where the words speak for themselves it only has a veto.
            plainly = foreign >= PLAINLY and 2 * foreign >= len(seen) and not english and alike < SURE
            if share[code] >= (SURE if foreign >= 2 else SURER) or plainly:
                return Guess(code, round(share[code], 3))
        return None


def _without_names(words: list[str]) -> str:
    """The message without the words that have a capital within it, unless most have one: names say nothing."""
    small = [word for place, word in enumerate(words) if place == 0 or word[0].islower()]
    return " ".join(small if 2 * len(small) > len(words) else words)


def _detector(code: str) -> Any:
    """lingua for one language, English and those like it; loaded now, so that the first message is as quick as the others."""
    own = next(language for language in Language.all() if language.iso_code_639_1.name.lower() == code)
    alike = [getattr(Language, name) for name in _ALIKE[code]]
    builder = LanguageDetectorBuilder.from_languages(own, Language.ENGLISH, *alike)
    return builder.with_low_accuracy_mode().with_preloaded_language_models().build()


class _Script:
    """One language that its alphabet tells."""

    def __init__(self, entry: Mapping[str, str]) -> None:
        self._name = entry["script"]
        self._any = re.compile(f"[{_BLOCKS[self._name]}]")
        self._letters = set(entry.get("letters", ""))
        self._marks = set(_split(entry.get("words", "")))
        self._never = set(entry.get("never", ""))
        self._never_words = set(_split(entry.get("never_words", "")))

    def holds(self, text: str, latin: int) -> bool:
        """Whether at least half of the words are in this script and nothing says that it is another language."""
        letters = self._any.findall(text.casefold())
        if sum(letter.isalpha() for letter in letters) < LEAST_LETTERS or (self._name == "Han" and _KANA.search(text)):
            return False
        # Chinese is written without spaces: two signs are about a word.
        words = [word for word in text.casefold().split() if self._any.search(word)]
        if max(len(words), len(letters) // 2 if self._name == "Han" else 0) < latin:
            return False
        said = {re.sub(r"[^\w]", "", word) for word in words} | set(words)
        if self._never & set(letters) or self._never_words & said:
            return False
        return not self._letters or bool(self._letters & set(letters)) or bool(self._marks & said)


def _split(listed: str) -> list[str]:
    return [word.strip() for word in listed.split(",") if word.strip()]


def _listed(listed: str) -> set[str]:
    return {fold(word) for word in _split(listed)}


def _holds(words: list[str], phrase: tuple[str, ...]) -> bool:
    return any(tuple(words[at : at + len(phrase)]) == phrase for at in range(len(words) - len(phrase) + 1))


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class LanguageDetector(ReviewedData):
    """Adds at most one entity `language`, over the whole message."""

    def __init__(self, config: dict[str, Any]) -> None:
        self._languages = Languages.load(data_dir())

    @staticmethod
    def required_packages() -> list[str]:
        return ["lingua"]

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return hashlib.sha256((data_dir() / FILE).read_bytes() + Path(__file__).read_bytes()).hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = message.get(TEXT) or ""
            guess = self._languages.guess(text)
            if guess:
                entity = {
                    "entity": "language",
                    "value": guess.code,
                    "start": 0,
                    "end": len(text),
                    "confidence": guess.confidence,
                }
                message.set(
                    ENTITIES, (message.get(ENTITIES) or []) + self.add_extractor_name([entity]), add_to_output=True
                )
        return messages
