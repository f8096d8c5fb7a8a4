"""What the history of a referral calls the things that the assistant does by itself."""

from __future__ import annotations

from front_door.takeover.history import TALKED
from referrals.handling import CONTACT_CHANGED
from referrals.model import (
    ALERTS,
    BREACHED,
    FAILED,
    GONE_EMAIL,
    GONE_WEBHOOK,
    NEARING,
    SENT,
    SKIPPED,
    UNDELIVERED,
    UNOPENED,
    WEBHOOK,
)
from referrals.resident_copy import COPIED
from referrals.staff_text import TEXTED
from referrals.withdrawal import TAKEN_BACK

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
    f"{GONE_EMAIL}_{SENT}": "E-mail sent that it was withdrawn",
    f"{GONE_EMAIL}_{FAILED}": "The e-mail that it was withdrawn failed",
    f"{GONE_EMAIL}_{SKIPPED}": "The e-mail that it was withdrawn was not sent",
    f"{GONE_WEBHOOK}_{SENT}": "The receiver's computer was told that it was withdrawn",
    f"{GONE_WEBHOOK}_{FAILED}": "The receiver's computer could not be told that it was withdrawn",
    f"{GONE_WEBHOOK}_{SKIPPED}": "The receiver's computer was not told that it was withdrawn",
    TAKEN_BACK: "Taken back by the resident",
    CONTACT_CHANGED: "Contact details changed by the resident",
    COPIED: "Copy opened by the resident",
    TEXTED: "Text sent from a template",
    TALKED: "Talked with them in a live chat",
}
