"""Linear heads over the features: one choice out of many (intents) and many yes-or-no questions (needs, red flags)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression


class Head:
    """Weights (features, labels) and bias (labels,), with the names of the labels."""

    def __init__(self, labels: Sequence[str], weights: np.ndarray, bias: np.ndarray, exclusive: bool) -> None:
        self.labels = list(labels)
        self._weights = np.ascontiguousarray(weights, dtype=np.float32)
        self._bias = bias.astype(np.float32)
        self._exclusive = exclusive

    @classmethod
    def choose_one(cls, x: sp.csr_matrix, names: Sequence[str], strength: float) -> Head:
        """Learn which one of the labels a text has; `strength` is the inverse of the regularisation."""
        model = LogisticRegression(C=strength, class_weight="balanced", max_iter=200, random_state=0)
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
        for column, label in enumerate(labels):
            y = np.array([label in members for members in sets])
            if not y.any():
                continue  # never seen: never found
            positive = min(4.0, (~y).sum() / y.sum())
            model = LogisticRegression(
                C=strength, solver="liblinear", class_weight={True: positive, False: 1.0}, random_state=0
            )
            model.fit(x, y)
            weights[:, column], bias[column] = model.coef_[0], model.intercept_[0]
        return cls(labels, weights, bias, exclusive=False)

    def probabilities(self, x: sp.csr_matrix) -> np.ndarray:
        """(texts, labels) between 0 and 1; rows of a choose-one head add up to 1."""
        scores = x @ self._weights + self._bias
        if not self._exclusive:
            return 1.0 / (1.0 + np.exp(-np.clip(scores, -30, 30)))
        exp = np.exp(scores - scores.max(axis=1, keepdims=True))
        return exp / exp.sum(axis=1, keepdims=True)

    def save(self, folder: Path, name: str) -> None:
        np.save(folder / f"{name}.weights.npy", self._weights)
        np.save(folder / f"{name}.bias.npy", self._bias)
        about = {"labels": self.labels, "exclusive": self._exclusive}
        (folder / f"{name}.json").write_text(json.dumps(about), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path, name: str) -> Head:
        about = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        weights = np.load(folder / f"{name}.weights.npy", allow_pickle=False)
        bias = np.load(folder / f"{name}.bias.npy", allow_pickle=False)
        return cls(about["labels"], weights, bias, about["exclusive"])
