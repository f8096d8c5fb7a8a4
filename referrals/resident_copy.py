"""A copy of what was sent, for the resident: all that they told, and nothing that staff or we thought of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from common.clock import LONDON
from common.local_data import LocalDataError, read_yaml
from referrals.exports.pdf import Printed, print_pdf
from referrals.exports.record import moment, printable
from referrals.model import Referral
from referrals.packet import Packet, Section
from referrals.packet_sections import render_text, sections
from referrals.packet_words import PacketWords
from referrals.working_time import day_words

FILE = "status_words.yml"
COPIED = "resident_copy"  # the audit's code
# Our own thoughts (tier, reasons, risk, what was left out) are for staff; so are the rules of how to contact somebody.
_PARTS = ("words", "needs", "about", "told", "services", "contact", "person", "consent")
_HEAD = ("reference", "team", "received", "told")


@dataclass(frozen=True)
class CopyWords:
    """`titles` of the parts, `labels` of the lines above them, and the line at the foot ({when})."""

    titles: Mapping[str, str]
    labels: Mapping[str, str]
    made: str

    @classmethod
    def load(cls, data_dir: Path) -> CopyWords:
        """From `copy` in status_words.yml. Raises LocalDataError naming what is missing."""
        path = data_dir / FILE
        raw = read_yaml(path).get("copy")
        raw = raw if isinstance(raw, dict) else {}
        made = raw.get("made")
        if not isinstance(made, str) or "{when}" not in made:
            raise LocalDataError(f"{path}: copy.made must be text with {{when}}")
        return cls(_texts(path, raw, "titles", _PARTS), _texts(path, raw, "labels", _HEAD), made)


@dataclass(frozen=True)
class Copy:
    """What the resident may read again. `head`: label and value of what stands above the parts."""

    reference: str
    head: tuple[tuple[str, str], ...]
    parts: tuple[Section, ...]
    made: str
    made_at: datetime

    def as_text(self) -> str:
        """Plain text, to print or keep."""
        return render_text(self.parts, [f"{label}: {value}" for label, value in self.head]) + f"\n{self.made}\n"

    def as_pdf(self, words: PacketWords) -> bytes:
        """The same on A4, with the plain text in the file."""
        text = self.as_text().encode()
        return print_pdf(Printed(self.reference, self.made_at, self.head, self.parts, self.made, text), words)


def copy_of(referral: Referral, words: PacketWords, own: CopyWords, now: datetime) -> Copy:
    """The copy of `referral` as it stands at `now` (aware). The caller makes sure that who asks may have it."""
    packet = printable(Packet.from_dict(referral.packet))
    known = {part.key: part for part in sections(packet, words)}
    known["contact"] = replace(known["contact"], lines=(), pairs=(*known["contact"].pairs, *_safe(packet, words)))
    known["consent"] = replace(known["consent"], lines=(packet.consent_words,))
    labels = own.labels
    return Copy(
        reference=referral.reference,
        head=(
            (labels["reference"], referral.reference),
            (labels["team"], referral.team),
            (labels["received"], day_words(referral.created_at.astimezone(LONDON).date())),
            (labels["told"], referral.promise_text),
        ),
        parts=tuple(replace(known[key], title=own.titles[key]) for key in _PARTS if key in known),
        made=own.made.format(when=moment(now)),
        made_at=now,
    )


def _safe(packet: Packet, words: PacketWords) -> tuple[tuple[str, str], ...]:
    said = {True: words.say("adult_yes"), False: words.say("adult_no")}
    answers = [(name, getattr(packet, name)) for name in ("safe_to_call", "safe_to_text")]
    pairs = (
        [] if packet.contact_method == "email" else [(words.labels[n], said[v]) for n, v in answers if v is not None]
    )
    note = [(words.labels["safe_note"], packet.safe_note)] if packet.safe_note.strip() else []
    return (*pairs, *note)


def _texts(path: Path, raw: dict[str, Any], key: str, names: tuple[str, ...]) -> dict[str, str]:
    group = raw.get(key)
    group = group if isinstance(group, dict) else {}
    for name in names:
        if not isinstance(group.get(name), str) or not group[name].strip():
            raise LocalDataError(f"{path}: copy.{key}.{name} must be text")
    return {name: group[name].strip() for name in names}
