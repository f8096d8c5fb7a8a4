"""Somebody writes in another language: the way to help in that language, in every state, and the same question afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from front_door.bot_client import Reply
from front_door.sms import render, segments
from tests.conversation.test_any_moment import STATES, arrive
from tests.conversation.test_journey import OPENING, referrals
from tests.conversation.world import Talk, World, wording

PHRASES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "bot/languages.yml").read_text(encoding="utf-8")
)["phrases"]
POLISH = "nie rozumiem, proszę o pomoc"
ROMANIAN = "nu am bani de mancare pentru copii"


@pytest.fixture(params=list(STATES))
def at(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_is_answered_in_every_state_and_the_question_stays(world: World, talk: Talk, at: str) -> None:
    """In every state on both channels: the reply in that language first, then the open question; nothing counts as a failed try."""
    question = arrive(talk, at)
    said = talk.say(POLISH)
    assert talk.replies[0]["text"] == world.services.tongues.get("pl").says(talk.channel)
    assert talk.replies[0]["data"] == {"kind": "language", "language": "pl", "direction": "ltr"}
    assert question in said
    assert wording("utter_not_understood") not in said and wording("utter_out_of_scope") not in said


@pytest.mark.parametrize("code", sorted(PHRASES))
def test_each_language_gets_its_own_reply(world: World, talk: Talk, code: str) -> None:
    """As the first message of a conversation: the reply, then the first question; by text all of it in three texts."""
    tongue = world.services.tongues.get(code)
    said = talk.say(PHRASES[code][0])
    assert talk.replies[0]["text"] == tongue.says(talk.channel)
    assert talk.replies[0]["data"]["direction"] == tongue.direction
    assert "own words" in said and "999" in said
    if talk.channel == "sms":
        whole = render.whole([Reply(reply["text"]).text for reply in talk.replies], talk.choices)
        assert segments.count(whole) <= 3, whole


def test_it_is_no_need_and_no_answer(talk: Talk) -> None:
    """What was told in English before stays as it was; the Polish words add nothing to it and confirm nothing."""
    talk.say(OPENING)
    before = talk.replies[-1]["text"]
    talk.say("nie mam na jedzenie, tak, to jest moja mama")
    assert talk.replies[-1]["text"] == before


def test_a_place_within_it_is_not_taken(talk: Talk) -> None:
    """ "mieszkam w Hinckley i nie mam pracy" is no answer to where somebody lives; "Hinckley" is."""
    arrive(talk, "place")
    assert "Which town or village" in talk.say("mieszkam w Hinckley i nie mam pracy")
    assert "Which town or village" not in talk.say("Hinckley")


def test_the_second_in_a_row_leads_to_a_person(world: World, talk: Talk) -> None:
    """Not the same words again: shorter ones, and the questions that bring a person."""
    talk.say(POLISH)
    said = talk.say("czy ktoś może mi pomóc z rachunkami")
    assert talk.replies[0]["text"] == world.services.tongues.get("pl").says(talk.channel, again=True)
    assert "Which town or village" in said
    talk.say("Hinckley")
    assert "18 or over" in talk.said


def test_english_in_between_ends_the_row(world: World, talk: Talk) -> None:
    """Later again, but not in a row: the shorter words, and the open question instead of a person."""
    talk.say(POLISH)
    talk.say(OPENING)
    said = talk.say("nie wiem co to jest")
    assert talk.replies[0]["text"] == world.services.tongues.get("pl").says(talk.channel, again=True)
    assert "Have I got that right?" in said


def test_the_third_does_not_fail_either(talk: Talk, at: str) -> None:
    """Three in a row in any state: always an answer, and nobody is told that they failed."""
    arrive(talk, at)
    for text in (POLISH, "proszę, nie mówię po angielsku", "moja mama jest chora i nie wiem co robić"):
        assert talk.say(text).strip()
        assert wording("utter_not_understood") not in talk.said


def test_a_red_flag_in_another_language_comes_first(world: World, talk: Talk, at: str) -> None:
    """In every state: the crisis reply first, then the reply in that language."""
    question = arrive(talk, at)
    said = talk.say("nie chcę żyć, chcę umrzeć, proszę o pomoc")
    assert [reply["data"].get("kind") for reply in talk.replies[:2]] == ["crisis", "language"]
    assert "116 123" in talk.replies[0]["text"]
    assert talk.replies[1]["text"] == world.services.tongues.get("pl").says(talk.channel)
    assert question in said or "I think you would like help" in said


@pytest.mark.parametrize(
    "text",
    [
        "मुझे मेरा पति मुझे मारता है", "મારે મરવું છે", "ਘਰ ਨੂੰ ਅੱਗ ਲੱਗ ਗਈ", "nie mam gdzie spać", "گیس کی بو آ رہی ہے",
        "wo bachon ko marta hai", "mama straciła przytomność",
    ],
)  # fmt: skip
def test_the_commonest_danger_words_are_seen(start: Callable[..., Talk], text: str) -> None:
    """Polish, Gujarati, Punjabi, Hindi, Urdu, in their own letters and in ours: the crisis reply is the first word."""
    talk = start()
    talk.say(text)
    assert talk.replies[0]["data"].get("kind") == "crisis"


def test_after_stop_and_after_the_end(talk: Talk) -> None:
    """Outside a form it opens the assessment, as a call for help does."""
    talk.say(OPENING)
    talk.say("stop it all please, leave me be")
    assert "own words" in talk.say(ROMANIAN)


def test_who_gets_in_touch_knows_the_language(world: World, talk: Talk) -> None:
    """The summary reads it back and the referral carries it."""
    talk.say(POLISH)
    for step in ("a person", "hinckley", "yes 18", "I agree", "Kasia", "07700 900123", "Ring only", "Any time"):
        talk.say(step)
    assert "You wrote in Polish" in talk.said, talk.transcript
    assert "Your reference is" in talk.say("Send it")
    assert len(referrals(world, talk)) == 1
