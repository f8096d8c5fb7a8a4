"""What a message means, as probabilities: words and letters (learnt by `rasa train`) beside the fine-tuned sentence network.

The two err differently: the words know the exact phrase, the network knows what is like it. For each head their log-odds are
added up with weights that were chosen on messages held apart (bot.nlu.choose_settings), so that the sum is a probability.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from bot.nlu.features import Features, normalise
from bot.nlu.linear import Head, log_shares, shares
from bot.nlu.windows import windows

HEADS = ("intent", "need", "red_flag")
MOST = 4  # stretches of a long message that the network reads: the first, the last, and those whose words say most


class Network(Protocol):
    """`labels`: each head's labels; `scores(normalised texts)`: for each head (texts, labels), see bot.encoder.runtime."""

    @property
    def labels(self) -> Mapping[str, Sequence[str]]: ...

    def scores(self, texts: Sequence[str]) -> Mapping[str, np.ndarray]: ...


class Mixing(NamedTuple):
    """log-odds = words * theirs + network * its + shift"""

    words: float = 1.0
    network: float = 0.0
    shift: float = 0.0


class Meaning:
    """`network`: None to judge by words alone; `mixing`: for each head."""

    def __init__(
        self, features: Features, heads: Mapping[str, Head], network: Network | None, mixing: Mapping[str, Mixing]
    ) -> None:
        self._features = features
        self._heads = heads
        self._network = network
        self._mixing = mixing

    def labels(self, head: str) -> list[str]:
        return self._heads[head].labels

    def read(self, text: str) -> dict[str, np.ndarray]:
        """For each head (labels,) between 0 and 1; the intents add up to 1."""
        words, network = self.scores(text)
        found = {}
        for name, head in self._heads.items():
            rows = mixed(words[name], network[name], self._mixing[name]) if network else words[name]
            found[name] = of_the_whole(rows, head.exclusive)
        return found

    def scores(self, text: str) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """What the words say and what the network says (nothing without one): for each head (stretches, labels), log-odds or
        the logarithms of shares."""
        parts = [normalise(part) for part in windows(text)]
        x = self._features.transform(parts)
        words = {name: _scaled(head, head.scores(x)) for name, head in self._heads.items()}
        if self._network is None:
            return words, {}
        chosen = _most_telling(words)
        words = {name: scores[chosen] for name, scores in words.items()}
        found = self._network.scores([parts[index] for index in chosen])
        network = {}
        for name, head in self._heads.items():
            # A label that the network was never taught rests on the words alone until it is fine-tuned again.
            network[name] = words[name].copy()
            labels = list(self._network.labels[name])
            known = [index for index, label in enumerate(head.labels) if label in labels]
            network[name][:, known] = _scaled(head, found[name])[:, [labels.index(head.labels[i]) for i in known]]
        return words, network

    def save(self, folder: Path) -> None:
        self._features.save(folder)
        for name, head in self._heads.items():
            head.save(folder, f"head_{name}")

    @classmethod
    def load(cls, folder: Path, network: Network | None, mixing: Mapping[str, Mixing]) -> Meaning:
        heads = {name: Head.load(folder, f"head_{name}") for name in HEADS}
        return cls(Features.load(folder), heads, network, mixing)


def mixed(words: np.ndarray, network: np.ndarray, mixing: Mixing) -> np.ndarray:
    """The log-odds of both together."""
    return mixing.words * words + mixing.network * network + mixing.shift


def of_the_whole(rows: np.ndarray, exclusive: bool) -> np.ndarray:
    """(labels,) between 0 and 1 from the log-odds of each stretch. The first one decides the intent; a need or flag may stand in any."""
    return shares(rows[:1] if exclusive else rows, exclusive).max(axis=0)


def _scaled(head: Head, scores: np.ndarray) -> np.ndarray:
    return log_shares(scores) if head.exclusive else scores


def _most_telling(words: Mapping[str, np.ndarray]) -> list[int]:
    """The rows that the network reads too, in order."""
    count = len(words["red_flag"])
    if count <= MOST:
        return list(range(count))
    # A danger weighs more than a need.
    weight = np.maximum(words["red_flag"].max(axis=1) + 1.0, words["need"].max(axis=1))
    weight[[0, count - 1]] = np.inf
    return sorted(np.argsort(-weight, kind="stable")[:MOST].tolist())
