"""The question bank: which light question matters most now, and what the answers change. Words and effects live in questions.yml."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Question:
    """One question. `needs` is empty for questions about any need. See questions.yml for each field."""

    id: str
    stage: str
    needs: frozenset[str]
    hints: frozenset[str]
    not_with_flags: frozenset[str]
    not_with_effects: frozenset[str]
    once_for: str
    priority: int
    text_web: str
    text_other: str
    text_sms: str
    plainer: str
    why: str
    options: tuple[Option, ...]
    source: str
    licence: str

    def text(self, channel: str = "web", other: bool = False) -> str:
        """The wording for a channel ("web", "sms", "terminal") and for somebody who asks for another person; no options in it."""
        if other:
            return self.text_other
        return self.text_sms if channel == "sms" else self.text_web

    def sms(self, other: bool = False) -> str:
        """The whole text message: wording, then the options numbered from 1."""
        return "\n".join(
            [self.text("sms", other), *(f"{n}. {option.label}" for n, option in enumerate(self.options, 1))]
        )

    def choices(self) -> list[dict[str, str]]:
        """The options as choices of a reply."""
        return [{"label": option.label, "value": option.value} for option in self.options]

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
    ) -> list[Question]:
        """
        The questions still worth asking, the one that changes most first.

        `answers` maps question ids to stored values, a skip included: such a question is not asked again, and it counts towards
        `limit`, the most questions of a stage for a whole conversation. Questions with `once_for` (safety) are asked even beyond it.
        """
        known = self.effects(answers)
        flags = {*red_flags, *known.add_flags}
        due = [
            question
            for question in sorted(self._questions.values(), key=lambda question: -question.priority)
            if question.stage == stage
            and question.id not in answers
            and (not question.needs or question.needs & {*needs, *known.add_needs} or question.hints & set(hints))
            and not question.not_with_flags & flags
            and not any(getattr(known, sign) for sign in question.not_with_effects)
        ]
        asked = sum(1 for question_id in answers if (q := self._questions.get(question_id)) and q.stage == stage)
        always = [question for question in due if question.once_for]
        others = [question for question in due if not question.once_for]
        return always + others[: max(0, limit - asked - len(always))]

    def effects(self, answers: Mapping[str, str]) -> Effects:
        """Everything the answers change, together; unknown questions and skipped ones change nothing."""
        lists: dict[str, dict[str, None]] = {name: {} for name in _LISTS}
        signs: dict[str, bool] = {}
        for question_id, question in self._questions.items():
            option = question.option(answers[question_id]) if question_id in answers else None
            for name, value in option.effects.items() if option else ():
                if name in SIGNS:
                    signs[name] = signs.get(name, False) or bool(value)
                else:
                    lists[name].update(dict.fromkeys([value] if isinstance(value, str) else value))
        plural = {"add_need": "add_needs", "add_flag": "add_flags"}
        return Effects(**{plural.get(name, name): tuple(values) for name, values in lists.items()}, **signs)  # type: ignore[arg-type]


def _question(entry: dict[str, Any], where: str, content: dict[str, Any]) -> Question:
    optional = {"hints": (), "not_with_flags": (), "not_with_effects": (), "once_for": ""}
    values = {**optional, **entry}
    missing = {item.name for item in fields(Question)} - set(values)
    unknown = set(values) - {item.name for item in fields(Question)}
    if missing or unknown:
        raise LocalDataError(f"{where}: missing {sorted(missing)}, unknown {sorted(unknown)}")
    options = tuple(
        Option(str(item["label"]), str(item["value"]), item.get("effects") or {}) for item in entry["options"]
    )
    for option in options:
        wrong = set(option.effects) - {*SIGNS, *_LISTS}
        if wrong:
            raise LocalDataError(f"{where}: option {option.value}: unknown effects {sorted(wrong)}")
        if option.effects.get("advice", next(iter(content["advice"]))) not in content["advice"]:
            raise LocalDataError(f"{where}: option {option.value}: no advice {option.effects['advice']!r}")
    if not any(option.effects for option in options):
        raise LocalDataError(f"{where}: no answer changes anything, so it must not be asked")
    for name in ("hints", "not_with_flags", "not_with_effects"):
        values[name] = frozenset(values[name])
    values["needs"] = frozenset() if entry["needs"] == "any" else frozenset(entry["needs"])
    return Question(**{**values, "options": options})
