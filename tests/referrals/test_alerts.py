"""The lead is told once of a referral that lies unopened, whose time is near, or whose time is over."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from common.clock import LONDON
from common.database import Database, open_database
from common.local_data import LocalDataError
from referrals import handling
from referrals.alert_rules import AlertRules
from referrals.alerts import raise_alerts
from referrals.delivery import deliver_due
from referrals.model import ALERTS, BREACHED, NEARING, UNOPENED, Delivery
from referrals.notice import Notice
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, another, copy_data

RULES = AlertRules.load(DATA)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def november(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


UNOPENED_AT = november(23, 10, 30)  # received on a Saturday; the office opens on Monday at half past eight
NEAR_AT = november(25, 15)
DUE = november(25, 17)


@dataclass
class Lead:
    """Takes what the lead is sent."""

    got: list[tuple[str, str]] = field(default_factory=list)

    async def send(self, notice: Notice) -> None:
        self.got.append((notice.reference, notice.kind))

    def kinds(self, reference: str) -> list[str]:
        return [kind for of, kind in self.got if of == reference]


def store(db: Database, team: TeamFacts, number: int = 1) -> str:
    with db.transaction() as session:
        return submit(session, another(number), now=SATURDAY, team=team).reference


def act(db: Database, reference: str, *actions: str, at: datetime = SATURDAY) -> None:
    with db.transaction() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        for action in actions:
            if action == "view":
                handling.note(session, referral, who="bob", what=handling.VIEWED, now=at)
            elif action == "take":
                assert handling.take(session, referral, who="bob", now=at)
            else:
                assert handling.finish(session, referral, outcome="declined", who="bob", now=at)


async def watch(db: Database, team: TeamFacts, lead: Lead, moments: Iterable[datetime]) -> None:
    for moment in moments:
        await db.run(raise_alerts, RULES, team, moment)
        await deliver_due(db, lead, moment, kinds=ALERTS)


def now_and_then(begin: datetime, end: datetime) -> Iterable[datetime]:
    while begin <= end:
        yield begin
        begin += 4 * HOUR + 7 * MINUTE


async def test_d7_unopened_for_two_working_hours_the_lead_is_told_once(db: Database, team: TeamFacts):
    """A night and a weekend are no working hours; a minute before there is no alert, after it one, and never another."""
    reference, lead = store(db, team), Lead()
    await watch(db, team, lead, [*now_and_then(SATURDAY, november(23, 10)), UNOPENED_AT - MINUTE])
    assert lead.got == []
    await watch(db, team, lead, [UNOPENED_AT, UNOPENED_AT, *now_and_then(UNOPENED_AT, november(25, 14))])
    assert lead.kinds(reference) == [UNOPENED]


@pytest.mark.parametrize("action", ["view", "take"])
async def test_d7_an_opened_referral_is_not_unopened(db: Database, team: TeamFacts, action: str):
    """Whoever looked at it has opened it."""
    reference, lead = store(db, team), Lead()
    act(db, reference, action)
    await watch(db, team, lead, now_and_then(UNOPENED_AT, november(25, 14)))
    assert lead.got == []


async def test_d2_near_and_late_alert_once_each(db: Database, team: TeamFacts):
    """Two working hours before the due time, and at it, each once, also for one that somebody has taken."""
    reference, lead = store(db, team), Lead()
    act(db, reference, "take")
    await watch(db, team, lead, [*now_and_then(SATURDAY, november(25, 14)), NEAR_AT - MINUTE])
    assert lead.got == []
    await watch(db, team, lead, [*now_and_then(NEAR_AT, november(25, 16, 45)), DUE - MINUTE])
    assert lead.kinds(reference) == [NEARING]
    await watch(db, team, lead, now_and_then(DUE, november(30, 12)))
    assert lead.kinds(reference) == [NEARING, BREACHED]


async def test_d7_a_finished_referral_alerts_nobody(db: Database, team: TeamFacts):
    """Neither when its time comes, nor when the alert was waiting while somebody finished it."""
    done, late = store(db, team, 1), store(db, team, 2)
    lead = Lead()
    act(db, done, "take", "finish")
    await db.run(raise_alerts, RULES, team, DUE)
    act(db, late, "take", "finish")
    await watch(db, team, lead, now_and_then(DUE, november(30, 12)))
    assert lead.got == []
    with db.reading() as session:
        alerts = session.scalars(select(Delivery).where(Delivery.kind.in_(ALERTS))).all()
    assert {alert.state for alert in alerts} == {"dropped"} and len(alerts) == 2


async def test_d7_a_restart_tells_nobody_again(db: Database, team: TeamFacts, tmp_path: Path):
    """What was raised stands in the database: a new process carries on, and one that was down too long says only what is true now."""
    reference, lead = store(db, team), Lead()
    await watch(db, team, lead, [UNOPENED_AT])
    for moment in (NEAR_AT, NEAR_AT, DUE, DUE + timedelta(days=2)):
        again = open_database(f"sqlite:///{tmp_path / 'test.db'}")
        await watch(again, team, lead, [moment])
        again.close()
    assert lead.kinds(reference) == [UNOPENED, NEARING, BREACHED]
    other, lead = store(db, team, 2), Lead()
    await watch(db, team, lead, [DUE + timedelta(days=2)])
    assert lead.kinds(other) == [UNOPENED, BREACHED]


def test_d7_eight_processes_at_once_raise_each_alert_once(any_db: Database, team: TeamFacts):
    """The table allows one alert of a kind for a referral; who comes second gives way without a fault."""
    db = any_db
    for number in range(5):
        store(db, team, number)
    start, new = threading.Barrier(8), []

    def work() -> None:
        start.wait()
        with db.transaction() as session:
            new.append(raise_alerts(session, RULES, team, DUE))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.reading() as session:
        found = session.scalars(select(Delivery).where(Delivery.kind.in_(ALERTS))).all()
    assert sum(new) == len(found) == 10 and len(new) == 8
    assert len({(alert.referral_id, alert.kind) for alert in found}) == 10


async def test_d7_two_workers_send_each_alert_once(db: Database, team: TeamFacts, tmp_path: Path):
    """Both look at the same moments; a claimed alert is nobody else's."""
    reference, lead = store(db, team), Lead()
    other = open_database(f"sqlite:///{tmp_path / 'test.db'}")
    for moment in (*now_and_then(UNOPENED_AT, NEAR_AT), NEAR_AT, DUE - MINUTE, DUE, DUE + HOUR):
        await watch(db, team, lead, [moment])
        await watch(other, team, lead, [moment])
    other.close()
    assert lead.kinds(reference) == [UNOPENED, NEARING, BREACHED]


async def test_d2_another_teams_hours_count_for_its_referrals(db: Database, team: TeamFacts, tmp_path: Path):
    """A coordinator who works on Monday mornings has two working hours then, not the county team's."""
    data = copy_data(tmp_path)
    (data / "destinations.yml").write_text(
        "receivers: [{destination: lac, team: T, hours: 'Mo 09:00-12:00', answer_within_working_days: 1}]"
    )
    facts = TeamFacts.load(data)
    assert facts.for_receiver("lac", "T").working_time.after(SATURDAY, RULES.unopened) == november(23, 11)
    assert facts.for_receiver("lac", "another").working_time.after(SATURDAY, RULES.unopened) == UNOPENED_AT


async def test_d7_the_hours_are_a_setting(db: Database, team: TeamFacts):
    """alerts.yml says how long is too long."""
    reference, lead = store(db, team), Lead()
    rules = replace(RULES, unopened=timedelta(hours=8), nearing=timedelta(hours=1))
    for moment in now_and_then(SATURDAY, november(23, 16)):
        await db.run(raise_alerts, rules, team, moment)
        await deliver_due(db, lead, moment, kinds=ALERTS)
    assert lead.got == []
    await db.run(raise_alerts, rules, team, november(23, 16, 30))
    await deliver_due(db, lead, november(23, 16, 30), kinds=ALERTS)
    assert lead.kinds(reference) == [UNOPENED]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("unopened_working_hours: 2 ", "unopened_working_hours: soon ", "unopened_working_hours"),
        ("nearing_working_hours: 2 ", "nearing_working_hours: 0 ", "nearing_working_hours"),
        ("({priority}), due {due}", "for {name}", r"may not use \{name\}"),
        ("  breached:", "  broken:", "alerts must have exactly"),
        ("{link}", "{postcode}", r"may not use \{postcode\}"),
    ],
)
def test_a_wrong_line_of_the_alerts_is_named(tmp_path: Path, old: str, new: str, named: str):
    """Whoever edits the file is told which key makes no sense; a fact about the person can not get in."""
    path = copy_data(tmp_path) / "alerts.yml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(LocalDataError, match=f"alerts.yml.*{named}"):
        AlertRules.load(tmp_path)
