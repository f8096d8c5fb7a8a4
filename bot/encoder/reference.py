"""Recorded vectors of the exact model, against which every built file is checked at set-up and at each start."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

Encode = Callable[[Sequence[str]], np.ndarray]
DIMENSIONS = 384
MAX_TOKENS = 256  # max_seq_length in the model's sentence_bert_config.json; later words are left out
REFERENCE = Path(__file__).with_name("reference.json")


class EncoderError(RuntimeError):
    """The encoder cannot be built or used; the message says why and what to do."""


class Reference(NamedTuple):
    """`sentences` and their unit `vectors`, float32 (sentences, 384), of the model before it was made smaller."""

    sentences: tuple[str, ...]
    vectors: np.ndarray


def load_reference(path: Path = REFERENCE) -> Reference:
    """The recorded sentences and vectors. Raises EncoderError when the file does not fit together."""
    content = json.loads(path.read_text(encoding="utf-8"))
    sentences = tuple(content["sentences"])
    vectors = np.array(content["vectors"], dtype=np.float32)
    if vectors.shape != (len(sentences), DIMENSIONS):
        raise EncoderError(f"{path}: {len(sentences)} sentences, but vectors of shape {vectors.shape}")
    return Reference(sentences, vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def save_vectors(encode: Encode, path: Path = REFERENCE) -> None:
    """Write the vectors of `encode` beside the sentences already in the file, one line each, to four decimals."""
    content = json.loads(path.read_text(encoding="utf-8"))
    rows = [json.dumps([round(float(value), 4) for value in row]) for row in encode(content["sentences"])]
    head = json.dumps({"about": content["about"], "sentences": content["sentences"]}, indent=1, ensure_ascii=False)
    path.write_text(head[:-2] + ',\n "vectors": [\n  ' + ",\n  ".join(rows) + "\n ]\n}\n", encoding="utf-8")


def cosines(encode: Encode, reference: Reference) -> np.ndarray:
    """How near `encode` comes to the reference: one cosine a sentence, 1 is exact; NaN counts as 0."""
    found = np.sum(encode(reference.sentences) * reference.vectors, axis=1)
    return np.nan_to_num(found, nan=0.0)
