"""Texts that staff send: from templates, in the daytime, never where they may harm."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from common.clock import LONDON
from common.database import Database
from common.local_data import LocalDataError
from referrals import handling, staff_text
from referrals.model import ConsentEvent, Referral, ReferralEvent
from referrals.packet import Packet, build
from referrals.request import Need
from referrals.staff_text import StaffText
from referrals.staff_text_rules import (
    ENOUGH,
    NO_MOBILE,
    NO_RINGING,
    NOT_SAFE,
    REFUSALS,
    STOPPED,
    UNSAFE,
    Plan,
    Recipient,
    StaffTextRules,
)  # fmt: skip
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, SATURDAY, copy_data, make_request

RULES = StaffTextRules.load(DATA, allow_test_numbers=True)
CODE = "running_late"
NOON = datetime(2026, 11, 23, 12, tzinfo=LONDON)
NIGHT = datetime(2026, 11, 23, 21, 30, tzinfo=LONDON)
_TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2030, 12, 31), timezones=st.just(timezone.utc))


def packet(**changes: Any) -> Packet:
    return build(make_request(safe_to_text=True, **changes))


def plan(at: datetime = NOON, to: Recipient | None = None) -> Plan:
    return RULES.plan(CODE, to or Recipient(packet()), at)


def test_d7_the_preview_is_the_text_word_for_word():
    """What staff read before they send is what goes: the template, with nothing put in."""
    shown = plan()
    assert shown.text == RULES.templates[CODE].text and shown.at == NOON and shown.phone == "+447700900123"


@given(now=_TIMES)
def test_d7_texts_go_between_eight_and_eight_in_london(now: datetime):
    """At once in the daytime; else the next morning at eight, never earlier than asked, never half a day later."""
    at = plan(now).at
    assert at is not None and 8 <= at.astimezone(LONDON).hour < 20
    assert timedelta() <= at - now <= timedelta(hours=13)
    if 8 <= now.astimezone(LONDON).hour < 20:
        assert at == now
    else:
        assert (at.astimezone(LONDON).hour, at.astimezone(LONDON).minute) == (8, 0)


@pytest.mark.parametrize(
    ("to", "refused"),
    [
        (Recipient(packet(), stopped=True), STOPPED),
        (Recipient(packet(), careful=True), UNSAFE),
        (Recipient(packet(red_flags=("abuse_now",), safe_to_call=False)), ""),  # they said that texting is safe
        (Recipient(replace(packet(red_flags=("abuse_now",), safe_to_call=None), safe_to_text=None)), UNSAFE),
        (Recipient(replace(packet(needs=(Need("domestic_abuse", "A"),), safe_to_call=False), safe_to_text=False)), UNSAFE),
        (Recipient(replace(packet(), safe_to_text=False)), NOT_SAFE),
        (Recipient(replace(packet(), safe_to_text=None)), NOT_SAFE),
        (Recipient(packet(contact_method="email", contact_value="a@example.org")), NO_MOBILE),
        (Recipient(packet(contact_value="+441162321234")), NO_MOBILE),
        (Recipient(packet(), sent=(NOON, NOON - timedelta(hours=2))), ENOUGH),
        (Recipient(packet(), sent=(NOON - timedelta(days=1), NOON)), ""),
    ],
)  # fmt: skip
def test_d7_never_where_it_may_harm(to: Recipient, refused: str):
    """A number that sent STOP, disclosed abuse, no word that texting is safe, no mobile, too many in a day."""
    found = plan(to=to)
    assert found.refused == refused and bool(found.text) is not bool(refused) and bool(found.phone) is not bool(refused)


@pytest.mark.parametrize("safe", [False, None])
def test_d7_nobody_who_did_not_say_ringing_is_safe_reads_that_we_ring(safe: bool | None):
    """Of the templates only those go that say nothing of ringing."""
    to = Recipient(packet(safe_to_call=safe))
    refused = {code: RULES.plan(code, to, NOON).refused for code in RULES.templates}
    assert refused == {code: NO_RINGING if one.rings else "" for code, one in RULES.templates.items()}
    assert NO_RINGING in refused.values() and "" in refused.values()


@given(
    stopped=st.booleans(),
    careful=st.booleans(),
    safe=st.sampled_from([True, False, None]),
    flags=st.sampled_from([(), ("abuse_now",)]),
    now=_TIMES,
)
def test_d7_no_text_without_a_yes(
    stopped: bool, careful: bool, safe: bool | None, flags: tuple[str, ...], now: datetime
):
    """Whatever else is true: nothing goes to a stopped number, nor without a said yes to texts."""
    to = Recipient(replace(packet(red_flags=flags), safe_to_text=safe), stopped, careful)
    if stopped or careful or safe is not True:
        assert plan(now, to).refused in REFUSALS and plan(now, to).at is None


def test_d7_the_templates_say_nothing_of_anybody():
    """Short, no question, no word that a phone network acts on, no team, no need, nothing to fill in."""
    for template in RULES.templates.values():
        text = template.text
        assert text.isascii() and len(text) <= 160 and "?" not in text and "{" not in text, template.code
        words = set(re.findall(r"[a-z]+", text.lower()))
        assert not words & {"yes", "no", "stop", "end", "cancel", "quit", "help", "info", "start"}, template.code
        assert not words & {"referral", "contact", "plus", "council", "coordinator", "name"}, template.code
        assert all(len(sentence.split()) <= 25 for sentence in re.split(r"(?<=[.:])\s+", text)), template.code
    assert set(RULES.refusals) == set(REFUSALS)


def store(db: Database, team: TeamFacts, **changes: Any) -> str:
    with db.transaction() as session:
        return submit(session, make_request(safe_to_text=True, **changes), now=SATURDAY, team=team).reference


def ask(db: Database, reference: str, form: str = "f1", at: datetime = NOON, **known: bool) -> Plan:
    with db.transaction() as session:
        referral = handling.find(session, reference)
        assert referral is not None
        known = {"stopped": False, "careful": False, **known}
        return staff_text.ask(session, RULES, referral, CODE, form_id=form, who="bob", now=at, **known)


def texts(db: Database) -> list[StaffText]:
    with db.reading() as session:
        return list(session.scalars(select(StaffText).order_by(StaffText.id)))


def due(db: Database, at: datetime) -> list[str]:
    with db.transaction() as session:
        return [row.body for row in staff_text.due(session, RULES, at)]


def test_d7_one_form_makes_one_text_and_one_audit_row(db: Database, team: TeamFacts):
    """Clicked twice, or sent again by the browser, it goes once; the audit says who and which, and holds no words."""
    reference = store(db, team)
    assert ask(db, reference) == ask(db, reference)
    assert len(texts(db)) == 1
    with db.reading() as session:
        rows = session.scalars(select(ReferralEvent).where(ReferralEvent.what == staff_text.TEXTED)).all()
    assert [(row.who, row.detail) for row in rows] == [("bob", CODE)]


def test_d7_a_refused_text_leaves_nothing(db: Database, team: TeamFacts):
    """No row, no audit, nothing to send."""
    reference = store(db, team)
    assert ask(db, reference, stopped=True).refused == STOPPED
    assert texts(db) == [] and due(db, NOON) == []


def test_d7_many_clicks_at_once_keep_to_the_days_number(any_db: Database, team: TeamFacts):
    """Eight members of staff at the same moment: two texts go, the others hear that it is enough."""
    db = any_db
    reference, start, plans = store(db, team), threading.Barrier(8), []

    def work(form: str) -> None:
        start.wait()
        plans.append(ask(db, reference, form))

    threads = [threading.Thread(target=work, args=(f"f{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(texts(db)) == RULES.most_a_day
    assert sorted(one.refused for one in plans) == [""] * 2 + [ENOUGH] * 6


def test_d7_what_is_sent_at_night_waits_for_the_morning(db: Database, team: TeamFacts):
    """Nothing is due at night, also when the outbox looks then."""
    ask(db, store(db, team), at=NIGHT)
    assert due(db, NIGHT) == [] == due(db, datetime(2026, 11, 24, 7, 59, tzinfo=LONDON))
    assert due(db, datetime(2026, 11, 24, 8, tzinfo=LONDON)) == [RULES.templates[CODE].text]


def test_d7_what_changed_after_the_click_counts(db: Database, team: TeamFacts):
    """Consent or permission taken back before the morning, another number, or a day of outage: dropped, and the number forgotten."""

    def withdraw(referral: Referral) -> None:
        referral.consents[0].withdrawn_at = NIGHT

    def unsafe(referral: Referral) -> None:
        referral.packet = {**referral.packet, "safe_to_text": False}

    def moved(referral: Referral) -> None:
        referral.packet = {**referral.packet, "contact_value": "+447700900456"}

    changes = (withdraw, unsafe, moved, lambda referral: None)
    for number, change in enumerate(changes):
        reference = store(db, team, idempotency_key=f"k{number}")
        ask(db, reference, f"f{number}", at=NIGHT)
        with db.transaction() as session:
            referral = handling.find(session, reference)
            assert referral is not None
            change(referral)
    assert len(due(db, NIGHT + timedelta(hours=11))) == 1
    assert due(db, NIGHT + timedelta(hours=36)) == []
    assert [(row.state, row.phone) for row in texts(db)] == [("dropped", None)] * 4
    with db.reading() as session:
        assert len(session.scalars(select(ConsentEvent)).all()) == 4


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('earliest: "08:00"', "earliest: early", "earliest"),
        ('latest: "20:00"', 'latest: "07:00"', "earliest must be before latest"),
        ("most_a_day: 2 ", "most_a_day: many ", "most_a_day"),
        ("someone tried to ring you.", "we rang {name}.", r"may not use \{name\}"),
        ("code: will_ring", "code: tried_to_ring", "twice"),
        ("  enough:", "  too_many:", "refused.enough"),
    ],
)
def test_a_wrong_line_of_the_texts_is_named(tmp_path: Path, old: str, new: str, named: str):
    """Whoever edits the file is told which key makes no sense."""
    path = copy_data(tmp_path) / "staff_texts.yml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(LocalDataError, match=f"staff_texts.yml.*{named}"):
        StaffTextRules.load(tmp_path)
