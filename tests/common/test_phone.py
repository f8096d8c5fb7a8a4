"""UK phone numbers as people write them, and nothing else."""

from __future__ import annotations

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from common import phone

# None of these is anybody's number: Ofcom keeps 07700 900000 to 900999 and 0116 496 0000 to 0999 for drama.


@pytest.mark.parametrize(
    "text",
    [
        "07700900123",
        "07700 900123",
        "07700 900 123",
        "07700-900-123",
        "(07700) 900123",
        "+447700900123",
        "+44 7700 900123",
        "+44 (0)7700 900123",
        "0044 7700 900123",
        "44 7700 900123",
        "+ 44 7700 900123",
        "+0044 7700 900123",
        "  07700 900123  ",
    ],
)
def test_one_number_in_many_spellings(text: str) -> None:
    """Spaces, dashes, brackets and stray zeros or plus signs make no difference."""
    assert phone.normalise(text, allow_test_numbers=True) == "+447700900123"


@pytest.mark.parametrize(
    ("e164", "fictional"),
    [("+447700899999", False), ("+447700900000", True), ("+447700900999", True), ("+447700901000", False)],
)
def test_where_the_fictional_mobiles_begin_and_end(e164: str, fictional: bool) -> None:
    """07700 900000 to 900999, and not the numbers beside them: those are never allowed as test numbers."""
    assert phone.is_test_number(e164) is fictional
    assert (phone.is_uk_mobile(e164, allow_test_numbers=True) != phone.is_uk_mobile(e164)) is fictional
    assert (phone.normalise(e164, allow_test_numbers=True) != phone.normalise(e164)) is fictional


@pytest.mark.parametrize("text", ["07700 900000", "07700 900123", "07700 900999"])
def test_fictional_mobiles_count_only_where_allowed(text: str) -> None:
    """In production nobody can be reached on them."""
    assert phone.normalise(text) is None
    assert phone.normalise(text, allow_test_numbers=True) is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "hello",
        "12345",
        "999",
        "111",
        "07700 90012",
        "07700 9001234",
        "0770 0900123 and 4",
        "+1 202 555 0123",
        "+33 1 99 00 00 00",
        "+353 1 234 5678",
        "none",
        "🙂",
        "+",
        "00",
        "44",
    ],
)
def test_what_is_no_uk_number(text: str) -> None:
    """Too short, too long, of another country, or words: None, never an error."""
    assert phone.normalise(text, allow_test_numbers=True) is None


def example(region: str, kind: int) -> str:
    """The number that the library's own tables give as an example of this kind."""
    number = phonenumbers.example_number_for_type(region, kind)
    assert number is not None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@pytest.mark.parametrize(
    ("region", "kind", "mobile"),
    [
        ("GB", PhoneNumberType.MOBILE, True),
        ("GB", PhoneNumberType.FIXED_LINE, False),
        ("GB", PhoneNumberType.PERSONAL_NUMBER, False),  # 070: dear to ring, and no mobile
        ("GB", PhoneNumberType.PAGER, False),
        ("GB", PhoneNumberType.TOLL_FREE, False),
        ("JE", PhoneNumberType.MOBILE, False),
        ("GG", PhoneNumberType.MOBILE, False),
    ],
    ids=["mobile", "landline", "070", "pager", "0800", "Jersey", "Guernsey"],
)
def test_which_numbers_can_be_sent_a_text(region: str, kind: int, mobile: bool) -> None:
    """Each is a number that can be rung; only a mobile of the United Kingdom can be sent a text."""
    number = example(region, kind)
    assert phone.normalise(number) == number
    assert phone.is_uk_mobile(number) is mobile
    assert phone.is_uk_mobile(number, allow_test_numbers=True) is mobile


def test_the_isle_of_man_is_not_the_united_kingdom() -> None:
    """Its 07624 numbers cannot be sent a text. (The tables take its 07924 numbers for British ones.)"""
    number = example("IM", PhoneNumberType.MOBILE).replace("+447924", "+447624")
    assert phone.normalise(number) == number and number.startswith("+447624")
    assert not phone.is_uk_mobile(number)


@pytest.mark.parametrize("text", ["", "hello", "07700 900123", "+33199000000"])
def test_other_texts_are_no_uk_mobile(text: str) -> None:
    """Only the E.164 form of a UK mobile is one; nothing raises."""
    assert phone.is_uk_mobile(text, allow_test_numbers=True) is False


def test_a_number_is_read_aloud_as_people_do() -> None:
    """The national form with its spaces; what is no number stays as it is."""
    assert phone.national("+447700900123") == "07700 900123"
    assert phone.national("+441164960123") == "0116 496 0123"
    assert phone.national("none") == "none"
