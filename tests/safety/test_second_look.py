"""Denial, past, story and figures of speech silence a pattern; a clause does not silence its neighbour."""

from __future__ import annotations

import pytest

SUICIDE = "suicide_self_harm"


@pytest.mark.parametrize(
    "text",
    [
        "I'm not suicidal",
        "I am not feeling suicidal or anything",
        "I'd never hurt myself",
        "no thoughts of suicide or self harm",
        "I have no plans to end my life",
        "He has never hit me",
        "no chest pain and no stroke",
        "There's no smell of gas",
        "She isn't unconscious",
        "i wouldn't kill myself",
    ],
)
def test_a_clear_denial_is_silent(flags, text):
    """What is denied outright is no flag."""
    assert flags(text) == set()


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I'm not saying I'd do it but I can't go on any more", SUICIDE),
        ("I'm not suicidal but I want to die", SUICIDE),
        ("I don't drink, I want to kill myself", SUICIDE),
        ("I'm not joking, I want to kill myself", SUICIDE),
        ("I can't stop thinking about killing myself", SUICIDE),
        ("no one would miss me if I died", SUICIDE),
        ("not sure I want to be alive, I think about killing myself", SUICIDE),
        ("I haven't fallen but I have chest pain and I'm sweating", "medical_emergency"),
        ("There's no fire. I can smell gas though", "fire_gas"),
        ("he's never nice, he hits me", "abuse_now"),
        ("I don't have any food and my husband hits me", "abuse_now"),
    ],
)
def test_a_denial_in_one_clause_does_not_silence_another(flags, text, flag):
    """A "not" reaches only over what it denies."""
    assert flag in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "I tried to kill myself when I was 19, I'm 54 now and life is good",
        "My ex used to beat me, that was fifteen years ago and I'm safe now",
        "I had a heart attack in 2019 and want to get fit",
        "We had a gas leak last year, all sorted now",
        "I was homeless in 2014",
        "As a child my dad hit me. I'm 61 and would like some counselling",
        "he controlled all my money. Ten years free of him now",
    ],
)
def test_a_resolved_past_is_silent(flags, text):
    """What is long over and said to be over is no flag."""
    assert flags(text) == set()


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I used to self harm years ago and I've started again", SUICIDE),
        ("He used to hit me and now he hits me again", "abuse_now"),
        ("I tried to kill myself last week", SUICIDE),
        ("I left him years ago but he still follows me home", "abuse_now"),
        ("Years ago I lost my mum and I want to die", SUICIDE),
    ],
)
def test_a_past_that_is_back_counts(flags, text, flag):
    """Words of the past silence nothing when it goes on or has come back."""
    assert flag in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "In the film the man tries to kill himself",
        "I dreamt the house was on fire and the kitchen is full of smoke",
        "My brother died by suicide and I miss him",
        "We had suicide prevention training at work",
        "I've been reading about a girl who was groomed online, it was on the news",
        "I'm raising money for a sleep out for the homeless",
    ],
)
def test_stories_news_and_courses_are_silent(flags, text):
    """Fiction, dreams, news, training and a death by suicide raise no flag."""
    assert flags(text) == set()


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("I watched a film about it last night and I want to kill myself too", SUICIDE),
        ("My friend told me on facebook she wants to die", SUICIDE),
        ("my son is suicidal", SUICIDE),
        ("next door's husband beats her", "abuse_now"),
        ('He said "I am going to kill you if you leave me" and he means it, he has a knife at my throat', "abuse_now"),
    ],
)
def test_own_voice_and_other_people_count(flags, text, flag):
    """A story does not hide the writer's own words, and danger to somebody else is a danger."""
    assert flag in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "these stairs are killing me",
        "dying for a cuppa",
        "I nearly died of embarrassment",
        "mum would kill me if I forgot",
        "the boiler died",
        "it hit me hard when dad went",
        "I could murder a curry",
        "bored to death",
        "my back is killing me",
        "he beats me at cards",
        "I shot myself in the foot there",
        "my feet are on fire after that walk",
    ],
)
def test_figures_of_speech_are_silent(flags, text):
    """Idiom raises no flag."""
    assert flags(text) == set()
