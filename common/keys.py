"""The keys that live in the database, encrypted under SECRET_KEY, so that they outlive it.

Why the look-up key is kept and not derived: of a number that sent STOP only its digest is left, and the number itself is
gone, so a digest cannot be made anew when SECRET_KEY is replaced. A key that moves along keeps every digest true: STOP, wrong
tries at codes, sign-in limits, duplicates, the chain of the audit. Who has an old SECRET_KEY but not the newest reads none of it.
"""

from __future__ import annotations

import secrets

from sqlalchemy import String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from common.database import Base, Database
from common.encryption import Cipher, EncryptedText, lookup_key_of, use
from common.settings import Settings

LOOKUP, SERVING = "lookup", "serving"


class KeptKey(Base):
    """`lookup`: the look-up key in hex. `serving`: the `key_id` of the newest key that the front door was last started with."""

    __tablename__ = "kept_key"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[str] = mapped_column(EncryptedText)


def cipher_of(settings: Settings, lookup: bytes | None = None) -> Cipher:
    """The cipher of the settings, older keys included, made the one that encrypted columns use in this process."""
    return use(Cipher(settings.secret_key, *settings.old_secret_keys, lookup=lookup))


def open_cipher(settings: Settings, db: Database, fresh: bool = False) -> Cipher:
    """`cipher_of` with the look-up key of the database, which is made when it is missing: by chance for a `fresh` database, else
    from the oldest SECRET_KEY there is, by which the digests so far were made. Raises InvalidTag when no key fits.
    """
    cipher_of(settings)
    with db.reading() as session:
        row = session.get(KeptKey, LOOKUP)
    if row is None:
        oldest = (settings.secret_key, *settings.old_secret_keys)[-1]
        row = _keep(db, LOOKUP, (secrets.token_bytes(32) if fresh else lookup_key_of(oldest)).hex())
    return cipher_of(settings, bytes.fromhex(row.value))


def note_serving(session: Session, cipher: Cipher) -> None:
    """Write down which key is the newest of the front door that starts now: rotation asks for it."""
    session.merge(KeptKey(name=SERVING, value=cipher.key_id))


def _keep(db: Database, name: str, value: str) -> KeptKey:
    try:
        with db.transaction() as session:
            row = KeptKey(name=name, value=value)
            session.add(row)
    except IntegrityError:  # another process of the same start was first
        with db.reading() as session:
            row = session.get_one(KeptKey, name)
    return row
