"""Prints a fingerprint of everything the trained model depends on, so that set-up trains only when something changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

PATTERNS = (
    "config.yml",
    "domain.yml",
    "data/nlu/*.yml",
    "data/rules/*.yml",
    "data/stories/*.yml",
    "data/leicestershire/places.csv",
    "data/leicestershire/ambiguous_places.yml",
    "data/leicestershire/red_flags.yml",
    "data/leicestershire/details.yml",
    "data/leicestershire/language_words.yml",
    # What is trained; how the bot serves it (its channel, its store, the fixes to Rasa) needs no training.
    "bot/nlu/*.py",
    "bot/policies/*.py",
    "bot/encoder/*.py",
    "bot/encoder/finetuned/manifest.json",
    "bot/uv.lock",
    "safety/*.py",
)


def model_stamp(root: Path) -> str:
    """A SHA-256 over the names and contents of those files under `root`; build output and environments left out."""
    digest = hashlib.sha256()
    for pattern in PATTERNS:
        for path in sorted(root.glob(pattern)):
            if ".venv" in path.parts:
                continue
            digest.update(str(path.relative_to(root)).encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print(model_stamp(Path(__file__).resolve().parent.parent))
