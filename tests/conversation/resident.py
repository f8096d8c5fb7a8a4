"""Plays a written character against the real assistant: says what they would say when a question is open, and tells where they ended up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select

from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from referrals.model import Referral
from tests.conversation.world import Talk, World

FOLDER = Path(__file__).parent / "residents"
MOST_TURNS = 45
SKIPPED = "id rather not say"  # what anybody may say to a question that their author did not foresee
GOING_ON = "ok. can you still help me with that"  # after a crisis reply that asked nothing
ENDS = {"action_submit_referral": "referred", "action_declined": "declined", "action_own_door": "own_door", "action_stop": "stopped"}  # fmt: skip


@dataclass
class Played:
    """How one character fared on one channel."""

    end: str = "unfinished"
    needs: set[str] = field(default_factory=set)
    place: str = ""
    flags: set[str] = field(default_factory=set)
    destination: str = ""
    packet: dict[str, Any] = field(default_factory=dict)
    turns_to_services: int | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)  # (question, words) in the order put
    transcript: list[str] = field(default_factory=list)

    def wrong(self, expected: dict[str, Any]) -> list[str]:
        """What differs from what a careful adviser would expect, in words; empty when it all fits."""
        found = []
        if self.end != expected["end"]:
            found.append(f"ended {self.end}, not {expected['end']}")
        if missing := set(expected.get("needs", [])) - self.needs:
            found.append(f"needs not put down: {sorted(missing)} (put down: {sorted(self.needs)})")
        wanted, place = str(expected.get("place") or "").lower(), self.place.lower()
        if wanted and self.end != "own_door" and not (place and (wanted in place or place in wanted)):
            found.append(f"place {self.place!r}, not {expected['place']!r}")
        if self.flags != set(expected.get("flags", [])):
            found.append(f"flags {sorted(self.flags)}, not {sorted(expected.get('flags', []))}")
        if expected["end"] == "referred" and self.destination != expected.get("destination", self.destination):
            found.append(f"to {self.destination}, not {expected['destination']}")
        return found


def characters() -> Iterator[dict[str, Any]]:
    """Every written character."""
    for path in sorted(FOLDER.glob("*.yml")):
        yield from yaml.safe_load(path.read_text(encoding="utf-8"))


def play(world: World, who: dict[str, Any], channel: str, talk: Talk | None = None) -> Played:
    """The whole conversation of one character, in `talk` when one is given."""
    talk, played = talk or Talk(world, channel), Played()
    waiting = list(who["opening"])
    digressions = {slot: list(words) for slot, words in (who.get("before") or {}).items()}
    corrections = {slot: list(words) for slot, words in (who.get("corrections") or {}).items()}
    for turn in range(1, MOST_TURNS):
        known = world.slots.get(talk.id, {})
        slot = known.get("requested_slot")
        name = known.get("question") if slot in (*QUESTION_SLOTS, *PERSON_SLOTS) else slot
        if waiting:
            text = waiting.pop(0)
        elif (later := digressions.get(name) or corrections.get(name)) and slot:
            text = later.pop(0)
        else:
            text = _answer(who["answers"], slot, name) if slot else GOING_ON
        said = talk.say(text, sms_number="+447700900777") if talk.channel == "sms" else talk.say(text)
        _note(world, talk, said, turn, played)
        if played.end == "stopped" and who["expect"]["end"] != "stopped":
            waiting = [who["opening"][-1]]  # comes back and tells it again
        elif played.end != "unfinished" and not (played.end == "own_door" and waiting):
            break
    played.transcript = talk.transcript
    with world.services.db.reading() as session:
        for stored in session.scalars(select(Referral).where(Referral.conversation == talk.id)):
            played.destination, played.packet = stored.destination, dict(stored.packet)
    return played


def _answer(answers: dict[str, Any], slot: str, name: str) -> str:
    questions = answers.get("questions") or {}
    if slot in (*QUESTION_SLOTS, *PERSON_SLOTS):
        return str(questions.get(name) or answers.get(name) or questions.get("default") or SKIPPED)
    if slot == "needs_right":
        return str(answers.get(slot, "yes"))
    return str(answers.get(slot) or questions.get("default") or SKIPPED)


def _note(world: World, talk: Talk, said: str, turn: int, played: Played) -> None:
    known = world.slots.get(talk.id, {})
    played.needs = set(known.get("needs") or played.needs)
    played.place = known.get("place") or played.place
    played.flags |= set(known.get("red_flags_seen") or [])
    if played.turns_to_services is None and any(reply["data"].get("kind") == "services" for reply in talk.replies):
        played.turns_to_services = turn
    if known.get("requested_slot") and talk.replies:
        slot = known["requested_slot"]
        asked = known.get("question") if slot in (*QUESTION_SLOTS, *PERSON_SLOTS) else slot
        played.asked.append((str(asked), talk.replies[-1]["text"]))
    ended = world.ended.pop(talk.id, None)
    if ended:
        played.end = ENDS[ended]
    elif known.get("outcome") == "enough":
        played.end = "services"
    else:
        played.end = "unfinished"
