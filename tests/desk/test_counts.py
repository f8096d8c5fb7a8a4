"""Five counts by week and channel: right, exactly once, outliving what they count, and no small number can be worked out."""

from __future__ import annotations

import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from common.clock import LONDON
from common.local_data import LocalDataError
from desk import counts
from desk.model import DeskAudit
from desk.roles import Role
from desk.small_numbers import CountRules, shown
from front_door import rows
from front_door.model import Conversation
from front_door.retention import erase_all
from front_door.safeguarding.recording import record_flags
from referrals import casework, erasing, handling
from referrals.counts import CONVERSATION, FINISHED, FLAG, PROMISE, REFERRAL, Cell, monday, promise
from referrals.model import DONE, NEW, WITHDRAWN, Referral
from tests.desk.conftest import Office
from tests.referrals.support import DATA, another

RULES = CountRules.load(DATA)
WEEK = date(2026, 11, 16)  # the Monday of the tests' Saturday
LATER = timedelta(days=4)  # the Wednesday after it


def talk(session: Session, now: datetime, channel: str = "web", outcome: str | None = None) -> str:
    made = rows.open_conversation(session, channel, now)
    message = rows.add_message(session, made, "in", "private words", now)
    made.outcome = outcome
    record_flags(
        session, ["suicide_self_harm"], words="w", channel=channel, now=now, source=message.id, conversation_id=made.id
    )
    session.flush()
    return made.id


def fill(office: Office, count: int) -> list[str]:
    """So many chats on the web, each with a referral and a red flag; returns the references."""
    with office.db.transaction() as session:
        for number in range(count):
            talk(session, office.clock.now(), outcome="referred" if number % 2 else None)
    return [office.refer(another(number)) for number in range(count)]


def found(office: Office) -> Counter[Cell]:
    with office.db.reading() as session:
        return counts.everything(session, office.clock.now(), 12)


async def test_the_five_counts_are_the_same_before_and_after_everything_is_deleted(office: Office) -> None:
    """Each thing is counted once, while it is there and when it is gone; running the deletion again changes nothing."""
    references = fill(office, 6)
    with office.db.transaction() as session:
        referral = handling.find(session, references[0])
        assert referral is not None
        now = office.clock.now()
        casework.add_attempt(
            session, referral, method="phone", result="no_answer", tried_at=now, form_id="f", who="amina", now=now
        )
        rows.open_conversation(session, "sms", now)  # a text of ours to a number that never wrote
    office.clock.advance(timedelta(days=30))
    before = found(office)
    assert before == {
        Cell(WEEK, "web", CONVERSATION): 6,
        Cell(WEEK, "web", FINISHED, "referred"): 3,
        Cell(WEEK, "web", REFERRAL, "first_contact_plus", "enhanced"): 6,
        Cell(WEEK, "web", PROMISE, "kept"): 1,
        Cell(WEEK, "web", PROMISE, "late"): 5,
        Cell(WEEK, "web", FLAG, "suicide_self_harm"): 6,
    }
    for _ in range(2):
        with office.db.transaction() as session:
            ids = session.scalars(sa.select(Referral.id)).all()
            erasing.erase(session, ids, office.clock.now())
            erase_all(session, session.scalars(sa.select(Conversation.id)).all())
        assert found(office) == before


async def test_what_is_erased_before_it_was_due_counts_as_taken_back(office: Office) -> None:
    """A promise that nobody can keep or break any more does not stay "not due" for ever, which would hide its week's parts."""
    fill(office, 1)
    with office.db.transaction() as session:
        erasing.erase(session, session.scalars(sa.select(Referral.id)).all(), office.clock.now())
    office.clock.advance(LATER)
    assert {cell.code for cell in found(office) if cell.what == PROMISE} == {"taken_back"}


async def test_the_week_is_londons_and_one_that_runs_is_not_counted_yet(office: Office) -> None:
    """Half past midnight on a summer Monday in London is still Sunday in UTC."""
    assert monday(datetime(2026, 6, 7, 23, 30, tzinfo=timezone.utc)) == date(2026, 6, 8)
    assert monday(datetime(2026, 11, 22, 23, 30, tzinfo=timezone.utc)) == WEEK
    fill(office, 1)
    assert found(office) == {}
    office.clock.advance(LATER)
    assert found(office)[Cell(WEEK, "web", CONVERSATION)] == 1


DUE = datetime(2026, 11, 24, 17, tzinfo=LONDON)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("state", "done_at", "in_touch", "now", "how"),
    [
        (NEW, None, False, DUE - HOUR, "not_due"),
        (NEW, None, False, DUE + HOUR, "late"),
        (NEW, None, True, DUE - HOUR, "kept"),
        (NEW, None, True, DUE + HOUR, "kept"),
        (DONE, DUE, False, DUE + HOUR, "kept"),
        (DONE, DUE + HOUR, False, DUE + HOUR, "late"),
        (WITHDRAWN, DUE - HOUR, False, DUE + HOUR, "taken_back"),
        (WITHDRAWN, DUE + HOUR, False, DUE + HOUR, "late"),
    ],
)
def test_a_promise_is_kept_when_somebody_tried_or_finished_in_time(
    state: str, done_at: datetime | None, in_touch: bool, now: datetime, how: str
) -> None:
    """Taking it alone keeps no promise: the resident has heard nothing."""
    assert promise(state, DUE, done_at, in_touch, now) == how


parts = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 30), max_size=6)
smalls = st.integers(2, 12)


@given(parts, parts, smalls)
def test_what_is_hidden_changes_nothing_that_is_seen(one: dict[str, int], other: dict[str, int], smallest: int) -> None:
    """Whoever sees the page cannot tell two small sums apart, nor two ways in which the same sum falls into parts with a small one:
    what cannot be told apart cannot be worked out."""

    def small(values: dict[str, int]) -> bool:
        return any(0 < value < smallest for value in values.values())

    first, second = shown(one, smallest), shown(other, smallest)
    if 0 < sum(one.values()) < smallest and 0 < sum(other.values()) < smallest:
        assert first == second
    if sum(one.values()) == sum(other.values()) and small(one) and small(other):
        assert first == second
    assert first.total is None or first.total == 0 or first.total >= smallest
    assert all(value >= smallest for value in (first.parts or {}).values())


@given(st.lists(parts, max_size=8), st.integers(0, 7), st.integers(1, 4), st.integers(1, 4))
def test_totals_tell_nothing_of_what_is_hidden(table: list[dict[str, int]], at: int, one: int, other: int) -> None:
    """A small number anywhere in the table, and another in its place: the same rows and the same total are seen."""
    if at >= len(table):
        return
    seen = []
    for small in (one, other):
        changed = [*table[:at], {"a": small}, *table[at + 1 :]]
        made = [counts.Row(WEEK, "web", shown(values, 5)) for values in changed]
        seen.append((made, counts.total(made)))
    assert seen[0] == seen[1]


async def test_the_page_hides_small_numbers_and_says_what_it_counts(office: Office) -> None:
    """Six referrals are shown, the one promise kept among them is not, nor what it could be worked out from."""
    references = fill(office, 6)
    with office.db.transaction() as session:
        referral = handling.find(session, references[0])
        assert referral is not None
        now = office.clock.now()
        casework.add_attempt(
            session, referral, method="phone", result="no_answer", tried_at=now, form_id="f", who="amina", now=now
        )
        for _ in range(4):
            talk(session, office.clock.now(), "sms")
    office.clock.advance(timedelta(days=30))
    browser = await office.signed_in()
    assert (await browser.get("/desk/weekly")).status == 200
    page = " ".join(browser.page.split())
    assert "Fewer than 5" in page and "Not shown" in page and "First contact plus, enhanced: 6" in page
    assert "Kept: " not in page and "Not kept: " not in page and "Sent to a team: " not in page
    assert page.count("All numbers that are shown") == 4 and "private" not in page
    with office.db.reading() as session:
        assert session.scalars(sa.select(DeskAudit.what).where(DeskAudit.object == "counts")).all() == ["viewed"]


async def test_promises_are_broken_down_when_all_of_the_week_are_due(office: Office) -> None:
    """While one still runs, the parts would show by their change from day to day who was rung."""
    fill(office, 6)
    with office.db.transaction() as session:
        session.execute(sa.update(Referral).values(due_at=office.clock.now() + timedelta(days=10)))
    office.clock.advance(LATER)
    browser = await office.signed_in()
    await browser.get("/desk/weekly")
    assert "Not all are past their time yet" in browser.page
    office.clock.advance(timedelta(days=10))
    browser = await office.signed_in()
    await browser.get("/desk/weekly")
    assert "Not kept: 6" in browser.page


async def test_the_spreadsheet_says_the_same_is_audited_and_holds_no_formula(office: Office) -> None:
    """A code that came from elsewhere cannot run in a spreadsheet; a hidden number is an empty cell with its reason."""
    fill(office, 5)
    with office.db.transaction() as session:
        session.execute(sa.update(Referral).values(destination="=1+1"))
        talk(session, office.clock.now(), "sms")
    office.clock.advance(LATER)
    browser = await office.signed_in()
    response = await browser.get("/desk/weekly.csv")
    assert response.headers["Content-Disposition"] == 'attachment; filename="counts.csv"'
    lines = list(csv.DictReader(io.StringIO(browser.page.lstrip("\ufeff"))))
    assert {
        "count": "conversation",
        "week_from_monday": "2026-11-16",
        "channel": "sms",
        "part": "all",
        "number": "",
        "note": "fewer than 5",
    } in lines
    assert [line["part"] for line in lines if "1+1" in line["part"]] == ["'=1+1, enhanced"]
    with office.db.reading() as session:
        assert session.scalars(sa.select(DeskAudit.what).where(DeskAudit.object == "counts")).all() == ["exported"]


async def test_the_lead_sees_what_is_open_for_too_long(office: Office) -> None:
    """It would have been deleted if it were finished."""
    reference = office.refer()
    office.clock.advance(timedelta(days=91))
    browser = await office.signed_in()
    await browser.get("/desk/weekly")
    assert f">{reference}</a>" in browser.page


@pytest.mark.parametrize("role", [Role.ADVISER, Role.LAC, Role.EDITOR, Role.ADMINISTRATOR])
async def test_g12_counts_and_persons_are_for_the_lead_alone(office: Office, role: Role) -> None:
    """Everybody else is refused, page, spreadsheet and forms."""
    office.add("kim", role, teams=("First Contact Plus",))
    browser = await office.signed_in("kim")
    for path in ("/desk/weekly", "/desk/weekly.csv", "/desk/person"):
        assert (await browser.get(path)).status == 403
    for path in ("/desk/person/export/json", "/desk/person/erase"):
        assert (await browser.post(path, reference="K7M-4PR")).status == 403


@pytest.mark.parametrize(("old", "new"), [("smallest: 5", "smallest: 1"), ("weeks_shown: 12", "weeks_shown: many")])
def test_a_wrong_rule_is_named(tmp_path: Path, old: str, new: str) -> None:
    """A threshold of 1 would hide nothing."""
    text = (DATA / "counts.yml").read_text(encoding="utf-8")
    (tmp_path / "counts.yml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(LocalDataError, match=old.split(":")[0]):
        CountRules.load(tmp_path)
