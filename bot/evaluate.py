"""`make evaluate DATA=file.jsonl`: how well messages are understood, scored against labelled ones.

A row: `{"id", "text", "needs": [...], "red_flags": [...], "act": intent or null}`, optional `kind` (need, flag, lookalike, act),
`channel`, `place` and `accept: {needs, red_flags, act}` (labels that count neither for nor against). Prints the figures and writes them to
VAR_DIR/evaluation.json. Exit 0 when the file could be scored, 2 when it could not.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bot.secret import var_dir

MODEL = "models/assistant.tar.gz"

# Neighbours of a need: found beside it, they count neither for nor against. Source: the project's labelling policy.
NEIGHBOURS: Mapping[str, frozenset[str]] = {
    "loneliness": frozenset({"social_activities", "mental_wellbeing"}),
    "bereavement": frozenset({"mental_wellbeing", "loneliness"}),
    "domestic_abuse": frozenset({"mental_wellbeing"}),
    "money_debt": frozenset({"benefits", "mental_wellbeing"}),
    "benefits": frozenset({"money_debt"}),
    "food": frozenset({"money_debt", "benefits"}),
    "energy_warm_home": frozenset({"money_debt", "benefits", "housing"}),
    "housing": frozenset({"legal_advice"}),
    "falls_mobility": frozenset({"home_adaptations", "long_term_condition"}),
    "carer_support": frozenset({"mental_wellbeing", "long_term_condition"}),
    "long_term_condition": frozenset({"mental_wellbeing"}),
    "weight": frozenset({"physical_activity"}),
    "physical_activity": frozenset({"weight", "social_activities"}),
    "scams_crime": frozenset({"mental_wellbeing", "digital_help"}),
    "volunteering": frozenset({"social_activities"}),
    "family_parenting": frozenset({"mental_wellbeing"}),
    "alcohol_drugs": frozenset({"mental_wellbeing"}),
}


class DataError(ValueError):
    """The file cannot be scored; the message names the line."""


class Row(NamedTuple):
    id: str
    text: str
    kind: str
    needs: frozenset[str]
    flags: frozenset[str]
    act: str | None
    accept_needs: frozenset[str]
    accept_flags: frozenset[str]
    accept_acts: frozenset[str]


class Understood(NamedTuple):
    needs: frozenset[str]
    flags: frozenset[str]
    act: str
    seconds: float


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSON Lines file. Raises DataError."""
    rows = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: {error}") from None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            rows.append(_row(json.loads(line)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DataError(f"{path}: line {number}: {type(error).__name__} {error}") from None
    if not rows:
        raise DataError(f"{path}: no rows")
    return rows


def _row(raw: Any) -> Row:
    needs, flags, act, accept = _names(raw["needs"]), _names(raw["red_flags"]), raw["act"], raw.get("accept") or {}
    kind = raw.get("kind") or ("flag" if flags else "need" if needs else "act")
    if not all(isinstance(value, str) for value in (raw["text"], kind, act or "")):
        raise TypeError("text, kind and act are texts")
    neighbours = frozenset().union(*(NEIGHBOURS.get(need, frozenset()) for need in needs))
    accepted = [_names(accept.get(name) or []) for name in ("needs", "red_flags", "act")]
    return Row(str(raw["id"]), raw["text"], kind, needs, flags, act, (accepted[0] | neighbours) - needs, *accepted[1:])


def _names(value: Any) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise TypeError("needs, red_flags and what is accepted are lists of names")
    return frozenset(value)


def score(rows: Sequence[Row], found: Sequence[Understood]) -> dict[str, Any]:
    """All figures of the evaluation, as shares between 0 and 1 (None where there is nothing to measure)."""
    pairs = list(zip(rows, found, strict=True))
    flagged = [(row, got) for row, got in pairs if row.flags]
    raised = [(row, got) for row, got in flagged if got.flags]
    alarms = defaultdict(list)
    for row, got in pairs:
        if not row.flags:
            alarms[row.kind].append(bool(got.flags - row.accept_flags))
    needy = [(row, got) for row, got in pairs if row.needs]
    acts = [(row, got) for row, got in pairs if row.act is not None]
    return {
        "rows": len(rows),
        "any_flag_recall": _share(bool(got.flags) for _, got in flagged),
        "right_flag_rate": _share(
            row.flags <= got.flags | row.accept_flags and got.flags <= row.flags | row.accept_flags
            for row, got in raised
        ),
        "some_right_flag_rate": _share(bool(got.flags & row.flags) for row, got in raised),
        "false_alarms": {kind: _share(values) for kind, values in sorted(alarms.items())},
        "flag_recall": {
            flag: _share(flag in got.flags for row, got in flagged if flag in row.flags)
            for flag in sorted(frozenset().union(*(row.flags for row in rows)))
        },
        **_need_scores([(row, got) for row, got in pairs if row.needs or row.kind in ("need", "lookalike", "act")]),
        "no_need_found": _share(not got.needs for _, got in needy),
        **_act_scores(acts),
        "parse_ms_p50": _percentile([got.seconds for got in found], 0.5) * 1000,
        "parse_ms_p95": _percentile([got.seconds for got in found], 0.95) * 1000,
    }


def _need_scores(pairs: Sequence[tuple[Row, Understood]]) -> dict[str, Any]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])  # found right, found wrong, missed
    for row, got in pairs:
        for need in got.needs & row.needs:
            counts[need][0] += 1
        for need in got.needs - row.needs - row.accept_needs:
            counts[need][1] += 1
        for need in row.needs - got.needs:
            counts[need][2] += 1
    each = {need: _f1(*values) for need, values in sorted(counts.items())}
    totals = [sum(values[i] for values in counts.values()) for i in range(3)]
    labelled = [each[need] for need in {need for row, _ in pairs for need in row.needs}]
    return {
        "needs_micro_f1": _f1(*totals),
        "needs_macro_f1": sum(labelled) / len(labelled) if labelled else None,
        "needs_f1": each,
    }


def _act_scores(pairs: Sequence[tuple[Row, Understood]]) -> dict[str, Any]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row, got in pairs:
        act = row.act or ""
        if got.act == act or got.act in row.accept_acts:
            counts[act][0] += 1
        else:
            counts[got.act][1] += 1
            counts[act][2] += 1
    each = {act: _f1(*counts[act]) for act in sorted({row.act or "" for row, _ in pairs})}
    return {"intent_macro_f1": sum(each.values()) / len(each) if each else None, "intent_f1": each}


def _f1(right: int, wrong: int, missed: int) -> float:
    total = 2 * right + wrong + missed
    return 2 * right / total if total else 0.0


def _share(values: Iterable[bool]) -> float | None:
    values = list(values)
    return sum(values) / len(values) if values else None


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


async def understand(rows: Sequence[Row], model: str) -> list[Understood]:
    """What the trained model makes of each row."""
    os.environ["ALLOW_MEMORY_TRACKER"] = "1"
    from bot import fixes

    fixes.apply()
    from rasa.core.agent import Agent
    from rasa.utils.log_utils import configure_structlog

    configure_structlog(logging.ERROR)  # at its default it prints every message it reads
    agent = Agent.load(model)
    await agent.parse_message("warm up")
    found = []
    for row in rows:
        began = time.perf_counter()
        parsed = await agent.parse_message(row.text)
        seconds = time.perf_counter() - began
        entities = [(entity["entity"], entity["value"]) for entity in parsed["entities"]]
        found.append(
            Understood(
                frozenset(value for kind, value in entities if kind == "need"),
                frozenset(value for kind, value in entities if kind == "red_flag"),
                parsed["intent"]["name"],
                seconds,
            )
        )
    return found


def worst(rows: Sequence[Row], found: Sequence[Understood]) -> list[dict[str, Any]]:
    """Every row that was misunderstood, flags first: what was expected and what was found (for a person to read)."""
    wrong = []
    for row, got in zip(rows, found, strict=True):
        flags = got.flags - row.accept_flags != row.flags - row.accept_flags
        needs = bool(row.needs - got.needs or got.needs - row.needs - row.accept_needs)
        act = row.act is not None and got.act != row.act and got.act not in row.accept_acts
        if flags or needs or act:
            wrong.append(
                {
                    "id": row.id,
                    "text": row.text,
                    "expected": [sorted(row.flags), sorted(row.needs), row.act],
                    "found": [sorted(got.flags), sorted(got.needs), got.act],
                    "rank": 2 * flags + needs + act,
                }
            )
    return sorted(wrong, key=lambda item: -item["rank"])


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 1:
        print("usage: python -m bot evaluate FILE.jsonl", file=sys.stderr)
        return 2
    try:
        rows = read_rows(Path(arguments[0]))
    except DataError as error:
        print(f"cannot evaluate: {error}", file=sys.stderr)
        return 2
    found = asyncio.run(understand(rows, MODEL))
    figures = score(rows, found)
    print(json.dumps(figures, indent=2))
    report = {**figures, "misunderstood": worst(rows, found)}
    target = var_dir() / "evaluation.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report, indent=1, ensure_ascii=False), encoding="utf-8")
    return 0
