"""Vouching for a source: a person of the council answers for the phone numbers that it publishes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from common.clock import LONDON
from service_catalogue.feeds.normalise import FOUND_IN_TEXT, FRESH
from service_catalogue.feeds.phones import without_numbers
from service_catalogue.model import Phone, Service, Source
from service_catalogue.starter_record import STARTER_ID

_TEXTS = (
    "name",
    "summary",
    "description",
    "alert",
    "eligibility_text",
    "waiting_text",
    "interpretation",
    "hours_note",
    "extra",
)


def can_be_vouched_for(source: Source) -> bool:
    """The spreadsheet says of each row whether it is verified; nobody vouches for it as a whole."""
    return source.id != STARTER_ID


def vouch(session: Session, source_id: str, *, by: str, now: datetime) -> bool:
    """From now on the numbers are shown of those records that their publisher has checked within the last twelve months;
    numbers within running text come with the next import. False when there is no such source, or it cannot be vouched for."""
    source = _source(session, source_id)
    if source is None:
        return False
    source.vouched_by = by
    today = now.astimezone(LONDON).date()
    checked = and_(Service.source_id == source_id, Service.assured_on.between(today - FRESH, today))
    session.execute(update(Service).where(checked).values(verified=True))
    phones = and_(Phone.service_id.in_(select(Service.id).where(checked)), Phone.description != FOUND_IN_TEXT)
    session.execute(update(Phone).where(phones).values(verified=True))
    return True


def withdraw_vouching(session: Session, source_id: str, *, instead: str) -> bool:
    """No number of this source is shown any more, but those that the council corrected itself: in running text `instead`
    takes their place. False as in `vouch`."""
    source = _source(session, source_id)
    if source is None:
        return False
    source.vouched_by = ""
    services = session.scalars(select(Service).where(Service.source_id == source_id, Service.verified))
    for service in services:
        service.verified = False
        for name in _TEXTS:
            said = getattr(service, name)
            if (kept := _without_numbers(said, instead)) != said:
                setattr(service, name, kept)
    phones = Phone.service_id.in_(select(Service.id).where(Service.source_id == source_id))
    session.execute(update(Phone).where(phones).values(verified=False))
    return True


def _source(session: Session, source_id: str) -> Source | None:
    source = session.get(Source, source_id, with_for_update=True)
    return source if source is not None and can_be_vouched_for(source) else None


def _without_numbers(said: Any, instead: str) -> Any:
    if isinstance(said, str):
        return without_numbers(said, instead)
    if isinstance(said, dict):
        return {key: _without_numbers(value, instead) for key, value in said.items()}
    return [_without_numbers(value, instead) for value in said] if isinstance(said, list) else said
