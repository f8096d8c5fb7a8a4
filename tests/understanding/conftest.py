"""The bars need the trained model, which only the bot's own Python can load."""

import importlib.util

collect_ignore = [] if importlib.util.find_spec("rasa") else ["test_bars.py"]
