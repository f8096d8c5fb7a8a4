"""The figures as tables for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLUMNS = ("turns", "turns_a_second", "p50_ms", "p95_ms", "p99_ms", "searches", "referrals", "failures")
# Parts with a row for each round: what the table is called, and what a row is.
ROUNDS = {
    "load": ("our assistant", "at once"),
    "stock": ("stock Rasa", "at once"),
    "scale": ("several bots on PostgreSQL", "bots"),
}


def ratios(ours: Mapping[str, Any], stock: Mapping[str, Any]) -> dict[str, float]:
    """How many times the turns a second of stock Rasa, for each number at once that both have."""
    return {
        at_once: round(figures["turns_a_second"] / stock[at_once]["turns_a_second"], 1)
        for at_once, figures in ours.items()
        if stock.get(at_once, {}).get("turns_a_second")
    }


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Markdown, so that it can be pasted into docs/performance.md."""
    lines = ["| " + " | ".join(map(str, row)) + " |" for row in (head, *rows)]
    return "\n".join([lines[0], "|" + " --- |" * len(head), *lines[1:]])


def in_words(found: Mapping[str, Any]) -> str:
    """Everything that was measured, as Markdown."""
    parts = [f"machine: {json.dumps(found['machine'])}"]
    for name, (title, head) in ROUNDS.items():
        if "rounds" in found.get(name, {}):
            parts.append(_rounds(title, head, found[name]["rounds"]))
    for name, figures in found.items():
        rest = {key: value for key, value in figures.items() if key != "rounds"} if name in ROUNDS else figures
        if name != "machine" and rest != {}:
            parts.append(f"{name}: {json.dumps(rest)}")
    return "\n\n".join(parts)


def _rounds(title: str, head: str, rounds: Mapping[str, Any]) -> str:
    rows = [[number, *(figures.get(column, "") for column in COLUMNS)] for number, figures in rounds.items()]
    parts = [f"{title}:", table((head, *(column.replace("_", " ") for column in COLUMNS)), rows)]
    processes = list(dict.fromkeys(name for figures in rounds.values() for name in figures["cpu_ms_a_turn"]))
    for key, words in (("cpu_ms_a_turn", "CPU ms a turn"), ("memory_mb", "memory, MB PSS")):
        shown = [
            [number, *(figures[key].get(p, "") for p in processes), round(sum(figures[key].values()), 1)]
            for number, figures in rounds.items()
        ]
        parts.append(f"{words}\n\n{table((head, *processes, 'together'), shown)}")
    return "\n\n".join(parts)


def write(found: Mapping[str, Any], var_dir: Path) -> Path:
    """VAR_DIR/bench.json."""
    path = var_dir / "bench.json"
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    return path
