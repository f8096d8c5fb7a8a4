"""The whole way: from first words to a stored referral, on both channels."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assessment.coverage import Coverage
from front_door.sms.render import whole
from front_door.sms.segments import count, downgrade
from referrals.model import ConsentEvent, Referral
from tests.conversation.world import ROOT, Talk, World, wording

OPENING = "since my husband passed its so quiet in the house, and i cant keep it warm, the meter eats everything"


def referrals(world: World, talk: Talk) -> list[Referral]:
    with world.services.db.reading() as session:
        return list(session.scalars(select(Referral).where(Referral.conversation == talk.id)))


def to_services(talk: Talk) -> str:
    """From first words to the first services, skipping the light questions."""
    talk.say(OPENING)
    talk.say("yes thats right")
    said = talk.say("coalville")
    for _ in range(4):
        if "I'd like a person" in talk.labels:
            return said
        said = talk.say("I'd rather not say" if "I'd rather not say" in talk.labels else "Rather not say")
    raise AssertionError(talk.transcript)


def to_summary(talk: Talk) -> str:
    to_services(talk)
    talk.say("I'd like a person")
    talk.say("yes im 71")
    talk.say("Skip these questions")
    talk.say("I agree")
    talk.say("Jo Brown")
    talk.say("07700 900123")
    talk.say("Ring only")
    return talk.say("mornings please")


def test_needs_are_reflected_and_asked_about(talk: Talk) -> None:
    """Several needs in one message are understood, said back, and may be corrected."""
    said = talk.say(OPENING)
    assert "Have I got that right?" in said
    assert len(talk.choices) == 2
    said = talk.say("Change something")
    dropped = next(label for label in talk.labels if label.startswith("Take off"))
    said = talk.say(dropped)
    assert dropped.removeprefix("Take off: ") not in said or "Have I got that right?" in said


def test_services_come_with_reasons_within_six_turns(talk: Talk) -> None:
    """Up to three real services, each from its record, with reasons and a way to reach it."""
    to_services(talk)
    cards = next(reply["data"]["services"] for reply in talk.replies if reply["data"].get("kind") == "services")
    assert 1 <= len(cards) <= 3
    assert all(card["reasons"] for card in cards)
    assert "Is that enough for now, or would you like a person to help you?" in talk.said
    assert len(talk.transcript) / 3 <= 6


def test_more_services_are_other_ones(start: Callable[..., Talk]) -> None:
    """ "Show me more" never shows a service twice in one conversation."""
    talk = start()
    to_services(talk)
    names: list[str] = []
    for _ in range(4):
        for reply in talk.replies:
            names += [card["id"] for card in reply["data"].get("services", [])]
        talk.say("Show me more")
    assert len(names) == len(set(names)) > 3


def test_enough_ends_without_a_referral(world: World, talk: Talk) -> None:
    """Who has enough is told that nothing was sent, and nothing is stored."""
    to_services(talk)
    assert "not sent anything" in talk.say("thats enough for now ta")
    assert referrals(world, talk) == []


def test_a_referral_is_stored_before_it_is_spoken_of(world: World, talk: Talk) -> None:
    """The confirmation carries the reference of the stored referral, whose packet holds the resident's own words and the exact consent."""
    summary = to_summary(talk)
    assert ("Jo Brown" if talk.channel == "web" else "Jo B.") in summary, (
        "by text never a full name: others may read it"
    )
    assert "07700 900123" in summary and "Ring only" in summary
    assert referrals(world, talk) == []
    said = talk.say("Send it")
    (stored,) = referrals(world, talk)
    assert stored.reference in said
    assert "I can't say which day" in said
    assert stored.destination == "first_contact_plus" and stored.channel == talk.channel
    packet = json.dumps(stored.packet)
    assert "so quiet in the house" in packet and "07700 900123" in packet.replace("+447700900123", "07700 900123")
    with world.services.db.reading() as session:
        (consent,) = session.scalars(select(ConsentEvent).where(ConsentEvent.referral_id == stored.id))
    assert "First Contact Plus" in consent.words and consent.words in "\n".join(talk.transcript)


def test_one_referral_for_one_assessment(world: World, start: Callable[..., Talk]) -> None:
    """The same "send it" delivered twice gives the same words and one referral."""
    talk = start("sms")
    to_summary(talk)
    first = talk.say("Send it", message_id="same-message")
    status, again = talk.send("Send it", message_id="same-message")
    assert status == 200 and again["repeated"] and "\n".join(r["text"] for r in again["replies"]) == first
    assert len(referrals(world, talk)) == 1


def test_no_consent_no_referral(world: World, talk: Talk) -> None:
    """Whoever does not agree hears that nothing was sent; nothing is stored."""
    to_services(talk)
    talk.say("can someone ring me instead")
    talk.say("yes")
    assert "Nothing has been sent" in talk.say("no id rather you didnt pass it on")
    assert referrals(world, talk) == []


def test_under_18_gets_their_own_door(world: World, talk: Talk) -> None:
    """Under 18: young people's contacts and no referral."""
    to_services(talk)
    talk.say("I'd like a person")
    said = talk.say("No, under 18")
    assert "0800 1111" in said
    assert referrals(world, talk) == []


@pytest.mark.parametrize(("place", "number"), [("Evington", "0116 454 1004"), ("oakham", "01572 758341")])
def test_city_and_rutland_have_their_own_door(
    world: World, start: Callable[..., Talk], place: str, number: str
) -> None:
    """Leicester city and Rutland: their own council's verified number and no referral."""
    talk = start()
    talk.say("im lonely and skint")
    talk.say("yes")
    assert number in talk.say(place)
    assert referrals(world, talk) == []


def test_an_ambiguous_place_is_asked(talk: Talk) -> None:
    """A name that is several places is asked, with the places as choices."""
    talk.say("i need help to pay my rent")
    talk.say("yes")
    talk.say("ashby")
    assert any("Ashby-de-la-Zouch" in label for label in talk.labels) and len(talk.labels) >= 3
    talk.say("1")
    assert "Ashby" not in " ".join(talk.labels)


def test_a_person_asked_for_first_is_a_person_given(world: World, talk: Talk) -> None:
    """Before any question is answered, asking for a person leads to a referral with only the details a person needs."""
    talk.say("can i speak to a real person please")
    talk.say("hinckley")
    talk.say("Yes, 18 or over")
    talk.say("I agree")
    talk.say("my names Sam")
    talk.say("07700900456")
    talk.say("Ring or text is fine")
    talk.say("Any time")
    said = talk.say("Send it")
    (stored,) = referrals(world, talk)
    assert stored.reference in said


def test_a_local_area_coordinator_only_with_coverage_checked_this_year(
    world: World, start: Callable[..., Talk], tmp_path: Path
) -> None:
    """With a coverage row checked within twelve months, complex needs in that place go to the coordinator; as shipped, to First Contact Plus."""
    (tmp_path / "routing.yml").write_text((ROOT / "data/leicestershire/routing.yml").read_text())
    (tmp_path / "lac_coverage.csv").write_text(
        "place,team,role,from,to,checked_on,source\nCoalville,Coalville Local Area Coordinator,Local Area Coordinator,"
        "2026-01-01,,2026-11-01,test\n"
    )
    coverage = Coverage.load(tmp_path)
    assert coverage.team_for("Coalville", "North West Leicestershire", date(2026, 11, 24))
    outcomes = {}
    for label, changed in (("shipped", {}), ("covered", {"coverage": coverage})):
        talk = start()
        with world.using(**changed):
            talk.say("i need a food bank")
            talk.say("also i keep falling over")
            talk.say("and im so lonely, nobody ever comes")
            talk.say("yes")
            talk.say("coalville")
            talk.say("can i talk to a person")
            talk.say("Yes, 18 or over")
            outcomes[label] = talk.said
    assert "First Contact Plus" in outcomes["shipped"]
    assert "Coalville Local Area Coordinator" in outcomes["covered"]


def test_corrections_at_the_summary(world: World, talk: Talk) -> None:
    """Anything in the summary can be changed before it is sent, and what is sent is the change."""
    to_summary(talk)
    talk.say("Change something")
    talk.say("The name")
    summary = talk.say("Joanna Brown")
    assert ("Joanna Brown" if talk.channel == "web" else "Joanna B.") in summary
    talk.say("Send it")
    (stored,) = referrals(world, talk)
    assert "Joanna Brown" in json.dumps(stored.packet)


def test_what_matters_who_is_around_and_what_was_tried_reach_the_packet(world: World, talk: Talk) -> None:
    """Whoever wants a person may say where to begin; the words go into the packet as they were written."""
    to_services(talk)
    for said in ("I'd like a person", "yes im 71", "getting out to see my friends again"):
        talk.say(said)
    for said in ("not sure", "my sister in Ibstock and the lady next door", "the doctor gave me some tablets"):
        talk.say(said)
    for _ in range(2):
        if "I agree" not in talk.labels:
            talk.say("I'd rather not say")
    for said in ("I agree", "Jo Brown", "07700 900123", "Ring only", "Any time", "Send it"):
        talk.say(said)
    (stored,) = referrals(world, talk)
    packet = json.dumps(stored.packet)
    for words in ("see my friends again", "sister in Ibstock", "gave me some tablets"):
        assert words in packet, talk.transcript


def test_a_yes_on_a_condition_is_no_consent_and_its_words_travel(world: World, talk: Talk) -> None:
    """The condition is answered truthfully, a plain yes is asked for, and whoever gets the referral reads the condition."""
    to_services(talk)
    talk.say("I'd like a person")
    talk.say("yes im 71")
    talk.say("Skip these questions")
    said = talk.say("yes but only as long as nobody rings my landlord")
    assert wording("utter_consent_condition") in said and "I agree" in talk.labels
    for answer in ("I agree", "Jo Brown", "07700 900123", "Ring only", "mornings please", "Send it"):
        talk.say(answer)
    (stored,) = referrals(world, talk)
    assert "nobody rings my landlord" in json.dumps(stored.packet), talk.transcript


def test_a_wish_that_somebody_close_does_not_see_it_is_granted(world: World, talk: Talk) -> None:
    """Only the team gets it, as the consent says: the yes counts, nothing is asked twice, and the words travel."""
    to_services(talk)
    talk.say("I'd like a person")
    talk.say("yes im 71")
    talk.say("Skip these questions")
    assert wording("utter_consent_private") in talk.say("yes but only if my daughter cant see it")
    for answer in ("Jo Brown", "07700 900123", "Ring only", "mornings please", "Send it"):
        talk.say(answer)
    (stored,) = referrals(world, talk)
    assert "daughter cant see it" in json.dumps(stored.packet), talk.transcript


def test_a_condition_repeated_ends_without_sending(world: World, talk: Talk) -> None:
    """What we cannot promise is said once; the same condition again is no yes, and nothing goes."""
    to_services(talk)
    talk.say("I'd like a person")
    talk.say("yes im 71")
    talk.say("Skip these questions")
    for _ in range(2):
        talk.say("yes but only as long as nobody rings my landlord")
    assert wording("utter_cannot_refer") in talk.said and not referrals(world, talk)


def test_every_text_message_has_at_most_three_segments(start: Callable[..., Talk]) -> None:
    """On a whole SMS journey each turn, choices and all, fits the three segments that one text may have."""
    talk = start("sms")
    to_summary(talk)
    assert talk.turns
    for replies in talk.turns:
        text = downgrade(whole([reply["text"] for reply in replies], replies[-1]["choices"]))
        assert count(text) <= 3, text


def test_nothing_is_left_in_the_database_in_plain_text(world: World, start: Callable[..., Talk]) -> None:
    """Words, name and number of a resident are encrypted at rest: they stand nowhere in the database file."""
    talk = start()
    to_summary(talk)
    talk.say("Send it")
    path = world.services.db.engine.url.database
    with world.services.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Referral))
    # Another process reads the files: opened and closed in this one, they would take its locks on the database away, and the
    # database would break (https://www.sqlite.org/howtocorrupt.html, 2.2).
    raw = b"".join(subprocess.check_output(["cat", f"{path}{suffix}"]) for suffix in ("", "-wal"))
    for secret in (b"so quiet in the house", b"Jo Brown", b"7700900123", b"7700 900123"):
        assert secret not in raw
