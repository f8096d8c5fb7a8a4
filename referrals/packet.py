"""The packet: what staff need to act on a referral, in the order they need it. Pure; shaped from what the resident said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from common import phone as phones
from referrals.request import Need, ReferralRequest

PACKET_VERSION = 1
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
NOT_SAID = "not said"
OWN_FIELDS = (
    "consent_words",
    "consent_purpose",
    "version",
)  # the other fields are those of the request, under the same names


@dataclass(frozen=True)
class Packet:
    """Everything as the resident gave it; stored as JSON (`as_dict`), so fields are only ever added, with a default."""

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

    def as_dict(self) -> dict[str, Any]:
        """JSON-safe; `from_dict` is the reverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> Packet:
        """From stored JSON, also when a newer version added fields that this one does not know."""
        known = {name: value for name, value in raw.items() if name in {item.name for item in fields(cls)}}
        known["needs"] = tuple(Need(**need) for need in raw["needs"])
        for name in ("red_flags", "services_shown", "reasons"):
            known[name] = tuple(raw[name])
        for name in ("answers", "not_asked"):
            known[name] = tuple((pair[0], pair[1]) for pair in raw[name])
        return cls(**known)


def build(request: ReferralRequest) -> Packet:
    """The packet of a referral request, with the consent words as they were shown."""
    same = {item.name: getattr(request, item.name) for item in fields(Packet) if item.name not in OWN_FIELDS}
    words = request.consent.words if request.consent else None
    return Packet(**same, consent_words=words.text if words else "", consent_purpose=words.purpose if words else "")


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


def contact_rules(packet: Packet) -> tuple[str, ...]:
    """How this person may be contacted, most important first; each a sentence for staff."""
    rules = []
    if contact_unsafe(packet):
        rules.append("Abuse was disclosed. Do not ring or text first: agree a safe way with your lead.")
    for safe, verb in ((packet.safe_to_call, "ring"), (packet.safe_to_text, "text")):
        if safe is None:
            rules.append(f"Safe to {verb}: not asked. Treat as not safe.")
        else:
            rules.append(f"Safe to {verb}: {'yes' if safe else f'NO. Do not {verb}'}.")
    if packet.safe_note:
        rules.append(f"They said: {packet.safe_note}")
    rules.append(
        "Do not say why you ring until you know who is listening. Leave no message that names the team or a need."
    )
    return tuple(rules)


def sections(packet: Packet) -> list[Section]:
    """The packet in reading order. Section keys: words, needs, risk, place, told, services, why, contact, about, consent,
    not_asked."""
    found = risk(packet)
    return [
        Section("In their own words", (packet.own_words or "(nothing typed: choices only)",), key="words"),
        Section(
            "Needs, in their order", tuple(_need_line(need) for need in packet.needs) or ("none named",), key="needs"
        ),
        Section("Risk", found or ("None known.",), key="risk"),
        Section("Place", (", ".join(filter(None, (packet.place, packet.district))) or NOT_SAID,), key="place"),
        Section("What they told us", pairs=packet.answers, key="told"),
        Section("Services already shown", packet.services_shown or ("none",), key="services"),
        Section("Why this team", (f"Tier: {packet.tier}.", *packet.reasons, *_asked(packet)), key="why"),
        Section(
            "Contact",
            contact_rules(packet),
            (
                ("Name", packet.name or NOT_SAID),
                ({"phone": "Phone", "email": "E-mail"}.get(packet.contact_method, "Contact"), _contact_value(packet)),
                ("Best time", packet.best_time or NOT_SAID),
            ),
            key="contact",
        ),
        Section(
            "About the person",
            pairs=(
                ("Who wrote", "someone else, for them" if packet.about_other else "the person themselves"),
                ("18 or over", "yes" if packet.adult else "no"),
                ("Language", packet.language or "English; nothing else said"),
                ("Access needs", packet.access_needs or NOT_SAID),
            ),
            key="about",
        ),
        Section("Consent", (_consent(packet),), key="consent"),
        Section("Not asked, and why", pairs=packet.not_asked or (("Nothing left out", ""),), key="not_asked"),
    ]


def render_text(packet: Packet, head: Sequence[str] = ()) -> str:
    """The packet as plain text to paste elsewhere: `head` lines first, then each section under its title."""
    blocks = ["\n".join(head)] if head else []
    for section in sections(packet):
        if not section.lines and not section.pairs:
            continue
        said = [
            f"{label}{' ' if label.endswith('?') else ': '}{value}" if value else label
            for label, value in section.pairs
        ]
        blocks.append("\n".join([section.title.upper(), *section.lines, *said]))
    return "\n\n".join(blocks) + "\n"


def _need_line(need: Need) -> str:
    return f"{need.label}: {need.said}" if need.said else need.label


def _contact_value(packet: Packet) -> str:
    return phones.national(packet.contact_value) if packet.contact_method == "phone" else packet.contact_value


def _consent(packet: Packet) -> str:
    """The yes in one line; the exact words are kept beside it (`consent_words`), too long to read each time."""
    who = "The writer says the person agreed" if packet.about_other else "They agreed"
    return f"{who} to {packet.team} having this, {packet.consent_purpose}."


def _asked(packet: Packet) -> tuple[str, ...]:
    return ("They asked for a person.",) if packet.asked_for_person else ()
