"""Lists in pages, in the envelope of Open Referral."""

from __future__ import annotations

from typing import Any, TypeVar, Unpack

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service_catalogue.publishing.parameters import Page
from service_catalogue.publishing.record import Json

Rows = TypeVar("Rows", bound=Select[Unpack[tuple[Any, ...]]])


def listed(page: Page, total: int, contents: list[Json]) -> Json:
    """A page; one beyond the last is empty and says that it is the last."""
    pages = -(-total // page.size)
    return {
        "total_items": total,
        "total_pages": pages,
        "page_number": page.number,
        "size": len(contents),
        "first_page": page.number == 1,
        "last_page": page.number >= pages,
        "empty": not contents,
        "contents": contents,
    }


def cut(page: Page, everything: list[Json]) -> Json:
    """A page of a list that lies in memory."""
    return listed(page, len(everything), everything[page.start : page.start + page.size])


def part(rows: Rows, page: Page) -> Rows:
    return rows.offset(page.start).limit(page.size)


def count(session: Session, rows: Select[Unpack[tuple[Any, ...]]]) -> int:
    return session.scalar(select(func.count()).select_from(rows.order_by(None).subquery())) or 0
