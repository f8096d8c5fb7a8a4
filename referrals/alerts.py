"""The watch over every open referral: the lead is told once when it lies unopened, when its time is near, and when it is over."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from common.clock import Clock
from common.database import Database
from referrals.alert_rules import AlertRules
from referrals.handling import VIEWED
from referrals.model import ALERTS, BREACHED, NEARING, NEW, OPEN, UNOPENED, Delivery, Referral, ReferralEvent
from referrals.outbox import queue
from referrals.team import TeamFacts
from referrals.working_time import WorkingTime

log = logging.getLogger(__name__)
WATCH_EVERY = 30.0  # seconds


@dataclass(frozen=True)
class Open:
    """What the watch needs to know of one open referral. `opened`: a member of staff has looked at it or taken it."""

    created_at: datetime
    due_at: datetime
    opened: bool


def alerts_for(one: Open, rules: AlertRules, office: WorkingTime, now: datetime) -> tuple[str, ...]:
    """The kinds of alert that hold at `now`. Pure. What is late is not near any more."""
    found = []
    if not one.opened and now >= office.after(one.created_at, rules.unopened):
        found.append(UNOPENED)
    if now >= one.due_at:
        found.append(BREACHED)
    elif now >= office.before(one.due_at, rules.nearing):
        found.append(NEARING)
    return tuple(found)


def raise_alerts(session: Session, rules: AlertRules, team: TeamFacts, now: datetime) -> int:
    """Put every alert that is owed at `now` (aware) into the outbox, in this transaction; returns how many are new.

    `team` are the facts of First Contact Plus. Which alerts were raised stands in the outbox itself: neither a restart
    nor a second process raises one twice.
    """
    opened = exists().where(ReferralEvent.referral_id == Referral.id, ReferralEvent.what == VIEWED)
    rows = session.execute(
        select(
            Referral.id,
            Referral.destination,
            Referral.team,
            Referral.created_at,
            Referral.due_at,
            (Referral.state != NEW) | opened,
        ).where(Referral.state.in_(OPEN))
    ).all()
    raised = {
        (row[0], row[1])
        for row in session.execute(
            select(Delivery.referral_id, Delivery.kind)
            .join(Delivery.referral)
            .where(Delivery.kind.in_(ALERTS), Referral.state.in_(OPEN))
        )
    }
    offices: dict[tuple[str, str], WorkingTime] = {}
    new = 0
    for number, destination, name, created_at, due_at, seen in rows:
        key = (destination, name)
        office = offices.setdefault(key, team.for_receiver(destination, name).working_time)
        for kind in alerts_for(Open(created_at, due_at, bool(seen)), rules, office, now):
            if (number, kind) not in raised:
                new += queue(session, number, kind, now)
    return new


async def watch_for_ever(
    db: Database, rules: AlertRules, team: TeamFacts, clock: Clock, every: float = WATCH_EVERY
) -> None:
    """`raise_alerts` now and every `every` seconds. A fault is logged by its kind and tried again."""
    while True:
        try:
            await db.run(raise_alerts, rules, team, clock.now())
        except Exception as error:
            log.error("the watch over referrals failed: %s", type(error).__name__)
        await asyncio.sleep(every)
