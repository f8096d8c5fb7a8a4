"""All custom actions of `domain.yml` (a test holds the two lists together)."""

from __future__ import annotations

from rasa_sdk import Action

from actions.ask import (
    AskChangeWhat,
    AskLightQuestion,
    AskNeedsRight,
    AskNextStep,
    AskPlaceChoice,
    AskTextTo,
    AskWhatIsGoingOn,
)
from actions.assess import ValidateAssessmentForm
from actions.coming_back import ActionWelcomeBack
from actions.digress import ActionHelp, ActionHours, ActionNotUnderstood, ActionOutOfScope, ActionPrivacy
from actions.episode import PERSON_SLOTS, QUESTION_SLOTS
from actions.hand_over import ActionSubmitReferral, AskConsent, AskSummaryRight
from actions.later import ActionEnough
from actions.other_language import ActionOtherLanguage
from actions.red_flag import ActionRedFlag
from actions.refer import ValidateReferralForm
from actions.services import Services
from actions.session import ActionDeclined, ActionOwnDoor, ActionPerson, ActionStartOver, ActionStop


def all_actions(services: Services) -> list[Action]:
    """One instance of each action, ready to be registered."""
    return [
        ActionDeclined(services),
        ActionEnough(services),
        ActionHelp(),
        ActionHours(services),
        ActionNotUnderstood(),
        ActionOtherLanguage(services),
        ActionOutOfScope(),
        ActionOwnDoor(services),
        ActionPerson(services),
        ActionPrivacy(services),
        ActionRedFlag(services),
        ActionStartOver(),
        ActionStop(),
        ActionSubmitReferral(services),
        ActionWelcomeBack(services),
        AskChangeWhat(services),
        AskConsent(services),
        AskNeedsRight(services),
        AskNextStep(services),
        AskPlaceChoice(services),
        AskSummaryRight(services),
        AskTextTo(services),
        AskWhatIsGoingOn(services),
        ValidateAssessmentForm(services),
        ValidateReferralForm(services),
        *(AskLightQuestion(services, slot) for slot in (*QUESTION_SLOTS, *PERSON_SLOTS)),
    ]
