"""Serving without TensorFlow: only where nothing computes with it, with the same understanding, and never silently."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from bot import without_tensorflow

ROOT = Path(__file__).resolve().parents[2]


def config(folder: Path, component: str, policy: str) -> Path:
    path = folder / "config.yml"
    path.write_text(f"recipe: default.v1\npipeline:\n- name: {component}\npolicies:\n- name: {policy}\n")
    return path


def test_our_own_pipeline_does_without() -> None:
    """The config.yml of the product."""
    assert without_tensorflow.is_possible(ROOT / "config.yml")


@pytest.mark.parametrize(
    ("component", "policy", "possible"),
    [
        ("bot.nlu.tokenizer.EnglishTokenizer", "RulePolicy", True),
        ("DIETClassifier", "RulePolicy", False),
        ("bot.nlu.tokenizer.EnglishTokenizer", "TEDPolicy", False),
        ("somebody.else.Classifier", "RulePolicy", False),
    ],
)
def test_whoever_needs_it_gets_it(tmp_path: Path, component: str, policy: str, possible: bool) -> None:
    """One component or policy that may compute with it, and it is loaded."""
    assert without_tensorflow.is_possible(config(tmp_path, component, policy)) is possible


@pytest.mark.parametrize("text", ["", "pipeline: [", "- a", "pipeline:\n- 1\npolicies: []", "policies: []"])
def test_a_config_that_cannot_be_read_is_left_to_rasa(tmp_path: Path, text: str) -> None:
    """Rasa says what is wrong with it."""
    path = tmp_path / "config.yml"
    path.write_text(text)
    assert not without_tensorflow.is_possible(path)
    assert not without_tensorflow.is_possible(tmp_path / "none.yml")


def in_a_process(program: str) -> str:
    """What the program prints; a process of its own, because these tests have loaded TensorFlow."""
    head = "from bot import without_tensorflow\nwithout_tensorflow.apply()\n"
    done = subprocess.run(
        [sys.executable, "-c", head + textwrap.dedent(program)], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def test_a_model_is_served_and_its_rules_predict_without_it(tiny_model: str) -> None:
    """Rasa loads, understands and predicts; no module of the real library is there."""
    said = in_a_process(
        f"""
        import asyncio, sys, os
        os.environ["ALLOW_MEMORY_TRACKER"] = "1"
        from rasa.core.agent import Agent
        from rasa.core.channels.channel import UserMessage
        agent = Agent.load({tiny_model!r})
        replies = asyncio.run(agent.handle_message(UserMessage("good morning")))
        print([reply["text"] for reply in replies])
        print([name for name in sys.modules if name.startswith(("tensorflow.python", "keras.engine"))])
        """
    )
    assert said.splitlines()[-1] == "[]" and said.splitlines()[-2] != "[]"


def test_computing_with_it_says_what_to_do() -> None:
    """A component that would train or predict with it names itself and the remedy, instead of giving nonsense."""
    said = in_a_process(
        """
        import tensorflow as tf
        from rasa.utils.tensorflow.callback import RasaTrainingLogger
        for use in (lambda: tf.constant(1), lambda: tf.keras.layers.Dense(3), lambda: RasaTrainingLogger(1, False)):
            try:
                use()
            except without_tensorflow.TensorFlowIsNotLoaded as refused:
                print(refused)
        """
    )
    lines = said.splitlines()
    assert len(lines) == 3 and all("config.yml" in line for line in lines)
    assert [line.split()[0] for line in lines] == ["constant", "Dense", "RasaTrainingLogger"]
