"""A FHIR R4 bundle after UK Core: a ServiceRequest with the patient, the consent, the receiver and the dangers to know of.

The profiles named are UK Core's own (HL7 UK; ServiceRequest 2.5.1, Patient 2.6.1), whose rules beyond base R4 were read and are
kept; nothing here claims conformance to the Booking and Referral Standard. There is no Questionnaire: answers stand in notes.
"""

from __future__ import annotations

import json
from typing import Any

from referrals.exports.fhir_parts import consent, flag, organization, patient
from referrals.exports.fhir_values import Ids, concept, fullness, profile, snomed
from referrals.exports.record import ExportRecord, head, instant
from referrals.model import DONE
from referrals.packet import contact_unsafe, risk
from referrals.packet_sections import contact_rules, sections
from referrals.packet_words import PacketWords

SOURCE = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-SourceOfServiceRequest"
REFERRED_BY_SELF = ("1991000124105", "Referred by self")  # in UK Core's value set of sources


def as_fhir(record: ExportRecord, words: PacketWords) -> bytes:
    """The bundle as JSON in UTF-8. What is not known is left out; times carry their zone."""
    return (json.dumps(bundle(record, words), ensure_ascii=False, indent=2) + "\n").encode()


def bundle(record: ExportRecord, words: PacketWords) -> dict[str, Any]:
    """A collection in which every reference resolves. The same referral has the same ids each time it is exported."""
    ids = Ids(record.reference)
    dangers = [*risk(record.packet), *((words.say("unsafe"),) if contact_unsafe(record.packet) else ())]
    flags = {f"flag-{number}": flag(danger, ids) for number, danger in enumerate(dangers, start=1)}
    consents = {
        f"consent-{number}": consent(given, record, ids) for number, given in enumerate(record.consents, start=1)
    }
    supporting = [ids.reference(name) for name in (*consents, *flags)]
    resources = {
        "request": _request(record, words, ids, supporting),
        "patient": patient(record, words),
        "receiver": organization(record.packet.team),
        **consents,
        **flags,
    }
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": instant(record.exported_at),
        "entry": [{"fullUrl": ids.url(name), "resource": fullness(resource)} for name, resource in resources.items()],
    }


def _request(record: ExportRecord, words: PacketWords, ids: Ids, supporting: list[dict[str, Any]]) -> dict[str, Any]:
    packet = record.packet
    codes = words.suggested(need.name for need in packet.needs)
    withdrawn = any(given.withdrawn_at for given in record.consents)
    requester = {"display": words.say("other")} if packet.about_other else ids.reference("patient")
    return {
        "resourceType": "ServiceRequest",
        **profile("UKCore-ServiceRequest"),
        "extension": [] if packet.about_other else [{"url": SOURCE, "valueCodeableConcept": snomed(*REFERRED_BY_SELF)}],
        "identifier": [{"type": {"text": words.labels["reference"]}, "value": record.reference}],
        "status": "revoked" if withdrawn else "completed" if record.state == DONE else "active",
        "intent": "proposal",
        "category": [{"text": "Self-referral to social prescribing or community support"}],
        "priority": "urgent" if record.priority == "urgent" else "routine",
        "code": {
            "coding": [{**snomed(code.code, code.term)["coding"][0], "userSelected": False} for code in codes],
            "text": f"Referral to {packet.team}",
        },
        "subject": ids.reference("patient"),
        "authoredOn": instant(record.created_at),
        "requester": requester,
        "performer": [ids.reference("receiver")],
        "reasonCode": [concept(f"{need.label}: {need.said}" if need.said else need.label) for need in packet.needs],
        "supportingInfo": supporting,
        "note": [{"time": instant(record.created_at), "text": text} for text in _notes(record, words)],
        "patientInstruction": record.promise_text,
    }


def _notes(record: ExportRecord, words: PacketWords) -> list[str]:
    """The packet as people read it, a note for each part, so that a reader of notes alone misses nothing."""
    notes = ["\n".join(f"{label}: {value}" for label, value in head(record, words))]
    if record.contact_hidden:
        notes.append(words.say("hidden"))
    for section in sections(record.packet, words):
        # The details themselves stand in the patient, where systems look for them and guard them.
        pairs = tuple(
            pair for pair in section.pairs if section.key != "contact" or pair[0] == words.labels["best_time"]
        )
        lines = contact_rules(record.packet, words) if section.key == "contact" else section.lines
        said = [f"{label}{' ' if label.endswith('?') else ': '}{value}" if value else label for label, value in pairs]
        notes.append("\n".join([f"{section.title}:", *lines, *said]))
    notes.extend(
        words.say("suggested_code", code=code.code, term=code.term)
        for code in words.suggested(need.name for need in record.packet.needs)
    )
    return notes
