"""The training text is what it is said to be, and has nothing of the text that measures."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


class Example(NamedTuple):
    intent: str
    text: str
    needs: list[str]
    flags: list[str]
    near: list[str]


def key(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip() or text


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    found = []
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for group in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["nlu"]:
            for example in group["examples"]:
                about: dict[str, Any] = example.get("metadata") or {}
                lists = [about.get(name) or [] for name in ("needs", "red_flags", "near")]
                found.append(Example(group["intent"], example["text"].strip(), *lists))
    return found


def test_there_is_enough_of_each_kind(examples: list[Example]) -> None:
    """At least 8,000 messages, 1,500 with a red flag, and 1,500 that only look like one."""
    assert len(examples) >= 8_000
    assert sum(bool(example.flags) for example in examples) >= 1_500
    assert sum(bool(example.near) and not example.flags for example in examples) >= 1_500


def test_no_message_is_there_twice(examples: list[Example]) -> None:
    """Every message reads as another person."""
    counted = Counter(key(example.text) for example in examples)
    assert [text for text, times in counted.items() if times > 1] == []


def test_no_message_that_measures_is_learnt(examples: list[Example]) -> None:
    """Short answers such as "yes please" occur to everybody; a sentence that is in both would be a copy."""
    learnt = {key(example.text) for example in examples}
    for name in ("messages", "settings"):
        rows = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        both = {key(json.loads(row)["text"]) for row in rows} & learnt
        assert [text for text in both if len(text.split()) > 3] == []


def test_every_label_is_of_the_vocabulary(examples: list[Example]) -> None:
    """A misspelt label would be learnt as one more."""
    needs = yaml.safe_load((ROOT / "data" / "leicestershire" / "needs.yml").read_text(encoding="utf-8"))["needs"]
    flags = yaml.safe_load((ROOT / "data" / "leicestershire" / "red_flag_replies.yml").read_text(encoding="utf-8"))
    intents = yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8"))["intents"]
    assert {need for example in examples for need in example.needs} == set(needs)
    assert {flag for example in examples for flag in example.flags + example.near} <= set(flags["order"])
    assert {example.intent for example in examples} <= {i if isinstance(i, str) else next(iter(i)) for i in intents}


def test_needs_and_flags_are_told(examples: list[Example]) -> None:
    """A message that carries a need or a flag says what is going on; a look-alike does not carry the flag it looks like."""
    assert [e.text for e in examples if (e.needs or e.flags) and e.intent != "tell_need"] == []
    assert [e.text for e in examples if set(e.near) & set(e.flags)] == []
