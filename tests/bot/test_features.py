"""Texts become the same numbers in training and in conversations, and a model is files of numbers, never of code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import MAX_CHARACTERS, Features, _weighted, normalise

TEXTS = [
    "I can't pay the gas bill",
    "i cannot pay the rent",
    "so lonely, nobody to talk to",
    "nobody comes, I am lonely",
    "my dad fell in the bath",
    "the bath has no rail and dad fell",
]
UNSEEN = ["I CAN’T pay", "", "🙂🙂", "lonely dad in the bath", "zzz qqq", "nobodyyyyyyyy"]


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("  I CAN’T   pay\n it ", "i can't pay it"),
        ("‘so’ `called` “help”", "'so' 'called' \"help\""),
        ("heeeeeelp!!!!!!", "heeelp!!!"),
        ("hello", "hello"),
        ("", ""),
        ("\t\n", ""),
    ],
)
def test_spelling_variants_become_one(text: str, clean: str) -> None:
    """Case, curly quotes, spaces and letters held down make no difference to what is learnt."""
    assert normalise(text) == clean


def test_only_the_beginning_of_a_huge_text_is_read() -> None:
    """A pasted book costs no more than 4,000 characters."""
    assert normalise("a b " * 100_000) == normalise("a b " * (MAX_CHARACTERS // 4))


def test_one_row_for_each_text() -> None:
    """Sparse float32, in the order given; a text has the same row alone as among others."""
    features = Features.fit(TEXTS)
    x = features.transform(TEXTS)
    assert x.shape[0] == len(TEXTS) and x.dtype == np.float32
    alone = features.transform([TEXTS[2]])
    assert (x[2] != alone).nnz == 0


def test_unseen_words_do_not_raise() -> None:
    """A message of nothing known is a row of zeros of the same width."""
    features = Features.fit(TEXTS)
    x = features.transform(["zzz", ""])
    assert x.shape == (2, features.transform(TEXTS).shape[1])
    assert x.nnz == 0


def test_rare_words_are_left_out() -> None:
    """A word counts when two texts have it: one text's own words are no evidence."""
    features = Features.fit(TEXTS, min_df=2)
    assert "lonely" in features._vectorizers["words"].vocabulary_
    assert "rail" not in features._vectorizers["words"].vocabulary_


def test_loaded_features_give_the_same_numbers(tmp_path: Path) -> None:
    """What was trained is what is served, up to the rounding of the last digit."""
    features = Features.fit(TEXTS)
    features.save(tmp_path)
    loaded = Features.load(tmp_path)
    for texts in (TEXTS, UNSEEN):
        assert np.allclose(features.transform(texts).toarray(), loaded.transform(texts).toarray(), rtol=0, atol=1e-6)


def test_a_model_holds_no_code(tmp_path: Path) -> None:
    """A pickle runs whatever it says when it is opened; ours are JSON and plain arrays."""
    Features.fit(TEXTS).save(tmp_path)
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["letters.json", "letters.npy", "words.json", "words.npy"]
    for file in files:
        if file.suffix == ".npy":
            assert np.load(file, allow_pickle=False).dtype == np.float32


def test_the_quick_way_gives_what_the_library_gives() -> None:
    """The weights are those of TfidfVectorizer.transform, for known, unknown and empty texts."""
    features = Features.fit(TEXTS, min_df=1)
    for name, vectorizer in features._vectorizers.items():
        quick = _weighted(vectorizer, features._rarity[name], TEXTS + UNSEEN)
        slow = vectorizer.transform(TEXTS + UNSEEN)
        assert quick.shape == slow.shape and abs(quick - slow).max() < 1e-6
