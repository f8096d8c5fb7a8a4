"""Button labels and short phrases of the actions, from conversation_words.yml under DATA_DIR."""

from __future__ import annotations

from pathlib import Path

from common.local_data import LocalDataError, read_yaml

FILE = "conversation_words.yml"


def load(data_dir: Path) -> dict[str, str]:
    """The phrases by name. Raises LocalDataError when one is no text."""
    phrases = read_yaml(data_dir / FILE).get("phrases")
    if not isinstance(phrases, dict) or not all(isinstance(value, str) for value in phrases.values()):
        raise LocalDataError(f"{data_dir / FILE}: phrases must be names and texts")
    return phrases
