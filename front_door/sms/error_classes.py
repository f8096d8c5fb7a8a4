"""Why a text did not arrive, in few classes. Providers split and rename their codes, so nothing hangs on a single one."""

from __future__ import annotations

_CLASSES = {
    "21610": "opted_out",
    "30004": "opted_out",
    "21211": "bad_number",
    "21614": "bad_number",
    "30005": "bad_number",
    "30006": "bad_number",
    "30003": "temporary",
    "30008": "temporary",
    "30001": "temporary",
    "30007": "filtered",
    "20003": "account",
    "30002": "account",
    "400 ValidationError": "bad_number",
    "permanent-failure": "bad_number",
    "temporary-failure": "temporary",
    "technical-failure": "account",
}


def error_class(code: str) -> str:
    """opted_out, bad_number, temporary, filtered, account, or "unknown" for a code that nobody has told us of.

    Sources: Twilio's error dictionary (numbers) and GOV.UK Notify's text message statuses (words).
    """
    return _CLASSES.get(code, "unknown")
