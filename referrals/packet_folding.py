"""A packet that is read in a minute: long words of the resident are folded, and the whole text stands one click away."""

from __future__ import annotations

from dataclasses import dataclass, replace

from referrals.packet import Packet
from referrals.packet_sections import render_text, sections
from referrals.packet_words import PacketWords
from referrals.request import Need

WORDS_A_MINUTE = 240  # a calm pace for reading; the bar of the hand-off


@dataclass(frozen=True)
class _Level:
    """How much is kept, in words: of the first telling, of each other text, of what was said to each need; and how many
    answers and services."""

    own: int
    text: int
    said: int
    answers: int
    services: int


# From much to little. The person's own words are kept longest, for they come first.
_LEVELS = (
    _Level(own=80, text=60, said=60, answers=99, services=6),
    _Level(own=60, text=40, said=40, answers=99, services=4),
    _Level(own=60, text=25, said=25, answers=99, services=4),
    _Level(own=40, text=25, said=15, answers=99, services=4),
    _Level(own=40, text=15, said=10, answers=5, services=3),
    _Level(own=30, text=15, said=0, answers=4, services=3),
    _Level(own=30, text=12, said=0, answers=3, services=2),
    _Level(own=25, text=10, said=0, answers=2, services=2),
    _Level(own=20, text=8, said=0, answers=1, services=1),
    _Level(own=15, text=5, said=0, answers=0, services=0),
)
_SAFE_NOTE = 12  # how to reach them safely is cut least


def count(packet: Packet, words: PacketWords) -> int:
    """How many words staff read when they read the packet from top to bottom."""
    return len(render_text(sections(packet, words)).split())


def folded(packet: Packet, words: PacketWords) -> Packet:
    """The packet itself when it is read in a minute; else one that is cut just so far that it is.

    Which needs, dangers, contact rules, reasons, and what was not asked are never cut. Where these alone take longer than a
    minute, everything else is at its shortest.
    """
    if count(packet, words) <= WORDS_A_MINUTE:
        return packet
    shorter = packet
    for level in _LEVELS:
        shorter = _cut(packet, words, level)
        if count(shorter, words) <= WORDS_A_MINUTE:
            break
    return shorter


def shorten(text: str, most: int, words: PacketWords) -> str:
    """The first `most` words with a sign of how many follow; the text itself when that saves nothing."""
    found = text.split()
    sign = words.say("more_words", count=len(found) - most)
    if len(found) <= most + len(sign.split()):
        return text
    return f"{' '.join(found[:most])} {sign}"


def _cut(packet: Packet, words: PacketWords, level: _Level) -> Packet:
    def cut(text: str, most: int = level.text) -> str:
        return shorten(text, most, words)

    def first(things: tuple[str, ...]) -> tuple[str, ...]:
        left = len(things) - level.services
        return (*things[: level.services], words.say("more", count=left)) if left > 0 else things

    left = len(packet.answers) - level.answers
    more = ((words.say("more", count=left), ""),) if left > 0 else ()
    return replace(
        packet,
        own_words=cut(packet.own_words, level.own),
        needs=tuple(_need(need, level.said, words) for need in packet.needs),
        answers=(*((cut(question, 15), cut(answer)) for question, answer in packet.answers[: level.answers]), *more),
        services_shown=first(packet.services_shown),
        services_chosen=first(packet.services_chosen),
        what_matters=cut(packet.what_matters),
        who_is_around=cut(packet.who_is_around),
        what_tried=cut(packet.what_tried),
        safe_note=cut(packet.safe_note, max(level.text, _SAFE_NOTE)),
        name=cut(packet.name, 8),
        best_time=cut(packet.best_time),
        access_needs=cut(packet.access_needs),
    )


def _need(need: Need, said: int, words: PacketWords) -> Need:
    return replace(need, said=shorten(need.said, said, words) if said else "")
