"""How near two pieces of text are in meaning: a small sentence network, run here, without any network connection.

The network (service_catalogue/network, see MODEL_CARD.md) turns a text into 384 numbers; texts that mean alike point the
same way. Search uses it to recognise ways of saying a need that nobody wrote down. Without its files, search goes by words.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service_catalogue.word_pieces import WordPieces

Vectors = npt.NDArray[np.float32]

FOLDER = Path(__file__).with_name("network")
MODEL, VOCABULARY, KNOWN = "encoder.onnx", "vocabulary.txt", "phrases.npz"
DIMENSIONS = 384
_KEPT = 512  # questions whose vectors are kept
_SCALE = 127.0
_log = logging.getLogger(__name__)
_lock = threading.Lock()


class Meaning(Protocol):
    """What search needs of a network."""

    def vector(self, text: str) -> Vectors:
        """float32 (384), length 1: what `text` means."""

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """float32 (texts, 384): of texts that stay the same, so what is known already is not computed again."""


class Network:
    """The network in a folder. One object may be used from several threads. Raises OSError when a file is missing."""

    def __init__(self, folder: Path = FOLDER) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.enable_cpu_mem_arena = False  # a question is small; the arena would keep tens of megabytes
        with (folder / MODEL).open("rb") as file:
            self.hash = hashlib.file_digest(file, "sha256").hexdigest()
        self._pieces = WordPieces.load(folder / VOCABULARY)
        self._session = onnxruntime.InferenceSession(str(folder / MODEL), options, providers=["CPUExecutionProvider"])
        self._known = _read_known(folder / KNOWN, self.hash)
        self.vector = lru_cache(maxsize=_KEPT)(self._vector)

    def _vector(self, text: str) -> Vectors:
        ids = np.array([self._pieces.ids(text)], dtype=np.int64)
        found: Vectors = self._session.run(["vector"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0]
        return found

    def vectors(self, texts: Sequence[str]) -> Vectors:
        rows = [self._known.get(_key(text)) for text in texts]
        missing = sum(row is None for row in rows)
        if missing:
            _log.info("computing the meaning of %d phrases that are new", missing)
        return np.array([self._vector(t) if row is None else row for t, row in zip(texts, rows, strict=True)])

    def unknown(self, texts: Sequence[str]) -> list[str]:
        """Those whose vectors are not kept and would have to be computed."""
        return [text for text in texts if _key(text) not in self._known]

    def write_known(self, texts: Sequence[str], path: Path = FOLDER / KNOWN) -> None:
        """Keep the vectors of these texts, in 8-bit numbers, with the hash of the network that made them."""
        unique = sorted(set(texts))
        numbers = np.array([np.round(self._vector(text) * _SCALE) for text in unique], dtype=np.int8)
        keys = np.array([_key(text) for text in unique], dtype=np.uint64)
        np.savez_compressed(path, keys=keys, numbers=numbers, network=np.array(self.hash))


@lru_cache(maxsize=1)
def _loaded(folder: Path) -> Network | None:
    try:
        return Network(folder)
    except (OSError, ImportError, ValueError) as error:
        _log.warning("the sentence network cannot be used, so search goes by words alone: %s", error)
        return None


def load(folder: Path = FOLDER) -> Network | None:
    """The network of this process, read once; None when it cannot be used here."""
    with _lock:
        return _loaded(folder)


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def _read_known(path: Path, network: str) -> dict[int, Vectors]:
    """Vectors kept earlier, by text; none when there are none or another network made them."""
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        if str(kept["network"]) != network:
            return {}
        vectors = kept["numbers"].astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return dict(zip(kept["keys"].tolist(), vectors, strict=True))


if __name__ == "__main__":
    from service_catalogue.local import local_data

    thesaurus = local_data().thesaurus
    Network().write_known([thesaurus.in_plain_words(phrase) for topic in thesaurus.topics for phrase in topic.said])
