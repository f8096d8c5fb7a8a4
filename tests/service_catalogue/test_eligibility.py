"""Ages and audience, read only where the text says them plainly."""

from __future__ import annotations

import pytest

from service_catalogue.eligibility import Eligibility, read_eligibility


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anyone", Eligibility()),
        ("18+ living in Leicestershire county", Eligibility(18, None, "adult")),
        ("Older people (55+)", Eligibility(55, None, "adult")),
        ("16+ registered with a local GP", Eligibility(16, None, "any")),
        ("Under 18s with a caring role", Eligibility(None, 17, "young")),
        ("Up to 19th birthday", Eligibility(None, 18, "young")),
        ("Children living in Leicestershire", Eligibility(None, None, "young")),
        ("Young people, care leavers", Eligibility(None, None, "young")),
        ("Adults living in Rutland", Eligibility(None, None, "adult")),
    ],
)
def test_plain_words_are_understood(text: str, expected: Eligibility) -> None:
    assert read_eligibility(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "50+ (varies by service)",
        "Adults 18+ (some open to all)",
        "Registered with a local GP; usually 18+",
        "Parents and carers of under-25s",
        "Under 35s and people worried about them",
        "Young people 11-19 and parents",
        "Parents and young people 0-25 with SEND",
        "Children who are bereaved; parents who lost a child",
        "Adults and young people in Leicester, Leicestershire and Rutland",
        "Families with a child under 5",
    ],
)
def test_vague_words_and_words_about_someone_else_shut_nobody_out(text: str) -> None:
    assert read_eligibility(text) == Eligibility()
