"""The packet in words: what stands where, and that nothing of it is left out."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from referrals.packet import FLAG_LABELS, Packet, build
from referrals.packet_sections import contact_rules, render_text, sections
from referrals.packet_words import SECTIONS, PacketWords
from referrals.request import Need
from referrals.words import ReferralWords
from tests.referrals.support import DATA, given, make_request

WORDS = ReferralWords.load(DATA).packet


def text_of(**changes: object) -> str:
    return render_text(sections(build(make_request(**changes)), WORDS))


def test_own_words_come_first_then_needs_in_the_residents_order():
    """Nothing stands before what the person said; needs are not sorted."""
    text = text_of()
    assert text.startswith("IN THEIR OWN WORDS\nsince Ron died its just me")
    assert text.index("Loneliness: four walls") < text.index("Keeping the home warm: scared")


def test_the_order_is_that_of_a_reader_in_a_hurry():
    """Own words, needs, risk, what matters and who is around, tier and reasons, services, contact, language, what is missing."""
    packet = build(make_request(what_matters="my garden"))
    keys = [section.key for section in sections(packet, WORDS)]
    assert keys == [key for key in SECTIONS if key in keys] and set(SECTIONS) == set(keys)


def test_every_fact_of_the_request_is_in_the_text():
    """What the resident gave, or why it was not asked, is never lost on the way to staff."""
    text = text_of(
        language="Gujarati", access_needs="large print", what_matters="the garden club", who_is_around="a sister in Ibstock",
        what_tried="the doctor", services_chosen=("Age UK befriending",),
    )  # fmt: skip
    for fact in (
        "None known.", "Wigston, Oadby and Wigston", "How often do you feel lonely? Often", "What matters most: the garden club",
        "Who is around: a sister in Ibstock", "What was tried: the doctor", "Services shown: Warm Homes service; Age UK befriending",
        "Services chosen: Age UK befriending", "Tier: enhanced.", "They named two kinds of need.", "They asked for a person.",
        "Name: Test Resident", "Phone: 07700 900123", "Safe to ring: yes.", "Safe to text: NO. Do not text.", "ring twice",
        "Best time: mornings", "the person themselves", "18 or over: yes", "Language: Gujarati", "Access needs: large print",
        "Benefits: they did not want to talk about money", "Date of birth; GP practice: nobody is asked here",
        "They agreed to First Contact Plus having this, to contact the person and arrange support.",
    ):  # fmt: skip
        assert fact in text, fact


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("skipped", "asked, and not answered"),
        ("person_first", "they asked for a person at once"),
        ("not_due", "not needed after what they said"),
        ("ended_early", "they went on before it came up"),
        ("safety", "danger came first"),
        ("not_recorded", "the reason was not kept"),
    ],
)
def test_what_was_not_asked_says_why(reason: str, words: str):
    """Each reason has words of its own, and fields with the same reason stand together."""
    keys = ("what_matters", "who_is_around", "what_tried")
    text = text_of(not_asked=tuple((key, reason) for key in keys))
    assert f"What matters most; Who is around; What was tried: {words}" in text


@pytest.mark.parametrize("flag", FLAG_LABELS)
def test_a_danger_is_named(flag: str):
    """Each flag of the vocabulary has words for staff; "none known" then does not appear."""
    text = text_of(red_flags=(flag,))
    assert FLAG_LABELS[flag] in text and "None known" not in text


def test_disclosed_abuse_is_the_first_rule_of_contact():
    """Before anything about times or numbers."""
    changes = {"red_flags": ("abuse_now",), "safe_to_call": False, "safe_to_text": False}
    rules = contact_rules(build(make_request(**changes)), WORDS)
    assert rules[0].startswith("Abuse was disclosed.") and rules[1] == "NOT safe to ring or text."


@pytest.mark.parametrize(
    ("call", "text", "rules"),
    [
        (True, None, ["Safe to ring: yes.", "Safe to text: not asked. Treat as not safe."]),
        (None, None, ["Safe to ring or text: not asked. Treat as not safe."]),
        (False, True, ["Safe to ring: NO. Do not ring.", "Safe to text: yes."]),
        (False, False, ["NOT safe to ring or text."]),
    ],
)
def test_what_was_not_asked_is_treated_as_not_safe(call: bool | None, text: bool | None, rules: list[str]):
    """Silence is not permission to ring or text."""
    assert [*contact_rules(build(make_request(safe_to_call=call, safe_to_text=text)), WORDS)][: len(rules)] == rules


def test_another_persons_referral_says_who_wrote():
    """Staff see at once that the writer is not the person."""
    text = text_of(about_other=True, consent=given(about_other=True))
    assert "Who wrote: someone else, for them" in text and "The writer says they agreed" in text


def test_every_field_of_the_packet_is_shown_somewhere():
    """A field added to the packet without a place on the page fails here."""
    packet = build(make_request(what_matters="w", who_is_around="y", what_tried="z", services_chosen=("s",)))
    shown = json.dumps([[s.lines, s.pairs] for s in sections(packet, WORDS)])
    not_text = {"version", "adult", "about_other", "asked_for_person", "safe_to_call", "safe_to_text", "red_flags"}
    kept_beside = {"consent_words"}  # on the page in full, but too long for a packet read in a minute
    codes = {
        "language",
        "access_needs",
        "contact_method",
        "contact_value",
        "not_asked",
        "contact_changes",
    }  # their words are tested above
    for item in fields(Packet):
        if item.name in not_text | codes | kept_beside:
            continue
        value = getattr(packet, item.name)
        first = value[0] if isinstance(value, tuple) else value
        first = first.label if isinstance(first, Need) else first[0] if isinstance(first, tuple) else first
        assert first in shown, item.name


def test_suggested_codes_follow_the_needs():
    """The general code for every referral, special ones only where the need was named; nothing that no source confirms."""
    assert [code.code for code in WORDS.suggested(["loneliness"])] == ["871731000000106"]
    assert [code.code for code in WORDS.suggested(["weight"])] == ["871731000000106", "771491000000104"]
    assert "871691000000100" not in {code.code for code in WORDS.codes}
    assert isinstance(WORDS, PacketWords)


@pytest.mark.parametrize(("safe", "said"), [(None, "Safe to e-mail: yes."), (False, "Safe to e-mail: NO.")])
def test_who_gave_an_e_mail_address_is_told_of_as_asked_about_e_mail(safe: bool | None, said: str) -> None:
    """Ringing and texting were never asked about, so nothing says that they are safe."""
    request = make_request(
        contact_method="email", contact_value="sam@example.org", safe_to_call=safe, safe_to_text=safe
    )
    rules = " ".join(contact_rules(build(request), WORDS))
    assert said in rules and "Safe to ring: yes" not in rules
