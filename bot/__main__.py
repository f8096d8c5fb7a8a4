"""`python -m bot run|train|shell|evaluate ...`: Rasa with the fixes, started quickly.

skops is imported before Rasa: imported later it scans every class of the five thousand modules that Rasa loads (start-up
12 s instead of 5.5 s).
"""

import atexit
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import skops.io  # noqa: F401

from bot import model_file, without_tensorflow


def main() -> None:
    if sys.argv[1:2] == ["evaluate"]:
        from bot.evaluate import main as evaluate

        sys.exit(evaluate(sys.argv[2:]))
    if sys.argv[1:2] in (["run"], ["shell"]):
        _check_model(sys.argv[2:])
        if without_tensorflow.is_possible(Path("config.yml")):
            without_tensorflow.apply()
        from bot import fixes

        fixes.apply()
        sys.argv[1:] = fixes.main_arguments(sys.argv[1:])
    from rasa.__main__ import main as rasa_main

    if sys.argv[1:2] == ["train"]:
        atexit.register(_record_model, sys.argv[2:], time.time())
        from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

        # The form of 22,000 messages is checked by `make lint` (`rasa data validate`); here it took two minutes each time.
        RasaYAMLReader.validate = lambda self, string: None
    if sys.argv[1:2] == ["data"]:
        _read_large_files_quickly()
    rasa_main()


def _check_model(arguments: list[str]) -> None:
    model = model_file.served(arguments)
    try:
        if model:
            model_file.check(model)
    except model_file.WrongModel as problem:
        sys.exit(f"cannot start: {problem}")


def _record_model(arguments: list[str], began: float) -> None:
    """Rasa ends its own process after training, so this runs at the very end. What a failed training left is not recorded."""
    model = model_file.trained(arguments)
    if model and model.stat().st_mtime >= began:
        model_file.record(model)


def _read_large_files_quickly() -> None:
    """Before it checks a file Rasa reads it once more in its slowest way, to tell the line of a mistake: for the training
    messages that is most of the time of `rasa data validate`. Their mistakes are told without the line."""
    from rasa.shared.utils import io

    read = io.read_yaml

    def quick(content: str, reader_type: str | list[str] = "safe") -> Any:
        return read(content, "safe" if len(content) > _LARGE else reader_type)

    io.read_yaml = quick


_LARGE = 50_000  # characters

if __name__ == "__main__":
    main()
