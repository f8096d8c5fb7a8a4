"""Read in a minute: long words are folded, and nothing that staff must act on is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from referrals.packet import build
from referrals.packet_folding import WORDS_A_MINUTE, count, folded, shorten
from referrals.packet_sections import contact_rules, not_asked
from referrals.request import Need
from referrals.words import ReferralWords
from tests.referrals.support import DATA, make_request

WORDS = ReferralWords.load(DATA).packet
LONG = "the heating is off and nobody rings back " * 8  # 64 words: what a message may hold
DANGER = {
    "red_flags": ("abuse_now", "adult_safeguarding"), "safe_to_call": False, "safe_to_text": False, "safe_note": LONG,
    "reasons": ("You told me about danger, so urgent help comes first.", "You asked to talk to a person.",
                "You should not be left alone with this, so a person can get in touch.",
                "First Contact Plus can help you find the right support."),
    "not_asked": (("what_matters", "safety"), ("who_is_around", "safety"), ("what_tried", "safety")),
}  # fmt: skip
TALKATIVE = {
    "what_matters": LONG, "who_is_around": LONG, "what_tried": LONG, "not_asked": (),
    "answers": (("Is your heating working and can you pay for it?", "Only some rooms, or cutting back"),) * 4,
}  # fmt: skip
MANY = tuple(Need(f"n{number}", "Warm home and energy", LONG) for number in range(6))


def longest(**changes: object) -> dict:
    services = ("Citizens Advice LeicesterShire", "Living Without Abuse", "Warm Homes service") * 3
    return {"own_words": LONG * 12, "needs": MANY, "services_shown": services, **changes}


@pytest.mark.parametrize(
    "changes", [{}, longest(**DANGER, needs=MANY[:4]), longest(**TALKATIVE)], ids=["typical", "danger", "talkative"]
)
def test_a_packet_is_read_in_a_minute(changes: dict):
    """240 words a minute is a calm reading pace; also after twelve long messages, with every question answered at length."""
    packet = build(make_request(**changes))
    assert count(folded(packet, WORDS), WORDS) <= WORDS_A_MINUTE


def test_a_short_packet_is_not_folded():
    """What is read in a minute anyway stays as it is."""
    packet = build(make_request())
    assert folded(packet, WORDS) is packet


@settings(max_examples=60, deadline=None)
@for_any(st.integers(0, 3000), st.integers(0, 80), st.integers(0, 5))
def test_what_must_be_acted_on_is_never_folded(own: int, told: int, flags: int):
    """Needs by name, dangers, rules, reasons, consent and what was not asked are the same before and after."""
    changes = longest(**{**DANGER, "red_flags": tuple(f"flag_{n}" for n in range(flags)), "safe_note": "ring twice"})
    packet = build(make_request(**{**changes, "own_words": "word " * own, "what_matters": "word " * told}))
    short = folded(packet, WORDS)
    same = ("red_flags", "reasons", "tier", "contact_value", "place", "language", "not_asked", "consent_words")
    assert [getattr(short, name) for name in same] == [getattr(packet, name) for name in same]
    assert [need.label for need in short.needs] == [need.label for need in packet.needs]
    assert contact_rules(short, WORDS) == contact_rules(packet, WORDS)
    assert not_asked(short, WORDS) == not_asked(packet, WORDS)
    assert packet.own_words.startswith(short.own_words.split("\u2026")[0].rstrip())


def test_a_folded_text_says_how_much_follows():
    """The reader knows that there is more, and how much; nothing is folded to save a word or two."""
    assert shorten("one two three four five six seven eight nine ten", 4, WORDS) == "one two three four \u2026 (6 more)"
    assert shorten("one two three four five", 4, WORDS) == "one two three four five"


def test_whole_text_is_kept_beside():
    """Folding makes another packet; the one that was sent is untouched."""
    packet = build(make_request(**longest()))
    before = replace(packet)
    assert folded(packet, WORDS) != packet and packet == before
