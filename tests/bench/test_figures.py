"""Figures, options and what is read from the machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import milliseconds, percentile, round_figures
from bench.load import Played
from bench.machine import Processes, children, describe
from bench.options import ONLY_WHEN_ASKED, PARTS, Options
from bench.parts.commands import made_up_feed
from bench.report import in_words, ratios, write


@given(st.lists(st.floats(0, 100), min_size=1), st.floats(0.01, 1))
def test_a_percentile_is_the_smallest_value_that_enough_do_not_exceed(values: list[float], share: float) -> None:
    """Nearest rank: it is one of the values, and none that is smaller would do."""
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values) + 1e-9


def test_no_values_have_no_percentile() -> None:
    assert milliseconds([]) == {}
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_processor_time_is_by_turn() -> None:
    """Seconds of a round, shared out over its turns; a round in which nothing was answered is no division by zero."""
    played = Played(latencies=[0.010, 0.030], seconds=0.5, failures=["no reply", "no reply"])
    found = round_figures(played, {"rasa": 0.02}, {"rasa": 600.0})
    assert (found["turns_a_second"], found["p50_ms"], found["max_ms"]) == (4.0, 10.0, 30.0)
    assert found["cpu_ms_a_turn"] == {"rasa": 10.0}
    assert (found["failures"], found["first_failures"]) == (2, ["no reply"])
    assert round_figures(Played(), {"rasa": 0.0}, {})["turns"] == 0


def test_a_process_is_measured() -> None:
    """This one: it uses processor time, has memory, and is a child of its parent."""
    before = Processes.now({"tests": os.getpid()})
    end = time.process_time() + 0.1
    while time.process_time() < end:
        pass
    assert 0.05 <= before.used_since()["tests"] < 5
    assert before.memory()["tests"] > 10
    assert os.getpid() in children(os.getppid())
    assert Processes.now({"gone": 4_194_304}).memory() == {"gone": 0.0}
    assert describe()["cores"]


def test_what_is_measured_can_be_chosen() -> None:
    """Everything but the long part; some by name, in the order in which they run; small rounds; a slip is told."""
    folder = Path("/tmp/var")
    assert Options.read({}, folder).parts == tuple(part for part in PARTS if part not in ONLY_WHEN_ASKED)
    assert Options.read({"ONLY": "flat, load"}, folder).parts == ("load", "flat")
    quick = Options.read({"QUICK": "1"}, folder)
    assert quick.quick and "stock" not in quick.parts and max(quick.rounds) < max(Options.read({}, folder).rounds)
    assert Options.read({"QUICK": "1", "ONLY": "stock"}, folder).parts == ("stock",)
    with pytest.raises(ValueError, match="flatt"):
        Options.read({"ONLY": "flatt"}, folder)


def test_the_report(tmp_path: Path) -> None:
    """Ratios only where both were measured; a table for people, the same as JSON for programs."""
    row = round_figures(Played([0.01] * 10, 0.1), {"rasa": 0.1}, {"rasa": 600.0})
    slow = round_figures(Played([0.1] * 10, 1.0), {"rasa": 0.5}, {"rasa": 900.0})
    assert ratios({"1": row, "32": row}, {"32": slow}) == {"32": 10.0}
    found = {
        "machine": {"cores": 2},
        "load": {"rounds": {"32": row}},
        "stock": {"training_s": 9.0, "rounds": {"32": slow}},
        "scale": {"skipped": "PostgreSQL is not installed"},
        "times_stock": {"32": 10.0},
    }
    words = in_words(found)
    assert "| 32 | 10 | 100.0 |" in words and "training_s" in words and "not installed" in words
    assert '"32": 10.0' in write(found, tmp_path).read_text()


def test_the_made_up_feed_is_the_same_each_time() -> None:
    """As many different services as asked for."""
    feed = made_up_feed(20)
    assert feed == made_up_feed(20)
    assert len({service["id"] for service in feed["contents"]}) == 20
