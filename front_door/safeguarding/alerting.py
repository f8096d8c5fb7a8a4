"""The outbox of safety alerts: each goes out once, by the mail that notices go by, and says only that an entry waits.

It has a table of its own because a notice belongs to a referral and an entry may never have one. An alert is tried until it
is accepted or its entry is closed: a person who is in danger must not depend on a mail server's mood.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session, contains_eager

from common.clock import Clock
from common.database import Database
from common.settings import Settings
from front_door.safeguarding.model import LATE, SafetyAlert
from front_door.safeguarding.rules import SafetyRules
from referrals.carrying import Delayed, Post, Refused, Skipped
from referrals.delivery import BACK_OFF, BATCH, DELIVER_EVERY, LEASE, SEND_SECONDS
from referrals.mailer import STAND_IN_DOMAIN
from referrals.model import DONE, DROPPED, SENDING, SENT, WAITING
from referrals.team import TeamFacts

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Alert:
    """One e-mail to hand over, for all alerts of one kind that wait for one entry. `ids`: theirs; the first names the mail."""

    ids: tuple[str, ...]
    attempt: int
    kind: str
    case: str
    queued_at: datetime


class AlertCarrier(Protocol):
    """Hands one alert over. Returns when it was accepted; else raises Delayed, Refused or Skipped."""

    async def send(self, alert: Alert) -> None: ...


@dataclass(frozen=True)
class AlertMail:
    """Writes alerts from safety_rules.yml and hands them to the mail. `real_only`: nothing to the stand-in at localhost."""

    post: Post
    rules: SafetyRules
    mailbox: str
    mail_from: str
    desk_url: str
    real_only: bool = False

    async def send(self, alert: Alert) -> None:
        if not self.mailbox or (self.real_only and self.mailbox.endswith("@" + STAND_IN_DOMAIN)):
            raise Skipped("no mailbox is known: set SAFEGUARDING_MAILBOX or LEAD_MAILBOX")
        await self.post.hand_over(self.write(alert), f"safety-{_name(alert)}")

    def write(self, alert: Alert) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self.mail_from
        message["To"] = self.mailbox
        message["Subject"] = self.rules.subject[alert.kind]
        message["Date"] = format_datetime(alert.queued_at)
        message["Message-ID"] = f"<{_name(alert)}@{self.mail_from.rpartition('@')[2].strip('>') or 'localhost'}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies to this, please
        body = self.rules.body.format(says=self.rules.says[alert.kind], link=f"{self.desk_url}/safety/{alert.case}")
        message.set_content(body.rstrip() + "\n")
        return message


def alert_mail(settings: Settings, team: TeamFacts, rules: SafetyRules, post: Post) -> AlertMail:
    """The alerts as the settings ask for them: to SAFEGUARDING_MAILBOX, else to the lead's mailbox."""
    mailbox = settings.safeguarding_mailbox or settings.lead_mailbox or team.lead_mailbox
    desk = f"{settings.public_base_url}/desk"
    return AlertMail(post, rules, mailbox, settings.mail_from, desk, settings.production)


async def alert_for_ever(
    db: Database, carrier: AlertCarrier, rules: SafetyRules, clock: Clock, every: float = DELIVER_EVERY
) -> None:
    """Hand over what is due again and again. A fault is logged by its kind and tried again."""
    while True:
        try:
            await alert_due(db, carrier, rules, clock.now())
        except Exception as error:
            log.error("safety alerts could not be delivered: %s", type(error).__name__)
        await asyncio.sleep(every)


async def alert_due(db: Database, carrier: AlertCarrier, rules: SafetyRules, now: datetime) -> int:
    """Try every alert that is due at `now` (aware) once; returns how many mails were accepted.

    Safe in several processes. One that dies between the mail server's yes and our note of it leaves the alert to be sent
    again after LEASE, under the same Message-ID; that is the only way to a repeat.
    """
    accepted = 0
    for _ in range(BATCH):
        if not await db.read(_is_due, now) or (alert := await db.run(claim, rules, now)) is None:
            break
        problem = ""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await carrier.send(alert)
        except (Skipped, Refused, Delayed, TimeoutError) as error:
            problem = str(error) or "it took too long"
            log.warning("safety alert delayed: try=%s %s", alert.attempt, problem)
        else:
            accepted += 1
        await db.run(settle, alert, now, problem)
        if problem:
            break  # the others would go the same way
    return accepted


def claim(session: Session, rules: SafetyRules, now: datetime) -> Alert | None:
    """The alert that is due first, with the others of its kind and entry, held for LEASE; None when there is none. What is
    not true any more is dropped.
    """
    while True:
        first = session.scalar(_due(now).order_by(SafetyAlert.next_at, SafetyAlert.id).limit(1))
        if first is None:
            return None
        same = _due(now).where(SafetyAlert.case_id == first.case_id, SafetyAlert.kind == first.kind)
        together = sorted(session.scalars(same), key=lambda row: (row is not first, row.id))
        done = first.case.state == DONE
        over = first.kind == LATE and first.case.flag not in rules.same_day and first.case.unseen_since is None
        if not done and not over:
            break
        for row in together:
            row.state, row.problem = DROPPED, ""
        session.flush()
    attempt = first.attempts + 1
    for row in together:
        row.state, row.next_at, row.attempts = SENDING, now + LEASE, attempt
    return Alert(tuple(row.id for row in together), attempt, first.kind, first.case_id, first.queued_at)


def settle(session: Session, alert: Alert, now: datetime, problem: str) -> None:
    """Note that an alert was accepted, or why not and when to try again."""
    rows = update(SafetyAlert).where(SafetyAlert.id.in_(alert.ids))
    if not problem:
        session.execute(rows.values(state=SENT, sent_at=now, problem=""))
        return
    wait = BACK_OFF[min(alert.attempt, len(BACK_OFF)) - 1]
    mine = (SafetyAlert.state == SENDING) & (SafetyAlert.attempts == alert.attempt)
    session.execute(rows.where(mine).values(state=WAITING, next_at=now + wait, problem=problem[:300]))


def _due(now: datetime) -> Select[SafetyAlert]:
    return (
        select(SafetyAlert)
        .join(SafetyAlert.case)
        .where(or_(SafetyAlert.state == WAITING, SafetyAlert.state == SENDING), SafetyAlert.next_at <= now)
        .options(contains_eager(SafetyAlert.case))
        .with_for_update(skip_locked=True, of=SafetyAlert)
    )


def _is_due(session: Session, now: datetime) -> bool:
    open_ = or_(SafetyAlert.state == WAITING, SafetyAlert.state == SENDING)
    return session.scalar(select(SafetyAlert.id).where(open_, SafetyAlert.next_at <= now).limit(1)) is not None


def _name(alert: Alert) -> str:
    return alert.ids[0].replace(":", "-")
