"""The question bank: which light question matters most now, and what the answers change. Words and effects live in questions.yml."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from assessment.gazetteer import normalise
from common.local_data import LocalDataError, read_yaml

SIGNS = (
    "isolated",
    "low_confidence",
    "long_term_condition",
    "does_not_know_where_to_start",
    "known_to_services",
    "wants_face_to_face",
    "wants_help_to_arrange",
    "prefers_phone",
)
SKIP = "skip"
MANY_NEEDS = 3  # from so many on it is asked which one matters most
_DENIED = re.compile(
    r"\b(?:no|not|never|without|dont|doesnt|didnt|havent|hasnt|isnt|arent|wasnt|if|when|nor|stopped|worried about|scared of|afraid of)(?: \w+){0,2}$"
)
_LEAD = re.compile(r"^(?:(?:no|nope|nah|yes|yeah|yep|ye|well|oh|aye|er|um)\s+)+")
_LISTS = ("urgent", "add_need", "add_flag", "first", "search", "advice")


@dataclass(frozen=True)
class Effects:
    """
    What answers changed. `urgent`, `first`: needs to be served first (same day, or simply first); `search`: words for the
    search of services; `advice`: ids of texts to say at once (`QuestionBank.advice`); the rest are signs for the routing.
    """

    urgent: tuple[str, ...] = ()
    add_needs: tuple[str, ...] = ()
    add_flags: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    isolated: bool = False
    low_confidence: bool = False
    long_term_condition: bool = False
    does_not_know_where_to_start: bool = False
    known_to_services: bool = False
    wants_face_to_face: bool = False
    wants_help_to_arrange: bool = False
    prefers_phone: bool = False

    def signs(self) -> dict[str, bool]:
        """The routing signs by name, ready for `routing.Assessment(**...)` (without `prefers_phone`, which changes no route)."""
        return {name: getattr(self, name) for name in SIGNS if name != "prefers_phone"}


@dataclass(frozen=True)
class Option:
    """One answer: what the resident reads, what is stored, and what it changes."""

    label: str
    value: str
    effects: Mapping[str, Any] = field(default_factory=dict)
    said: tuple[str, ...] = ()  # phrases of a resident's own that say this, so that it need not be asked
    means: tuple[str, ...] = ()  # phrases that mean this only as an answer to the question


@dataclass(frozen=True)
class Question:
    """One question. `needs` is empty for questions about any need; an `open` one is answered in the person's own words.

    See questions.yml for each field.
    """

    id: str
    stage: str
    needs: frozenset[str]
    hints: frozenset[str]
    not_with_flags: frozenset[str]
    not_with_effects: frozenset[str]
    once_for: str
    open: bool
    which_need: bool
    priority: int
    text_web: str
    text_other: str
    text_sms: str
    plainer: str
    plainer_other: str
    why: str
    why_other: str
    options: tuple[Option, ...]
    source: str
    licence: str

    def text(self, channel: str = "web", other: bool = False) -> str:
        """The wording for a channel ("web", "sms", "terminal") and for somebody who asks for another person; no options in it."""
        if other:
            return self.text_other
        return self.text_sms if channel == "sms" else self.text_web

    def plain(self, other: bool = False) -> str:
        """The wording for who did not follow."""
        return self.plainer_other if other else self.plainer

    def reason(self, other: bool = False) -> str:
        """The answer to "why do you ask?"."""
        return self.why_other if other else self.why

    def sms(self, other: bool = False) -> str:
        """The whole text message: wording, then the options numbered from 1."""
        return "\n".join(
            [self.text("sms", other), *(f"{n}. {option.label}" for n, option in enumerate(self.options, 1))]
        )

    def choices(self) -> list[dict[str, str]]:
        """The options as choices of a reply."""
        return [{"label": option.label, "value": option.value} for option in self.options]

    def told(self, text: str) -> str | None:
        """The value of the option that a message says in words of its own, the gravest first; None when it says none, or denies it."""
        padded = f" {normalise(text)} "
        return next((o.value for o in self.options if any(_says(padded, phrase) for phrase in o.said)), None)

    def meant(self, text: str) -> str | None:
        """The value of the one option that an answer means by its phrases; None for none and for several."""
        padded = f" {_LEAD.sub('', normalise(text))} "
        found = {o.value for o in self.options if any(_says(padded, phrase) for phrase in (*o.said, *o.means))}
        return found.pop() if len(found) == 1 else None

    def option(self, value: str) -> Option | None:
        """The option stored as `value`, or None (skipped, or an answer of another time)."""
        return next((option for option in self.options if option.value == value), None)


class QuestionBank:
    """All questions of questions.yml."""

    def __init__(
        self, questions: Iterable[Question], advice: Mapping[str, str], hints: Mapping[str, list[str]]
    ) -> None:
        self._questions = {question.id: question for question in questions}
        self._advice = advice
        self._hints = {hint: tuple(normalise(phrase) for phrase in phrases) for hint, phrases in hints.items()}

    @classmethod
    def load(cls, data_dir: Path) -> QuestionBank:
        """Reads questions.yml. Raises LocalDataError naming the question that cannot be used or that changes nothing."""
        path = data_dir / "questions.yml"
        content = read_yaml(path)
        questions = [_question(entry, f"{path}: {entry.get('id')}", content) for entry in content["questions"]]
        if len({question.id for question in questions}) < len(questions):
            raise LocalDataError(f"{path}: two questions have the same id")
        return cls(questions, content["advice"], content["hints"])

    def __iter__(self) -> Any:
        return iter(self._questions.values())

    def get(self, question_id: str) -> Question:
        """One question. Raises KeyError when there is none of this id."""
        return self._questions[question_id]

    def advice(self, advice_id: str) -> str:
        """The words to say at once for an `advice` effect. Raises KeyError for an unknown id."""
        return self._advice[advice_id]

    def told(self, text: str) -> dict[str, str]:
        """The answers that a message gives to questions nobody has asked: question id -> value. What is denied does not count."""
        found = {key: question.told(text) for key, question in self._questions.items()}
        return {key: value for key, value in found.items() if value is not None}

    def hints(self, text: str) -> frozenset[str]:
        """Which hints (such as "new_baby") a message holds; give them to `choose`."""
        padded = f" {normalise(text)} "
        return frozenset(
            hint for hint, phrases in self._hints.items() if any(f" {phrase} " in padded for phrase in phrases)
        )

    def choose(
        self,
        needs: Collection[str],
        answers: Mapping[str, str],
        red_flags: Collection[str] = (),
        limit: int = 2,
        *,
        stage: str = "light",
        hints: Collection[str] = (),
        told: Collection[str] = (),
    ) -> list[Question]:
        """
        The questions still worth asking, the one that changes most first.

        `answers` maps question ids to stored values, a skip included: such a question is not asked again, and it counts towards
        `limit`, the most questions of a stage for a whole conversation, unless it is among `told`, those answered before they were
        asked. Questions with `once_for` (safety) are asked even beyond the limit.
        """
        known = self.effects(answers)
        flags = {*red_flags, *known.add_flags}
        due = [
            question
            for question in sorted(self._questions.values(), key=lambda question: -question.priority)
            if question.stage == stage
            and question.id not in answers
            and (not question.needs or question.needs & {*needs, *known.add_needs} or question.hints & set(hints))
            and (not question.which_need or len(needs) >= MANY_NEEDS)
            and not question.not_with_flags & flags
            and not any(getattr(known, sign) for sign in question.not_with_effects)
        ]
        asked = sum(1 for key in answers if key not in told and (q := self._questions.get(key)) and q.stage == stage)
        always = [question for question in due if question.once_for]
        others = [question for question in due if not question.once_for]
        return always + others[: max(0, limit - asked - len(always))]

    def effects(self, answers: Mapping[str, str]) -> Effects:
        """Everything the answers change, together; unknown questions and skipped ones change nothing."""
        lists: dict[str, dict[str, None]] = {name: {} for name in _LISTS}
        signs: dict[str, bool] = {}
        for question_id, question in self._questions.items():
            if question.which_need and answers.get(question_id, SKIP) != SKIP:
                lists["first"][answers[question_id]] = None
            option = question.option(answers[question_id]) if question_id in answers else None
            for name, value in option.effects.items() if option else ():
                if name in SIGNS:
                    signs[name] = signs.get(name, False) or bool(value)
                else:
                    lists[name].update(dict.fromkeys([value] if isinstance(value, str) else value))
        plural = {"add_need": "add_needs", "add_flag": "add_flags"}
        return Effects(**{plural.get(name, name): tuple(values) for name, values in lists.items()}, **signs)  # type: ignore[arg-type]


def _says(padded: str, phrase: str) -> bool:
    """Whether a normalised message, a space at either end, holds the phrase as something that is so."""
    start = padded.find(f" {phrase} ")
    return start >= 0 and not _DENIED.search(padded[:start])


def _question(entry: dict[str, Any], where: str, content: dict[str, Any]) -> Question:
    optional = {
        "hints": (), "not_with_flags": (), "not_with_effects": (), "once_for": "", "open": False, "which_need": False, "options": (),
        "plainer_other": entry.get("plainer", ""), "why_other": entry.get("why", ""),
    }  # fmt: skip
    values = {**optional, **entry}
    missing = {item.name for item in fields(Question)} - set(values)
    unknown = set(values) - {item.name for item in fields(Question)}
    if missing or unknown:
        raise LocalDataError(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    options = tuple(
        Option(
            str(item["label"]),
            str(item["value"]),
            item.get("effects") or {},
            *(tuple(normalise(phrase) for phrase in item.get(kind, ())) for kind in ("said", "means")),
        )
        for item in values["options"]
    )
    for option in options:
        wrong = set(option.effects) - {*SIGNS, *_LISTS}
        if wrong:
            raise LocalDataError(f"{where}: option {option.value}: unknown effects {sorted(wrong)}")
        if option.effects.get("advice", next(iter(content["advice"]))) not in content["advice"]:
            raise LocalDataError(f"{where}: option {option.value}: no advice {option.effects['advice']!r}")
    if not (values["open"] or values["which_need"] or any(option.effects for option in options)):
        raise LocalDataError(f"{where}: no answer changes anything, so it must not be asked")
    for name in ("hints", "not_with_flags", "not_with_effects"):
        values[name] = frozenset(values[name])
    values["needs"] = frozenset() if entry["needs"] == "any" else frozenset(entry["needs"])
    return Question(**{**values, "options": options})
