"""The packet as it is built and kept: everything required, or the reason why not."""

from __future__ import annotations

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given as for_any
from hypothesis import settings
from hypothesis import strategies as st

from referrals.packet import PACKET_VERSION, Packet, build, contact_unsafe
from referrals.packet_required import NOT_RECORDED, REASONS, REQUIRED, missing
from referrals.request import Need, ReferralRequest
from tests.referrals.support import given, make_request

# The mandatory elements of the Social Prescribing Information Standard v1.1 in the sections a referral holds (NHS England,
# originally PRSB; Open Government Licence v3.0), but those of a problem list, which a self-referral does not have.
MANDATORY = (
    "Person demographics / Person name",
    "Person demographics / Date of birth",
    "GP practice / GP practice identifier",
    "Referral details / Referrer details",
    "Referral details / Referral to",
    "Risks / Risks record entry / Risk",
)
_text = st.text(max_size=30)
_texts = st.lists(_text, max_size=3).map(tuple)
_pairs = st.lists(st.tuples(st.sampled_from([*(f.key for f in REQUIRED), "questions", "Benefits"]), _text), max_size=4)
requests = st.builds(
    ReferralRequest,
    idempotency_key=st.just("k"), conversation=st.just("c"), channel=st.sampled_from(["web", "sms"]),
    destination=st.just("first_contact_plus"), team=_text, tier=_text, reasons=_texts,
    needs=st.lists(st.builds(Need, _text, _text, _text), max_size=3).map(tuple), own_words=_text, red_flags=_texts,
    place=_text | st.just("unknown"), district=_text, answers=st.lists(st.tuples(_text, _text), max_size=3).map(tuple),
    services_shown=_texts, name=_text, contact_method=st.sampled_from(["phone", "email", "other"]), contact_value=_text,
    safe_to_call=st.none() | st.booleans(), safe_to_text=st.none() | st.booleans(), safe_note=_text, best_time=_text,
    about_other=st.booleans(), adult=st.booleans(), consent=st.none() | st.just(given()), asked_for_person=st.booleans(),
    not_asked=_pairs.map(tuple), language=_text, access_needs=_text, what_matters=_text, who_is_around=_text,
    what_tried=_text, services_chosen=_texts,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@for_any(requests)
def test_every_required_field_is_there_or_the_reason_why_not(request: ReferralRequest):
    """100 % of the required fields, for any request at all; and no reason is given for what is there."""
    packet = build(request)
    reasons = dict(packet.not_asked)
    for field in REQUIRED:
        assert field.known(packet) != bool(reasons.get(field.key, "").strip()), field.key
    assert Packet.from_dict(json.loads(json.dumps(packet.as_dict()))) == packet


def test_the_required_fields_are_those_of_the_standard():
    """Every mandatory element that the standard's referral asks of a person is listed; what it calls mandatory we do not call less."""
    listed = {field.standard: field.obligation for field in REQUIRED if field.standard}
    for element in MANDATORY:
        assert listed.get(element) == "M", element
    assert set(listed.values()) == {"M", "R"} and len({field.key for field in REQUIRED}) == len(REQUIRED)


def test_a_reason_given_is_kept_and_one_not_given_is_said_to_be_missing():
    """What the conversation says counts; nothing is made up in its place."""
    request = make_request(
        what_matters="", best_time="", not_asked=(("what_matters", "safety"), ("Benefits", "said no"))
    )
    reasons = dict(build(request).not_asked)
    assert reasons["what_matters"] == "safety" and reasons["Benefits"] == "said no"
    assert reasons["best_time"] == NOT_RECORDED and reasons["date_of_birth"] == "not_collected"


def test_a_place_nobody_knows_is_missing():
    """The conversation's word for it is no place."""
    packet = build(make_request(place="unknown", district=""))
    assert "place" in {field.key for field in missing(packet)}


def test_reasons_have_codes_of_their_own():
    """Codes are told apart, and every usual reason is one of them."""
    assert len(set(REASONS)) == len(REASONS) and {field.usual for field in REQUIRED} <= set(REASONS)


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
    """The default after a disclosure is not to ring or text."""
    assert contact_unsafe(build(make_request(**changes))) is unsafe


def test_a_packet_survives_storage():
    """JSON and back gives the same packet; a field that a later version added does no harm."""
    packet = build(make_request(red_flags=("abuse_now",), services_chosen=("Warm Homes",)))
    stored = json.loads(json.dumps(packet.as_dict()))
    assert Packet.from_dict(stored) == packet
    assert Packet.from_dict({**stored, "added_later": 1}) == packet


def test_a_packet_of_the_first_version_is_read_and_its_gaps_are_explained():
    """Stored before the newer fields were there: they are empty, each with its reason."""
    stored = build(make_request(what_matters="", who_is_around="", what_tried="")).as_dict()
    newer = ("what_matters", "who_is_around", "what_tried", "services_chosen")
    old = {key: value for key, value in stored.items() if key not in newer} | {"version": 1, "not_asked": []}
    packet = Packet.from_dict(json.loads(json.dumps(old)))
    assert packet.version == 1 < PACKET_VERSION
    assert {"what_matters", "services_chosen", "gp_practice"} <= {what for what, _ in packet.not_asked}


def test_every_field_of_the_request_reaches_the_packet():
    """A field added to the request without a place in the packet fails here."""
    kept_with_the_referral = {"idempotency_key", "conversation", "channel", "destination", "consent"}
    names = {field.name for field in fields(ReferralRequest)} - kept_with_the_referral
    assert names <= {field.name for field in fields(Packet)}
    assert replace(build(make_request()), version=0).version == 0
