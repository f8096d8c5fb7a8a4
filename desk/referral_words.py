"""What the page of a referral says after an action, and what its history calls what happened."""

from __future__ import annotations

from desk.event_words import DELIVERED
from referrals import casework, duplicates, handling
from referrals.model import DONE, NEW, WITHDRAWN, Referral

EXPORTED = "exported"
SAID = {  # chosen by code, never from the address
    "taken": "You have taken this referral.",
    "assigned": "It is with somebody else now.",
    "released": "This referral waits in the queue again.",
    "done": "This referral is finished.",
    "reopened": "This referral is open again and waits in the queue.",
    "noted": "Your note is kept.",
    "attempted": "The attempt to make contact is kept.",
    "judged": "What you said about the two referrals is kept.",
    "again": "The e-mail notice goes out again within a minute.",
}
REFUSED = {
    "outcome": "Choose an outcome before you finish the referral.",
    "reason": "Choose why it is opened again.",
    "assignee": "Choose somebody from the list. They must be able to see this referral.",
    "again": "There is no failed notice to send again.",
    "withdrawn": "The person has taken back their agreement. Nothing may be copied out.",
    "too_many": "You have taken out many files in a short time. Wait a quarter of an hour, or ask your lead.",
    "read": "Tick that you have read how to contact this person.",
    "note": "Write a note first.",
    "note_long": "That note is too long. Make it shorter, or write two.",
    "attempt": "Say how you tried and what came of it.",
    "tried_at": "Say when you tried: a day and a time, after the referral came and not later than now.",
    "other": "There is no such referral for you.",
}
EVENTS = {
    "received": "Received",
    "taken": "Taken",
    "done": "Finished",
    "withdrawn": "Taken back by the person",
    "contact_changed": "Contact details changed by the person",
    handling.ASSIGNED: "Given to",
    handling.RELEASED: "Put back into the queue, was with",
    handling.REOPENED: "Opened again",
    casework.NOTED: "Note written",
    casework.ATTEMPTED: "Attempt to make contact",
    duplicates.JUDGED_SAME: "Said to be of the same person as",
    duplicates.JUDGED_DIFFERENT: "Said to be of another person than",
    handling.CONTACT_SHOWN: "Read the contact rules and saw the contact details",
    "notice_sent": "E-mail notice sent",
    "notice_failed": "E-mail notice failed",
    "notice_skipped": "E-mail notice not sent",
    "notice_again": "E-mail notice put back to send",
    EXPORTED: "Copied out",
    **DELIVERED,
}


def not_now(code: str, referral: Referral) -> str:
    """Why an action came too late or too soon: how things stand now, and with whom."""
    if referral.state == WITHDRAWN:
        return "The person has taken this referral back. Nothing more may be done with it."
    if code in REFUSED:
        return REFUSED[code]
    if referral.state == DONE:
        return "This referral is finished already. Nothing was changed."
    if referral.state == NEW:
        return "Nobody has this referral at the moment. Take it first. Nothing was changed."
    return f"This referral had been taken already, by {referral.taken_by}. Nothing was changed."
