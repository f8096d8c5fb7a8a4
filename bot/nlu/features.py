"""Text to numbers: weighted words and letter groups."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

_QUOTES = str.maketrans({"’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_REPEATS = re.compile(r"(.)\1{3,}")
MAX_CHARACTERS = 4_000


def normalise(text: str) -> str:
    """Lower case, plain quotes, no letter more than three times running; at most 4,000 characters."""
    text = text[:MAX_CHARACTERS].translate(_QUOTES).lower()
    return _REPEATS.sub(r"\1\1\1", " ".join(text.split()))


def _vectorizers(min_df: int) -> dict[str, TfidfVectorizer]:
    return {
        "words": TfidfVectorizer(
            token_pattern=r"(?u)[\w']+|[^\w\s]", ngram_range=(1, 2), min_df=min_df, sublinear_tf=True, dtype=np.float32
        ),
        "letters": TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 5), min_df=min_df + 1, sublinear_tf=True, dtype=np.float32
        ),
    }


def _weighted(vectorizer: TfidfVectorizer, rarity: np.ndarray, texts: Sequence[str]) -> sp.csr_matrix:
    """What `vectorizer.transform` gives, without its checks, which take as long as the counting for one short message."""
    counts = CountVectorizer.transform(vectorizer, texts)
    weights = ((1.0 + np.log(counts.data)) * rarity[counts.indices]).astype(np.float32)
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    lengths = np.sqrt(np.bincount(rows, weights=weights.astype(np.float64) ** 2, minlength=counts.shape[0]))
    counts.data = (weights / lengths[rows]).astype(np.float32)
    return counts


class Features:
    """`fit(texts)`, `transform(texts) -> sparse (texts, features) float32`, `save`/`load` as JSON and .npy (no pickle)."""

    def __init__(self, vectorizers: dict[str, TfidfVectorizer]) -> None:
        self._vectorizers = vectorizers
        self._rarity = {name: np.asarray(vectorizer.idf_) for name, vectorizer in vectorizers.items()}

    @classmethod
    def fit(cls, texts: Sequence[str], min_df: int = 2) -> Features:
        vectorizers = _vectorizers(min_df)
        clean = [normalise(text) for text in texts]
        for vectorizer in vectorizers.values():
            vectorizer.fit(clean)
        return cls(vectorizers)

    def transform(self, texts: Sequence[str]) -> sp.csr_matrix:
        clean = [normalise(text) for text in texts]
        blocks = [_weighted(vectorizer, self._rarity[name], clean) for name, vectorizer in self._vectorizers.items()]
        return sp.hstack(blocks, format="csr", dtype=np.float32)

    def save(self, folder: Path) -> None:
        for name, vectorizer in self._vectorizers.items():
            ordered = sorted(vectorizer.vocabulary_, key=vectorizer.vocabulary_.__getitem__)
            (folder / f"{name}.json").write_text(json.dumps(ordered, ensure_ascii=False), encoding="utf-8")
            np.save(folder / f"{name}.npy", vectorizer.idf_.astype(np.float32))

    @classmethod
    def load(cls, folder: Path) -> Features:
        vectorizers = _vectorizers(1)
        for name, vectorizer in vectorizers.items():
            words = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
            vectorizer.vocabulary_ = {word: index for index, word in enumerate(words)}
            vectorizer.idf_ = np.load(folder / f"{name}.npy", allow_pickle=False)
        return cls(vectorizers)
