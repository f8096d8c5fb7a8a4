"""What will be sent: read back to the resident in plain words, and handed to `referrals` as a request."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from actions import not_asked, overheard, receivers
from actions.services import Services
from actions.turn import Turn
from assessment.questions import SKIP
from common.phone import national
from referrals.consent import ConsentText, GivenConsent
from referrals.destinations import PROVIDER
from referrals.request import Need, ReferralRequest

OWN_FIELDS = ("what_matters", "who_is_around", "what_tried")  # ids of open questions that are fields of the packet
SAID_LIMIT = 200  # characters of what was said to one need; the whole stands in the own words
_PART = re.compile(r"[.!?;\n]+|,\s|\s(?:and|but|also|plus)\s", re.IGNORECASE)
_SAFE = {"both": (True, True), "ring": (True, False), "text": (False, True), "no": (False, False)}


def summarise(turn: Turn, services: Services) -> str:
    """One fact a line: everything personal that will be sent, and where it goes."""
    words, needs = services.words, turn.get("needs", [])
    by_text = turn.channel == "sms"
    name = turn.get("full_name", "")
    short = by_text and name != words["name_not_given"]
    parts = [words["summary_name"].format(name=_short_name(name) if short else name)]
    if turn.get("contact_kind") != "none":
        parts.append(words["summary_contact"].format(contact=_contact(turn)))
        if turn.get("safe_contact") == "no":
            parts.append(words["summary_contact_unsafe"])
        elif turn.get("contact_kind") == "phone":
            parts.append(words[f"summary_safe_{turn.get('safe_contact')}"])
    if turn.get("contact_note"):
        # It may be an address.
        note = words["summary_note_by_text"] if by_text else words["summary_note"].format(note=turn.get("contact_note"))
        parts.append(note)
    if access := overheard.access_words(turn, services):
        # What somebody's health makes hard is nothing for others who read the phone.
        told = words["summary_access_by_text"] if by_text else words["summary_access"].format(access=access.rstrip("."))
        parts.append(told)
    parts.append(words["summary_time"].format(time=turn.get("best_time")))
    if needs:
        parts.append(words["summary_needs"].format(needs=services.needs.reflect(needs, other=True)))
    else:
        parts.append(words["summary_no_needs"])
    if turn.get("place") and turn.get("district"):
        parts.append(words["summary_place"].format(place=turn.get("place")))
    if turn.get("own_words"):
        parts.append(words["summary_words"])
    if turn.get("language"):
        parts.append(words["summary_language"].format(language=services.tongues.get(turn.get("language")).english))
    if turn.get("red_flags_seen"):
        parts.append(words["summary_flags"])
    if (chosen := overheard.chosen_names(turn)) and not by_text:
        parts.append(words["summary_chosen"].format(services="; ".join(chosen)))
    parts.append(words["summary_team"].format(team=_teams(turn, words)))
    return "\n".join(parts)


def build_request(turn: Turn, services: Services, agreed: dict[str, Any] | None = None) -> ReferralRequest:
    """The referral as the conversation gathered it, for exactly the receiver and words that were agreed to: one of
    `receivers.agreements`, else the first."""
    offer = agreed or receivers.agreements(turn)[0]
    consent = ConsentText(**offer["words"])
    needs = turn.get("needs", [])
    reachable = turn.get("contact_kind") != "none"
    call, text = _safe(turn.get("contact_kind"), turn.get("safe_contact", "no"))
    name = turn.get("full_name", "")
    given = turn.get("answers", {})
    said = said_to_needs(turn.get("own_words", []), services)
    return ReferralRequest(
        idempotency_key=_key(turn, consent),
        conversation=turn.conversation,
        channel=turn.channel,
        destination=consent.destination,
        team=consent.team,
        tier=offer["tier"],
        reasons=tuple(offer["reasons"]),
        needs=tuple(Need(need, services.needs.get(need).short, said.get(need, "")) for need in needs),
        own_words="\n".join(turn.get("own_words", [])),
        red_flags=tuple(turn.get("red_flags_seen", [])),
        place=turn.get("place", "unknown"),
        district=turn.get("district", ""),
        answers=tuple(
            _answered(services, question, value, turn.about_other)
            for question, value in given.items()
            if question not in not_asked.OPEN_QUESTIONS
        ),
        services_shown=tuple(turn.get("shown", {}).values()),
        services_chosen=tuple(overheard.chosen_names(turn)),
        name="" if name == services.words["name_not_given"] else name,
        contact_method=turn.get("contact_kind") if reachable else "other",
        contact_value=turn.get("contact") if reachable else turn.get("contact_note"),
        safe_to_call=call,
        safe_to_text=text,
        safe_note=turn.get("contact_note", ""),
        best_time=turn.get("best_time"),
        about_other=turn.about_other,
        adult=turn.get("adult") == "yes",
        consent=GivenConsent(consent, datetime.fromisoformat(offer["at"])),
        asked_for_person=bool(turn.get("wants_person")),
        not_asked=not_asked.reasons(turn, services),
        language=services.tongues.get(turn.get("language")).english if turn.get("language") else "",
        access_needs=overheard.access_words(turn, services),
        **{key: given[key] for key in OWN_FIELDS if given.get(key, SKIP) not in not_asked.UNANSWERED},
    )


def _safe(kind: str, answer: str) -> tuple[bool | None, bool | None]:
    """(to ring, to text). Who gave an e-mail address was asked about e-mail alone: a no to that is a no to all."""
    if kind == "phone":
        return _SAFE[answer]
    return (False, False) if kind == "email" and answer == "no" else (None, None)


def said_to_needs(own_words: Sequence[str], services: Services) -> dict[str, str]:
    """For each need the first part of the resident's words that names it plainly, as written; needs named nowhere are left out."""
    found: dict[str, str] = {}
    for part in (part.strip() for message in own_words for part in _PART.split(message)):
        for need in services.needs.named(part):
            found.setdefault(need, part[:SAID_LIMIT])
    return found


def _short_name(name: str) -> str:
    """The first name and initials: others may read the phone, so no text holds a full name."""
    first, *others = name.split() or [""]
    return " ".join([first, *(f"{other[0].upper()}." for other in others)]).removesuffix(".")  # the sentence ends there


def _key(turn: Turn, consent: ConsentText) -> str:
    """One assessment makes one referral to each receiver, however often it is sent."""
    one = f"{turn.conversation}:{turn.get('episode')}"
    if consent.destination != PROVIDER:
        return one
    return f"{one}:{hashlib.sha256(consent.team.encode()).hexdigest()[:16]}"


def _teams(turn: Turn, words: dict[str, str]) -> str:
    teams = [one["words"]["team"] for one in receivers.agreements(turn)] or [turn.get("consent_offer")["words"]["team"]]
    *first, last = teams
    return words["and_team"].format(teams=", ".join(first), team=last) if first else last


def _contact(turn: Turn) -> str:
    value = turn.get("contact")
    return national(value) if turn.get("contact_kind") == "phone" else value


def _answered(services: Services, question: str, value: str, other: bool) -> tuple[str, str]:
    asked = services.questions.get(question)
    option = asked.option(value)
    if option:
        return asked.plain(other), option.label
    if value in not_asked.UNANSWERED:
        return asked.plain(other), services.words["not_asked_skipped"]
    return asked.plain(other), services.needs.get(value).short if asked.which_need else value  # else in their own words
