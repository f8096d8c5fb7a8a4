"""The packet: what staff need to act on a referral. Pure; the fields as the resident gave them, stored as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from referrals.packet_required import with_reasons
from referrals.request import Need, ReferralRequest

PACKET_VERSION = 2  # 2: what matters, who is around, what was tried and services chosen have fields of their own
RISKY_NEEDS = frozenset({"domestic_abuse"})
RISKY_FLAGS = frozenset({"abuse_now"})

FLAG_LABELS = {  # the flags of the vocabulary in the words of the team's safeguarding practice
    "suicide_self_harm": "Suicide or self-harm",
    "medical_emergency": "Medical emergency",
    "abuse_now": "Abuse now or lately",
    "child_at_risk": "Child at risk",
    "adult_safeguarding": "Adult at risk (safeguarding)",
    "fire_gas": "Fire, gas or electrical danger",
    "homeless_tonight": "Nowhere to sleep tonight",
    "threat_to_others": "Threat to other people",
}
OWN_FIELDS = (
    "consent_words",
    "consent_purpose",
    "version",
    "contact_changes",
)  # the other fields are those of the request, under the same names
_LISTS = ("red_flags", "services_shown", "services_chosen", "reasons")
_PAIRS = ("answers", "not_asked")
_CHANGES = "contact_changes"


@dataclass(frozen=True)
class Packet:
    """Everything as the resident gave it; stored as JSON (`as_dict`), so fields are only ever added, with a default.

    Of every required field (`packet_required.REQUIRED`) it holds a value, or a reason in `not_asked`.
    """

    own_words: str
    needs: tuple[Need, ...]
    red_flags: tuple[str, ...]
    place: str
    district: str
    answers: tuple[tuple[str, str], ...]
    services_shown: tuple[str, ...]
    team: str
    tier: str
    reasons: tuple[str, ...]
    asked_for_person: bool
    name: str
    contact_method: str
    contact_value: str
    safe_to_call: bool | None
    safe_to_text: bool | None
    safe_note: str
    best_time: str
    about_other: bool
    language: str
    access_needs: str
    adult: bool
    consent_words: str
    consent_purpose: str
    not_asked: tuple[tuple[str, str], ...]
    version: int = PACKET_VERSION
    what_matters: str = ""
    who_is_around: str = ""
    what_tried: str = ""
    services_chosen: tuple[str, ...] = ()
    contact_changes: tuple[
        tuple[str, str, str, str], ...
    ] = ()  # ISO time, door, fields with commas, value before or ""

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe; `from_dict` is the reverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Packet:
        """From stored JSON, of an older version or with fields that a newer one added and this one does not know."""
        own = {item.name for item in fields(cls)}
        known = {name: value for name, value in raw.items() if name in own}
        known["needs"] = tuple(Need(**need) for need in raw["needs"])
        for name in _LISTS:
            known[name] = tuple(raw.get(name, ()))
        for name in _PAIRS:
            known[name] = tuple((pair[0], pair[1]) for pair in raw[name])
        known[_CHANGES] = tuple(tuple(str(part) for part in entry) for entry in raw.get(_CHANGES, ()))
        return _complete(cls(**known))


def build(request: ReferralRequest) -> Packet:
    """The packet of a referral request, with the consent words as they were shown and a reason for all that is missing."""
    same = {item.name: getattr(request, item.name) for item in fields(Packet) if item.name not in OWN_FIELDS}
    words = request.consent.words if request.consent else None
    purpose = words.purpose if words else ""
    return _complete(Packet(**same, consent_words=words.text if words else "", consent_purpose=purpose))


def _complete(packet: Packet) -> Packet:
    return replace(packet, not_asked=with_reasons(packet))


@dataclass(frozen=True)
class Section:
    """One part of the packet on the page, on paper and as plain text. `lines` are sentences, `pairs` are label and value."""

    title: str
    lines: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    key: str = field(default="")


def risk(packet: Packet) -> tuple[str, ...]:
    """The dangers the resident disclosed, in words; empty when none is known."""
    return tuple(FLAG_LABELS.get(flag, flag.replace("_", " ")) for flag in packet.red_flags)


def contact_unsafe(packet: Packet) -> bool:
    """True when abuse was disclosed and the person did not say that being contacted is safe: then first contact may harm."""
    disclosed = RISKY_FLAGS & set(packet.red_flags) or RISKY_NEEDS & {need.name for need in packet.needs}
    return bool(disclosed) and not (packet.safe_to_call or packet.safe_to_text)
