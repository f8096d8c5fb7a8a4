"""Understanding holds its bars on messages that nobody has looked at while choosing settings (see README.md here)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.evaluate import MODEL, Row, read_rows, score, understand
from tests.understanding.hurried import hurried

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
ROWS = HERE / "messages.jsonl"
ANSWERS = HERE / "answers.jsonl"
BARS: dict[str, dict[str, float]] = yaml.safe_load((HERE / "bars.yml").read_text(encoding="utf-8"))
MOST_LOST = 0.03  # by typing mistakes and text-speak


def measure(rows: list[Row]) -> dict[str, float]:
    model = ROOT / MODEL
    if not model.is_file():
        pytest.skip("no trained model; run make setup")
    figures = score(rows, asyncio.run(understand(rows, str(model))))
    flat = {name: value for name, value in figures.items() if isinstance(value, float)}
    for group in ("false_alarms", "flag_recall"):
        flat |= {f"{group}.{name}": value for name, value in figures[group].items()}
    return flat


def measure_both(change: Callable[[Row], Row] = lambda row: row) -> dict[str, float]:
    """The figures of the messages by their names, and those of the answers with "answers." before them."""
    answers = measure([change(row) for row in read_rows(ANSWERS)])
    return measure([change(row) for row in read_rows(ROWS)]) | {f"answers.{name}": answers[name] for name in answers}


@pytest.fixture(scope="module")
def plain() -> dict[str, float]:
    return measure_both()


@pytest.fixture(scope="module")
def mistyped() -> dict[str, float]:
    chance = random.Random(20261121)
    return measure_both(lambda row: row._replace(text=hurried(row.text, chance)))


@pytest.mark.parametrize("name", [name for name in BARS if BARS[name]["better"] == "more"])
def test_a_share_that_should_be_large(plain: dict[str, float], name: str) -> None:
    """No change may make residents less well understood than bars.yml records."""
    assert plain[name] >= BARS[name]["held"]


@pytest.mark.parametrize("name", [name for name in BARS if BARS[name]["better"] == "less"])
def test_a_share_that_should_be_small(plain: dict[str, float], name: str) -> None:
    """No change may raise more false alarms, or leave more people without an answer, than bars.yml records."""
    assert plain[name] <= BARS[name]["held"]


@pytest.mark.parametrize("name", list(BARS))
def test_typing_mistakes_cost_little(plain: dict[str, float], mistyped: dict[str, float], name: str) -> None:
    """Every figure stays within what bars.yml allows to be lost when the same messages are typed in a hurry."""
    lost = plain[name] - mistyped[name] if BARS[name]["better"] == "more" else mistyped[name] - plain[name]
    assert lost <= BARS[name].get("lost", MOST_LOST)


def test_the_set_is_what_the_readme_says() -> None:
    """At least 1,500 different messages of every kind, with every need, red flag and intent among them."""
    rows = read_rows(ROWS)
    labels: dict[str, Any] = yaml.safe_load(
        (ROOT / "data" / "leicestershire" / "needs.yml").read_text(encoding="utf-8")
    )
    assert len({row.text for row in rows}) >= 1_500
    assert {row.kind for row in rows} == {"need", "flag", "lookalike", "act"}
    assert set().union(*(row.needs for row in rows)) == set(labels["needs"])
    assert len(set().union(*(row.flags for row in rows))) == 7
    assert len({row.act for row in rows if row.act}) >= 21
