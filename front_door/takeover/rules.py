"""What live_chat.yml says: whether residents are offered a person, in which hours, who is told what and after how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from common.clock import LONDON
from common.local_data import LocalDataError, read_date, read_yaml
from referrals.team import TeamFacts
from referrals.working_time import WorkingTime

FILE = "live_chat.yml"
ADVISER, LAC = "adviser", "lac"  # who may speak: keys of `speakers`
_WORDS = (
    "offer",
    "asked",
    "asked_again",
    "not_open",
    "joined",
    "released",
    "carry_on",
    "nobody",
    "nobody_but_sent",
    "silent",
    "gone",
    "still_here",
)
# Why staff may not join or send: keys of `refused`.
CLOSED, TAKEN, OVER, NOT_YOURS, EMPTY, TOO_LONG = "closed", "taken", "over", "not_yours", "empty", "too_long"
STOPPED, NIGHT, CAREFUL, PRIVATE, LINK, LIMIT = "stopped", "night", "careful", "private", "link", "limit"
NO_TEXTS = "no_texts"
AGAIN = "again"  # no refusal: it was done before, and is not done twice
REFUSALS = (
    CLOSED,
    TAKEN,
    OVER,
    NOT_YOURS,
    EMPTY,
    TOO_LONG,
    STOPPED,
    NIGHT,
    CAREFUL,
    PRIVATE,
    LINK,
    LIMIT,
    NO_TEXTS,
)


@dataclass(frozen=True)
class LiveChat:
    """The file, ready to use. `words` are for residents, with their numbers put in; `refused` for staff; `speakers` say who speaks."""

    confirmed_by: str
    answer_within: timedelta
    silent_after: timedelta
    quiet_after: timedelta
    earliest: time
    latest: time
    wrote_within: timedelta
    offer_at: frozenset[str]
    speakers: dict[str, str]
    words: dict[str, str]
    refused: dict[str, str]
    hours: WorkingTime = field(repr=False)

    @classmethod
    def load(cls, data_dir: Path) -> LiveChat:
        """Read live_chat.yml, and the team's hours from team.yml. Raises LocalDataError naming file and key."""
        path = data_dir / FILE
        raw = read_yaml(path)
        read_date(raw.get("confirmed_on"), f"{path}: confirmed_on")
        texts, slots = raw.get("texts"), raw.get("offer_at")
        if not isinstance(texts, dict):
            raise LocalDataError(f"{path}: texts must have earliest, latest and wrote_within_minutes")
        if not isinstance(slots, list) or not all(isinstance(slot, str) for slot in slots):
            raise LocalDataError(f"{path}: offer_at must be a list of slots")
        answer, silent = (_minutes(path, raw, f"{name}_minutes") for name in ("answer_within", "silent_after"))
        rules = cls(
            confirmed_by=str(raw.get("confirmed_by") or "").strip(),
            answer_within=answer,
            silent_after=silent,
            quiet_after=_minutes(path, raw, "quiet_after_minutes"),
            earliest=_clock(path, texts, "earliest"),
            latest=_clock(path, texts, "latest"),
            wrote_within=_minutes(path, texts, "wrote_within_minutes"),
            offer_at=frozenset(slots),
            speakers={role: _text(path, raw.get("speakers"), role) for role in (ADVISER, LAC)},
            words={key: _text(path, raw.get("words"), key) for key in _WORDS},
            refused={code: _text(path, raw.get("refused"), code) for code in REFUSALS},
            hours=TeamFacts.load(data_dir).working_time,
        )
        if not rules.earliest < rules.latest:
            raise LocalDataError(f"{path}: texts: earliest must be before latest")
        if rules.quiet_after < 2 * silent:
            raise LocalDataError(f"{path}: quiet_after_minutes must be at least twice silent_after_minutes")
        for key, minutes in (("asked", answer), ("silent", silent)):
            rules.words[key] = rules.words[key].replace("{minutes}", f"{minutes // timedelta(minutes=1)}")
        return rules

    @property
    def confirmed(self) -> bool:
        """True once a named person has said that somebody watches the live chats."""
        return bool(self.confirmed_by)

    def is_open(self, now: datetime) -> bool:
        """Whether the team works at this aware time."""
        return self.hours.is_open(now)

    def offers(self, now: datetime) -> bool:
        """Whether residents may be offered to wait for a person now."""
        return self.confirmed and self.is_open(now)

    def may_text(self, last_wrote: datetime, now: datetime) -> bool:
        """Whether a text may go now to somebody who last wrote then (both aware): in the daytime, or as part of a talk."""
        return self.earliest <= now.astimezone(LONDON).time() < self.latest or now - last_wrote <= self.wrote_within


def _text(path: Path, raw: Any, key: str) -> str:
    value = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(value, str) or not value.strip():
        raise LocalDataError(f"{path}: {key} must be text")
    return value.strip()


def _minutes(path: Path, raw: dict[str, Any], key: str) -> timedelta:
    value = raw.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 240:
        raise LocalDataError(f"{path}: {key} must be a whole number of minutes from 1 to 240, not {value!r}")
    return timedelta(minutes=value)


def _clock(path: Path, raw: dict[str, Any], key: str) -> time:
    try:
        return time.fromisoformat(str(raw.get(key)))
    except ValueError:
        raise LocalDataError(f'{path}: {key} must be a time such as "08:00", not {raw.get(key)!r}') from None
