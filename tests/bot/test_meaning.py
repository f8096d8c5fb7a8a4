"""Words and the sentence network judge together, label by label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot.nlu.features import Features
from bot.nlu.linear import Head
from bot.nlu.meaning import MOST, Meaning, Mixing

TEXTS = ["pay the bill", "cannot pay the bill", "so lonely here", "lonely every day here", "hello you", "hello to you"]
NEEDS = [["money_debt"], ["money_debt"], ["loneliness"], ["loneliness"], [], []]
INTENTS = ["tell_need"] * 4 + ["greet"] * 2
KNOWN = {"need": ["food", "loneliness"], "red_flag": [], "intent": ["greet", "tell_need"]}


class SureOf:
    """A network that is as sure of loneliness and of a greeting as it is told."""

    def __init__(self, need: float, greet: float) -> None:
        self.labels: Mapping[str, Sequence[str]] = KNOWN
        self._scores = {"need": [9.0, need], "red_flag": [], "intent": [greet, 0.0]}
        self.read: list[str] = []

    def scores(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        self.read += texts
        return {head: np.array([row] * len(texts), dtype=np.float32) for head, row in self._scores.items()}


EVEN = {head: Mixing(0.5, 0.5) for head in KNOWN}


def meaning(network: SureOf | None, mixing: Mapping[str, Mixing] = EVEN) -> Meaning:
    features = Features.fit(TEXTS, min_df=1)
    x = features.transform(TEXTS)
    heads = {
        "intent": Head.choose_one(x, INTENTS, 10.0),
        "need": Head.choose_any(x, NEEDS, ["loneliness", "money_debt"], 8.0),
        "red_flag": Head.choose_any(x, [["fire_gas"], *([[]] * 5)], ["fire_gas"], 8.0),
    }
    return Meaning(features, heads, network, mixing)


def odds(share: float) -> float:
    return float(np.log(share / (1 - share)))


def test_the_network_moves_what_it_knows() -> None:
    """Its log-odds are added to those of the words, with the weights that are set."""
    text = "so lonely here"
    alone, sure, unsure = (meaning(n).read(text)["need"][0] for n in (None, SureOf(6, 0), SureOf(-6, 0)))
    assert sure > alone > unsure
    assert odds(sure) - odds(unsure) == pytest.approx(6.0, abs=1e-3)


def test_a_shift_makes_all_labels_of_a_head_likelier() -> None:
    """It puts right what training overstates, so that a confidence is a probability."""
    moved = {**EVEN, "need": Mixing(0.5, 0.5, 2.0)}
    plain, shifted = (meaning(SureOf(0, 0), mixing).read("hello you")["need"] for mixing in (EVEN, moved))
    assert [odds(b) - odds(a) for a, b in zip(plain, shifted, strict=True)] == pytest.approx([2.0, 2.0], abs=1e-3)


def test_a_label_the_network_was_never_taught_rests_on_the_words() -> None:
    """A need added to the training data works at once; one that only the network knows is not reported."""
    text = "cannot pay the bill"
    judged = meaning(SureOf(0, 0))
    assert judged.labels("need") == ["loneliness", "money_debt"]
    assert judged.read(text)["need"][1] == pytest.approx(meaning(None).read(text)["need"][1])


@pytest.mark.parametrize("network", [0.0, 0.3, 1.0])
def test_intents_add_up_to_one(network: float) -> None:
    """Whatever the weights of the two, one intent excludes the others."""
    mixing = {**EVEN, "intent": Mixing(1.0 - network, network)}
    for text in ("hello you", "zzz"):
        found = meaning(SureOf(0, 20.0), mixing).read(text)["intent"]
        assert found.sum() == pytest.approx(1.0, abs=1e-5)
        if network == 1.0:
            assert found[0] > 0.99


def test_the_network_reads_normalised_text() -> None:
    """It was fine-tuned on lower case and plain quotes."""
    network = SureOf(0, 0)
    meaning(network).read("I CAN’T  pay")
    assert network.read == ["i can't pay"]


@pytest.mark.parametrize("place", [0, 2_000, 4_480])
def test_a_need_anywhere_in_a_long_message_counts(place: int) -> None:
    """The stretch that says it decides, not the mean over thousands of letters."""
    filler = "the weather in the town was grey again and nothing much came of it. " * 70
    text = filler[:place] + " cannot pay the bill. " + filler[place:4_500]
    assert meaning(None).read(text)["need"][1] > meaning(None).read(filler)["need"][1] + 0.1


def test_the_network_reads_a_few_stretches_of_a_long_message() -> None:
    """Those whose words say most, the first and the last: a turn stays quick whatever is pasted."""
    network = SureOf(0, 0)
    text = (
        "hello you all. "
        + "the day was grey and so was the sea. " * 60
        + "cannot pay the bill. "
        + "grey " * 200
        + " the end"
    )
    meaning(network).read(text)
    assert len(network.read) == MOST
    assert network.read[0].startswith("hello you") and network.read[-1].endswith("the end")
    assert any("pay the bill" in part for part in network.read)


def test_what_is_saved_is_what_is_served(tmp_path: Path) -> None:
    """The words' side is saved by `rasa train`; the network is the repository's."""
    meaning(None).save(tmp_path)
    loaded = Meaning.load(tmp_path, SureOf(1, 1), EVEN)
    for text in TEXTS:
        for head, found in meaning(SureOf(1, 1)).read(text).items():
            assert np.allclose(found, loaded.read(text)[head], atol=1e-6)
