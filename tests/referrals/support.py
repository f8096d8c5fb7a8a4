"""A referral as a conversation would gather it, and the facts of a team, for tests of referrals and desk."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from common.clock import LONDON
from referrals.consent import ConsentWording, GivenConsent
from referrals.request import Need, ReferralRequest

DATA = Path(__file__).parents[2] / "data" / "leicestershire"
TEAM = "First Contact Plus"
SATURDAY = datetime(2026, 11, 21, 10, 30, tzinfo=LONDON)
FILES = (
    "team.yml",
    "closure_days.yml",
    "destinations.yml",
    "consent.yml",
    "referral_words.yml",
    "alerts.yml",
    "status_words.yml",
    "staff_texts.yml",
    "retention.yml",
    "desk_rules.yml",
)


def given(
    destination: str = "first_contact_plus", team: str = TEAM, about_other: bool = False, **more: Any
) -> GivenConsent:
    """A yes to the shipped words for this receiver."""
    words = ConsentWording.load(DATA).words(destination, team, about_other)
    return GivenConsent(words, **{"given_at": datetime(2026, 11, 21, 10, 28, tzinfo=LONDON), **more})


def make_request(**changes: Any) -> ReferralRequest:
    """A typical request; `changes` replaces fields. Names and numbers are fictional (Ofcom's test numbers)."""
    request = ReferralRequest(
        idempotency_key="conversation-1:submit",
        conversation="conversation-1",
        channel="web",
        destination="first_contact_plus",
        team=TEAM,
        tier="enhanced",
        reasons=("They want help to choose or arrange something.", "They named two kinds of need."),
        needs=(
            Need("loneliness", "Loneliness", "four walls all day since Ron died"),
            Need("energy_warm_home", "Keeping the home warm", "scared to put the heating on"),
        ),
        own_words="since Ron died its just me and four walls, and im scared to put the heating on",
        red_flags=(),
        place="Wigston",
        district="Oadby and Wigston",
        answers=(
            ("How often do you feel lonely?", "Often"),
            ("Are you able to keep warm at home?", "Not really, I sit in bed"),
            ("What matters most to you?", "Getting back to the garden club"),
        ),
        services_shown=("Warm Homes service", "Age UK befriending"),
        name="Test Resident",
        contact_method="phone",
        contact_value="+447700900123",
        safe_to_call=True,
        safe_to_text=False,
        safe_note="ring twice, I am slow to the phone",
        best_time="mornings",
        about_other=False,
        adult=True,
        consent=given(),
        asked_for_person=True,
        not_asked=(("Benefits", "they did not want to talk about money"),),
    )
    return replace(request, **changes)


def another(number: int, **changes: Any) -> ReferralRequest:
    """A request of another conversation."""
    return make_request(
        idempotency_key=f"conversation-{number}:submit", conversation=f"conversation-{number}", **changes
    )


def copy_data(to: Path) -> Path:
    """The data files of the two rooms, to be changed by a test."""
    for name in FILES:
        shutil.copy(DATA / name, to / name)
    return to


def confirm(data_dir: Path) -> Path:
    """Fill in `confirmed_by` as a person of the council would."""
    path = data_dir / "team.yml"
    text = path.read_text(encoding="utf-8")
    text = text.replace('confirmed_by: ""', 'confirmed_by: "Test Person, Public Health"')
    text = text.replace('confirmed_on: ""', "confirmed_on: 2026-11-20")
    path.write_text(text, encoding="utf-8")
    return data_dir
