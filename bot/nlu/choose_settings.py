"""`python -m bot.nlu.choose_settings ROWS.jsonl`: the settings of Understanding that suit messages held apart.

The rows (form of `make evaluate`) were in no training text. Reads models/assistant.tar.gz and prints the `mixing` and the thresholds
for config.yml, with the figures they give on those rows; nothing is written. Choose on other messages than you measure with.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from bot.evaluate import MODEL, DataError, Row, Understood, read_rows, score
from bot.nlu.linear import log_shares
from bot.nlu.meaning import HEADS, Meaning, Mixing, mixed, of_the_whole
from bot.secret import data_dir
from safety.screen import Screen

MISS = 4.0  # a message with a danger that is missed weighs as much as so many false alarms
NEED_THRESHOLDS = np.arange(0.15, 0.75, 0.025)
FLAG_THRESHOLDS = (0.08, 0.1, 0.12, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
BESIDE = np.arange(0.5, 0.95, 0.05)
BELIEVED = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.08)
NEED_LIKELY = 0.08  # as in config.yml


class Thresholds(NamedTuple):
    """As in config.yml: need_threshold, thresholds of the flags (in the order of the labels), flag_beside, and believed_from
    of the screen."""

    need: float
    flags: np.ndarray
    beside: float = 0.9
    believed: float = 0.015


Scores = list[tuple[dict[str, np.ndarray], dict[str, np.ndarray]]]


def choose_mixing(scores: Scores, rows: Sequence[Row], labels: dict[str, list[str]]) -> dict[str, Mixing]:
    """Weights for words and network so that the share is a probability, learnt from the messages of one stretch."""
    whole = [(found, row) for found, row in zip(scores, rows, strict=True) if len(found[0]["need"]) == 1]
    chosen = {}
    for name, true in (("need", lambda row: row.needs), ("red_flag", lambda row: row.flags)):
        x = np.concatenate([np.stack([words[name][0], net[name][0]], 1) for (words, net), _ in whole])
        y = np.concatenate([[label in true(row) for label in labels[name]] for _, row in whole])
        model = LogisticRegression(C=100.0).fit(x, y)
        chosen[name] = Mixing(*(round(float(value), 3) for value in (*model.coef_[0], model.intercept_[0])))
    acts = [(found, row.act or "tell_need") for found, row in whole]
    words, net = (np.concatenate([found[i]["intent"] for found, _ in acts]) for i in (0, 1))
    true_index = np.array([labels["intent"].index(act) for _, act in acts])

    def surprise(weights: np.ndarray) -> float:
        joined = log_shares(weights[0] * words + weights[1] * net)
        return -float(joined[np.arange(len(joined)), true_index].mean())

    best = minimize(surprise, np.array([0.5, 0.5]), method="Nelder-Mead").x
    chosen["intent"] = Mixing(*(round(float(value), 3) for value in best))
    return chosen


def found_at(
    of: Sequence[dict[str, np.ndarray]],
    patterns: Sequence[frozenset[str]],
    labels: dict[str, list[str]],
    at: Thresholds,
) -> list[Understood]:
    """What would be found at these thresholds, the patterns' flags included."""
    found = []
    for row, said in zip(of, patterns, strict=True):
        needs = frozenset(labels["need"][i] for i in np.flatnonzero(row["need"] >= at.need))
        danger, act = row["red_flag"], labels["intent"][int(row["intent"].argmax())]
        sure = [i for i in danger.argsort()[::-1] if danger[i] >= at.flags[i]]
        raised = frozenset(labels["red_flag"][i] for i in sure if i == sure[0] or danger[i] >= at.beside)
        if danger.max() >= at.believed:
            raised |= said
        if not needs and (raised or act == "tell_need") and row["need"].max() >= NEED_LIKELY:
            needs = frozenset({labels["need"][int(row["need"].argmax())]})
        found.append(Understood(needs, raised, "tell_need" if needs or raised else act, 0.0))
    return found


def probabilities(scores: Scores, mixing: dict[str, Mixing]) -> list[dict[str, np.ndarray]]:
    """For each row and head (labels,) between 0 and 1, as Meaning.read gives them."""
    return [
        {name: of_the_whole(mixed(words[name], net[name], mixing[name]), name == "intent") for name in HEADS}
        for words, net in scores
    ]


def choose_thresholds(of: Sequence[dict[str, np.ndarray]], patterns: Any, rows: Any, labels: Any) -> Thresholds:
    """The need threshold with the best micro-F1; for the flags the thresholds with the least misses and false alarms, a miss
    weighing MISS; then the best one for naming the right flags."""
    best = Thresholds(0.4, np.full(len(labels["red_flag"]), 0.3))

    def figures(at: Thresholds) -> dict[str, Any]:
        return score(rows, found_at(of, patterns, labels, at))

    danger = np.array([row["red_flag"] for row in of])
    said, grave = np.array([bool(flags) for flags in patterns]), np.array([bool(row.flags) for row in rows])

    def cost(flags: np.ndarray, believed: float) -> float:
        raised = (danger >= flags).any(axis=1) | (said & (danger.max(axis=1) >= believed))
        return float(MISS * (~raised[grave]).sum() + raised[~grave].sum())

    flags, believed = best.flags, best.believed
    for _ in range(4):
        for label in range(len(flags)):
            tried = [np.where(np.arange(len(flags)) == label, at, flags) for at in FLAG_THRESHOLDS]
            flags = min(tried, key=lambda one: cost(one, believed))
        believed = min(BELIEVED, key=lambda at: cost(flags, at))
    best = best._replace(flags=flags, believed=believed)
    needs = (best._replace(need=float(at)) for at in NEED_THRESHOLDS)
    best = max(needs, key=lambda at: figures(at)["needs_micro_f1"])
    beside = (best._replace(beside=float(at)) for at in BESIDE)
    return max(beside, key=lambda at: figures(at)["right_flag_rate"] or 0.0)


def main(arguments: Sequence[str]) -> int:
    """0 when settings were printed, 2 when the rows could not be read."""
    if len(arguments) != 1:
        print("usage: python -m bot.nlu.choose_settings ROWS.jsonl", file=sys.stderr)
        return 2
    try:
        rows = read_rows(Path(arguments[0]))
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    meaning = _trained_meaning()
    labels = {name: meaning.labels(name) for name in HEADS}
    scores = [meaning.scores(row.text) for row in rows]
    screen = Screen.load(data_dir())
    patterns = [
        frozenset(found.flag for found in screen.check(row.text)) & frozenset(labels["red_flag"]) for row in rows
    ]
    mixing = choose_mixing(scores, rows, labels)
    of = probabilities(scores, mixing)
    best = choose_thresholds(of, patterns, rows, labels)
    print("    mixing:")
    for name, values in mixing.items():
        print(f"      {name}: {{words: {values.words}, network: {values.network}, shift: {values.shift}}}")
    print(f"    need_threshold: {best.need:.3f}\n    flag_beside: {best.beside:.2f}\n    thresholds:")
    for label, at in zip(labels["red_flag"], best.flags, strict=True):
        print(f"      {label}: {at}")
    print(f"  (RedFlagScreen) believed_from: {best.believed}")
    for name, value in score(rows, found_at(of, patterns, labels, best)).items():
        print(f"{name}: {value}")
    return 0


def _trained_meaning() -> Meaning:
    os.environ["ALLOW_MEMORY_TRACKER"] = "1"
    from bot import fixes

    fixes.apply()
    from rasa.core.agent import Agent

    nodes = Agent.load(MODEL).processor.graph_runner._instantiated_nodes  # there is no public way to one component
    component = next(node._component for name, node in nodes.items() if "Understanding" in name)
    meaning: Meaning = component._meaning
    return meaning


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
