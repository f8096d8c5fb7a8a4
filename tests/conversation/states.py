"""How to arrive at each open question: what to say, one message after another."""

from __future__ import annotations

from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from tests.conversation.world import Talk

# Each light question: an opening that makes it due and does not already answer it.
LIGHT = {
    "safety": "ive been feeling really low for weeks and cant be bothered with anything",
    "matters_most": "i cant pay my bills, i cant find a job and i want to give up smoking",
    "abuse_contact": "i got away from my violent ex husband two years ago, its all over, but i need counselling about the domestic abuse",
    "food_today": "we struggle to feed the kids by the end of each month",
    "warm_home": "my heating bills are too dear and the house feels cold",
    "leaving_date": "my flat is damp and the landlord wont do repairs",
    "priority_bills": "im in debt with credit cards and catalogues",
    "scam_now": "i was scammed by somebody pretending to be my bank",
    "daily_drinking": "i drink too much and want to cut down",
    "carer_coping": "i look after my wife who has dementia",
    "fallen": "im unsteady on my legs and scared of falling",
    "lonely_how_often": "im lonely and would like some company",
    "smoke_alarm": "can i get a home fire safety visit and smoke alarms fitted",
    "online_how": "i cant use the internet and everything is online these days",
    "legal_date": "i need legal advice about unfair treatment at work",
    "help_at_hand": "i have diabetes and need help to live with it",
    "benefits_home": "what benefits can i claim",
    "eating": "i want to lose weight",
    "exercise_health": "i want to get fitter and do more exercise",
    "enjoy": "is there a club or a group i could join to do things with other people",
}
PERSON = ("what_matters", "where_to_start", "who_is_around", "what_tried", "other_services")
TO_A_PERSON = ["can i talk to a person", "hinckley", "yes im over 18"]
DETAILS = ["I agree", "Sam", "07700 900123", "Ring only", "Any time"]
# The order in which the questions for a person's contact details come, and how many of DETAILS lead there.
REFERRAL = ("consent", "full_name", "contact", "safe_contact", "best_time", "summary_right")
ALL = (
    "what_is_going_on", "needs_right", "place", "place_choice", *LIGHT, "next_step", "adult", *PERSON, *REFERRAL, "contact_note",
)  # fmt: skip


def arrive(talk: Talk, state: str) -> None:
    """Say what leads to the question; the test fails at once when another one is open then."""
    for step in _steps(state):
        talk.say(step)
    for _ in range(4):  # other light questions may come first
        if asked(talk) == state or state not in (*LIGHT, "next_step"):
            break
        talk.say("Rather not say" if "Rather not say" in talk.labels else "I'd rather not say")
    if state in PERSON:
        for _ in range(6):
            if asked(talk) == state:
                break
            talk.say("not sure" if asked(talk) != "adult" else "yes im 40")
    assert asked(talk) == state, (state, asked(talk), talk.transcript)


def asked(talk: Talk) -> str | None:
    """The open question: the slot, or the id of the question in the bank."""
    known = talk.world.slots.get(talk.id, {})
    slot = known.get("requested_slot")
    return known.get("question") if slot in (*QUESTION_SLOTS, *PERSON_SLOTS) else slot


def _steps(state: str) -> list[str]:
    if state == "what_is_going_on":
        return ["hello"]
    opening = LIGHT.get(state, LIGHT["online_how"])
    if state == "needs_right":
        return [opening]
    if state in ("place", "place_choice"):
        return [opening, "yes", *(["ashby"] if state == "place_choice" else [])]
    if state in LIGHT or state == "next_step":
        return [opening, "yes", "coalville"]
    if state in PERSON:
        return [opening, "yes", "coalville", "I'd rather not say", "I'd like a person"]
    if state == "adult":
        return TO_A_PERSON[:2]
    if state == "contact_note":
        return [*TO_A_PERSON, *DETAILS[:3], "No, it is not safe"]
    return [*TO_A_PERSON, *DETAILS[: REFERRAL.index(state)]]
