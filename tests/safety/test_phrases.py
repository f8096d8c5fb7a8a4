"""The language of the patterns does what its description says."""

from __future__ import annotations

import pytest

from safety.phrases import Language, PhraseError
from safety.spelling import Spelling

SPELLING = Spelling({"can't": "can not", "cant": "can not"}, (), ())
LANGUAGE = Language({"who": ["he", "my husband"], "verbs": ["hits", "{who} shouts"]}, SPELLING.plain)


@pytest.mark.parametrize(
    ("phrase", "text", "matches"),
    [
        ("want to die", " i want to die now ", True),
        ("want to die", " i want , to die ", True),
        ("want to die", " i want . to die ", False),
        ("want to die", " i want 2 die ", True),
        ("hurt my arm", " hurt me arm ", True),
        ("can't breathe", " i can not breathe ", True),
        ("(kill|do away with) me", " do away with me ", True),
        ("want [really] help", " want help ", True),
        ("want [really] help", " want really help ", True),
        ("suicid*", " suicidality ", True),
        ("suicid*", " not . suicide ", True),
        ("{who} hits", " my husband hits ", True),
        ("{verbs} me", " my husband shouts me ", True),
        ("he ~ hits", " he often really hits ", True),
        ("he ~ hits", " he often really badly still hits ", False),
        ("he ... hits", " he often really badly still hits ", True),
        ("he ... hits", " he did not hits ", False),
        ("he ... hits", " he is here . she hits ", False),
        ("hit", " hits ", False),
    ],
)
def test_phrases(phrase, text, matches):
    """Words, alternatives, optional words, endings, lists and gaps, never across the end of a sentence."""
    assert bool(LANGUAGE.translate(phrase).regex.search(text)) is matches


@pytest.mark.parametrize("phrase", ["", "(a|b", "a)", "[a] b", "~ a", "a | ", "{nobody} a", "to"])
def test_a_malformed_phrase_is_refused(phrase):
    """A phrase that cannot be meant is an error, never a pattern that matches nothing or everything."""
    with pytest.raises(PhraseError):
        LANGUAGE.translate(phrase)


def test_a_phrase_is_looked_up_by_its_rarest_word():
    """A sentence without a needed word is never searched."""
    assert {word for word, _ in LANGUAGE.translate("want to strangle me").keys} == {"strangle"}
