"""Everyday words, slips and meaning: what a resident's words are about."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from common.local_data import LocalDataError
from service_catalogue import meaning
from service_catalogue.local import local_data
from service_catalogue.thesaurus import Thesaurus, ages_said
from service_catalogue.topics import TopicIndex
from service_catalogue.word_pieces import WordPieces

THESAURUS = local_data().thesaurus


def topics(words: str, network: meaning.Meaning | None = None) -> list[tuple[tuple[str, ...], ...]]:
    """What the best topics find, best first."""
    scores = TopicIndex(THESAURUS, network).scores(words)
    return [THESAURUS.topics[number].finds for number in np.argsort(-scores)[:3] if scores[number]]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("me nerves are bad", "mental_wellbeing"),
        ("lecky meter run out", "food"),
        ("cant stop bettin", "gambling"),
        ("dementa", "dementia"),
        ("pack in the fags", "smoking"),
    ],
)
def test_everyday_words_dialect_and_slips_are_understood_without_the_network(words: str, code: str) -> None:
    assert any((code,) in finds for finds in topics(words))


@pytest.mark.parametrize("words", ["", "please help me", "zzzz qqqq", "🙂", "' OR 1=1 --"])
def test_words_that_say_nothing_are_about_nothing(words: str) -> None:
    assert topics(words) == [] == topics(words, meaning.load())


def test_an_age_says_who_it_is_for() -> None:
    assert ages_said("im 72 and my lad is 9") == (72, 9)
    assert "pensioner" in THESAURUS.in_plain_words("I'm 72")
    assert ages_said("baby is 6 weeks old") == ()


def test_the_network_finds_what_nobody_wrote_down() -> None:
    """It is here (as in every checkout), and near in meaning counts although no word is shared."""
    network = meaning.load()
    assert network is not None
    near, far = (
        float(network.vector("my heart races and I panic") @ network.vector(text))
        for text in ("anxiety attack", "bus pass")
    )
    assert near > far + 0.2


def test_every_phrase_of_the_thesaurus_has_its_kept_vector() -> None:
    """Otherwise the first search of every start computes it: run `python -m service_catalogue.meaning` after a change."""
    network = meaning.load()
    assert network is not None
    phrases = [THESAURUS.in_plain_words(phrase) for topic in THESAURUS.topics for phrase in topic.said]
    assert network.unknown(phrases) == []


def test_a_kept_vector_is_the_computed_one(tmp_path: Path) -> None:
    network = meaning.load()
    assert network is not None
    assert float(network.vectors(["cannot stop betting"])[0] @ network.vector("cannot stop betting")) > 0.99


def test_without_its_files_search_goes_by_words(tmp_path: Path) -> None:
    assert meaning.load(tmp_path) is None


def test_words_are_cut_as_the_network_learnt_them() -> None:
    pieces = WordPieces({"[CLS]": 0, "[SEP]": 1, "[UNK]": 2, "bet": 3, "##ting": 4, "cafe": 5})
    assert pieces.ids("Betting café ☃") == [0, 3, 4, 5, 2, 1]
    assert len(pieces.ids("bet " * 500)) == 128


@pytest.mark.parametrize(
    "text",
    ["topics: [{finds: [food]}]", "topics: [{finds: [food], said: [999]}]", "plain: {a: 1}", "ages: [{from: 1}]"],
)
def test_a_malformed_thesaurus_is_refused_by_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "catalogue_thesaurus.yml").write_text(text)
    with pytest.raises(LocalDataError, match=r"catalogue_thesaurus\.yml"):
        Thesaurus.load(tmp_path)


class Alike:
    """A network for which every text means the same."""

    def vector(self, text: str) -> np.ndarray:
        return np.ones(1, dtype=np.float32)

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        return np.ones((len(texts), 1), dtype=np.float32)


def test_meaning_alone_is_enough_to_be_about_something() -> None:
    assert topics("frobnicate", Alike())


def test_each_thing_that_a_topic_finds_is_a_code_or_words() -> None:
    known = local_data().needs.known
    for topic in THESAURUS.topics:
        for alternatives in topic.finds:
            for one in alternatives:
                assert one in known or "_" not in one, one
