"""Plain text, to paste into another system."""

from __future__ import annotations

from referrals.exports.record import ExportRecord, head, moment
from referrals.packet_sections import render_text, sections
from referrals.packet_words import PacketWords


def as_text(record: ExportRecord, words: PacketWords) -> bytes:
    """The whole packet, nothing folded, in UTF-8."""
    return text_of(record, words).encode()


def text_of(record: ExportRecord, words: PacketWords) -> str:
    """The same, as text: what is known of the referral, then the packet in reading order, then who took it out."""
    lines = [f"{label}: {value}" for label, value in head(record, words)]
    if record.contact_hidden:
        lines.append(words.say("hidden"))
    notes = (
        words.say("exported", who=record.exported_by, when=moment(record.exported_at)),
        words.say("keep_safe"),
    )
    return render_text([*sections(record.packet, words), *record.own], lines) + "\n" + "\n".join(notes) + "\n"
