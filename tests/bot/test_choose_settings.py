"""Settings are chosen on messages held apart: what the thresholds do there, and what a miss weighs."""

from __future__ import annotations

import numpy as np

from bot.evaluate import Row
from bot.nlu.choose_settings import MISS, Thresholds, choose_thresholds, found_at

LABELS = {"need": ["food", "housing"], "red_flag": ["abuse_now", "fire_gas"], "intent": ["greet", "tell_need"]}
AT = Thresholds(need=0.5, flags=np.array([0.3, 0.6]), beside=0.8, believed=0.05)


def row(kind: str, *flags: str) -> Row:
    empty = frozenset[str]()
    return Row("1", "text", kind, empty, frozenset(flags), None, empty, empty, empty)


def shares(need: tuple[float, float], flag: tuple[float, float], tell: float) -> dict[str, np.ndarray]:
    return {"need": np.array(need), "red_flag": np.array(flag), "intent": np.array((1 - tell, tell))}


def test_each_flag_has_its_own_threshold_and_a_second_one_must_be_likelier() -> None:
    """As in a conversation: the surest first, others only from flag_beside on."""
    of = [shares((0, 0), (0.4, 0.5), 1), shares((0, 0), (0.65, 0.7), 1), shares((0, 0), (0.9, 0.85), 1)]
    found = found_at(of, [frozenset()] * 3, LABELS, AT)
    assert [sorted(one.flags) for one in found] == [["abuse_now"], ["fire_gas"], ["abuse_now", "fire_gas"]]


def test_a_pattern_counts_unless_danger_is_all_but_ruled_out() -> None:
    """The screen is believed from `believed` on."""
    of = [shares((0, 0), (0.06, 0), 1), shares((0, 0), (0.01, 0), 1)]
    found = found_at(of, [frozenset({"fire_gas"})] * 2, LABELS, AT)
    assert [sorted(one.flags) for one in found] == [["fire_gas"], []]


def test_the_likeliest_need_where_the_message_tells_of_one() -> None:
    """Nobody who tells of something is left without a guess, which they may correct; a greeting gets none."""
    of = [shares((0.2, 0.1), (0, 0), 1), shares((0.2, 0.1), (0, 0), 0), shares((0.01, 0.02), (0, 0), 1)]
    found = found_at(of, [frozenset()] * 3, LABELS, AT)
    assert [sorted(one.needs) for one in found] == [["food"], [], []]


def test_a_miss_weighs_more_than_a_false_alarm() -> None:
    """Two calm messages look as grave as one with danger: the danger is raised all the same."""
    of = [shares((0, 0), (0.32, 0), 1)] * 3
    rows = [row("flag", "abuse_now"), row("lookalike"), row("need")]
    chosen = choose_thresholds(of, [frozenset()] * 3, rows, LABELS)
    assert chosen.flags[0] <= 0.32
    calm = [row("need")] * int(MISS)
    more = choose_thresholds(of + of[:1] * len(calm), [frozenset()] * (3 + len(calm)), [*rows, *calm], LABELS)
    assert more.flags[0] > 0.32
