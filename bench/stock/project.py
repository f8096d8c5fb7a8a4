"""Writes and trains a Rasa project with our rules and domain and the pipeline and policies of `rasa init`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from pathlib import Path
from typing import Any

import yaml

from launch.paths import RASA_PYTHON, ROOT

MESSAGES = 1_000
EPOCHS = 40  # so that training stays under five minutes on two cores
# rasa/cli/initial_project/config.yml and the defaults that Rasa 3.6.21 writes there, but for the epochs, the last component
# (bench.stock.injected) and RulePolicy's fallback, which our rules do without.
CONFIG: dict[str, Any] = {
    "recipe": "default.v1",
    "language": "en",
    "assistant_id": "bench-stock",
    "pipeline": [
        {"name": "WhitespaceTokenizer"},
        {"name": "RegexFeaturizer"},
        {"name": "LexicalSyntacticFeaturizer"},
        {"name": "CountVectorsFeaturizer"},
        {"name": "CountVectorsFeaturizer", "analyzer": "char_wb", "min_ngram": 1, "max_ngram": 4},
        {"name": "DIETClassifier", "epochs": EPOCHS},
        {"name": "EntitySynonymMapper"},
        {"name": "ResponseSelector", "epochs": EPOCHS},
        {"name": "FallbackClassifier", "threshold": 0.3, "ambiguity_threshold": 0.1},
        {"name": "bench.stock.injected.Injected"},
    ],
    "policies": [
        {"name": "MemoizationPolicy"},
        {"name": "TEDPolicy", "max_history": 5, "epochs": EPOCHS},
        {"name": "RulePolicy", "enable_fallback_prediction": False},
    ],
}
Reading = Mapping[str, Any]


def sample(root: Path, most: int = MESSAGES) -> list[tuple[str, str]]:
    """At most `most` of our training messages as (intent, text), the intents taken in turn so that each has its share."""
    by_intent: dict[str, list[str]] = defaultdict(list)
    for path in sorted((root / "data/nlu").glob("*.yml")):
        for entry in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            by_intent[entry["intent"]] += [example["text"].strip() for example in entry["examples"]]
    columns = [[(intent, text) for text in texts] for intent, texts in sorted(by_intent.items())]
    rows = chain.from_iterable(zip_longest(*columns))
    return [pair for pair in rows if pair is not None][:most]


def write_project(folder: Path, readings: Mapping[str, Reading], actions_url: str, key: str, root: Path = ROOT) -> None:
    """The whole project in `folder`, from the Rasa project in `root`; readings: what each typed message of the benchmark means."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(folder / "data", ignore_errors=True)
    shutil.copytree(root / "data/rules", folder / "data/rules")
    shutil.copy(root / "domain.yml", folder / "domain.yml")
    by_intent: dict[str, list[str]] = defaultdict(list)
    for intent, text in sample(root):
        by_intent[intent].append(text)
    (folder / "data/nlu.yml").write_text(nlu_file(by_intent), encoding="utf-8")
    (folder / "injected.json").write_text(json.dumps(readings, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    for name, content in {
        "config.yml": CONFIG,
        "credentials.yml": {"rest": None},
        "endpoints.yml": {
            "action_endpoint": {"url": f"{actions_url}/webhook", "headers": {"X-Internal-Key": key}},
            "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": str(folder / "rasa.db")},
        },
    }.items():
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / name).write_text(text, encoding="utf-8")


def nlu_file(by_intent: Mapping[str, Sequence[str]]) -> str:
    """Training messages as Rasa reads them. Its keys must stand bare, or it takes the file for something else; what residents write
    must not: 00447... is a text for PyYAML and a number for Rasa's reader."""
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in sorted(by_intent.items()):
        lines += [f"- intent: {intent}", "  examples:"]
        lines += [f"  - text: {json.dumps(text, ensure_ascii=False)}" for text in texts]
    return "\n".join(lines) + "\n"


def environment(folder: Path) -> dict[str, str]:
    """What stock Rasa runs with: its own folder, no telemetry, and the way to bench.stock.injected."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(folder / "cache"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def train(folder: Path) -> float:
    """Train unless nothing has changed; returns the seconds it took when it was last done. Raises RuntimeError."""
    wanted = stamp(folder)
    note = folder / "trained.json"
    if note.exists() and (known := json.loads(note.read_text()))["stamp"] == wanted:
        return float(known["seconds"])
    began = time.monotonic()
    log = folder / "train.log"
    with log.open("wb") as output:
        status = subprocess.call(
            [str(RASA_PYTHON), "-m", "rasa", "train", "--skip-validation", "--fixed-model-name", "stock"],
            cwd=folder,
            env=environment(folder),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    if status:
        raise RuntimeError(f"stock Rasa could not be trained; the end of {log}:\n{log.read_text()[-2000:]}")
    seconds = round(time.monotonic() - began, 1)
    note.write_text(json.dumps({"stamp": wanted, "seconds": seconds}))
    return seconds


TRAINED_ON = ("config.yml", "domain.yml", "injected.json", "data/nlu.yml", "data/rules")


def stamp(folder: Path) -> str:
    """A SHA-256 over what a written project is trained on."""
    digest = hashlib.sha256()
    for name in TRAINED_ON:
        path = folder / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                digest.update(str(file.relative_to(folder)).encode() + file.read_bytes())
    return digest.hexdigest()
