"""What residents say in passing: what makes talking easier, and which of the shown services they will use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions import changing, person_stage
from actions.assess import ValidateAssessmentForm
from actions.not_asked import reasons
from actions.overheard import access_words, chosen_names, hear
from actions.questions import read
from actions.refer import ValidateReferralForm
from actions.services import Services
from actions.summary import build_request, summarise
from actions.turn import Turn
from common.clock import Clock
from common.database import open_database
from referrals.packet import build
from referrals.packet_required import NOT_COLLECTED, NOT_DUE
from tests.actions.support import tracker, turn
from tests.actions.test_not_asked import KNOWN

ROOT = Path(__file__).resolve().parents[2]
SHOWN = {"s1": "Quorn Lunch Club", "s2": "Warm Homes Charnwood", "s3": "Citizens Advice"}
SHOWING = "assessment_form"
LIST: dict[str, Any] = {"shown": SHOWN, "shown_last": list(SHOWN)}


@pytest.fixture(scope="module")
def services() -> Services:
    return Services.load(open_database("sqlite://"), Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


def told(text: str, services: Services, form: str = "referral_form", **slots: Any) -> Turn:
    made = turn(text, form=form, **slots)
    hear(made, services)
    return made


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I'll try the second one", ["Warm Homes Charnwood"]),
        ("thats enough, ill ring citizens advice", ["Citizens Advice"]),
        ("I will try the first and the third, can somebody ring me too", ["Quorn Lunch Club", "Citizens Advice"]),
        ("the lunch club sounds good", ["Quorn Lunch Club"]),
        ("lets go with the last", ["Citizens Advice"]),
        ("I won't try the second one", []),
        ("I tried citizens advice already", []),
        ("tell me about the second one", []),
        ("I'll ring my sister", []),
        ("that's enough for now", []),
        ("I'd like a call first thing in the morning", []),
        ("I will call my sister first", []),
        ("I'll ring them on the 2nd", []),
        ("I'd like the second one", ["Warm Homes Charnwood"]),
        ("ill try number 3 please", ["Citizens Advice"]),
    ],
)
def test_services_chosen_are_heard(services: Services, text: str, names: list[str]) -> None:
    """A plan to use one of those shown is kept; a refusal, a question or anything else is none."""
    assert chosen_names(told(text, services, SHOWING, **LIST)) == names


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("I'd like a person to ring me", False),
        ("They can ring me on 07700 900123", False),
        ("I like mornings", False),
        ("I'd like none of these", False),
        ("I would like something else", False),
        ("I'll ring the council", False),
        ("I'd like help with my debt", False),
        ("I'll try that one", True),
        ("ill give them a ring", True),
        ("that sounds good", True),
        ("I'll ring StepChange", True),
    ],
)
def test_the_only_service_is_chosen_by_words_that_mean_it(services: Services, text: str, chosen: bool) -> None:
    """With one shown, a plan that means something else is no choice of it."""
    one = {"shown": {"s1": "StepChange Debt Charity"}, "shown_last": ["s1"]}
    assert bool(chosen_names(told(text, services, SHOWING, **one))) == chosen


@pytest.mark.parametrize(("form", "asked"), [("referral_form", "best_time"), (SHOWING, "place")])
def test_an_answer_to_another_question_chooses_no_service(services: Services, form: str, asked: str) -> None:
    """ "The first" may answer anything; only what is said to the services picks one."""
    assert chosen_names(told("I'll take the first one", services, form, requested_slot=asked, **LIST)) == []


def test_services_chosen_stay_and_grow(services: Services) -> None:
    """What was picked before stays; nobody can pick what was not shown."""
    assert chosen_names(told("I'll try the first", services, SHOWING, **LIST, chosen=["s2"])) == [
        SHOWN["s2"],
        SHOWN["s1"],
    ]
    assert chosen_names(told("I'll try the second", services, SHOWING)) == []


def test_services_chosen_stand_in_the_packet_or_the_reason(services: Services) -> None:
    """Chosen ones by name; with none shown it was not due; with some shown, nobody is asked."""
    packet = build(build_request(turn("send", form="referral_form", **{**KNOWN, **LIST, "chosen": ["s2"]}), services))
    assert packet.services_chosen == ("Warm Homes Charnwood",)
    bare = build(build_request(turn("send", form="referral_form", **KNOWN), services))
    assert dict(bare.not_asked)["services_chosen"] == NOT_DUE
    some = build(build_request(turn("send", form="referral_form", **{**KNOWN, **LIST}), services))
    assert dict(some.not_asked)["services_chosen"] == NOT_COLLECTED


@pytest.mark.parametrize("intent", ["stop", "start_over", "privacy_question", "help", "talk_to_human"])
@pytest.mark.parametrize("form", ["referral_form", SHOWING])
async def test_what_is_asked_beside_an_access_need_is_answered(services: Services, form: str, intent: str) -> None:
    """ "Stop, im deaf": the form steps back so that the rule for it answers, and what was heard is kept."""
    validate = (ValidateReferralForm if form == "referral_form" else ValidateAssessmentForm)(services)
    asked = "best_time" if form == "referral_form" else "needs_right"
    slots = {**KNOWN, "requested_slot": asked, asked: None}
    say = CollectingDispatcher()
    events = await validate.run(say, tracker("hang on. im deaf", intent, form, **slots), {})
    kept = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    assert "im deaf" in kept["answers"]["access_needs"]
    assert not [one for one in say.messages if one.get("response") == "utter_put_down"]
    if form == "referral_form" or intent != "talk_to_human":  # the assessment takes that as its own answer
        assert events[-1]["event"] == "action_execution_rejected"


def test_access_needs_already_said_are_not_asked(services: Services) -> None:
    """ "im deaf so text me" answers the question before it comes."""
    slots = {**KNOWN, "answers": {**dict.fromkeys(("what_matters", "who_is_around", "what_tried"), "x"), "where_to_start": "yes", "other_services": "none"}}  # fmt: skip
    asked = turn("ok", form="referral_form", **slots)
    assert person_stage.open_slot(asked, services) and asked.get("question") == "access_needs"
    heard = told("im deaf so text me", services, **slots)
    assert person_stage.open_slot(heard, services) is None or heard.get("question") != "access_needs"
    assert access_words(heard, services) == "Hearing: “im deaf so text me”"


def test_access_needs_said_later_are_added(services: Services) -> None:
    """Two kinds stand side by side, the same one once, and what was skipped is filled in."""
    first: dict[str, Any] = {"answers": {"access_needs": "Hearing: “im deaf”"}}
    assert access_words(told("and I can't read well", services, **first), services).count("“") == 2
    assert access_words(told("as I said I'm deaf", services, **first), services).count("“") == 1
    skipped = told("oh, and im deaf", services, answers={"access_needs": "skip"})
    assert access_words(skipped, services) == "Hearing: “and im deaf”"


@pytest.mark.parametrize(
    ("text", "intent", "kept", "shown"),
    [
        ("no", "deny", "none", "nothing needed, they said"),
        ("nothing really", "tell_need", "none", "nothing needed, they said"),
        ("No phone calls please, I can't hear", "deny", "No phone calls please, I can't hear", "No phone calls please, I can't hear"),
        ("a friend with me", "tell_need", "a friend with me", "a friend with me"),
        ("rather not say", "skip", "skip", ""),
    ],
)  # fmt: skip
def test_access_needs_question_is_answered_in_own_words(
    services: Services, text: str, intent: str, kept: str, shown: str
) -> None:
    """A plain no is an answer, not a gap; a no with more in it keeps its words; a skip is a gap with its reason."""
    slots = {**KNOWN, "question": "access_needs", "requested_slot": "person_question_4"}
    made = turn(text, intent, form="referral_form", **slots)
    hear(made, services)
    assert read(made, services)
    assert made.get("answers")["access_needs"] == kept and access_words(made, services) == shown
    assert ("access_needs" in dict(reasons(made, services))) == (kept == "skip")


def test_access_needs_are_read_back_and_sent(services: Services) -> None:
    """On the web in the words said; by text without them, as others may read the phone."""
    slots = {**KNOWN, "answers": {"access_needs": "Hearing: “im deaf”"}}
    assert "im deaf" in summarise(turn("yes", form="referral_form", **slots), services)
    by_text = summarise(turn("yes", form="referral_form", **slots, channel="sms"), services)
    assert "deaf" not in by_text and services.words["summary_access_by_text"] in by_text
    request = build_request(turn("yes", form="referral_form", **slots), services)
    assert request.access_needs == "Hearing: “im deaf”"
    assert "access_needs" not in {question for question, _ in request.answers}


@pytest.mark.parametrize("slots", [{}, {"answers": {"access_needs": "none"}, "person_question_4": "access_needs=said"}])
def test_access_needs_can_be_changed_and_added(services: Services, slots: dict[str, Any]) -> None:
    """The list of what may be changed always offers it in the referral; choosing it asks that one question."""
    made = turn("change", form="referral_form", **{**KNOWN, **slots})
    assert "access" in [value for _, value in changing.told(made, services)]
    assert changing.choose(made, services, "access")
    slot = changing.open_slot(made)
    assert slot in ("person_question_1", "person_question_4") and made.get("question") == "access_needs"
    assert "access_needs" not in made.get("answers")
    made.set(**{str(slot): "access_needs=said"})
    assert changing.open_slot(made) is None
