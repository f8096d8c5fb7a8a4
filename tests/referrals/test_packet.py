"""The packet staff read in a minute."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from referrals.packet import FLAG_LABELS, Packet, build, contact_rules, contact_unsafe, render_text, sections
from referrals.request import Need
from tests.referrals.support import given, make_request


def test_own_words_come_first_then_needs_in_the_residents_order():
    """Nothing stands before what the person said; needs are not sorted."""
    text = render_text(build(make_request()))
    assert text.startswith("IN THEIR OWN WORDS\nsince Ron died its just me")
    assert text.index("Loneliness: four walls") < text.index("Keeping the home warm: scared")


def test_a_typical_packet_is_read_in_a_minute():
    """240 words a minute is a calm reading pace."""
    assert len(render_text(build(make_request())).split()) <= 240


def test_every_fact_of_the_request_is_in_the_text():
    """What the resident gave, or why it was not asked, is never lost on the way to staff."""
    text = render_text(build(make_request(language="Gujarati", access_needs="large print")))
    for fact in (
        "None known.", "Wigston, Oadby and Wigston", "How often do you feel lonely? Often", "Getting back to the garden club",
        "Age UK befriending", "Tier: enhanced.", "They named two kinds of need.", "They asked for a person.",
        "Test Resident", "07700 900123", "Safe to ring: yes.", "Safe to text: NO. Do not text.", "ring twice", "mornings",
        "the person themselves", "18 or over: yes", "Gujarati", "large print", "Benefits: they did not want to talk about money",
        "They agreed to First Contact Plus having this, to contact the person and arrange support.",
    ):  # fmt: skip
        assert fact in text, fact


@pytest.mark.parametrize("flag", FLAG_LABELS)
def test_a_danger_is_named(flag: str):
    """Each flag of the vocabulary has words for staff; "none known" then does not appear."""
    text = render_text(build(make_request(red_flags=(flag,))))
    assert FLAG_LABELS[flag] in text and "None known" not in text


@pytest.mark.parametrize(
    ("changes", "unsafe"),
    [
        ({"red_flags": ("abuse_now",), "safe_to_call": None, "safe_to_text": None}, True),
        ({"red_flags": ("abuse_now",), "safe_to_call": False, "safe_to_text": False}, True),
        ({"needs": (Need("domestic_abuse", "Abuse"),), "safe_to_call": None, "safe_to_text": None}, True),
        ({"red_flags": ("abuse_now",), "safe_to_call": True}, False),
        ({"safe_to_call": None, "safe_to_text": None}, False),
    ],
)
def test_disclosed_abuse_makes_contact_unsafe_until_they_say_otherwise(changes: dict, unsafe: bool):
    """The default after a disclosure is not to ring or text; the first rule on the page says so."""
    packet = build(make_request(**changes))
    assert contact_unsafe(packet) is unsafe
    assert contact_rules(packet)[0].startswith("Abuse was disclosed.") is unsafe


def test_what_was_not_asked_is_treated_as_not_safe():
    """Silence is not permission to text."""
    rules = contact_rules(build(make_request(safe_to_text=None)))
    assert "Safe to text: not asked. Treat as not safe." in rules


def test_another_persons_referral_says_who_wrote():
    """Staff see at once that the writer is not the person."""
    text = render_text(build(make_request(about_other=True, consent=given(about_other=True))))
    assert "Who wrote: someone else, for them" in text and "The writer says the person agreed" in text


def test_a_packet_survives_storage():
    """JSON and back gives the same packet; a field that a later version added does no harm."""
    packet = build(make_request(red_flags=("abuse_now",)))
    stored = json.loads(json.dumps(packet.as_dict()))
    assert Packet.from_dict(stored) == packet
    assert Packet.from_dict({**stored, "added_later": 1}) == packet


def test_every_field_of_the_packet_is_shown_somewhere():
    """A field added to the packet without a place on the page fails here."""
    packet = build(make_request())
    shown = json.dumps([[s.lines, s.pairs] for s in sections(packet)])
    not_text = {"version", "adult", "about_other", "asked_for_person", "safe_to_call", "safe_to_text", "red_flags"}
    kept_beside = {"consent_words"}  # on the page in full, but too long for a packet read in a minute
    defaults = {"language", "access_needs", "contact_method", "contact_value"}
    for item in fields(Packet):
        if item.name in not_text | defaults | kept_beside:
            continue
        value = getattr(packet, item.name)
        first = value[0] if isinstance(value, tuple) else value
        first = first.label if isinstance(first, Need) else first[0] if isinstance(first, tuple) else first
        assert first in shown, item.name
