"""Referrals of six kinds, as exports get them, and the facts that must be found in each form."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timezone
from typing import Any

from pypdf import PdfReader

from referrals.exports.csv_row import as_csv
from referrals.exports.fhir import as_fhir
from referrals.exports.json_file import as_json
from referrals.exports.pdf import as_pdf
from referrals.exports.record import ConsentRecord, ExportRecord, printable
from referrals.exports.text import as_text
from referrals.packet import build
from referrals.request import Need, ReferralRequest
from referrals.words import ReferralWords
from tests.referrals.support import DATA, given, make_request

WORDS = ReferralWords.load(DATA).packet
RECEIVED = datetime(2026, 11, 21, 10, 30, tzinfo=timezone.utc)
DUE = datetime(2026, 11, 25, 17, 0, tzinfo=timezone.utc)
PROMISE = (
    "I have passed this to First Contact Plus. They will contact you in their working hours; I can't say which day."
)
MAKERS = {"text": as_text, "pdf": as_pdf, "csv": as_csv, "json": as_json, "fhir": as_fhir}

MINIMAL = {
    "needs": (), "answers": (), "services_shown": (), "reasons": (), "own_words": "", "place": "unknown", "district": "",
    "name": "", "contact_method": "other", "contact_value": "leave word at the library", "safe_to_call": None,
    "safe_to_text": None, "safe_note": "", "best_time": "", "not_asked": (("what_matters", "person_first"),),
}  # fmt: skip
MAXIMAL = {
    "red_flags": ("suicide_self_harm", "adult_safeguarding"), "what_matters": "my garden", "who_is_around": "a sister in Ibstock",
    "what_tried": "the doctor gave me tablets", "services_chosen": ("Age UK befriending",), "access_needs": "large print",
    "needs": (Need("weight", "Healthy weight", "the knee"), Need("physical_activity", "Getting active", "=HYPERLINK()")),
    "not_asked": (("Benefits", "they did not want to talk about money"),),
}  # fmt: skip
KINDS: dict[str, dict[str, Any]] = {
    "minimal": MINIMAL,
    "maximal": MAXIMAL,
    "third person": {"about_other": True, "consent": given(about_other=True), "name": "Test Aunt"},
    "unsafe contact": {"red_flags": ("abuse_now",), "safe_to_call": False, "safe_to_text": False, "safe_note": "he reads my phone"},
    "other script": {"own_words": "મને મદદ જોઈએ છે, please", "language": "Gujarati", "name": "Zofia Żółć", "place": "Ashby"},
    "ten thousand letters": {"own_words": ("it is cold here. " * 625)[:10_000]},
}  # fmt: skip


def record_of(*, contact_hidden: bool = False, **changes: Any) -> ExportRecord:
    """A stored referral as an export gets it; `changes` are those of the request."""
    request = make_request(**changes)
    packet = build(request)
    consent = ConsentRecord(packet.consent_words, "2026-11-21.1", "a" * 64, RECEIVED)
    return ExportRecord(
        "K7M-4PR", "first_contact_plus", "web", "urgent" if packet.red_flags else "routine", "new", RECEIVED, DUE, False, PROMISE,
        printable(packet), (consent,), contact_hidden, RECEIVED, "amina",
    )  # fmt: skip


def facts(request: ReferralRequest) -> list[str]:
    """What a reader of any form must find, taken from the request itself."""
    texts = [
        request.own_words, *request.reasons, *request.services_shown, *request.services_chosen, request.name, request.safe_note,
        request.best_time, request.district, request.what_matters, request.who_is_around, request.what_tried, request.tier,
        request.access_needs, request.team, request.language or "English", PROMISE, "K7M-4PR",
        *(part for need in request.needs for part in (need.label, need.said)),
        *(part for pair in request.answers for part in pair),
        "" if request.place == "unknown" else request.place,
        "Suicide or self-harm" if "suicide_self_harm" in request.red_flags else "",
        "Adult at risk (safeguarding)" if "adult_safeguarding" in request.red_flags else "",
        "Abuse now or lately" if "abuse_now" in request.red_flags else "",
        "" if request.red_flags else "None known.",
        "Date of birth; GP practice", "nobody is asked here", request.consent.words.purpose if request.consent else "",
    ]  # fmt: skip
    texts.extend(why for what, why in request.not_asked if what == "Benefits")
    if any(what == "what_matters" for what, _ in request.not_asked):
        texts.append("they asked for a person at once")
    if request.contact_method != "phone":
        texts.append(request.contact_value)
    return [text for text in texts if text]


def found_in(form: str, content: bytes) -> str:
    """All the text of an export, as a reader of that form gets it, blanks made alike."""
    if form == "pdf":
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        return squeeze(" ".join(re.sub(r"K7M-4PR\s+Exported by .*$", "", page, flags=re.DOTALL) for page in pages))
    if form == "csv":
        heading, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        assert len(heading) == len(row)
        return squeeze(" ".join(row))
    if form in ("json", "fhir"):
        return squeeze(" ".join(strings(json.loads(content))))
    return squeeze(content.decode())


def strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in strings(one)]
    if isinstance(value, list):
        return [text for one in value for text in strings(one)]
    return [str(value)]


def squeeze(text: str) -> str:
    """Without blanks and the apostrophes that guard a spreadsheet: where a line breaks is a form's own business."""
    return re.sub(r"[\s']+", "", text)
