"""Notices every change to the catalogue, so that a copy in memory is never out of date."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session

from service_catalogue.model import CatalogueRecord, CatalogueVersion

_NEVER_LOADED = "empty"


def current(session: Session) -> str:
    """The token of the catalogue as this session sees it. Two equal tokens mean the same content, on any machine."""
    return session.scalar(select(CatalogueVersion.token).where(CatalogueVersion.id == 1)) or _NEVER_LOADED


def renew(session: Session) -> None:
    """For a change outside the catalogue's tables that its readers show; changes to those tables are noticed here."""
    token = str(uuid.uuid4())  # random, so that a rolled-back change can never share its token with another one
    row = session.get(CatalogueVersion, 1)
    if row is None:
        session.add(CatalogueVersion(id=1, token=token))
    else:
        row.token = token


@event.listens_for(Session, "before_flush")
def _on_flush(session: Session, _context: Any, _instances: Any) -> None:
    touched = (*session.new, *session.deleted, *session.dirty)  # most flushes are of other rooms
    ours = [row for row in touched if isinstance(row, CatalogueRecord)]
    if any(row not in session.dirty or session.is_modified(row) for row in ours):
        renew(session)


@event.listens_for(Session, "do_orm_execute")
def _on_bulk_change(state: ORMExecuteState) -> None:
    if (state.is_update or state.is_delete or state.is_insert) and any(
        issubclass(mapper.class_, CatalogueRecord) for mapper in state.all_mappers
    ):
        renew(state.session)
