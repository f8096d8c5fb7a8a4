"""UK phone numbers as people write them."""

from __future__ import annotations

import re

import phonenumbers

_TEST_MOBILE = re.compile(r"\+447700900\d{3}")  # Ofcom's fictional mobiles: "possible" but never "valid"
_STRAY_START = re.compile(r"^[\s+]*0*\+?\s*44\s*(?:\(0\))?")


def normalise(text: str, allow_test_numbers: bool = False) -> str | None:
    """The E.164 form ("+447700900123") of a UK number as a person wrote it, or None when it is no UK number.

    Accepts spaces, dashes, brackets and stray leading zeros or plus signs. Ofcom's fictional mobiles 07700 900000 to
    900999 count only when `allow_test_numbers` is set.
    """
    for attempt in (text, _STRAY_START.sub("+44", text)):
        try:
            number = phonenumbers.parse(attempt, "GB")
        except phonenumbers.NumberParseException:
            continue
        e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if number.country_code == 44 and (
            phonenumbers.is_valid_number(number) or (allow_test_numbers and is_test_number(e164))
        ):
            return e164
    return None


def is_test_number(e164: str) -> bool:
    return _TEST_MOBILE.fullmatch(e164) is not None


def is_uk_mobile(e164: str, allow_test_numbers: bool = False) -> bool:
    """True when a text can be sent to this E.164 number as a UK mobile (Crown dependencies and 070 excluded)."""
    if is_test_number(e164):
        return allow_test_numbers
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.region_code_for_number(number) == "GB"
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
    )


def national(e164: str) -> str:
    """How a person reads the number aloud, for example "07700 900123"."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164, None), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return e164
