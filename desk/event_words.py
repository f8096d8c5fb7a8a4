"""What the history of a referral calls the things that the assistant does by itself."""

from __future__ import annotations

from referrals.model import ALERTS, BREACHED, FAILED, NEARING, SENT, SKIPPED, UNDELIVERED, UNOPENED, WEBHOOK
from referrals.staff_text import TEXTED

_SUBJECTS = {
    UNOPENED: "Lead told that nobody had opened it",
    NEARING: "Lead told that its time was near",
    BREACHED: "Lead told that it was late",
    UNDELIVERED: "Lead told that a notice was not delivered",
}
DELIVERED: dict[str, str] = {
    f"{WEBHOOK}_{SENT}": "Announced to the receiver's computer",
    f"{WEBHOOK}_{FAILED}": "The receiver's computer did not take it",
    f"{WEBHOOK}_{SKIPPED}": "Not announced to the receiver's computer",
    **{f"{kind}_{SENT}": _SUBJECTS[kind] for kind in ALERTS},
    **{
        f"{kind}_{state}": _SUBJECTS[kind].replace("Lead told", "Lead could not be told")
        for kind in ALERTS
        for state in (FAILED, SKIPPED)
    },
    TEXTED: "Text sent from a template",
}
