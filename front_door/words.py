"""The front door's own words, from front_door.yml, with numbers put in only where their contact is confirmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from common.local_data import LocalDataError, read_yaml
from front_door.moving.words import MovingWords
from front_door.resident.words import ResidentWords
from front_door.takeover.rules import LiveChat

_TEXTS = (
    "service_name",
    "page_title",
    "exit_to",
    "sms_welcome",
    "talk_to_a_person",
    "apology",
    "gave_up",
    "danger",
    "empty",
    "too_long",
    "picture",
    "stale_choice",
    "more",
    "stop_confirmation",
)
_TROUBLES = (
    "not_found",
    "forbidden",
    "too_big",
    "too_many",
    "busy",
    "ended",
    "moved",
    "not_allowed",
    "problem",
)


@dataclass(frozen=True)
class Trouble:
    """The heading and the text of one of our error pages."""

    heading: str
    text: str


@dataclass(frozen=True)
class Progress:
    """The steps of a conversation: the words that show one, each step's name, and the step that each question belongs to."""

    words: str
    names: tuple[str, ...]
    step_of: dict[str, int]

    def step(self, asked: str) -> str:
        """The words for the step of a question (a slot of the bot, or "services"); "" for a question of no step."""
        at = self.step_of.get(asked)
        return "" if at is None else self._words_for(at)

    @property
    def first(self) -> str:
        return self._words_for(0)

    def _words_for(self, at: int) -> str:
        return self.words.format(at=at + 1, of=len(self.names), name=self.names[at])


@dataclass(frozen=True)
class Words:
    """Every text of front_door.yml, ready to show. `ways_to_help` and
    `team_line` are the sentences that {help} became."""

    service_name: str
    page_title: str
    exit_to: str
    welcome: tuple[str, ...]
    sms_welcome: str
    talk_to_a_person: str
    ways_to_help: tuple[str, ...]
    team_line: str
    apology: str
    gave_up: str
    danger: str
    empty: str
    too_long: str
    picture: str
    stale_choice: str
    more: str
    stop_confirmation: str
    trouble: dict[str, Trouble]
    progress: Progress
    moving: MovingWords
    referral: ResidentWords
    live: LiveChat

    @classmethod
    def load(cls, data_dir: Path, number: Callable[[str], str | None], team_line: str, limit: int = 10_000) -> Words:
        """Read front_door.yml. `number(contact id)` gives a confirmed number or None; `team_line` is what may be said
        about reaching the team. Raises LocalDataError naming the key that is missing or wrong.
        """
        path = data_dir / "front_door.yml"
        raw = read_yaml(path)
        texts = {key: _text(path, raw, key) for key in _TEXTS}
        welcome = raw.get("welcome")
        if not isinstance(welcome, list) or not welcome or not all(isinstance(line, str) for line in welcome):
            raise LocalDataError(f"{path}: welcome must be a list of sentences")
        ways = _ways(path, raw.get("ways_to_help"), number)
        helping = "\n".join([*ways, team_line]).strip()
        for key in ("apology", "gave_up", "danger"):
            texts[key] = texts[key].replace("{help}", helping).strip()
        texts["too_long"] = texts["too_long"].replace("{limit}", f"{limit:,}")
        if not texts["exit_to"].startswith("https://"):
            raise LocalDataError(f"{path}: exit_to must be an https address")
        return cls(
            welcome=tuple(welcome),
            ways_to_help=ways,
            team_line=team_line,
            trouble={key: _trouble(path, raw.get("trouble"), key) for key in _TROUBLES},
            progress=_progress(path, raw.get("progress")),
            moving=MovingWords.read(path, raw.get("moving")),
            referral=ResidentWords.read(path, raw.get("referral")),
            live=LiveChat.load(data_dir),
            **texts,
        )


def _text(path: Path, raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str) or not value.strip():
        raise LocalDataError(f"{path}: {key} must be text")
    return value.strip()


def _ways(path: Path, entries: Any, number: Callable[[str], str | None]) -> tuple[str, ...]:
    if not isinstance(entries, list) or not all(
        isinstance(e, dict) and {"contact", "words"} <= set(e) for e in entries
    ):
        raise LocalDataError(f"{path}: ways_to_help must be a list of contact and words")
    found = []
    for entry in entries:
        phone = number(str(entry["contact"]))
        if phone:
            found.append(str(entry["words"]).replace("{phone}", phone))
    return tuple(found)


def _trouble(path: Path, raw: Any, key: str) -> Trouble:
    entry = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(entry, dict) or not entry.get("heading") or not entry.get("text"):
        raise LocalDataError(f"{path}: trouble: {key} must have a heading and a text")
    return Trouble(str(entry["heading"]), str(entry["text"]))


def _progress(path: Path, raw: Any) -> Progress:
    steps = raw.get("steps") if isinstance(raw, dict) else None
    if not isinstance(steps, list) or not all(isinstance(s, dict) and {"name", "asks"} <= set(s) for s in steps):
        raise LocalDataError(f"{path}: progress must have words and steps, each with name and asks")
    return Progress(
        words=_text(path, raw, "words"),
        names=tuple(str(step["name"]) for step in steps),
        step_of={str(slot): at for at, step in enumerate(steps) for slot in step["asks"]},
    )
