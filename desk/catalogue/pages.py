"""What every page of the catalogue does: read and write down who looked, act and go back, and the row of tabs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from desk import audit
from desk.keys import DESK, SIGNED_IN
from desk.security import show
from service_catalogue import reports
from service_catalogue.feed_model import DuplicateCandidate

T = TypeVar("T")
P = ParamSpec("P")

NO_NAME = "No name"  # in place of a name that a publisher left out
SAID = {  # what a page says after an action; chosen by code, never from the address
    "corrected": "Your correction is saved. Residents see it from now on.",
    "uncorrected": "The correction is withdrawn. What the source says holds again.",
    "held_back": "This service is no longer shown to anybody.",
    "brought_back": "This service is shown again.",
    "checked": "Thank you. It counts as checked by you today.",
    "unchecked": "Your check is taken back.",
    "settled": "That is settled. What the residents wrote is deleted.",
    "duplicate": "Your decision is saved.",
    "vouched": "You now vouch for the phone numbers of this source.",
    "unvouched": "Nobody vouches for this source any more. Its phone numbers are not shown.",
    "importing": "The import has started.",
}


async def read_and_note(
    request: web.Request,
    page: str,
    read: Callable[Concatenate[Session, P], T],
    *args: P.args,
    **kwargs: P.kwargs,
) -> T:
    """What `read(session, ...)` finds; that this account looked at `page` is written down in the same transaction."""
    desk, who = request.app[DESK], request[SIGNED_IN]

    def work(session: Session) -> T:
        audit.note(session, who=who.name, what=audit.VIEWED, object=page, now=desk.clock.now())
        return read(session, *args, **kwargs)

    return await desk.db.run(work)


async def page(request: web.Request, template: str, status: int = 200, **context: Any) -> web.Response:
    """A page of the catalogue, with the tabs and what was just done."""
    open_reports, duplicates = await request.app[DESK].db.read(_waiting)
    context.setdefault("problem", "")
    context.setdefault("said", SAID.get(request.query.get("said", ""), ""))
    return show(
        request, f"catalogue/{template}", status, open_reports=open_reports, open_duplicates=duplicates, **context
    )


def go(request: web.Request, route: str, *, said: str = "", anchor: str = "", **parts: str) -> web.HTTPSeeOther:
    """The way to another page after something was done, to be raised."""
    url = request.app.router[route].url_for(**parts)
    return web.HTTPSeeOther(f"{url.with_query(said=said) if said else url}{anchor}")


async def field(request: web.Request, name: str) -> str:
    """A field of the form that was sent; empty when it is not there or is a file."""
    value = (await request.post()).get(name, "")
    return value.replace("\0", "") if isinstance(value, str) else ""  # PostgreSQL has no NUL in text


def _waiting(session: Session) -> tuple[int, int]:
    undecided = select(func.count()).select_from(DuplicateCandidate).where(DuplicateCandidate.decision == "")
    return reports.count_open(session), session.scalar(undecided) or 0
