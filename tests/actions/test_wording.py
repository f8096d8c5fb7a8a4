"""Everything the conversation says, from domain.yml and the files of words around it: easy to read, one question at a time, kind, never a person or a diagnosis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.assessment.test_wording import WORDINGS as ASSESSMENT_WORDINGS
from tests.assessment.test_wording import reading_age

ROOT = Path(__file__).parents[2]
DATA = ROOT / "data" / "leicestershire"
# Short, known words in place of what is filled in: they say nothing about how hard a sentence is.
FILLED = re.compile(r"\{[^}]*\}")
JARGON = re.compile(
    r"\b(?:triage|assessment|referral pathway|signpost\w*|stakeholder\w*|service users?|clients?|eligib\w*|criteria|commission\w*|utilis\w*|facilitat\w*"
    r"|in order to|prior to|regarding|commenc\w*|vulnerable|non-compl\w*|attention.seeking|suffer(?:s|ing)? from)\b",
    re.I,
)
BLAME = re.compile(
    r"(?<!none of it is )\byour fault\b|\b(?:you should have|you failed|invalid|illegal|wrong answer|as I said)\b", re.I
)
A_PERSON_OR_A_DOCTOR = re.compile(
    r"\b(?:I am a (?:person|human|nurse|doctor|adviser)|I feel|I know how you feel|you (?:have|are) (?:depress|an alcoholic|anxi)|you are suffering"
    r"|diagnos\w*|your score|symptoms? of)\b",
    re.I,
)


def leaves(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text of a YAML value, by where it stands."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{where}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{where}.{number}")


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def wordings() -> Iterator[tuple[str, str]]:
    """Every wording with its places filled, by where it stands."""
    for name, variants in read(ROOT / "domain.yml")["responses"].items():
        for number, variant in enumerate(variants):
            yield f"domain.{name}.{number}", variant["text"]
    yield from leaves(read(DATA / "consent.yml")["receivers"], "consent")
    words = read(DATA / "referral_words.yml")
    yield from leaves({"promise": words["promise"], "contact_line": words["contact_line"]}, "referral_words")
    yield from leaves(read(DATA / "conversation_words.yml")["phrases"], "conversation_words")
    yield from leaves(read(DATA / "red_flag_replies.yml"), "red_flag_replies")


ALL = {where: FILLED.sub("Quorn", text) for where, text in wordings()}
SENTENCES = {where: text for where, text in ALL.items() if len(text.split()) >= 8 and not where.startswith("red_flag")}


def test_nothing_to_read_was_lost():
    """The lint reads the whole domain: every response, and the words around it."""
    responses = read(ROOT / "domain.yml")["responses"]
    assert {where.split(".")[1] for where in ALL if where.startswith("domain.")} == set(responses)
    assert len(ALL) > 200


@pytest.mark.parametrize("where", SENTENCES)
def test_a_child_of_eleven_can_read_it(where):
    """Each wording of eight words or more reads at an age of at most 11; fewer are too small a sample."""
    assert reading_age(SENTENCES[where]) <= 11.05, (reading_age(SENTENCES[where]), SENTENCES[where])


@pytest.mark.parametrize("where", ALL)
def test_a_sentence_has_at_most_25_words_and_a_message_one_question(where):
    """One thing is asked at a time, in short sentences."""
    for sentence in re.split(r"(?<=[.?!:])\s+", ALL[where]):
        assert len(sentence.split()) <= 25, sentence
    assert ALL[where].count("?") <= 1, ALL[where]


@pytest.mark.parametrize("where", {**ALL, **ASSESSMENT_WORDINGS})
def test_it_is_plain_kind_and_honest(where):
    """No jargon, no blame, no claim to be a person, nothing that names an illness or a score."""
    text = {**ALL, **ASSESSMENT_WORDINGS}[where]
    for words in (JARGON, BLAME, A_PERSON_OR_A_DOCTOR):
        assert not words.search(text), (words.search(text), text)
    assert not re.search(
        r"\b(?:neighbor|organize|apologize|color|program)(?:s|ed)?\b(?! of)", text.replace("computer program", "")
    )
