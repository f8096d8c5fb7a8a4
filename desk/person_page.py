"""The lead's page for one person's rights: everything held about them as a file, or erased, by reference."""

from __future__ import annotations

from aiohttp import web

from desk import person
from desk.keys import DESK, SIGNED_IN
from desk.security import show
from front_door.person import Busy
from front_door.person_export import as_json, as_text
from referrals.reference import read_reference

UNKNOWN = "There is no referral with this reference. Check it."
BUSY = "Something of theirs is being sent at this moment. Nothing was erased. Try again in a minute."
NOT_THE_SAME = "The two references are not the same. Nothing was erased."
FORMS = {"json": ("application/json", as_json), "txt": ("text/plain", as_text)}


def add_person(app: web.Application) -> None:
    app.router.add_get("/person", person_page, name="person")
    app.router.add_post("/person/export/{format:json|txt}", export, name="person_export")
    app.router.add_post("/person/erase", erase, name="person_erase")


async def person_page(request: web.Request) -> web.StreamResponse:
    return _page(request)


async def export(request: web.Request) -> web.StreamResponse:
    """The file, named by the reference alone."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    reference = await _reference(request, "reference")
    found = await desk.db.run(person.read_out, reference, who.name, desk.clock.now()) if reference else None
    if found is None:
        return _page(request, problem=UNKNOWN, field="reference", status=404)
    media_type, write = FORMS[request.match_info["format"]]
    return web.Response(
        body=write(found).encode(),
        content_type=media_type,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{reference}.{request.match_info["format"]}"'},
    )


async def erase(request: web.Request) -> web.StreamResponse:
    """Erased when the reference was typed twice; what stays is said."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    reference, again = await _reference(request, "erase"), await _reference(request, "again")
    if not reference:
        return _page(request, problem=UNKNOWN, field="erase", status=404)
    if reference != again:
        return _page(request, problem=NOT_THE_SAME, field="again", status=400)
    try:
        others = await person.erase(desk.db, desk.clock, desk.settings.var_dir, reference, who.name)
    except Busy:
        return _page(request, problem=BUSY, field="erase", status=409)
    if others is None:
        return _page(request, problem=UNKNOWN, field="erase", status=404)
    return _page(request, erased=reference, others=others)


async def _reference(request: web.Request, name: str) -> str:
    return read_reference(str((await request.post()).get(name, ""))) or ""


def _page(
    request: web.Request,
    *,
    problem: str = "",
    field: str = "",
    erased: str = "",
    others: tuple[str, ...] = (),
    status: int = 200,
) -> web.Response:
    context = {"problem": problem, "problem_field": field, "erased": erased, "others": others}
    return show(request, "person/page.html", status, **context)
