"""Using the built encoder: texts in, unit vectors out."""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bot.encoder.reference import DIMENSIONS, MAX_TOKENS, Encode, EncoderError, Reference, cosines, load_reference

logger = logging.getLogger(__name__)

BUILD = Path(__file__).with_name("build")
MODEL, TOKENIZER, MANIFEST = "encoder.onnx", "tokenizer.json", "manifest.json"
HOW_TO_BUILD = "build it with: python -m bot.encoder.build"
_SELF_CHECKS = 2

_loaded: dict[Path, Encode] = {}
_lock = threading.Lock()


class Encoder:
    """Called with texts (already normalised), gives float32 (texts, 384), rows of length 1, in the order given.

    One object may be called from several threads at once. `batch`: the most texts in one run of the network.
    """

    def __init__(self, model: Path, tokenizer: Path, batch: int) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._batch = batch

    def __call__(self, texts: Sequence[str]) -> np.ndarray:
        tokens = [self._tokenizer.encode(text).ids for text in texts]
        # Texts of like length go together, so that little time is spent on padding.
        order = sorted(range(len(tokens)), key=lambda index: len(tokens[index]))
        vectors = np.empty((len(tokens), DIMENSIONS), dtype=np.float32)
        for start in range(0, len(order), self._batch):
            chosen = order[start : start + self._batch]
            vectors[chosen] = self._run([tokens[index] for index in chosen])
        return vectors

    def _run(self, rows: list[list[int]]) -> np.ndarray:
        longest = max(map(len, rows))
        # An even number of tokens: onnxruntime computes the last odd row of an 8-bit product by other steps, and a text
        # would get another vector alone than in a batch (cosine 0.999).
        ids = np.zeros((len(rows), longest + longest % 2), dtype=np.int64)
        mask = np.zeros_like(ids)
        for number, row in enumerate(rows):
            ids[number, : len(row)] = row
            mask[number, : len(row)] = 1
        return self._session.run(["vector"], {"input_ids": ids, "attention_mask": mask})[0]


def load(folder: Path = BUILD) -> Encode | None:
    """The encoder built in `folder`, one for the whole process; None, with a warning in the log, when it is not built.

    Raises EncoderError when the files do not fit together or the self-check against recorded vectors fails, which is how
    a processor shows that it computes 8-bit products wrongly.
    """
    with _lock:
        if folder not in _loaded:
            if not (folder / MANIFEST).is_file():
                logger.warning("The sentence encoder is not built; %s", HOW_TO_BUILD)
                return None
            _loaded[folder] = _load(folder)
        return _loaded[folder]


def _load(folder: Path) -> Encode:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        encoder = Encoder(folder / MODEL, folder / TOKENIZER, int(manifest["batch"]))
        floor = float(manifest["floor"])
    except Exception as error:  # onnxruntime and tokenizers raise many kinds; each means a broken build
        raise EncoderError(f"The sentence encoder in {folder} cannot be loaded ({error}); {HOW_TO_BUILD}") from error
    reference = load_reference()
    few = Reference(reference.sentences[:_SELF_CHECKS], reference.vectors[:_SELF_CHECKS])
    least = float(cosines(encoder, few).min())
    if least < floor:
        raise EncoderError(
            f"The sentence encoder in {folder} gives wrong vectors on this machine (cosine {least:.3f}, at least {floor} "
            f"needed); {HOW_TO_BUILD}"
        )
    return encoder


def fingerprint(folder: Path = BUILD) -> str:
    """SHA-256 of the built network in hexadecimal, or "none": a model trained with one must not be used with another."""
    try:
        return hashlib.sha256((folder / MODEL).read_bytes()).hexdigest()
    except FileNotFoundError:
        return "none"
