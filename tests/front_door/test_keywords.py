"""Words that belong to the network and the provider."""

from __future__ import annotations

import pytest

from front_door.sms.keywords import classify


@pytest.mark.parametrize("body", ["STOP", "stop", " Stop. ", "STOPALL", "unsubscribe", "Revoke", "opt out", "OPTOUT"])
def test_k1_a_lone_stop_word_is_an_opt_out_that_we_confirm(body: str) -> None:
    """Twilio did not act on it, so we do."""
    assert classify(body, "", "advanced", False) == "stop_own"


@pytest.mark.parametrize("kind", ["STOP", "START", "HELP"])
def test_k1_what_the_provider_acted_on_is_only_recorded(kind: str) -> None:
    """OptOutType is obeyed, whatever the words were."""
    assert classify("whatever was said", kind, "advanced", False) == kind.lower()


@pytest.mark.parametrize(
    "body", ["stop hitting me", "I want to end it", "help me please", "please stop", "s", "", "cancel my bus pass"]
)
def test_k3_sentences_that_look_like_keywords_are_not(body: str) -> None:
    """Only a text that is the single word counts."""
    assert classify(body, "", "advanced", False) is None
    assert classify(body, "", "default", False) is None


@pytest.mark.parametrize("body", ["END", "cancel", "Quit"])
def test_k2_end_cancel_and_quit_follow_the_setting(body: str) -> None:
    """Freed in the console they belong to the conversation; by Twilio's default they stop texts."""
    assert classify(body, "", "advanced", False) is None
    assert classify(body, "", "default", False) == "stop"


def test_k2_yes_and_start_mean_something_only_to_who_stopped_texts() -> None:
    """Otherwise they are answers."""
    assert classify("yes", "", "default", False) is None
    assert classify("yes", "", "default", True) == "start_quiet"
    assert classify("yes", "", "advanced", True) is None
    assert classify("START", "", "advanced", False) is None
    assert classify("START", "", "advanced", True) == "start_quiet"


def test_k4_a_lone_help_is_noted_and_stays_in_the_conversation_unless_twilio_answers_it() -> None:
    """It may be distress."""
    assert classify("HELP", "", "advanced", False) == "help_own"
    assert classify("HELP", "", "default", False) == "help"
