"""A queue worth looking at: late and due, with a danger, taken, two that may be one person, notes and attempts. All made up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from common.database import Database
from referrals import casework, handling
from referrals.model import Referral
from referrals.request import Need
from referrals.submit import submit
from referrals.team import TeamFacts
from tests.referrals.support import DATA, TEAM, another, given

LAC_TEAM = "Local Area Coordinator, Wigston"
LONELY = Need("loneliness", "Loneliness", "four walls all day")
WARM = Need("energy_warm_home", "Keeping the home warm", "scared to put the heating on")
DEBT = Need("money_debt", "Money and debt", "letters I do not open")
FOOD = Need("food", "Food", "nothing in until Friday")
ABUSE = Need("domestic_abuse", "Abuse at home", "he checks my phone")
CARER = Need("carer_support", "Caring for somebody", "up all night with mum")
CASES: tuple[dict[str, Any], ...] = (  # hours ago that it came, hours until it is due, who has it, and what differs
    {"ago": 120, "due": -27, "needs": (DEBT, FOOD), "district": "Charnwood", "channel": "sms"},
    {"ago": 100, "due": -3, "by": "bob", "needs": (CARER,), "district": "Melton"},
    {"ago": 20, "due": 5, "needs": (ABUSE,), "red_flags": ("abuse_now",), "safe_to_call": None, "safe_to_text": None,
     "district": "Blaby"},
    {"ago": 18, "due": 6, "by": "amina", "needs": (LONELY, WARM)},
    {"ago": 9, "due": 30, "needs": (LONELY,), "destination": "lac", "team": LAC_TEAM},
    {"ago": 6, "due": 54, "needs": (WARM, DEBT), "district": "Harborough", "contact_value": "+447700900777"},
    {"ago": 2, "due": 78, "needs": (FOOD,), "district": "Harborough", "contact_value": "+447700900777"},
)  # fmt: skip


def fill(db: Database, now: datetime) -> list[str]:
    """Store the cases as they would stand at `now`; returns their references in the order of the queue. The fourth has notes
    and attempts, the last two the same number."""
    with db.transaction() as session:
        return [_store(session, number, case, now) for number, case in enumerate(CASES)]


def _store(session: Session, number: int, case: dict[str, Any], now: datetime) -> str:
    own = {"name": f"Test Resident {number}", "contact_value": f"+447700900{200 + number}"}
    changes = {key: value for key, value in case.items() if key not in ("ago", "due", "by")}
    came = now - timedelta(hours=case["ago"])
    yes = given(changes.get("destination", "first_contact_plus"), changes.get("team", TEAM), given_at=came)
    request = another(100 + number, **{**own, **changes, "consent": yes})
    reference = submit(session, request, now=came, team=TeamFacts.load(DATA)).reference
    row = handling.find(session, reference)
    assert row is not None
    row.due_at = now + timedelta(hours=case["due"])
    for sent in row.deliveries:
        sent.state = "sent"
    if by := case.get("by"):
        handling.take(session, row, who=by, now=came + timedelta(hours=1))
    if by == "amina":
        _work(session, row, came)
    return reference


def _work(session: Session, row: Referral, came: datetime) -> None:
    note = "Her sister says mornings are best. She asked for somebody to go with her the first time."
    casework.add_note(session, row, note, form_id="a" * 32, who="amina", now=came + timedelta(hours=2))
    for hours, result in ((2, "no_answer"), (5, "left_message")):
        at = came + timedelta(hours=hours)
        casework.add_attempt(
            session, row, method="phone", result=result, tried_at=at, form_id=f"{hours}" * 32, who="amina", now=at
        )
