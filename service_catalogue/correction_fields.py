"""What the council may set by hand on a service, and what makes a value a good one."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import phonenumbers

from common import phone
from service_catalogue.osm_hours import HoursError, check

STATUSES = ("active", "temporarily closed", "inactive")
COSTS = ("free", "paid", "unknown")
LONGEST_REASON = 500  # letters
CAPACITIES = ("open", "waiting", "full", "unknown")

_SHORT_NUMBER = re.compile(r"1\d{2}|116 ?\d{3}|999|\d{5}")  # 111, 116 123, 18000, 85258
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]{2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


class CorrectionError(ValueError):
    """A value cannot be taken; the message says in plain words what to do instead."""


def clean(field: str, value: str) -> str:
    """The value as it is stored: tidied, checked for its field. Empty text says "not known" (of a phone: "none").

    Raises CorrectionError for a field that cannot be corrected and for a value that the field cannot hold.
    """
    try:
        checked = _CHECKS[field]
    except KeyError:
        raise CorrectionError(f"“{field}” is not something that can be corrected here.") from None
    return checked(_CONTROL.sub("", value.replace("\r\n", "\n").replace("\r", "\n")).strip())


def one_line(text: str, most: int) -> str:
    """Free words of staff (a reason) on one line, without what a database cannot hold, cut off at `most` letters."""
    return " ".join(_CONTROL.sub(" ", text).split())[:most]


def _line(most: int, *, needed: str = "") -> Callable[[str], str]:
    def checked(text: str) -> str:
        text = " ".join(text.split())
        if needed and not text:
            raise CorrectionError(needed)
        return _running_text(text, most)

    return checked


def _text(most: int, *, needed: str = "") -> Callable[[str], str]:
    def checked(text: str) -> str:
        if needed and not text:
            raise CorrectionError(needed)
        return _running_text(text, most)

    return checked


def _running_text(text: str, most: int) -> str:
    if len(text) > most:
        raise CorrectionError(f"That is {len(text)} letters long. The most is {most}.")
    # A number in running text cannot be held back when somebody reports it dead, so it has a field of its own.
    if next(iter(phonenumbers.PhoneNumberMatcher(text, "GB")), None):
        raise CorrectionError("There is a phone number in the text. Leave it out here and put it in Phone.")
    return text


def _url(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not parts.username
    except ValueError:
        good = False
    if not good or re.search(r"[\s<>\"'\\]", text) or len(text) > 500:
        raise CorrectionError("Give the whole web address. It starts with https:// and has no spaces in it.")
    return text


def _email(text: str) -> str:
    if text and (not _EMAIL.fullmatch(text) or len(text) > 320):
        raise CorrectionError("Give one e-mail address, like help@example.org.")
    return text


def _hours(text: str) -> str:
    text = " ".join(text.split())
    if len(text) > 500:
        raise CorrectionError("These opening hours are too long. Put what is out of the ordinary in the note on hours.")
    try:
        check(text)
    except HoursError:
        raise CorrectionError(
            "These opening hours cannot be read. Write them like Mo-Fr 09:00-17:00; Sa 10:00-12:00; PH off."
        ) from None
    return text


def _phone(text: str) -> str:
    text = " ".join(text.split())
    if not text or _SHORT_NUMBER.fullmatch(text):
        return text
    e164 = phone.normalise(text)
    if e164 is None:
        raise CorrectionError("That is not a whole UK phone number. Check it, with its area code.")
    return phone.national(e164)


def _choice(*allowed: str) -> Callable[[str], str]:
    def checked(text: str) -> str:
        if text not in allowed:
            raise CorrectionError(f"Choose one of these: {', '.join(allowed)}.")
        return text

    return checked


_CHECKS: dict[str, Callable[[str], str]] = {
    "name": _line(300, needed="A service needs a name."),
    "summary": _text(1000, needed="Say in a sentence or two what the service does."),
    "phone": _phone,
    "url": _url,
    "email": _email,
    "opening_hours": _hours,
    "hours_note": _text(500),
    "cost": _choice(*COSTS),
    "eligibility_text": _text(1000),
    "status": _choice(*STATUSES),
    "capacity": _choice(*CAPACITIES),
    "waiting_text": _text(500),
    "alert": _text(500),
}
FIELDS = tuple(_CHECKS)
