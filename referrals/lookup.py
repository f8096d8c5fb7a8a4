"""Finding referrals by what is encrypted in them: keyed digests of number, e-mail, name and needs, which nobody can read back.

The keys follow the packet by themselves, whoever writes it: a search or a duplicate never misses a changed number.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    delete,
    event,
    insert,
    inspect,
    or_,
    select,
)  # fmt: skip
from sqlalchemy.orm import Mapped, Mapper, Session, mapped_column

from common import phone
from common.database import Base
from common.encryption import active
from referrals.model import Referral
from referrals.packet import Packet, contact_unsafe
from referrals.packet_required import UNKNOWN_PLACE
from referrals.reference import is_reference, read_reference

PHONE, EMAIL, NAME, SURNAME, NAME_PLACE, NEED, CARE = (
    "phone", "email", "name", "surname", "name_place", "need", "care"
)  # fmt: skip
REFERENCE, YES = "reference", "yes"
MATCHING = (PHONE, EMAIL, NAME_PLACE)  # kinds by which two referrals may be of one person
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "sir"})
_POSTCODE = re.compile(r"\b([A-Z]{1,2}\d[A-Z\d]?)\s*(\d)[A-Z]{2}\b", re.IGNORECASE)
_SEPARATORS = re.compile(r"[^\w]+|_")


class LookupKey(Base):
    """One thing that a referral can be found by. `digest` is keyed (HMAC), so without the key it tells nothing."""

    __tablename__ = "lookup_key"
    __table_args__ = (UniqueConstraint("referral_id", "kind", "digest"), Index(None, "kind", "digest"))

    id: Mapped[int] = mapped_column(primary_key=True)
    referral_id: Mapped[int] = mapped_column(ForeignKey("referral.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    digest: Mapped[str] = mapped_column(String(64))


def keys_of(packet: Packet) -> frozenset[tuple[str, str]]:
    """(kind, normal form) of everything the packet can be found by. Pure."""
    found = {(NEED, need.name) for need in packet.needs}
    if contact_unsafe(packet):
        found.add((CARE, YES))
    value = packet.contact_value.strip()
    if packet.contact_method == "phone" and value:
        found.add((PHONE, phone.normalise(value, allow_test_numbers=True) or value))
    elif packet.contact_method == "email" and value:
        found.add((EMAIL, value.casefold()))
    if names := name_parts(packet.name):
        found |= {(NAME, whole_name(names)), (SURNAME, names[-1])}
        if place := _place(packet):
            found.add((NAME_PLACE, f"{whole_name(names)}, {place}"))
    return frozenset(found)


def name_parts(text: str) -> list[str]:
    """The words of a name without accents, capitals, titles and punctuation: "Mrs. Zoë O'Hara-Lee" -> zoe, oharalee."""
    plain = re.sub("['’-]", "", unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()))
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return [part for part in _SEPARATORS.split(letters) if part and part not in _TITLES]


def whole_name(parts: list[str]) -> str:
    """The same whichever comes first: surnames do in many families."""
    return " ".join(sorted(parts))


def digest(kind: str, normal: str) -> str:
    """How a normal form of one kind is stored."""
    return active().digest(f"lookup-{kind}:{normal}")


def has(kind: str, *normal: str) -> ColumnElement[bool]:
    """The condition on a referral that it has one of these keys."""
    digests = [digest(kind, one) for one in normal]
    return Referral.id.in_(select(LookupKey.referral_id).where(LookupKey.kind == kind, LookupKey.digest.in_(digests)))


def search(text: str) -> tuple[str, ColumnElement[bool]] | None:
    """(what was understood: REFERENCE or a kind, the condition) for words typed into the search box; None for no words."""
    text = text.strip()
    if reference := reference_in(text):
        return REFERENCE, or_(Referral.reference == reference, has(NAME, whole_name(name_parts(text))))
    if "@" in text:
        return EMAIL, has(EMAIL, text.casefold())
    if number := phone.normalise(text, allow_test_numbers=True):
        return PHONE, has(PHONE, number)
    parts = name_parts(text)
    if not parts:
        return None
    whole = has(NAME, whole_name(parts))
    return NAME, or_(whole, has(SURNAME, parts[0])) if len(parts) == 1 else whole


def reference_in(text: str) -> str:
    """The reference that the text is, as it is stored; "" when it can be something else."""
    return read_reference(text) or "" if is_reference(text) else ""


def rebuild(session: Session, referral: Referral) -> None:
    """Make the keys of one referral anew, for example under a new secret key."""
    _rewrite(session.connection(), referral)


def fill_missing(session: Session, limit: int = 500) -> int:
    """Make the keys of referrals that have none: those stored before there were keys. Returns how many; 0 when done."""
    none = Referral.id.not_in(select(LookupKey.referral_id))
    rows = [row for row in session.scalars(select(Referral).where(none)) if keys_in(row.packet)][:limit]
    for row in rows:
        _write(session.connection(), row)
    return len(rows)


def keys_in(raw: dict[str, Any]) -> frozenset[tuple[str, str]]:
    """`keys_of` a stored packet; none when it was emptied."""
    return keys_of(Packet.from_dict(raw)) if raw and "needs" in raw else frozenset()


def _place(packet: Packet) -> str:
    if match := _POSTCODE.search(packet.place):
        return f"{match[1]} {match[2]}".casefold()  # the sector, some thousand homes
    place = packet.place if packet.place != UNKNOWN_PLACE else ""
    return " ".join(place.casefold().split())


def _rewrite(connection: Connection, referral: Referral) -> None:
    connection.execute(delete(LookupKey).where(LookupKey.referral_id == referral.id))
    _write(connection, referral)


def _write(connection: Connection, referral: Referral) -> None:
    keys = [
        {"referral_id": referral.id, "kind": kind, "digest": digest(kind, normal)}
        for kind, normal in sorted(keys_in(referral.packet))
    ]
    if keys:
        connection.execute(insert(LookupKey), keys)


@event.listens_for(Referral, "after_insert")
def _stored(mapper: Mapper[Referral], connection: Connection, row: Referral) -> None:
    _write(connection, row)


@event.listens_for(Referral, "after_update")
def _changed(mapper: Mapper[Referral], connection: Connection, row: Referral) -> None:
    if inspect(row).attrs.packet.history.has_changes():
        _rewrite(connection, row)
