"""docs/channel-checklist.md says which tests prove which line of what the two front doors and the desk must hold."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TABLE = (ROOT / "docs" / "channel-checklist.md").read_text(encoding="utf-8")
LINES = re.findall(r"^\| ([SKOPWGD]\d+) \| .* \| (.*) \|$", TABLE, re.MULTILINE)
_PROOF = re.compile(r"^(?:async )?def test_([skopwgd]\d+)_", re.MULTILINE)


def proofs() -> dict[str, dict[str, int]]:
    """By line and file how many tests are named after the line."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for path in (ROOT / "tests").rglob("test_*.py"):
        for line in _PROOF.findall(path.read_text(encoding="utf-8")):
            files = found[line.upper()]
            name = path.relative_to(ROOT / "tests").as_posix()
            files[name] = files.get(name, 0) + 1
    return found


def test_the_table_has_every_line_once() -> None:
    many = {"S": 10, "K": 6, "O": 8, "P": 3, "W": 15, "G": 12, "D": 8}
    assert [line for line, _ in LINES] == [f"{kind}{n}" for kind, most in many.items() for n in range(1, most + 1)]


@pytest.mark.parametrize(("line", "said"), LINES, ids=[line for line, _ in LINES])
def test_a_line_is_proved_by_just_the_tests_that_the_table_names(line: str, said: str) -> None:
    named = {name: int(count or 1) for name, count in re.findall(r"`([^`]+)`(?: \((\d+)\))?", said)}
    assert named and named == proofs()[line]
