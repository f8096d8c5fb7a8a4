"""A resident changes how they may be reached: in place, with what was before, and read anew by staff before they ring."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.database import Database
from desk.contact import hide
from referrals import follow_up, handling
from referrals.contact_change import OLD_NUMBER, Contact, Told, change
from referrals.exports.formats import FORMATS
from referrals.exports.record import record_of
from referrals.follow_up import FollowUp, FollowUpRules
from referrals.model import Referral
from referrals.packet import Packet
from referrals.packet_sections import contact_rules
from referrals.request import Need
from referrals.staff_text import StaffText, due
from referrals.staff_text_rules import StaffTextRules
from referrals.submit import submit
from referrals.team import TeamFacts
from referrals.withdrawal import withdraw
from tests.referrals.support import DATA, SATURDAY, make_request

REFERENCE = "K7M-4PR"
LATER = SATURDAY + timedelta(hours=2)
NEW = Contact("phone", "+447700900456", True, False, "evenings", "ask for Sam")
TOLD = Told("Your details were changed.", LATER)


def stored(db: Database, team: TeamFacts, **changes: Any) -> None:
    with db.transaction() as session:
        submit(session, make_request(**changes), now=SATURDAY, team=team, make_reference=lambda: REFERENCE)


def found(session: Session) -> Referral:
    referral = handling.find(session, REFERENCE)
    assert referral is not None
    return referral


def changed(
    db: Database, new: Contact = NEW, careful: bool = False, told: Told | None = TOLD
) -> tuple[str, ...] | None:
    with db.transaction() as session:
        return change(session, found(session), new, by="web", careful=careful, now=LATER, told=told, test_numbers=True)


def packet(db: Database) -> Packet:
    with db.reading() as session:
        return Packet.from_dict(found(session).packet)


def texts(db: Database) -> list[tuple[str, str | None]]:
    with db.reading() as session:
        return [(row.template, row.phone) for row in session.scalars(select(StaffText))]


def test_the_packet_is_changed_in_place_and_says_when_and_what_was_before(db: Database, team: TeamFacts) -> None:
    """Nothing else of it changes; the audit has codes and no content."""
    stored(db, team)
    before = packet(db)
    assert changed(db) == ("contact_value", "best_time", "safe_note")
    after = packet(db)
    assert Contact.of(after) == NEW
    assert after.contact_changes == (
        (after.contact_changes[0][0], "web", "contact_value,best_time,safe_note", "+447700900123"),
    )
    fields = (
        "contact_method",
        "contact_value",
        "safe_to_call",
        "safe_to_text",
        "best_time",
        "safe_note",
        "contact_changes",
    )
    assert replace(before, **{name: getattr(after, name) for name in fields}) == after
    with db.reading() as session:
        events = [(e.who, e.detail) for e in found(session).events if e.what == "contact_changed"]
    assert events == [("resident", "web: contact_value,best_time,safe_note")]


def test_staff_see_the_change_wherever_the_contact_rules_stand(db: Database, team: TeamFacts) -> None:
    """On the page and in all five exports; without the old number until they have read the rules."""
    stored(db, team)
    changed(db)
    words = team.words.packet
    line = contact_rules(packet(db), words)[-1]
    assert line == (
        "Changed by the resident at 12:30pm on Saturday 21 November, by web chat: Contact, Best time, What to know about contact. "
        "Before: 07700 900123."
    )
    hidden = " ".join(contact_rules(hide(packet(db)), words))
    assert "Changed by the resident" in hidden and "900123" not in hidden and "900456" not in hidden
    with db.reading() as session:
        record = record_of(found(session), packet(db), contact_hidden=False, now=LATER, who="bob")
    for name in ("text", "csv", "json", "fhir"):
        assert b"Changed by the resident" in FORMATS[name].make(record, words), name


def test_d5_the_safe_contact_rules_are_read_again_after_a_change(db: Database, team: TeamFacts) -> None:
    """Who had read them must read them anew, at the same second too; then the number shows again."""
    stored(db, team)

    def shown() -> bool:
        with db.reading() as session:
            return handling.contact_shown_since(found(session), "bob", SATURDAY)

    def read() -> None:
        with db.transaction() as session:
            handling.note(session, found(session), who="bob", what=handling.CONTACT_SHOWN, now=LATER)

    read()
    assert shown()
    changed(db)
    assert not shown()
    read()
    assert shown()


def test_the_same_details_change_nothing(db: Database, team: TeamFacts) -> None:
    """A second press of the button leaves no second trace, and sends no second text."""
    stored(db, team, safe_to_text=True)
    assert changed(db) and changed(db) == ()
    assert len(packet(db).contact_changes) == 1 and len(texts(db)) == 1


def test_the_old_number_is_told_where_texting_was_safe(db: Database, team: TeamFacts) -> None:
    """It goes to the old number, in the hours of texts, though the new one may not be texted."""
    stored(db, team, safe_to_text=True)
    changed(db)
    assert texts(db) == [(OLD_NUMBER, "+447700900123")]
    with db.transaction() as session:
        rules = StaffTextRules.load(DATA, allow_test_numbers=True)
        assert [row.body for row in due(session, rules, LATER)] == [TOLD.text]


def test_nobody_can_be_pestered_with_texts_to_old_numbers(db: Database, team: TeamFacts) -> None:
    """Three texts for one referral, however often its number is changed; the packet keeps the last twenty changes."""
    stored(db, team, safe_to_text=True)
    for number in range(25):
        assert changed(db, replace(NEW, value=f"+4477009003{number:02}", safe_to_text=True))
    assert len(texts(db)) == 3 and len(packet(db).contact_changes) == 20


def test_words_that_say_where_somebody_is_are_not_kept_as_an_old_number(db: Database, team: TeamFacts) -> None:
    """They could not be hidden from who has not read the rules."""
    stored(db, team, contact_method="other", contact_value="at my sister's, 12 Mill Lane")
    changed(db)
    assert "Mill Lane" not in str(packet(db).contact_changes)


@pytest.mark.parametrize(
    "case",
    [
        {"safe_to_text": False},
        {"safe_to_text": None},
        {"safe_to_text": True, "red_flags": ("abuse_now",)},
        {"safe_to_text": True, "careful": True},
        {"safe_to_text": True, "new": replace(NEW, value="+447700900123")},
        {"contact_method": "email", "contact_value": "sam@example.org", "safe_to_text": None},
    ],
)
def test_the_old_number_is_not_told_where_that_may_harm(db: Database, team: TeamFacts, case: dict[str, Any]) -> None:
    """Texting not said to be safe, abuse told of, the number the same, or no number."""
    careful, new = case.get("careful", False), case.get("new", NEW)
    flagged = {"red_flags": ("abuse_now",), "safe_to_call": False} if "red_flags" in case else {}
    stored(db, team, **{k: v for k, v in case.items() if k not in ("careful", "new")} | flagged)
    careful = careful or bool(flagged)
    assert changed(db, new, careful)
    assert texts(db) == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (replace(NEW, safe_to_text=True), "+447700900456"),
        (NEW, None),
        (Contact("email", "sam@example.org", True, True, "", ""), None),
    ],
)
def test_a_text_agreed_to_for_later_never_goes_to_the_old_number(
    db: Database, team: TeamFacts, new: Contact, expected: str | None
) -> None:
    stored(db, team)
    with db.transaction() as session:
        follow_up.agree(
            session, FollowUpRules.load(DATA), conversation="conversation-1", episode="1", phone="+447700900123",
            words="May we?", reference=REFERENCE, now=SATURDAY,
        )  # fmt: skip
    changed(db, new)
    with db.reading() as session:
        assert [row.phone for row in session.scalars(select(FollowUp))] == [expected]


def test_a_text_of_staff_that_waits_does_not_go_to_the_old_number(db: Database, team: TeamFacts) -> None:
    stored(db, team, safe_to_text=True)
    rules = StaffTextRules.load(DATA, allow_test_numbers=True)
    with db.transaction() as session:
        from referrals import staff_text

        plan = staff_text.ask(
            session,
            rules,
            found(session),
            "running_late",
            form_id="f" * 16,
            who="bob",
            stopped=False,
            careful=False,
            now=SATURDAY,
        )
        assert plan.phone == "+447700900123"
    changed(db, replace(NEW, safe_to_text=True), told=None)
    with db.transaction() as session:
        assert due(session, rules, LATER) == []


def test_a_closed_or_withdrawn_one_is_not_changed(db: Database, team: TeamFacts) -> None:
    stored(db, team)
    with db.transaction() as session:
        withdraw(session, found(session), by="web", now=LATER)
    assert changed(db) is None and packet(db).contact_value == "+447700900123"


def test_an_older_packet_reads_as_unchanged(db: Database, team: TeamFacts) -> None:
    """Packets stored before this field was added."""
    stored(db, team, needs=(Need("loneliness", "Loneliness"),))
    raw = json.loads(json.dumps(packet(db).as_dict()))
    del raw["contact_changes"]
    assert Packet.from_dict(raw).contact_changes == ()
