"""`python -m bot run|train|shell|evaluate ...`: Rasa with the fixes, started quickly.

skops is imported before Rasa: imported later it scans every class of the five thousand modules that Rasa loads (start-up
12 s instead of 5.5 s).
"""

import os
import sys

os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

import skops.io  # noqa: F401


def main() -> None:
    if sys.argv[1:2] == ["evaluate"]:
        from bot.evaluate import main as evaluate

        sys.exit(evaluate(sys.argv[2:]))
    if sys.argv[1:2] in (["run"], ["shell"]):
        from bot import fixes

        fixes.apply()
        sys.argv[1:] = fixes.main_arguments(sys.argv[1:])
    from rasa.__main__ import main as rasa_main

    if sys.argv[1:2] == ["train"]:
        from rasa.shared.nlu.training_data.formats.rasa_yaml import RasaYAMLReader

        # The form of 22,000 messages is checked by `make lint` (`rasa data validate`); here it took two minutes each time.
        RasaYAMLReader.validate = lambda self, string: None
    rasa_main()


if __name__ == "__main__":
    main()
