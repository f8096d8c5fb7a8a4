"""Serving without TensorFlow: Rasa imports it whatever the pipeline is, which takes 250 MB and two to five seconds of each start.

None of our components computes with it. While a model is served, a stand-in has its name: Rasa's classes can be made from it, and
anything that would compute with it says what to do instead. Training, and a pipeline with other components of Rasa, get the real one.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import yaml

OURS = "bot."  # how the names of our own components begin
NEED_NONE = frozenset({"RulePolicy", "MemoizationPolicy", "AugmentedMemoizationPolicy"})  # Rasa's own, that do without


class TensorFlowIsNotLoaded(RuntimeError):
    """Something wants to compute with TensorFlow."""


def is_possible(config: Path) -> bool:
    """True when no component that this config.yml names needs TensorFlow. False for a file that cannot be read: Rasa says what is
    wrong with it."""
    try:
        read = yaml.safe_load(config.read_text("utf-8"))
        names = [part["name"] for part in (*(read["pipeline"] or ()), *(read["policies"] or ()))]
    except (OSError, ValueError, KeyError, TypeError, yaml.YAMLError):
        return False
    return all(name.startswith(OURS) or name in NEED_NONE for name in names)


def apply() -> None:
    """Put the stand-in in place. Call before Rasa is imported; afterwards it is too late, and this does nothing."""
    if "tensorflow" not in sys.modules and not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Anything(type):
    """The type of the stand-in's classes: to inherit from, to name in annotations, with any attribute; to call never."""

    def __getattr__(cls, name: str) -> _Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return _anything(name)

    def __call__(cls, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TensorFlowIsNotLoaded(
            f"{cls.__name__} needs TensorFlow, which this process runs without because config.yml names no component "
            "that uses it: name the component there and train again"
        )


def _anything(name: str) -> _Anything:
    return _Anything(name, (), {})


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> _Anything:
        if name.startswith("__"):
            raise AttributeError(name)
        return _anything(name)


class _Finder(MetaPathFinder, Loader):
    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        if name.startswith("tensorflow.experimental"):  # spaCy asks for this one, and does without
            raise ModuleNotFoundError(name)
        ours = name.split(".")[0] in ("tensorflow", "keras")
        return ModuleSpec(name, self, is_package=True) if ours else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass
