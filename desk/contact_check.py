"""What is wrong with the contacts that residents are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from safety.contacts import STALE_AFTER_DAYS, Contact, Contacts

SOON = timedelta(days=45)  # so long before a check is too old it stands on the list


@dataclass(frozen=True)
class ToConfirm:
    """One contact that residents are shown and that a person should ring. `state`: "never" confirmed, "stale" (more than a year
    ago) or "soon" (will be). `until`: the last day on which its check counts; None for never."""

    id: str
    name: str
    number: str
    state: str
    checked_on: date | None
    until: date | None


@dataclass(frozen=True)
class ContactCheck:
    """`errors`: cannot be used as they stand; `warnings`: nobody has confirmed them, or not lately. Sentences for staff.
    `to_confirm`: those to ring, the most pressing first."""

    errors: Sequence[str] = ()
    warnings: Sequence[str] = ()
    to_confirm: Sequence[ToConfirm] = ()


def check_contacts(data_dir: Path, today: date) -> ContactCheck:
    """The contacts file as it stands on disk now, so that a correction can be seen before the restart."""
    try:
        contacts = Contacts.load(data_dir)
        errors, warnings = contacts.problems(today)
    except (ValueError, OSError) as error:
        return ContactCheck(errors=(f"The contacts cannot be read: {error}",))
    return ContactCheck([str(one) for one in errors], [str(one) for one in warnings], to_confirm(contacts.all(), today))


def to_confirm(contacts: Sequence[Contact], today: date) -> list[ToConfirm]:
    """Those that residents are shown and that nobody confirmed, or not for a year, or not for nearly one: never confirmed ones
    first, then by how soon their check is too old."""
    found = [_state(contact, today) for contact in contacts if contact.verified]
    return sorted((one for one in found if one), key=lambda one: (one.until or date.min, one.name))


def _state(contact: Contact, today: date) -> ToConfirm | None:
    checked = contact.checked_on
    until = checked + timedelta(days=STALE_AFTER_DAYS) if checked else None
    if until and until - today > SOON:
        return None
    state = "never" if until is None else "stale" if until < today else "soon"
    number = contact.phone or contact.text_number or contact.url
    return ToConfirm(contact.id, contact.name, number, state, checked, until)
