"""One service that was shown before, with everything a resident may want to know of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service_catalogue.cards import ServiceCard, card
from service_catalogue.local import local_data
from service_catalogue.snapshot import fresh


def one(session: Session, id: str, needs: Sequence[str], district: str | None, now: datetime) -> ServiceCard | None:
    """The card of a live service for someone in `district`; None when it is not in the catalogue any more."""
    local = local_data()
    entry = fresh(session, [id], local).get(id)
    return None if entry is None else card(entry, needs, district, now, local)
