"""Answers to questions of the bank: read from words or taken as chosen, kept, and their effects on the needs and the red flags."""

from __future__ import annotations

import re

from actions.services import Services
from actions.turn import Turn
from assessment import answers
from assessment.gazetteer import normalise
from assessment.questions import SKIP, Question

OPEN_LIMIT = 300  # characters kept of an answer in own words
_PASS = re.compile(
    r"^(?:(?:ooh|oh|er|um|ill|i'll|i shall|i will|id|i'd rather|can i|lets|please) )*(?:pass|skip)\b|(?:^|[.,!?] ?)(?:next|move on|skip (?:it|that|this))[ .!]*$|"
    r"\b(?:not bothered|no comment|none of your business)\b",
    re.IGNORECASE,
)
SHORT = 4  # words
SAID = "said"  # what a slot holds of an answer in own words; the words are in `answers`


def read(turn: Turn, services: Services) -> bool:
    """Read the answer to the open question of the bank. False when it is none."""
    if not turn.get("question"):
        return False
    question = services.questions.get(turn.get("question"))
    if turn.intent in ("skip", "dont_know") or passes(turn.text):
        return answer(turn, services, turn.intent if turn.intent == "dont_know" else SKIP)
    if question.open:
        if short := _short_answer(question, turn):
            return answer(turn, services, short)
        said = turn.text.strip()[:OPEN_LIMIT]
        return bool(said) and answer(turn, services, said)
    value = need_said(turn, services) if question.which_need else option_said(question, turn)
    return value is not None and answer(turn, services, value)


def _short_answer(question: Question, turn: Turn) -> str | None:
    """The option that a few words choose, of an open question that has options: "no", "nothing really"."""
    return option_said(question, turn) if question.options and len(turn.text.split()) <= SHORT else None


def passes(text: str) -> bool:
    """Whether an answer leaves the question out: "ooh pass", "not bothered, next"."""
    return bool(_PASS.search(text))


def answer(turn: Turn, services: Services, value: str) -> bool:
    """Keep the answer to the open question of the bank, with what it changes. False when none is open."""
    question, slot = turn.get("question"), turn.asked
    if not question or not slot:
        return False
    kept = SAID if services.questions.get(question).open and value != SKIP else value
    take(turn, services, question, value)
    turn.set(question=None, **{slot: f"{question}={kept}"})
    return True


def take(turn: Turn, services: Services, question: str, value: str) -> None:
    """Keep one answer, whether it was asked for or told unasked."""
    given = {**turn.get("answers", {}), question: value}
    turn.set(answers=given)
    effects = services.questions.effects(given)
    if new_flags := [f for f in effects.add_flags if f not in turn.get("red_flags_seen", [])]:
        turn.set(red_flags_seen=[*turn.get("red_flags_seen", []), *new_flags])
    if new_needs := [n for n in effects.add_needs if n not in turn.get("needs", [])]:
        turn.set(needs=services.needs.order([*turn.get("needs", []), *new_needs]))


def option_said(question: Question, turn: Turn) -> str | None:
    """The option that an answer in words means: its label, words that say it, its first words, or a plain yes or no."""
    said = turn.text.lower().strip(" .!")
    labels = {option.label.lower(): option.value for option in question.options}
    if said in labels:
        return labels[said]
    plain_words = normalise(said)
    within = [label for label in labels if len(label) > 3 and normalise(label) in plain_words]
    if len(within) == 1 and plain_words.startswith(normalise(within[0])):
        return labels[within[0]]
    if value := question.meant(turn.text):
        return value
    agreed = answers.yes_no(turn.text, turn.intent)
    if agreed is not None:
        start = "yes" if agreed else "no"
        plain = [value for label, value in labels.items() if re.split(r"\W", label)[0] == start]
        if plain:
            return plain[0]  # the bank puts the plainest first
    starts = [value for label, value in labels.items() if len(said) > 3 and (label.startswith(said) or said in label)]
    return starts[0] if len(starts) == 1 else None


def need_said(turn: Turn, services: Services) -> str | None:
    """Which of the person's needs an answer names; the first part of it counts most ("losing weight, the fags can wait")."""
    needs = turn.get("needs", [])
    first = set(normalise(re.split(r"[,.;]|\bbut\b|\bthen\b", turn.text, maxsplit=1)[0]).split()) - _SMALL
    shared = {}
    for need in needs:
        known = services.needs.get(need)
        shared[need] = len(first & set(normalise(f"{known.short} {known.say}").split()))
    best = [need for need in needs if shared[need] and shared[need] == max(shared.values())]
    if len(best) == 1:
        return best[0]
    named = [need for need in turn.entities("need") if need in needs]
    return named[0] if named else None


_SMALL = frozenset(
    ["the", "a", "my", "to", "or", "and", "your", "of", "with", "for", "more", "getting", "get", "help", "things"]
)
