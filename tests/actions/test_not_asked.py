"""What a conversation hands over for the packet: each answer in its own field, and for each gap the true reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from actions.not_asked import OPEN_QUESTIONS, reasons
from actions.services import Services
from actions.summary import build_request, said_to_needs
from common.clock import Clock
from common.database import open_database
from referrals.packet import build
from referrals.packet_required import ENDED_EARLY, NOT_DUE, NOT_RECORDED, PERSON_FIRST, REASONS, SAFETY, SKIPPED
from tests.actions.support import turn

ROOT = Path(__file__).resolve().parents[2]
OFFER = {
    "words": {
        "text": "I can send this to First Contact Plus.", "version": "1", "sha256": "a" * 64, "destination": "first_contact_plus",
        "team": "First Contact Plus", "about_other": False, "purpose": "to make contact",
    },
    "tier": "enhanced",
    "reasons": ["You asked to talk to a person."],
}  # fmt: skip
KNOWN: dict[str, Any] = {
    "needs": ["food"], "needs_right": "yes", "next_step": "person", "own_words": ["no food in"], "district": "Charnwood",
    "full_name": "Jo Brown", "contact": "+447700900123", "contact_kind": "phone", "safe_contact": "ring", "best_time": "mornings",
    "adult": "yes", "consent_offer": OFFER, "consent_given_at": "2026-11-21T10:30:00+00:00", "wants_person": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def services() -> Services:
    return Services.load(open_database("sqlite://"), Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


def why(services: Services, **slots: Any) -> dict[str, str]:
    return dict(reasons(turn("send it", form="referral_form", **{**KNOWN, **slots}), services))


@pytest.mark.parametrize(
    ("slots", "reason"),
    [
        ({"answers": {"what_matters": "skip"}}, SKIPPED),
        ({"person_stage": "done"}, SKIPPED),
        ({"red_flags_seen": ["suicide_self_harm"]}, SAFETY),
        ({"needs_right": None, "next_step": None}, PERSON_FIRST),
        ({"needs_right": None, "next_step": None, "wants_person": None}, ENDED_EARLY),
        ({}, ENDED_EARLY),
    ],
)
def test_why_it_is_not_known_what_matters(services: Services, slots: dict[str, Any], reason: str) -> None:
    """Skipped, passed over for danger, a person asked for at once, or never come to."""
    assert why(services, **slots)["what_matters"] == reason


def test_a_question_made_needless_says_so(services: Services) -> None:
    """Who has said that nobody is near is not asked who is around."""
    assert why(services, answers={"help_at_hand": "nobody"})["who_is_around"] == NOT_DUE


def test_what_was_told_has_no_reason(services: Services) -> None:
    """Neither the open questions nor the rest."""
    told = why(services, answers=dict.fromkeys(OPEN_QUESTIONS, "my own words"), shown={"s1": "A group"})
    assert told == {}


@pytest.mark.parametrize(
    ("slots", "gaps"),
    [
        ({"needs": [], "own_words": []}, {"needs": PERSON_FIRST, "own_words": SKIPPED}),
        ({"needs": [], "red_flags_seen": ["abuse_now"]}, {"needs": SAFETY}),
        ({"district": None, "area_kind": "unknown"}, {"place": SKIPPED}),
        ({"district": None, "place": "unknown"}, {"place": PERSON_FIRST}),
        ({"full_name": "Name not given"}, {"name": SKIPPED}),
        ({"contact_kind": "none", "safe_contact": None}, {"safe_to_call": NOT_DUE, "safe_to_text": NOT_DUE}),
    ],
)
def test_other_gaps(services: Services, slots: dict[str, Any], gaps: dict[str, str]) -> None:
    """Needs, place, name and safe contact, each with what happened."""
    found = why(services, **{"place": None, **slots})
    assert {key: found.get(key) for key in gaps} == gaps


def test_every_answer_reaches_its_field(services: Services) -> None:
    """What matters, who is around and what was tried have fields of their own; other answers stay questions and answers."""
    given = {"what_matters": "my garden", "who_is_around": "my sister", "what_tried": "skip", "warm_home": "yes"}
    request = build_request(turn("send it", form="referral_form", **{**KNOWN, "answers": given}), services)
    assert (request.what_matters, request.who_is_around, request.what_tried) == ("my garden", "my sister", "")
    assert [answer for _, answer in request.answers] == ["Yes"]


@pytest.mark.parametrize(
    "slots",
    [{}, {"full_name": "Name not given"}, {"contact_kind": "none", "safe_contact": None, "contact_note": "at the library"},
     {"needs": [], "own_words": [], "needs_right": None, "next_step": None}, {"red_flags_seen": ["abuse_now"]}],
)  # fmt: skip
def test_a_packet_from_here_never_lacks_a_reason(services: Services, slots: dict[str, Any]) -> None:
    """Every gap is explained by the conversation itself; "the reason was not kept" does not come from here."""
    packet = build(build_request(turn("send it", form="referral_form", **{**KNOWN, **slots}), services))
    given = dict(packet.not_asked)
    assert set(given.values()) <= set(REASONS) and NOT_RECORDED not in given.values(), given


def test_what_was_said_stands_with_its_need(services: Services) -> None:
    """The part of their words that names a need plainly; a need named in no plain words has none, and nothing is put in its mouth."""
    words = ["My boiler went Sunday and I have no food in. I am lonely", "also debt"]
    said = said_to_needs(words, services)
    assert (
        said["food"] == "I have no food in"
        and said["loneliness"] == "I am lonely"
        and said["money_debt"] == "also debt"
    )
    assert all(any(part in message for message in words) for part in said.values())
    assert said_to_needs(["it all got too much"], services) == {}
