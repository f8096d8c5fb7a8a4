"""The labelled messages of data/nlu, for what learns outside `rasa train`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import yaml

from bot.nlu.features import normalise


class Example(NamedTuple):
    text: str
    needs: tuple[str, ...]
    flags: tuple[str, ...]
    intent: str


class Labels(NamedTuple):
    need: list[str]
    red_flag: list[str]
    intent: list[str]


def read_examples(folder: Path) -> list[Example]:
    """All messages of Rasa's YAML files in `folder`, each text once, in the order of the files."""
    found: dict[str, Example] = {}
    for path in sorted(folder.glob("*.yml")):
        for group in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            for example in group["examples"]:
                about = example.get("metadata") or {}
                text = normalise(example["text"])
                needs, flags = tuple(about.get("needs") or ()), tuple(about.get("red_flags") or ())
                found.setdefault(text, Example(text, needs, flags, group["intent"]))
    return list(found.values())


def labels_of(examples: Sequence[Example]) -> Labels:
    """The labels that occur, in alphabetical order."""
    return Labels(
        sorted({need for example in examples for need in example.needs}),
        sorted({flag for example in examples for flag in example.flags}),
        sorted({example.intent for example in examples}),
    )
