"""The linear heads: one out of many, any of many, and the same numbers after loading."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import scipy.sparse as sp

from bot.nlu.linear import Head

# Three kinds of text on three axes, twenty of each, with some noise.
RNG = np.random.default_rng(0)
KINDS = np.repeat(np.arange(3), 20)
X = sp.csr_matrix((np.eye(3)[KINDS] + RNG.normal(0, 0.1, (60, 3))).astype(np.float32))
NAMES = [("greet", "help", "thanks")[kind] for kind in KINDS]
AXES = sp.csr_matrix(np.eye(3, dtype=np.float32))
BOTH = sp.csr_matrix(np.array([[1.0, 1.0, 0.0]], dtype=np.float32))
NOTHING = sp.csr_matrix(np.zeros((1, 3), dtype=np.float32))


def test_one_is_chosen() -> None:
    """Each text gets shares that add up to one, the right label's the largest."""
    head = Head.choose_one(X, NAMES, 10.0)
    shares = head.probabilities(AXES)
    assert shares.shape == (3, 3)
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert [head.labels[i] for i in shares.argmax(axis=1)] == ["greet", "help", "thanks"]
    assert shares.max(axis=1).min() > 0.8


def test_one_of_two_is_chosen() -> None:
    """Two labels work like any other number."""
    head = Head.choose_one(X, ["greet" if kind == 0 else "help" for kind in KINDS], 10.0)
    shares = head.probabilities(AXES)
    assert shares.shape == (3, 2)
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert [head.labels[i] for i in shares.argmax(axis=1)] == ["greet", "help", "help"]


def test_a_rare_label_is_not_drowned() -> None:
    """Labels count alike however many examples each has."""
    keep = np.concatenate([np.arange(20), np.arange(20, 23)])  # twenty greetings, three calls for help
    head = Head.choose_one(X[keep], [NAMES[i] for i in keep], 1.0)
    assert head.labels[int(head.probabilities(AXES)[1].argmax())] == "help"


def test_any_number_is_found() -> None:
    """One text may carry two labels, or none; shares stand for themselves."""
    sets = [[["food"], ["housing"], []][kind] for kind in KINDS]
    head = Head.choose_any(X, sets, ["food", "housing"], 10.0)
    assert head.probabilities(BOTH).min() > 0.5
    assert head.probabilities(AXES)[2].max() < 0.5
    assert head.probabilities(NOTHING).max() < 0.5
    alone = head.probabilities(AXES)[0]
    assert alone[0] > 0.5 > alone[1]


def test_a_label_without_examples_is_never_found() -> None:
    """A label that nobody taught stays near zero, whatever the text."""
    head = Head.choose_any(X, [["food"] if kind == 0 else [] for kind in KINDS], ["food", "volunteering"], 10.0)
    assert head.probabilities(sp.csr_matrix(RNG.normal(0, 5, (50, 3))))[:, 1].max() < 1e-6


def test_no_labels_at_all() -> None:
    """Training data without a single need gives an empty answer, not an error."""
    head = Head.choose_any(X, [[] for _ in KINDS], [], 10.0)
    assert head.probabilities(AXES).shape == (3, 0)


def test_huge_numbers_stay_shares() -> None:
    """No overflow: shares lie between 0 and 1 for any input."""
    huge = sp.csr_matrix(np.array([[1e6, -1e6, 1e6]], dtype=np.float32))
    for head in (
        Head.choose_one(X, NAMES, 10.0),
        Head.choose_any(X, [[name] for name in NAMES], ["greet", "help"], 10.0),
    ):
        shares = head.probabilities(huge)
        assert np.isfinite(shares).all() and shares.min() >= 0.0 and shares.max() <= 1.0


def test_training_twice_gives_the_same() -> None:
    """The same data gives the same model on every day."""
    first, second = Head.choose_one(X, NAMES, 10.0), Head.choose_one(X, NAMES, 10.0)
    assert np.array_equal(first.probabilities(AXES), second.probabilities(AXES))


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_loaded_head_gives_the_same_numbers(tmp_path: Path, exclusive: bool) -> None:
    """What was trained is what is served; the labels keep their order."""
    head = (
        Head.choose_one(X, NAMES, 10.0)
        if exclusive
        else Head.choose_any(X, [[name] for name in NAMES], ["thanks", "greet"], 10.0)
    )
    head.save(tmp_path, "head")
    loaded = Head.load(tmp_path, "head")
    assert loaded.labels == head.labels
    assert np.array_equal(loaded.probabilities(AXES), head.probabilities(AXES))


def test_a_head_holds_no_code(tmp_path: Path) -> None:
    """JSON and plain arrays only; a pickle would run whatever it says."""
    Head.choose_one(X, NAMES, 10.0).save(tmp_path, "head")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["head.bias.npy", "head.json", "head.weights.npy"]
    for file in tmp_path.glob("*.npy"):
        assert np.load(file, allow_pickle=False).dtype == np.float32
