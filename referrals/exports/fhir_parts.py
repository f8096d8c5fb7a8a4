"""The resources around the request: the person, who receives it, what was agreed to, and what is dangerous."""

from __future__ import annotations

import base64
from typing import Any

from referrals.exports.fhir_values import Ids, concept, profile
from referrals.exports.record import ConsentRecord, ExportRecord, instant
from referrals.packet_required import UNKNOWN_PLACE
from referrals.packet_sections import place_line
from referrals.packet_words import PacketWords

_CODES = "http://terminology.hl7.org/CodeSystem/"
_SYSTEMS = {"phone": "phone", "email": "email"}
# UK Core wants the language as a code (BCP 47). The languages of languages.yml, by the name the packet holds.
LANGUAGES = {
    "English": "en", "Polish": "pl", "Gujarati": "gu", "Punjabi": "pa", "Hindi": "hi", "Urdu": "ur", "Romanian": "ro",
    "Ukrainian": "uk", "Arabic": "ar", "Chinese": "zh", "Somali": "so", "Portuguese": "pt", "Slovak": "sk",
}  # fmt: skip


def patient(record: ExportRecord, words: PacketWords) -> dict[str, Any]:
    """The person, with what they gave of themselves; no contact details when they are hidden."""
    packet = record.packet
    system = _SYSTEMS.get(packet.contact_method)
    value = "" if record.contact_hidden else packet.contact_value
    language = packet.language or words.say("english")
    code = LANGUAGES.get(language)
    spoken = [{"system": "urn:ietf:bcp:47", "code": code, "display": language}] if code else []
    # Where there is neither number nor address, what they said of how to be found.
    other = {"system": "other", "value": value}
    return {
        "resourceType": "Patient",
        **profile("UKCore-Patient"),
        "name": [{"use": "usual", "text": packet.name}],
        "telecom": [{"system": system, "value": value} if system else other] if value.strip() else [],
        "address": [
            {
                "text": place_line(packet),
                "city": "" if packet.place == UNKNOWN_PLACE else packet.place,
                "district": packet.district,
            }
        ],
        "communication": [{"language": {"coding": spoken, "text": language}, "preferred": True}] if spoken else [],
    }


def organization(team: str) -> dict[str, Any]:
    """The receiver, by name: no identifier is made up."""
    return {"resourceType": "Organization", **profile("UKCore-Organization"), "name": team}


def consent(given: ConsentRecord, record: ExportRecord, ids: Ids) -> dict[str, Any]:
    """The yes to sharing with the receiver, with the exact words that were shown."""
    role = {"coding": [{"system": f"{_CODES}v3-ParticipationType", "code": "IRCP", "display": "information recipient"}]}
    words = base64.b64encode(given.words.encode()).decode()
    return {
        "resourceType": "Consent",
        **profile("UKCore-Consent"),
        "status": "inactive" if given.withdrawn_at else "active",
        "scope": {
            "coding": [{"system": f"{_CODES}consentscope", "code": "patient-privacy", "display": "Privacy Consent"}]
        },
        "category": [concept("Consent to share a self-referral with the team that receives it")],
        "patient": ids.reference("patient"),
        "dateTime": instant(given.given_at),
        "sourceAttachment": {
            "contentType": "text/plain",
            "language": "en-GB",
            "data": words,
            "title": "The words agreed to",
        },
        "policyRule": concept(
            f"Agreed {record.packet.consent_purpose}. Wording {given.version}, SHA-256 {given.sha256}."
            + (f" Withdrawn {instant(given.withdrawn_at)}." if given.withdrawn_at else "")
        ),
        "provision": {"type": "permit", "actor": [{"role": role, "reference": ids.reference("receiver")}]},
    }


def flag(danger: str, ids: Ids) -> dict[str, Any]:
    """A danger that whoever opens the record should know of first."""
    safety = {"coding": [{"system": f"{_CODES}flag-category", "code": "safety", "display": "Safety"}]}
    return {
        "resourceType": "Flag",
        **profile("UKCore-Flag"),
        "status": "active",
        "category": [safety],
        "code": concept(danger),
        "subject": ids.reference("patient"),
    }
