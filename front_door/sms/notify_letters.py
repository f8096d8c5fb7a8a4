"""Which words GOV.UK Notify carries as they are.

Its `SanitiseSMS` (alphagov/notifications-utils) keeps the GSM alphabet and the letters of Welsh; any other letter loses its
accent or becomes a question mark, so that a text in Gujarati or Urdu arrives as "????".
"""

from __future__ import annotations

from front_door.sms.segments import is_gsm

MOST_CHARACTERS = 918  # six fragments of 153 (SMS_CHAR_COUNT_LIMIT in alphagov/notifications-utils)
_WELSH = frozenset("ÂâÊêÎîÔôÛûŴŵŶŷÁáÉéÍíÓóÚúẂẃÝýÀàÈèÌìÒòÙùẀẁỲỳÄäËëÏïÖöÜüẄẅŸÿ")


def kept(body: str) -> bool:
    """True when every character arrives unchanged."""
    return is_gsm("".join(character for character in body if character not in _WELSH))
