"""The figures of an evaluation are right, neighbours are not punished, and a bad file is named with its line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot import evaluate
from bot.evaluate import DataError, Row, Understood, read_rows, score, worst

ROWS: list[dict[str, Any]] = [
    {"id": "1", "text": "lonely", "needs": ["loneliness"], "red_flags": [], "act": None},
    {"id": "2", "text": "rent and food", "needs": ["housing", "food"], "red_flags": [], "act": None},
    {"id": "3", "text": "end it", "needs": [], "red_flags": ["suicide_self_harm"], "act": None},
    {"id": "4", "text": "gas, and he hits me", "needs": [], "red_flags": ["fire_gas", "abuse_now"], "act": None},
    {"id": "5", "text": "dying of boredom", "kind": "lookalike", "needs": [], "red_flags": [], "act": None},
    {"id": "6", "text": "hello", "needs": [], "red_flags": [], "act": "greet"},
    {"id": "7", "text": "thanks", "needs": [], "red_flags": [], "act": "thanks"},
    {"id": "8", "text": "bye", "needs": [], "red_flags": [], "act": "goodbye", "accept": {"act": ["thanks"]}},
]


def understood(needs: str = "", flags: str = "", act: str = "tell_need", seconds: float = 0.01) -> Understood:
    return Understood(frozenset(needs.split()), frozenset(flags.split()), act, seconds)


FOUND = [
    understood("loneliness social_activities"),  # right; the second is a neighbour
    understood("housing smoking"),  # one right, one wrong, food missed
    understood(flags="suicide_self_harm"),  # right
    understood(flags="fire_gas"),  # one of two
    understood(flags="suicide_self_harm"),  # false alarm on a lookalike
    understood(act="greet"),  # right
    understood(act="greet"),  # wrong
    understood(act="thanks", seconds=0.5),  # accepted
]


def write(path: Path, *rows: Any) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def rows(tmp_path: Path) -> list[Row]:
    return read_rows(write(tmp_path / "rows.jsonl", *ROWS))


# --- figures -------------------------------------------------------------------------------------------------------------


def test_flags_are_scored(rows: list[Row]) -> None:
    """By hand: both flagged rows raised a flag; one of them exactly the right ones; each had a right one among them."""
    figures = score(rows, FOUND)
    assert figures["rows"] == 8
    assert figures["any_flag_recall"] == 1.0
    assert figures["right_flag_rate"] == 0.5
    assert figures["some_right_flag_rate"] == 1.0
    assert figures["flag_recall"] == {"abuse_now": 0.0, "fire_gas": 1.0, "suicide_self_harm": 1.0}


def test_false_alarms_are_counted_by_kind(rows: list[Row]) -> None:
    """A false alarm is a flag where none is labelled: one of one lookalike, none of two needs, none of three acts."""
    assert score(rows, FOUND)["false_alarms"] == {"act": 0.0, "lookalike": 1.0, "need": 0.0}


def test_missed_flags_are_counted(rows: list[Row]) -> None:
    """A flagged row without any flag lowers the recall, and counts neither way in the right-flag rate."""
    figures = score(rows, [*FOUND[:2], understood(), *FOUND[3:]])
    assert figures["any_flag_recall"] == 0.5
    assert figures["right_flag_rate"] == 0.0
    assert figures["flag_recall"]["suicide_self_harm"] == 0.0


def test_needs_are_scored(rows: list[Row]) -> None:
    """By hand: 2 right, 1 wrong, 1 missed: micro F1 = 4/6; macro over the three labelled needs = (1 + 1 + 0) / 3."""
    figures = score(rows, FOUND)
    assert figures["needs_micro_f1"] == pytest.approx(4 / 6)
    assert figures["needs_f1"] == {"food": 0.0, "housing": 1.0, "loneliness": 1.0, "smoking": 0.0}
    assert figures["needs_macro_f1"] == pytest.approx(2 / 3)
    assert figures["no_need_found"] == 0.0


def test_neighbours_are_not_punished(rows: list[Row]) -> None:
    """A neighbour found beside the need changes nothing; missing it neither; in the need's place it counts as missed only."""
    with_neighbour = score(rows, FOUND)
    without = score(rows, [understood("loneliness"), *FOUND[1:]])
    assert with_neighbour["needs_micro_f1"] == without["needs_micro_f1"]
    instead = score(rows, [understood("social_activities"), *FOUND[1:]])
    assert instead["needs_f1"]["loneliness"] == 0.0 and "social_activities" not in instead["needs_f1"]
    assert instead["needs_micro_f1"] == pytest.approx(2 / 5)  # 1 right, 1 wrong, 2 missed


def test_a_labelled_neighbour_must_be_found(tmp_path: Path) -> None:
    """A neighbour that is itself labelled is a need like any other."""
    rows = read_rows(
        write(tmp_path / "rows.jsonl", {**ROWS[0], "needs": ["loneliness", "social_activities"], "accept": {}})
    )
    assert score(rows, [understood("loneliness")])["needs_f1"]["social_activities"] == 0.0


def test_accepted_labels_count_neither_way(tmp_path: Path) -> None:
    """`accept` names needs and flags that may be found or not."""
    accept = {"needs": ["smoking"], "red_flags": ["fire_gas"]}
    rows = read_rows(write(tmp_path / "rows.jsonl", {**ROWS[0], "accept": accept}))
    plain = score(rows, [understood("loneliness")])
    found = score(rows, [understood("loneliness smoking", "fire_gas")])
    assert plain["needs_micro_f1"] == found["needs_micro_f1"] == 1.0
    assert plain["false_alarms"] == found["false_alarms"] == {"need": 0.0}


def test_intents_are_scored(rows: list[Row]) -> None:
    """By hand: greet 1 right and 1 wrongly said (2/3), thanks missed (0), goodbye accepted (1): macro 5/9."""
    figures = score(rows, FOUND)
    assert figures["intent_f1"] == {"goodbye": 1.0, "greet": pytest.approx(2 / 3), "thanks": 0.0}
    assert figures["intent_macro_f1"] == pytest.approx(5 / 9)


def test_times_are_percentiles_in_milliseconds(rows: list[Row]) -> None:
    """Half the messages took up to 10 ms; the slowest of eight is the 95th percentile."""
    figures = score(rows, FOUND)
    assert figures["parse_ms_p50"] == pytest.approx(10.0)
    assert figures["parse_ms_p95"] == pytest.approx(500.0)


def test_nothing_to_measure_is_none(tmp_path: Path) -> None:
    """A file without flags says nothing about flags: None, not 0 or 1."""
    figures = score(read_rows(write(tmp_path / "rows.jsonl", ROWS[5])), [understood(act="greet")])
    assert figures["any_flag_recall"] is None and figures["right_flag_rate"] is None
    assert figures["needs_macro_f1"] is None and figures["no_need_found"] is None
    assert figures["intent_macro_f1"] == 1.0


def test_a_perfect_reading_scores_one(rows: list[Row]) -> None:
    """Every share of a perfect reading is 1, and no false alarm."""
    perfect = [Understood(row.needs, row.flags, row.act or "tell_need", 0.01) for row in rows]
    figures = score(rows, perfect)
    for name in ("any_flag_recall", "right_flag_rate", "needs_micro_f1", "needs_macro_f1", "intent_macro_f1"):
        assert figures[name] == 1.0, name
    assert set(figures["false_alarms"].values()) == {0.0}
    assert worst(rows, perfect) == []


def test_the_report_names_what_was_misunderstood(rows: list[Row]) -> None:
    """Wrong flags first, then needs, then acts; rows that are right, neighbours included, are left out."""
    listed = worst(rows, FOUND)
    assert [item["id"] for item in listed] == ["4", "5", "2", "7"]
    assert listed[2]["expected"] == [[], ["food", "housing"], None]
    assert listed[2]["found"] == [[], ["housing", "smoking"], "tell_need"]


# --- the file --------------------------------------------------------------------------------------------------------------


def test_the_kind_is_guessed_when_it_is_not_given(rows: list[Row]) -> None:
    """A row with flags is a flag, else one with needs a need, else an act."""
    assert [row.kind for row in rows] == ["need", "need", "flag", "flag", "lookalike", "act", "act", "act"]


def test_blank_lines_are_fine(tmp_path: Path) -> None:
    """A trailing line break or an empty line is no row."""
    assert len(read_rows(write(tmp_path / "rows.jsonl", "", ROWS[0], "  ", ROWS[1], ""))) == 2


@pytest.mark.parametrize(
    "bad",
    [
        "not json",
        "[]",
        "7",
        "null",
        "{}",
        {key: value for key, value in ROWS[0].items() if key != "id"},
        {key: value for key, value in ROWS[0].items() if key != "text"},
        {key: value for key, value in ROWS[0].items() if key != "needs"},
        {key: value for key, value in ROWS[0].items() if key != "red_flags"},
        {key: value for key, value in ROWS[0].items() if key != "act"},
        {**ROWS[0], "needs": None},
        {**ROWS[0], "needs": "food"},
        {**ROWS[0], "needs": [["food"]]},
        {**ROWS[0], "needs": [7]},
        {**ROWS[0], "red_flags": "fire_gas"},
        {**ROWS[0], "red_flags": {"fire_gas": True}},
        {**ROWS[0], "text": None},
        {**ROWS[0], "text": 7},
        {**ROWS[0], "act": ["greet"]},
        {**ROWS[0], "act": 7},
        {**ROWS[0], "kind": ["need"]},
        {**ROWS[0], "accept": "food"},
        {**ROWS[0], "accept": ["food"]},
        {**ROWS[0], "accept": {"needs": "food"}},
        {**ROWS[0], "accept": {"act": "greet"}},
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, bad: Any) -> None:
    """A row of another form would be scored wrongly or crash much later: the error names the file and the line."""
    path = write(tmp_path / "rows.jsonl", ROWS[0], "", bad, ROWS[1])
    with pytest.raises(DataError, match=r"rows\.jsonl: line 3"):
        read_rows(path)


def test_a_file_without_rows_is_an_error(tmp_path: Path) -> None:
    """An empty file cannot be scored."""
    with pytest.raises(DataError, match="no rows"):
        read_rows(write(tmp_path / "rows.jsonl", "", ""))


def test_a_missing_file_or_other_bytes_are_an_error(tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(DataError, match=r"none\.jsonl"):
        read_rows(tmp_path / "none.jsonl")
    (tmp_path / "bytes.jsonl").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(DataError, match=r"bytes\.jsonl"):
        read_rows(tmp_path / "bytes.jsonl")


# --- the command -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["a", "b"]])
def test_the_command_wants_one_file(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 and how to use it."""
    assert evaluate.main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_the_command_refuses_a_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 2 and the line, before any model is loaded."""
    assert evaluate.main([str(write(tmp_path / "rows.jsonl", "{}"))]) == 2
    assert "line 1" in capsys.readouterr().err


def test_the_command_writes_its_report(
    undo_fixes: None,
    tiny_model: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With a trained model: exit 0, the figures on the screen, figures and misunderstood rows in VAR_DIR/evaluation.json."""
    monkeypatch.setattr(evaluate, "MODEL", tiny_model)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    rows = [{**ROWS[0], "text": "i am so lonely these days"}, {**ROWS[5], "text": "hello"}]
    assert evaluate.main([str(write(tmp_path / "rows.jsonl", *rows))]) == 0
    printed = json.loads(capsys.readouterr().out)
    report = json.loads((tmp_path / "var" / "evaluation.json").read_text(encoding="utf-8"))
    assert report.pop("misunderstood") == [] and report == printed
    assert printed["needs_micro_f1"] == printed["intent_macro_f1"] == 1.0
