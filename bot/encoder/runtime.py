"""Using the network: texts in, scores of the labels and unit vectors out."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bot.encoder.reference import DIMENSIONS, MAX_TOKENS, EncoderError, Reference, cosines, load_reference

FOLDER = Path(__file__).with_name("finetuned")
MODEL, TOKENIZER, MANIFEST = "encoder.onnx", "tokenizer.json", "manifest.json"
WHAT_TO_DO = "fetch the files of bot/encoder/finetuned again from the repository"
_SELF_CHECKS = 2

_loaded: dict[Path, Network] = {}
_lock = threading.Lock()


class Network:
    """`labels`: the names of each head's labels. One object may be used from several threads at once.

    Texts come normalised (bot.nlu.features.normalise), answers are in the order given; each is run alone, see bot.encoder.quantise.
    """

    def __init__(self, model: Path, tokenizer: Path, labels: Mapping[str, Sequence[str]]) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        # One thread: two save 0.3 of 2.4 ms for a usual message (median of 300), and take half as much processor time again; threads
        # that wait for each other's next run awake, which is the default, take five times as much.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self.labels = {head: tuple(names) for head, names in labels.items()}

    def scores(self, texts: Sequence[str]) -> dict[str, np.ndarray]:
        """For each head float32 (texts, labels): log-odds for needs and red flags, unscaled log-shares for intents."""
        joined = self._read(texts, "scores", sum(map(len, self.labels.values())))
        edges = np.cumsum([len(names) for names in self.labels.values()])[:-1]
        return dict(zip(self.labels, np.split(joined, edges, axis=1), strict=True))

    def vectors(self, texts: Sequence[str]) -> np.ndarray:
        """float32 (texts, 384), rows of length 1: what the whole text means."""
        return self._read(texts, "vector", DIMENSIONS)

    def _read(self, texts: Sequence[str], output: str, width: int) -> np.ndarray:
        found = np.empty((len(texts), width), dtype=np.float32)
        for row, text in enumerate(texts):
            ids = np.array([self._tokenizer.encode(text).ids], dtype=np.int64)
            found[row] = self._session.run([output], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0]
        return found


def load(folder: Path = FOLDER) -> Network:
    """The network in `folder`, one for the whole process.

    Raises EncoderError when a file is missing or not the recorded one (SHA-256), or when the self-check against recorded
    vectors fails, which is how a processor shows that it computes 8-bit products wrongly.
    """
    with _lock:
        if folder not in _loaded:
            _loaded[folder] = _load(folder)
        return _loaded[folder]


def read_manifest(folder: Path = FOLDER) -> dict[str, Any]:
    """What is recorded of the files in `folder`, once each has the recorded SHA-256. Raises EncoderError."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        for name in (MODEL, TOKENIZER):
            found, expected = hashlib.sha256((folder / name).read_bytes()).hexdigest(), manifest["files"][name]
            if found != expected:
                raise EncoderError(f"{folder / name} is not the recorded file ({found}, not {expected}); {WHAT_TO_DO}")
    except (OSError, ValueError, KeyError) as error:
        raise EncoderError(f"The sentence network in {folder} cannot be used ({error}); {WHAT_TO_DO}") from error
    return manifest


def _load(folder: Path) -> Network:
    manifest = read_manifest(folder)
    try:
        network = Network(folder / MODEL, folder / TOKENIZER, manifest["labels"])
    except Exception as error:  # onnxruntime and tokenizers raise many kinds; each means that it does not work here
        raise EncoderError(f"The sentence network in {folder} does not work on this machine: {error}") from error
    reference = load_reference()
    few = Reference(reference.sentences[:_SELF_CHECKS], reference.vectors[:_SELF_CHECKS])
    least, floor = float(cosines(network.vectors, few).min()), float(manifest["floor"])
    if least < floor:
        raise EncoderError(
            f"The sentence network in {folder} gives wrong vectors on this machine (cosine {least:.3f}, at least {floor} needed)"
        )
    return network


def fingerprint(folder: Path = FOLDER) -> str:
    """The recorded SHA-256 of the network: settings chosen with one network must not be used with another."""
    return str(read_manifest(folder)["files"][MODEL])
