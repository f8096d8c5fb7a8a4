"""Whom a referral may go to, and the resident's yes or no to each: one question at a time, and one no stops no other."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from actions.decision import decide_for
from actions.overheard import chosen_names
from actions.services import Services
from actions.turn import Turn

MOST_PROVIDERS = 2  # beside the team that the rules name: each costs the resident one more question
_PROVIDER = "provider"


@dataclass(frozen=True)
class Target:
    """One receiver: where it goes, at which tier, and why."""

    destination: str
    team: str
    tier: str
    reasons: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str]:
        return self.destination, self.team


def targets(turn: Turn, services: Services) -> list[Target]:
    """The team of the rules, then confirmed providers that help with one of the needs there. After a danger the team alone:
    nobody in danger is kept by more questions."""
    first = decide_for(turn, services)
    found = [Target(first.destination, first.team, first.tier, first.reasons)]
    if turn.get("red_flags_seen") or turn.get("area_kind") not in ("county", None):
        return found
    needs, picked = turn.get("needs", []), " ".join(chosen_names(turn)).lower()
    answered = {_key(one) for one in _answers(turn)}
    providers = sorted(
        services.team.others.providers_for(needs, turn.get("district")),
        key=lambda one: ((_PROVIDER, one.team) not in answered, one.team.lower() not in picked),
    )
    for provider in providers[:MOST_PROVIDERS]:  # who was answered stands first, so no later pick pushes an answer out
        named = [need for need in needs if need in provider.needs]
        why = services.rules.reasons["provider"].format(team=provider.team, needs=services.needs.reflect(named))
        found.append(Target(_PROVIDER, provider.team, first.tier, (why,)))
    return found


def agreements(turn: Turn) -> list[dict[str, Any]]:
    """What the resident said yes to: the words shown (`words`), `tier`, `reasons` and when (`at`, ISO)."""
    return [one for one in _answers(turn) if one["at"]]


def open_target(turn: Turn, services: Services) -> Target | None:
    """The receiver to ask about next; None when each has its yes or no."""
    done = {_key(one) for one in _answers(turn)}
    return next((target for target in targets(turn, services) if target.key not in done), None)


def offer_of(target: Target, words: dict[str, Any]) -> dict[str, Any]:
    """What is kept of the consent words just shown."""
    return {"words": words, "tier": target.tier, "reasons": list(target.reasons)}


def answer(turn: Turn, services: Services, agreed: bool) -> None:
    """Write down the yes or no to the offer just shown. `consent` stays open while another receiver is to be asked about."""
    now = services.clock.now().isoformat() if agreed else None
    offer = turn.get("consent_offer")
    if offer:
        others = [one for one in _answers(turn) if _key(one) != _key(offer)]
        turn.set(agreed=[*others, {**offer, "at": now}])
        if open_target(turn, services) is not None:
            turn.set(consent=None, consent_offer=None, consent_given_at=None)
            turn.answers_to(None)  # the next question is about another team: it is put for the first time
            return
        agreed, now = bool(agreements(turn)), now or next((one["at"] for one in agreements(turn)), None)
    turn.set(consent="yes" if agreed else "no", consent_given_at=now if agreed else None)


def mark_of(key: tuple[str, str]) -> str:
    """What a button holds of the receiver it is for: a button pressed late is never taken for another one."""
    return hashlib.sha256(":".join(key).encode()).hexdigest()[:8]


def is_for_open(turn: Turn, services: Services, mark: str) -> bool:
    """Whether a button is for the offer just shown. One without a mark (of an earlier version) is, where there is one receiver."""
    offer = turn.get("consent_offer")
    if not mark:
        return len(targets(turn, services)) == 1
    return bool(offer) and mark_of(_key(offer)) == mark


def names_another(turn: Turn, services: Services) -> bool:
    """Whether the message names a receiver, and not the one that the offer just shown is for."""
    offer, text = turn.get("consent_offer"), turn.text.lower()
    if not offer or _key(offer)[1].lower() in text:
        return False
    return any(target.team.lower() in text for target in targets(turn, services))


def without_name(turn: Turn) -> str:
    """The message without ": TEAM" at its end, as the label of a button has it for the offer just shown."""
    offer = turn.get("consent_offer")
    name = _key(offer)[1] if offer else ""
    return turn.text.strip().removesuffix(f": {name}") if name else turn.text


def take_back(turn: Turn, mark: str) -> None:
    """A no to a receiver that was answered before: its yes no longer counts."""
    turn.set(agreed=[{**one, "at": None} if mark_of(_key(one)) == mark else one for one in _answers(turn)] or None)
    if turn.get("consent") == "yes" and not agreements(turn):
        turn.set(consent="no", consent_given_at=None)


def ask_all_again(turn: Turn, services: Services) -> None:
    """The answers were taken back ("go back"): each receiver is asked about once more."""
    if not turn.get("consent") and open_target(turn, services) is None:
        turn.set(agreed=None, consent_offer=None, consent_given_at=None)


def keep_true(turn: Turn, services: Services) -> None:
    """An answer that was changed may change where this goes. A yes is for one receiver: it falls with that receiver, and
    another one is asked about."""
    now = {target.key: target for target in targets(turn, services)}
    known, offer = _answers(turn), turn.get("consent_offer")
    if known:
        turn.set(agreed=[_renewed(one, now[_key(one)]) for one in known if _key(one) in now])
    if offer:
        turn.set(consent_offer=_renewed(offer, now[_key(offer)]) if _key(offer) in now else None)
    if not turn.get("consent") or not (known or offer):
        return
    if turn.get("consent") == "yes" and not agreements(
        turn
    ):  # the yes fell with its receiver: all are asked about again
        turn.set(consent=None, agreed=None, consent_offer=None, consent_given_at=None)
    elif open_target(turn, services) is not None:
        turn.set(consent=None, consent_offer=None, consent_given_at=None)


def _renewed(offer: dict[str, Any], target: Target) -> dict[str, Any]:
    return {**offer, "tier": target.tier, "reasons": list(target.reasons)}


def _answers(turn: Turn) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] | None = turn.get("agreed")
    if kept is not None:
        return kept
    # A chat of an earlier version holds its one yes in these two slots.
    offer, at = turn.get("consent_offer"), turn.get("consent_given_at")
    return [{**offer, "at": at}] if offer and at else []


def _key(offer: dict[str, Any]) -> tuple[str, str]:
    words = offer["words"]
    return words.get("destination", ""), words.get("team", "")
