"""Where things are in the checkout."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STARTER_CATALOGUE = ROOT / "data" / "catalogue" / "services.csv"
OUR_PYTHON = ROOT / ".venv" / "bin" / "python"
RASA_PYTHON = ROOT / "bot" / ".venv" / "bin" / "python"
MODEL = ROOT / "models" / "assistant.tar.gz"
