"""Which source a feed belongs to, so that the same feed from another address or file name is known again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service_catalogue.feed_model import RawRecord
from service_catalogue.identity import record_id
from service_catalogue.load import STARTER
from service_catalogue.model import Source

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SAMPLE, _ENOUGH, _FEWEST = 500, 0.5, 5


def source_for(session: Session, feed: str, name: str | None, ids: Sequence[str], vouched_by: str | None) -> Source:
    """The source called `name`; without one the source that already has most of these ids (only UUIDs are anybody's own), else
    one named after the feed. Made when it is new."""
    found = session.scalar(select(Source).where(Source.name == name)) if name else _by_ids(session, ids)
    if found is None:
        name = name or _name_of(feed)
        if name == STARTER:
            name = f"{name} (feed)"
        found = session.scalar(select(Source).where(Source.name == name))
    if found is None:
        found = Source(id=record_id("feed", "source", name or ""), name=name, url=feed[:500] if is_url(feed) else "")
        session.add(found)
    if vouched_by is not None and found.vouched_by != vouched_by:
        found.vouched_by = vouched_by[:200]
    session.flush()
    return found


def is_url(feed: str) -> bool:
    return re.match(r"https?://", feed, re.IGNORECASE) is not None


def _name_of(feed: str) -> str:
    if is_url(feed):
        parts = urlsplit(feed)
        path = re.sub(r"/services/?$", "", parts.path).strip("/")
        return f"{(parts.hostname or '').lower()}{f':{parts.port}' if parts.port else ''}{f'/{path}' if path else ''}"[
            :200
        ]
    return re.sub(r"\.(?:json|jsonl|ndjson|gz|txt)$", "", re.sub(r"\.gz$", "", Path(feed).name))[:200] or "feed"


def _by_ids(session: Session, ids: Sequence[str]) -> Source | None:
    own = [id for id in ids if _UUID.fullmatch(id)][:_SAMPLE]
    if not own:
        return None
    best = session.execute(
        select(RawRecord.source_id, func.count().label("times"))
        .where(RawRecord.kind == "service", RawRecord.external_id.in_(own))
        .group_by(RawRecord.source_id)
        .order_by(func.count().desc(), RawRecord.source_id)
        .limit(1)
    ).first()
    enough = max(_FEWEST, _ENOUGH * min(len(ids), _SAMPLE))
    return session.get(Source, best.source_id) if best and best.times >= enough else None
