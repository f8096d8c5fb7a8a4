"""What every export is made from: one referral as it stands, read once, with the time and the hand that asked for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from common.clock import LONDON
from referrals.model import ConsentEvent, Referral
from referrals.packet import Packet, Section
from referrals.packet_words import PacketWords
from referrals.promise import due_words
from referrals.working_time import clock_words

# Control characters have no place in any of the five forms; tab and line feed have.
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if code not in (9, 10)}


@dataclass(frozen=True)
class ConsentRecord:
    """The yes as it is stored: the exact words, which version of them, and when (aware times)."""

    words: str
    version: str
    sha256: str
    given_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True)
class ExportRecord:
    """One referral. Times are aware. `contact_hidden`: the packet came without contact details, and says so."""

    reference: str
    destination: str
    channel: str
    priority: str
    state: str
    created_at: datetime
    due_at: datetime
    promised: bool
    promise_text: str
    packet: Packet
    consents: tuple[ConsentRecord, ...]
    contact_hidden: bool
    exported_at: datetime
    exported_by: str
    own: tuple[Section, ...] = ()  # what the team wrote itself; only in a copy that was asked for with it


def record_of(referral: Referral, packet: Packet, *, contact_hidden: bool, now: datetime, who: str) -> ExportRecord:
    """The record of a stored referral; `packet` is its packet, as far as `who` may see it."""
    return ExportRecord(
        reference=referral.reference,
        destination=referral.destination,
        channel=referral.channel,
        priority=referral.priority,
        state=referral.state,
        created_at=referral.created_at,
        due_at=referral.due_at,
        promised=referral.promised,
        promise_text=referral.promise_text,
        packet=printable(packet),
        consents=tuple(_consent(row) for row in referral.consents),
        contact_hidden=contact_hidden,
        exported_at=now,
        exported_by=who,
    )


def _consent(row: ConsentEvent) -> ConsentRecord:
    return ConsentRecord(row.words, row.version, row.sha256, row.given_at, row.withdrawn_at)


def printable(packet: Packet) -> Packet:
    """The packet without control characters, its line ends all alike; nothing that can be read is changed."""
    changed = {item.name: _clean(getattr(packet, item.name)) for item in fields(packet)}
    needs = tuple(replace(n, name=_clean(n.name), label=_clean(n.label), said=_clean(n.said)) for n in packet.needs)
    return replace(packet, **{**changed, "needs": needs})


def printable_section(section: Section) -> Section:
    """The same for a part that was made beside the packet."""
    return replace(section, lines=_clean(section.lines))


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    return tuple(_clean(one) for one in value) if isinstance(value, tuple) else value


def head(record: ExportRecord, words: PacketWords) -> Sequence[tuple[str, str]]:
    """Label and value of what stands above the packet: reference, received, due, how it came, what the resident was told."""
    target = "" if record.promised else f" ({words.say('target')})"
    found = [
        (words.labels["reference"], record.reference),
        (words.labels["team"], record.packet.team),
        (words.labels["received"], moment(record.created_at)),
        (words.labels["due"], f"{due_words(record.due_at)}{target}"),
        (words.labels["priority"], record.priority),
        (words.labels["channel"], words.channels.get(record.channel, record.channel)),
        (words.labels["promise"], record.promise_text),
    ]
    return [(label, value) for label, value in found if value.strip()]


def moment(at: datetime) -> str:
    """ "21 November 2026, 10:30am", in London time."""
    local = at.astimezone(LONDON)
    return f"{local.day} {local:%B %Y}, {clock_words(local.time().replace(second=0, microsecond=0))}"


def instant(at: datetime) -> str:
    """ "2026-11-21T10:30:00+00:00": with its zone, as JSON and FHIR want it. Raises ValueError for a time without one."""
    if at.tzinfo is None:
        raise ValueError("a time in an export needs a zone")
    return at.isoformat(timespec="seconds")
