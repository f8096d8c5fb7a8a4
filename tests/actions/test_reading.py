"""How single answers are read, with the real local data and no Rasa."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa_sdk.executor import CollectingDispatcher

from actions.asides import notice
from actions.assess import ValidateAssessmentForm
from actions.hand_over import ActionSubmitReferral
from actions.refer import ValidateReferralForm
from actions.services import Services
from common.clock import Clock
from common.database import Base, open_database
from tests.actions.support import tracker, turn

ROOT = Path(__file__).resolve().parents[2]
REFERRAL = "referral_form"
OFFER = {"words": {}, "tier": "essential", "reasons": []}


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Services:
    db = open_database(f"sqlite:///{tmp_path_factory.mktemp('actions') / 'a.db'}")
    Base.metadata.create_all(db.engine)
    return Services.load(db, Clock(), ROOT / "data/leicestershire", allow_test_numbers=True)


async def slots_after(validate: Any, text: str, **kwargs: Any) -> dict[str, Any]:
    events = await validate.run(CollectingDispatcher(), tracker(text, **kwargs), {})
    return {event["name"]: event["value"] for event in events if event["event"] == "slot"}


@pytest.mark.parametrize("text", ["fine whatever, I dont want this", "thats enough", "what if i say no", "not sure"])
async def test_consent_needs_a_plain_yes(services: Services, text: str) -> None:
    """Anything but a plain yes leaves consent open, whatever intent was guessed."""
    known = {"adult": "yes", "requested_slot": "consent", "consent_offer": OFFER}
    after = await slots_after(ValidateReferralForm(services), text, intent="affirm", form=REFERRAL, **known)
    assert after.get("consent") is None


async def test_consent_before_the_words_were_shown_is_none(services: Services) -> None:
    """A yes to words that were never shown is no consent."""
    known = {"adult": "yes", "requested_slot": "consent"}
    after = await slots_after(ValidateReferralForm(services), "I agree", intent="affirm", form=REFERRAL, **known)
    assert after.get("consent") is None


@pytest.mark.parametrize(
    ("text", "mode"),
    [
        ("no dont ring my husband is there", "no"),
        ("Don’t ring me", "no"),
        ("text please, not ring", "text"),
        ("ring or text is fine", "both"),
    ],
)
async def test_a_refused_channel_is_never_used(services: Services, text: str, mode: str) -> None:
    """How someone may be contacted is read cautiously."""
    known = {"adult": "yes", "consent": "yes", "full_name": "Jo", "contact": "+447700900123", "contact_kind": "phone"}
    form = ValidateReferralForm(services)
    after = await slots_after(form, text, intent="deny", form=REFERRAL, requested_slot="safe_contact", **known)
    assert after["safe_contact"] == mode


async def test_a_real_address_beats_what_it_sounds_like(services: Services) -> None:
    """An e-mail address is taken even when the guess was "wants a person"."""
    known = {"adult": "yes", "consent": "yes", "full_name": "Jo", "requested_slot": "contact"}
    form = ValidateReferralForm(services)
    after = await slots_after(form, "b.brown@example.org", intent="talk_to_human", form=REFERRAL, **known)
    assert after["contact"] == "b.brown@example.org" and after["requested_slot"] == "safe_contact"


def test_speaking_for_somebody_else_asks_consent_again() -> None:
    """Consent given in one's own name does not cover another person's referral."""
    spoken = turn("its for my mum actually", form=REFERRAL, consent="yes", requested_slot="full_name")
    notice(spoken)
    assert spoken.get("about_other") is True and spoken.get("consent") is None


async def test_a_stated_age_under_18_goes_to_the_other_door(services: Services) -> None:
    """Who says they are 15 is not asked and not referred."""
    after = await slots_after(ValidateAssessmentForm(services), "im 15 and i feel sad all the time")
    assert after["outcome"] == "own_door" and after["adult"] == "no"


async def test_a_message_that_is_no_answer_lets_the_rules_speak(services: Services) -> None:
    """Help in the middle of a form is no answer: nothing is set and the form steps back."""
    form = ValidateAssessmentForm(services)
    asked = {"requested_slot": "place", "needs": ["food"], "needs_right": "yes"}
    assert (
        await form.run(CollectingDispatcher(), tracker("how does this work", "help", "assessment_form", **asked), {})
        == []
    )


async def test_a_refused_referral_is_not_called_sent(services: Services) -> None:
    """Without live consent for exactly this receiver nothing is stored and nothing is said to be."""
    words = services.consent.words("first_contact_plus", "First Contact Plus", about_other=False)
    known = {
        "adult": "yes", "full_name": "Jo", "contact": "+447700900123", "contact_kind": "phone", "safe_contact": "ring",
        "best_time": "any time", "episode": "e1", "about_other": True, "needs": ["food"],
        "consent_offer": {"words": vars(words), "tier": "enhanced", "reasons": []},
        "consent_given_at": services.clock.now().isoformat(),
    }  # fmt: skip
    say = CollectingDispatcher()
    events = await ActionSubmitReferral(services).run(say, tracker("send it", **known), {})
    assert [message["response"] for message in say.messages] == ["utter_referral_not_sent"]
    assert events == []
