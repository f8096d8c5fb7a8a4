"""All that is held about the person of one reference, for them to read: as JSON, and as plain text."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from common.database import Base
from common.encryption import active
from front_door import memory, person
from front_door.model import Conversation, DeliveryStatus
from front_door.safeguarding import forgetting
from referrals import erasing
from referrals.asked_text import AskedText
from referrals.follow_up import FollowUp
from referrals.model import Referral, ReferralEvent
from service_catalogue.care_model import ServiceReport

# Nothing that a person could read: fingerprints, and what belongs to a page that was open.
_NOT_READABLE = ("digest", "sha256", "form_id", "idempotency_key", "_owner", "post_key", "sender")


def held(session: Session, reference: str, now: datetime) -> dict[str, Any] | None:
    """Everything, JSON-safe, or None when there is no such referral."""
    who = person.find(session, reference)
    if who is None:
        return None
    talks = who.conversations
    return {
        "reference": reference,
        "read_out_at": now.isoformat(timespec="seconds"),
        "further_references_of_the_same_chats": list(who.others),
        "referral": _rows(session, Referral, Referral.id == who.referral.id)[0],
        **_hanging(session, Referral, who.referral.id),
        "audit": _rows(session, ReferralEvent, ReferralEvent.reference == reference),
        "texts_after_two_weeks": _rows(
            session, FollowUp, sa.or_(FollowUp.reference == reference, FollowUp.conversation.in_(talks))
        ),
        "lists_asked_for": _rows(session, AskedText, AskedText.conversation.in_(talks)),
        "reports_about_services": _rows(session, ServiceReport, person.reported_by(talks)),
        "safety_entries": forgetting.held_of(session, talks),
        "chats": [_chat(session, one) for one in talks],
    }


def _chat(session: Session, conversation: str) -> dict[str, Any]:
    chat = _rows(session, Conversation, Conversation.id == conversation)
    parts = _hanging(session, Conversation, conversation)
    sids = [row["provider_sid"] for row in parts.get("outbox", ()) if row.get("provider_sid")]
    return {
        "chat": chat[0] if chat else "deleted before",
        **parts,
        "delivery_reports": _rows(session, DeliveryStatus, DeliveryStatus.provider_sid.in_(sids)),
        "memory": [json.loads(active().decrypt(blob)) for blob in memory.of_conversation(session, conversation)],
    }


def _hanging(session: Session, parent: type[Base], key: object) -> dict[str, Any]:
    """The rows of every table that points to one row of `parent`, by table."""
    found: dict[str, Any] = {}
    for column in erasing.hanging_on(parent.__table__):  # type: ignore[arg-type]
        found.setdefault(column.table.name, []).extend(_rows(session, column.table, column == key))
    return found


def _rows(session: Session, table: Any, *where: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    table = getattr(table, "__table__", table)
    shown = [column for column in table.columns if not any(part in column.name for part in _NOT_READABLE)]
    query = sa.select(*shown).where(*where).order_by(*table.primary_key.columns)
    return [
        {column.name: _plain(value) for column, value in zip(shown, row, strict=True)} for row in session.execute(query)
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def as_json(found: dict[str, Any]) -> str:
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def as_text(found: dict[str, Any]) -> str:
    """The same as lines that people read: every value under its name, parts set in."""
    lines = [f"What is held about the person of reference {found['reference']}", ""]
    return "\n".join([*lines, *_lines(found, 0)]) + "\n"


def _lines(value: Any, depth: int) -> Iterator[str]:
    pad = "  " * depth
    pairs: Sequence[tuple[str, Any]] = (
        [(str(name).replace("_", " "), one) for name, one in value.items()]
        if isinstance(value, dict)
        else [(f"{number}.", one) for number, one in enumerate(value, start=1)]
    )
    for name, one in pairs:
        if one in (None, "", [], {}, ()):
            continue
        if isinstance(one, dict | list | tuple):
            yield f"{pad}{name}" if name.endswith(".") else f"{pad}{name}:"
            yield from _lines(one, depth + 1)
        else:
            yield f"{pad}{name}{'' if name.endswith('.') else ':'} {_said(one)}"


def _said(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else " / ".join(str(value).splitlines())
