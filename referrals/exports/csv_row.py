"""One row of a spreadsheet under a row of headings. No cell can be taken for a formula."""

from __future__ import annotations

import csv
import io
import re

from referrals.exports.record import ExportRecord, instant
from referrals.packet import risk
from referrals.packet_sections import consent_line, contact_changes, contact_value, not_asked, place_line
from referrals.packet_words import PacketWords

FORMAT_VERSION = "1"
COLUMNS = (
    "format_version", "reference", "received", "due", "due_promised", "priority", "state", "channel", "destination", "team", "tier",
    "reasons", "asked_for_person", "own_words", "needs", "risk", "what_matters", "who_is_around", "what_tried", "answers",
    "services_shown", "services_chosen", "name", "contact_method", "contact", "contact_hidden", "safe_to_call", "safe_to_text",
    "safe_note", "best_time", "place", "about_someone_else", "adult", "language", "access_needs", "consent", "consent_words",
    "consent_version", "consent_given", "not_asked", "told_resident", "exported", "exported_by", "contact_changes",
)  # fmt: skip
# What a spreadsheet takes for the start of a formula, at the start of a cell or after a character that some spreadsheets,
# set to another country, take for the end of a cell or of a row.
_FORMULA = re.compile(r"(^|[\n\r\t;|])([\s\u00a0]*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20])")


def as_csv(record: ExportRecord, words: PacketWords) -> bytes:
    """A heading row and one row, every cell quoted, in UTF-8 with the mark that spreadsheets look for.

    Several values in a cell stand on lines of their own. An apostrophe stands before what could start a formula.
    """
    cells = _cells(record, words)
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow(safe(cells[column]) for column in COLUMNS)
    return out.getvalue().encode("utf-8-sig")


def safe(cell: str) -> str:
    """The text with an apostrophe before each place where a spreadsheet could see a formula begin, or a tab at its start."""
    guarded = _FORMULA.sub(r"\1\2'", cell)
    return f"'{guarded}" if guarded[:1] in ("\t", "\r", "\n") else guarded


def _cells(record: ExportRecord, words: PacketWords) -> dict[str, str]:
    packet, consent = record.packet, record.consents[-1] if record.consents else None
    said = {True: words.say("adult_yes"), False: words.say("adult_no"), None: ""}
    return {
        "format_version": FORMAT_VERSION,
        "reference": record.reference,
        "received": instant(record.created_at),
        "due": instant(record.due_at),
        "due_promised": said[record.promised],
        "priority": record.priority,
        "state": record.state,
        "channel": record.channel,
        "destination": record.destination,
        "team": packet.team,
        "tier": packet.tier,
        "reasons": "\n".join(packet.reasons),
        "asked_for_person": said[packet.asked_for_person],
        "own_words": packet.own_words,
        "needs": "\n".join(f"{n.label}: {n.said}" if n.said else n.label for n in packet.needs),
        "risk": "\n".join(risk(packet)) or words.say("none_known"),
        "what_matters": packet.what_matters,
        "who_is_around": packet.who_is_around,
        "what_tried": packet.what_tried,
        "answers": "\n".join(f"{question} {answer}" for question, answer in packet.answers),
        "services_shown": "\n".join(packet.services_shown),
        "services_chosen": "\n".join(packet.services_chosen),
        "name": packet.name,
        "contact_method": packet.contact_method,
        "contact": "" if record.contact_hidden else contact_value(packet),
        "contact_hidden": said[record.contact_hidden],
        "safe_to_call": said[packet.safe_to_call],
        "safe_to_text": said[packet.safe_to_text],
        "safe_note": packet.safe_note,
        "best_time": packet.best_time,
        "place": place_line(packet),
        "about_someone_else": said[packet.about_other],
        "adult": said[packet.adult],
        "language": packet.language or words.say("english"),
        "access_needs": packet.access_needs,
        "consent": consent_line(packet, words),
        "consent_words": packet.consent_words,
        "consent_version": consent.version if consent else "",
        "consent_given": instant(consent.given_at) if consent else "",
        "not_asked": "\n".join(f"{what}: {why}" if why else what for what, why in not_asked(packet, words)),
        "told_resident": record.promise_text,
        "exported": instant(record.exported_at),
        "exported_by": record.exported_by,
        "contact_changes": "\n".join(contact_changes(packet, words)),
    }
