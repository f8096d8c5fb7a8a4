"""What a conversation gathered for a referral."""

from __future__ import annotations

from dataclasses import dataclass

from referrals.consent import GivenConsent


@dataclass(frozen=True)
class Need:
    """One need, in the order the resident gave them: its name in the vocabulary, a plain label, what was said about it."""

    name: str
    label: str
    said: str = ""


@dataclass(frozen=True)
class ReferralRequest:
    """What the conversation gathered. `answers` are (question, answer) in plain words.

    `not_asked` are (what, why): `what` the key of a required field (`referrals.packet_required`) or plain words, `why` the
    code of a reason there or plain words. `contact_method` is "phone", "email" or "other". `safe_to_call` and
    `safe_to_text` are None when nobody asked. What is not known is empty.
    """

    idempotency_key: str
    conversation: str
    channel: str
    destination: str
    team: str
    tier: str
    reasons: tuple[str, ...]
    needs: tuple[Need, ...]
    own_words: str
    red_flags: tuple[str, ...]
    place: str
    district: str
    answers: tuple[tuple[str, str], ...]
    services_shown: tuple[str, ...]
    name: str
    contact_method: str
    contact_value: str
    safe_to_call: bool | None
    safe_to_text: bool | None
    safe_note: str
    best_time: str
    about_other: bool
    adult: bool
    consent: GivenConsent | None
    asked_for_person: bool
    not_asked: tuple[tuple[str, str], ...] = ()
    language: str = ""
    access_needs: str = ""
    what_matters: str = ""
    who_is_around: str = ""
    what_tried: str = ""
    services_chosen: tuple[str, ...] = ()
