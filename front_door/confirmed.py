"""Numbers that residents may be shown: those that a person confirmed."""

from __future__ import annotations

from safety.contacts import Contacts


def confirmed_number(contacts: Contacts, name: str) -> str | None:
    """The number of a contact that may be shown to residents, or None (unknown contact, unverified, no phone)."""
    try:
        contact = contacts.get(name)
    except KeyError:
        return None
    return contact.phone or None if contact and contact.verified else None
