"""The facts page: what local people should check before residents can rely on it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from desk import audit
from desk.keys import DESK, SIGNED_IN
from desk.security import show
from referrals.team import TeamFacts


async def facts_page(request: web.Request) -> web.StreamResponse:
    """Team facts with their origin, and contacts that are stale, unconfirmed or broken."""
    desk, who = request.app[DESK], request[SIGNED_IN]
    today = desk.clock.london().date()
    await desk.db.run(audit.note, who=who.name, what=audit.VIEWED, object="facts", now=desk.clock.now())
    contacts = await asyncio.to_thread(desk.check_contacts, desk.settings.data_dir, today)
    return show(
        request,
        "data.html",
        team=desk.team,
        team_facts=team_facts(desk.team),
        team_warnings=desk.team.warnings(today),
        closed=sorted(day for day in desk.team.working_time.closed if day >= today),
        contacts=contacts,
        today=today,
    )


def team_facts(team: TeamFacts) -> list[tuple[str, str, str]]:
    """(what, value, where it comes from) for each fact that a person has to confirm."""
    days = team.answer_within_working_days
    return [
        ("Team", f"{team.name}, {team.organisation}", team.basis.get("organisation", "")),
        ("Website", team.website, team.basis.get("website", "")),
        ("Phone", team.phone or "none on file", team.basis.get("phone", "")),
        ("Hours", team.working_time.week.describe(), team.basis.get("hours", "")),
        (
            "Answers within",
            f"{days} working day{'s' if days != 1 else ''}",
            team.basis.get("answer_within_working_days", ""),
        ),
    ]
