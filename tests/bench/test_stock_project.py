"""The project that stock Rasa is trained on: our rules and domain, a share of our messages, the parts of `rasa init`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from bench.stock.project import CONFIG, MESSAGES, sample, stamp, write_project

READINGS = {"im lonely": {"intent": {"name": "tell_need", "confidence": 1.0}, "entities": []}}


def messages(intent: str, count: int) -> dict[str, object]:
    return {"intent": intent, "examples": [{"text": f"{intent} {number}", "metadata": {}} for number in range(count)]}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Rasa project of 3,000 messages, most of them of one intent."""
    folder = tmp_path_factory.mktemp("root")
    for name, content in {
        "domain.yml": "intents: [tell_need, greet, stop]",
        "data/rules/start.yml": "rules: []",
        "data/nlu/needs.yml": yaml.safe_dump({"nlu": [messages("tell_need", 2_900)]}),
        "data/nlu/others.yml": yaml.safe_dump({"nlu": [messages("greet", 60), messages("stop", 40)]}),
        "data/nlu/phones.yml": "nlu: [{intent: stop, examples: [{text: '00447700900012'}]}]",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.fixture
def written(root: Path, tmp_path: Path) -> Path:
    write_project(tmp_path / "new", READINGS, "http://127.0.0.1:9", "a-key", root)
    return tmp_path / "new"


def test_the_messages_are_few_and_of_every_intent(written: Path) -> None:
    """A thousand of all, so that training takes minutes; a small intent is there whole, the large one has what is left."""
    nlu = yaml.safe_load((written / "data/nlu.yml").read_text())["nlu"]
    assert {entry["intent"]: len(entry["examples"]) for entry in nlu} == {"greet": 60, "stop": 41, "tell_need": 899}
    assert MESSAGES == 1_000


def test_a_number_stays_a_text(written: Path) -> None:
    """Also for Rasa's reader, which takes YAML 1.2's view of what a number is."""
    text = (written / "data/nlu.yml").read_text()
    assert '"00447700900012"' in text and "\nnlu:\n" in text  # quoted, it would not take the file for messages


def test_the_sample_takes_the_intents_in_turn(root: Path) -> None:
    """Not the first thousand, which would be of one intent."""
    assert [text for _, text in sample(root, 4)] == ["greet 0", "stop 0", "tell_need 0", "greet 1"]


def test_rules_and_domain_are_ours(root: Path, written: Path) -> None:
    """The same files, byte for byte: only what understands and stores differs."""
    for name in ("domain.yml", "data/rules/start.yml"):
        assert (written / name).read_bytes() == (root / name).read_bytes()


def test_nothing_of_ours_is_in_the_pipeline_but_the_readings(written: Path) -> None:
    """Rasa's own components and policies, its own SQLite store, its REST channel."""
    names = [part["name"] for part in (*CONFIG["pipeline"], *CONFIG["policies"])]
    assert [name for name in names if "." in name] == ["bench.stock.injected.Injected"]
    assert {"DIETClassifier", "TEDPolicy", "MemoizationPolicy", "RulePolicy"} <= set(names)
    endpoints = yaml.safe_load((written / "endpoints.yml").read_text())
    assert endpoints["tracker_store"]["type"] == "SQL" and "lock_store" not in endpoints
    assert list(yaml.safe_load((written / "credentials.yml").read_text())) == ["rest"]
    assert "im lonely" in json.loads((written / "injected.json").read_text())


def test_it_is_trained_again_only_when_something_changed(root: Path, written: Path) -> None:
    """The address of the actions differs each time and is no reason."""
    before = stamp(written)
    write_project(written, READINGS, "http://127.0.0.1:10", "another key", root)
    assert stamp(written) == before
    (written / "data/rules/start.yml").write_text("changed")
    assert stamp(written) != before
