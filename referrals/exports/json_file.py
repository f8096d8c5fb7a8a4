"""JSON in a documented form of our own: `referral-1.schema.json` beside this file says what each field means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from referrals.exports.record import ExportRecord, instant
from referrals.packet import contact_unsafe, risk
from referrals.packet_sections import contact_rules, not_asked
from referrals.packet_words import PacketWords

SCHEMA_VERSION = "1.0"  # 1.x only adds fields that may be absent
SCHEMA = Path(__file__).with_name("referral-1.schema.json")


def as_json(record: ExportRecord, words: PacketWords) -> bytes:
    """The whole referral, in UTF-8. What is not known is left out, never null; lists that the schema names are always there."""
    return (json.dumps(_without_empty(_content(record, words)), ensure_ascii=False, indent=2) + "\n").encode()


def _content(record: ExportRecord, words: PacketWords) -> dict[str, Any]:
    packet = record.packet
    return {
        "schema_version": SCHEMA_VERSION,
        "reference": record.reference,
        "received_at": instant(record.created_at),
        "due": {"at": instant(record.due_at), "promised": record.promised, "told_resident": record.promise_text},
        "priority": record.priority,
        "state": record.state,
        "channel": record.channel,
        "destination": record.destination,
        "team": packet.team,
        "own_words": packet.own_words,
        "needs": [{"code": need.name, "label": need.label, "said": need.said} for need in packet.needs],
        "risk": {
            "known": bool(packet.red_flags),
            "flags": list(packet.red_flags),
            "words": "; ".join(risk(packet)) or words.say("none_known"),
        },
        "what_matters": packet.what_matters,
        "who_is_around": packet.who_is_around,
        "what_tried": packet.what_tried,
        "answers": [{"question": question, "answer": answer} for question, answer in packet.answers],
        "decision": {
            "tier": packet.tier,
            "reasons": list(packet.reasons),
            "asked_for_person": packet.asked_for_person,
        },
        "services": {"shown": list(packet.services_shown), "chosen": list(packet.services_chosen)},
        "person": {
            "name": packet.name,
            "place": packet.place,
            "district": packet.district,
            "adult": packet.adult,
            "written_by": "someone_else" if packet.about_other else "the_person",
            "language": packet.language or words.say("english"),
            "access_needs": packet.access_needs,
        },
        "contact": {
            "hidden": record.contact_hidden,
            "method": packet.contact_method,
            "value": "" if record.contact_hidden else packet.contact_value,
            "first_contact_unsafe": contact_unsafe(packet),
            "safe_to_call": packet.safe_to_call,
            "safe_to_text": packet.safe_to_text,
            "note": packet.safe_note,
            "best_time": packet.best_time,
            "rules": list(contact_rules(packet, words)),
        },
        "consent": {
            "words": packet.consent_words,
            "purpose": packet.consent_purpose,
            "given": [
                {
                    "at": instant(consent.given_at),
                    "version": consent.version,
                    "sha256": consent.sha256,
                    "withdrawn_at": instant(consent.withdrawn_at) if consent.withdrawn_at else None,
                }
                for consent in record.consents
            ],
        },
        "not_asked": [{"what": what, "why": why} for what, why in not_asked(packet, words) if why],
        "suggested_codes": [
            {"system": "http://snomed.info/sct", "code": code.code, "term": code.term, "status": "suggestion"}
            for code in words.suggested(need.name for need in packet.needs)
        ],
        "team_record": [{"title": one.title, "lines": list(one.lines)} for one in record.own] or None,
        "exported": {"at": instant(record.exported_at), "by": record.exported_by},
    }


def _without_empty(value: Any) -> Any:
    """The same without texts and fields that say nothing; lists stay, also empty ones."""
    if isinstance(value, dict):
        kept = {key: _without_empty(one) for key, one in value.items()}
        return {key: one for key, one in kept.items() if one is not None and one != ""}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value
