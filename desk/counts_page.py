"""The lead's page of counts, and the same as a spreadsheet."""

from __future__ import annotations

from aiohttp import web
from sqlalchemy.orm import Session

from common.retention_limits import Retention
from desk import audit, counts
from desk.catalogue.unmet import csv_file
from desk.keys import DESK, SIGNED_IN
from desk.security import show
from desk.small_numbers import CountRules
from referrals.counts import CONVERSATION, FLAG, PROMISE, REFERRAL
from referrals.retention import still_open

OBJECT = "counts"
RULES: web.AppKey[tuple[CountRules, Retention]] = web.AppKey("count_rules", tuple)


def add_counts(app: web.Application) -> None:
    """The two routes. Reads counts.yml and retention.yml; raises LocalDataError."""
    data_dir = app[DESK].settings.data_dir
    app[RULES] = CountRules.load(data_dir), Retention.load(data_dir)
    app.router.add_get("/weekly", counts_page, name="counts")
    app.router.add_get("/weekly.csv", counts_csv, name="counts_csv")


async def counts_page(request: web.Request) -> web.StreamResponse:
    desk, who = request.app[DESK], request[SIGNED_IN]
    rules, limits = request.app[RULES]
    now = desk.clock.now()

    def work(session: Session) -> tuple[dict[str, list[counts.Row]], list[str]]:
        found = counts.everything(session, now, rules.weeks_shown)
        late = [one.reference for one in still_open(session, limits, now)]
        return {subject: counts.rows_of(found, subject, rules) for subject in counts.SUBJECTS}, late

    rows, late = await desk.db.read(work)
    await desk.db.run(audit.note, who=who.name, what=audit.VIEWED, object=OBJECT, now=now)
    return show(
        request,
        "counts/page.html",
        subjects=[(key, rows[key], counts.total(rows[key])) for key in (CONVERSATION, REFERRAL, PROMISE, FLAG)],
        rules=rules,
        late=late,
        days_open=limits.referral.days,
        label=counts.label,
        channel_words=counts.CHANNEL_WORDS,
    )


async def counts_csv(request: web.Request) -> web.StreamResponse:
    desk, who = request.app[DESK], request[SIGNED_IN]
    rules, _ = request.app[RULES]
    now = desk.clock.now()

    def work(session: Session) -> bytes:
        return counts.as_csv(counts.everything(session, now, counts.YEAR), rules)

    body = await desk.db.read(work)
    await desk.db.run(audit.note, who=who.name, what=audit.EXPORTED, object=OBJECT, now=now)
    return csv_file(body, "counts.csv")
