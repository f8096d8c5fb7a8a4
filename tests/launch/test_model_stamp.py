"""Set-up trains when something the model is made of has changed, and only then: training takes five minutes."""

from __future__ import annotations

from pathlib import Path

import pytest

from launch.model_stamp import model_stamp
from launch.paths import ROOT

FILES = {
    "config.yml": "pipeline",
    "data/nlu/intents.yml": "messages",
    "bot/nlu/understanding.py": "a component",
    "bot/policies/first.py": "a policy",
    "bot/encoder/runtime.py": "the network",
    "bot/channel.py": "serving",
    "bot/tracker_store.py": "keeping",
    "bot/fixes.py": "fixes",
    "safety/screen.py": "the screen",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path


SERVING = ("bot/channel.py", "bot/tracker_store.py", "bot/fixes.py")


@pytest.mark.parametrize("name", [name for name in FILES if name not in SERVING])
def test_what_the_model_is_made_of_changes_the_stamp(root: Path, name: str) -> None:
    """A changed file, and a file that is gone."""
    before = model_stamp(root)
    (root / name).write_text("changed")
    changed = model_stamp(root)
    (root / name).unlink()
    assert len({before, changed, model_stamp(root)}) == 3


@pytest.mark.parametrize("name", SERVING)
def test_how_it_is_served_does_not(root: Path, name: str) -> None:
    """The channel, the tracker store and the fixes to Rasa are no part of the model."""
    before = model_stamp(root)
    (root / name).write_text("changed")
    assert model_stamp(root) == before


def test_every_component_of_the_model_is_in_it() -> None:
    """Each class that config.yml names lies in a folder whose changes count."""
    named = [
        line.split("name: ")[1].split()[0]
        for line in (ROOT / "config.yml").read_text().splitlines()
        if "- name: bot." in line
    ]
    assert len(named) > 5
    assert {name.split(".")[1] for name in named} <= {"nlu", "policies", "encoder"}
