"""Linear heads over the features: one choice out of many (intents) and many yes-or-no questions (needs, red flags)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression


def log_shares(scores: np.ndarray) -> np.ndarray:
    """`scores` (texts, labels), moved so that the shares of each row add up to 1."""
    moved = scores - scores.max(axis=1, keepdims=True)
    return moved - np.log(np.exp(moved).sum(axis=1, keepdims=True))


def shares(scores: np.ndarray, exclusive: bool) -> np.ndarray:
    """(texts, labels) between 0 and 1 from scores; where one label excludes the others each row adds up to 1."""
    if exclusive:
        return np.exp(log_shares(scores))
    return 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))


class Head:
    """Weights (features, labels) and bias (labels,), with the names of the labels."""

    def __init__(self, labels: Sequence[str], weights: np.ndarray, bias: np.ndarray, exclusive: bool) -> None:
        self.labels = list(labels)
        self._weights = np.ascontiguousarray(weights, dtype=np.float32)
        self._bias = bias.astype(np.float32)
        self.exclusive = exclusive

    @classmethod
    def choose_one(cls, x: sp.csr_matrix, names: Sequence[str], strength: float) -> Head:
        """Learn which one of the labels a text has; `strength` is the inverse of the regularisation."""
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=60, tol=1e-3, random_state=0)
        model.fit(x, list(names))
        weights, bias = model.coef_.T, model.intercept_
        if len(model.classes_) == 2:  # scikit-learn then weighs only the second label, against the first
            weights, bias = np.hstack([np.zeros_like(weights), weights]), np.append(0.0, bias)
        return cls(list(model.classes_), weights, bias, exclusive=True)

    @classmethod
    def choose_any(
        cls, x: sp.csr_matrix, sets: Sequence[Sequence[str]], labels: Sequence[str], strength: float
    ) -> Head:
        """Learn which of the labels a text carries: any number, also none."""
        weights = np.zeros((x.shape[1], len(labels)), dtype=np.float32)
        bias = np.full(len(labels), -20.0, dtype=np.float32)

        def learn(column: int) -> None:
            y = np.array([labels[column] in members for members in sets])
            if not y.any():
                return  # never seen: never found
            balance = {True: min(4.0, (~y).sum() / y.sum()), False: 1.0}
            model = LogisticRegression(C=strength, solver="liblinear", tol=1e-3, class_weight=balance, random_state=0)
            model.fit(x, y)
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]

        with ThreadPoolExecutor(os.cpu_count()) as pool:  # liblinear lets go of Python's lock
            list(pool.map(learn, range(len(labels))))
        return cls(labels, weights, bias, exclusive=False)

    def scores(self, x: sp.csr_matrix) -> np.ndarray:
        """(texts, labels): log-odds, or for a choose-one head the logarithm of shares before they are made to add up."""
        return x @ self._weights + self._bias

    def probabilities(self, x: sp.csr_matrix) -> np.ndarray:
        """(texts, labels) between 0 and 1; rows of a choose-one head add up to 1."""
        return shares(self.scores(x), self.exclusive)

    def save(self, folder: Path, name: str) -> None:
        np.save(folder / f"{name}.weights.npy", self._weights)
        np.save(folder / f"{name}.bias.npy", self._bias)
        about = {"labels": self.labels, "exclusive": self.exclusive}
        (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> Head:
        about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        weights = np.load(folder / f"{name}.weights.npy", allow_pickle=False)
        bias = np.load(folder / f"{name}.bias.npy", allow_pickle=False)
        return cls(about["labels"], weights, bias, about["exclusive"])
