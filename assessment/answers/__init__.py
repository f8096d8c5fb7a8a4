"""Reading free answers to one question: yes or no, a name, a contact, a time, who it is about, how old. Pure; recognises, never shows."""

from __future__ import annotations

from assessment.answers.ages import adult, child_concerned, stated_minor, young
from assessment.answers.agreement import agrees, is_question, says_send, yes_if_kept_from, yes_no, yes_on_a_condition
from assessment.answers.naming import NAME_LIMIT, name
from assessment.answers.people import about_other
from assessment.answers.reaching import TIME_LIMIT, ContactKind, best_time, contact, no_contact
from assessment.answers.safe_contact import SafeContact, safe_contact, safe_mail

__all__ = [
    "NAME_LIMIT",
    "TIME_LIMIT",
    "ContactKind",
    "SafeContact",
    "about_other",
    "adult",
    "agrees",
    "best_time",
    "child_concerned",
    "contact",
    "is_question",
    "name",
    "no_contact",
    "safe_contact",
    "safe_mail",
    "says_send",
    "stated_minor",
    "yes_if_kept_from",
    "yes_no",
    "yes_on_a_condition",
    "young",
]
