"""References as people write them down and read them out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from referrals.reference import ALPHABET, LENGTH, is_reference, new_reference, read_reference

_references = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH).map(lambda drawn: f"{drawn[:3]}-{drawn[3:]}")


@given(
    reference=_references,
    between=st.sampled_from(["-", "", " ", " - ", "\u2013", ".", "\u00a0"]),
    before=st.sampled_from(["", "my reference is ", "Reference: ", "ref ", "it's ", "the code is "]),
    after=st.sampled_from(["", ".", "!", "  "]),
    lower=st.booleans(),
)
def test_a_reference_is_read_however_it_is_written(
    reference: str, between: str, before: str, after: str, lower: bool
) -> None:
    """Case, spaces, a missing dash, words before it."""
    typed = reference.replace("-", between)
    assert read_reference(f"{before}{typed.lower() if lower else typed}{after}") == reference


@pytest.mark.parametrize(
    ("typed", "meant"), [("K7N-4PR", "K7M-4PR"), ("j7m-4br", "K7M-4PR"), ("K7M-4PR", "K7M-4PR"), ("zhs-6wx", "2HF-6WX")]
)
def test_a_letter_that_is_never_in_a_reference_is_taken_for_the_one_it_sounds_like(typed: str, meant: str) -> None:
    assert read_reference(typed) == meant


@given(st.text(max_size=80))
def test_whatever_is_typed_it_is_a_reference_of_our_letters_or_none(text: str) -> None:
    """Never an error, never anything else."""
    read = read_reference(text)
    assert read is None or (len(read) == 7 and read[3] == "-" and set(read.replace("-", "")) <= set(ALPHABET))
    assert not is_reference(text) or read is not None


@pytest.mark.parametrize(
    "text", ["", "needed", "why why", "rhythm", "K0M-4PR", "K7M-4P", "K7M-4PRR", "OIL-OIL", "123456"]
)
def test_what_is_no_reference_is_not_taken_for_one(text: str) -> None:
    """Words above all: a whole message of six letters goes to the conversation."""
    assert not is_reference(text)


@pytest.mark.parametrize("text", ["3pm-6pm", "4pm - 6pm", "4pm 6pm", "7pm - 9pm.", "4PM6PM"])
def test_when_to_ring_is_no_reference(text: str) -> None:
    """The answer to "when is a good time?"."""
    assert not is_reference(text)


def test_no_reference_reads_as_hours() -> None:
    """Such a one is drawn again."""
    drawn = iter("4PM6PM" + "K7M4PR")
    assert new_reference(lambda letters: next(drawn)) == "K7M-4PR"


@given(st.integers())
def test_every_new_reference_reads_as_itself(_: int) -> None:
    reference = new_reference()
    assert read_reference(reference) == reference and is_reference(reference)
