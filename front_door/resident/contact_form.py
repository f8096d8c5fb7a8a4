"""The form for new contact details: read, checked, and shown back before anything is saved. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from common import phone
from front_door.forms import well_formed
from referrals.contact_change import EMAIL, PHONE, Contact
from referrals.packet import Packet

SAFE = {"yes": (True, True), "ring": (True, False), "text": (False, True), "no": (False, False)}
LONGEST_CONTACT, LONGEST_TIME, LONGEST_NOTE = 120, 100, 300  # characters
NAMES = ("contact", "safe", "best_time", "note")


@dataclass(frozen=True)
class ContactForm:
    """What was typed. contact: empty for the same as before; safe: a key of SAFE, or "" for no answer."""

    contact: str = ""
    safe: str = ""
    best_time: str = ""
    note: str = ""

    @classmethod
    def of(cls, fields: Mapping[str, str]) -> ContactForm:
        return cls(**{name: " ".join(well_formed(fields.get(name, "")).split()) for name in NAMES})

    @classmethod
    def as_stored(cls, packet: Packet) -> ContactForm:
        """What the page begins with: never the number itself, in case somebody looks over a shoulder."""
        return cls(best_time=packet.best_time, note=packet.safe_note)


class Wrong(ValueError):
    """Something to put right; the message is the name of its words."""


def read(form: ContactForm, packet: Packet, test_numbers: bool) -> Contact:
    """The contact details that the form asks for, on top of those in `packet`. Raises Wrong."""
    if len(form.contact) > LONGEST_CONTACT or len(form.best_time) > LONGEST_TIME or len(form.note) > LONGEST_NOTE:
        raise Wrong("too_long")
    found = Contact.of(packet)
    if form.contact:
        found = _placed(found, form.contact, test_numbers)
    moved = (found.method, found.value) != (packet.contact_method, packet.contact_value)
    if form.safe:
        found = _said_safe(found, form.safe)
    elif moved:
        raise Wrong("safe_needed")
    return replace(found, best_time=form.best_time, safe_note=form.note)


def _placed(contact: Contact, typed: str, test_numbers: bool) -> Contact:
    name, _, host = typed.rpartition("@")
    if name and "." in host.strip(".") and " " not in typed and "@" not in name:
        return replace(contact, method=EMAIL, value=typed)
    number = phone.normalise(typed, test_numbers)
    if number is None:
        raise Wrong("bad_contact")
    return replace(contact, method=PHONE, value=number)


def _said_safe(contact: Contact, answer: str) -> Contact:
    if answer not in SAFE:
        raise Wrong("safe_needed")
    if contact.method == EMAIL and answer not in ("yes", "no"):
        raise Wrong("safe_e_mail")
    call, text = SAFE[answer]
    return replace(contact, safe_to_call=call, safe_to_text=text)


def readable(contact: Contact) -> str:
    """A number as people read it; an address as it is."""
    return phone.national(contact.value) if contact.method == PHONE else contact.value


def masked(contact: Contact) -> str:
    """Enough to know it by: "number ending 123", "s***@example.org"."""
    if contact.method == PHONE:
        return f"a number that ends in {contact.value[-3:]}"
    if contact.method == EMAIL:
        return f"{contact.value[:1]}***@{contact.value.rpartition('@')[2]}"
    return "what you told us"
