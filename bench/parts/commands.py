"""What is measured by running a command of the product to its end: search, import and training."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.assistant import NOT_HANDED_ON
from launch.paths import RASA_PYTHON, ROOT

SEED = 5
TOWNS = ("Loughborough", "Hinckley", "Coalville", "Melton Mowbray", "Wigston", "Market Harborough")
KINDS = ("gardening group", "walking group", "debt advice", "lunch club", "food bank", "carers' cafe", "memory cafe")


def search(services: int) -> dict[str, Any]:
    """Milliseconds of searches in a made-up catalogue (`python -m service_catalogue.bench`)."""
    done = _run([sys.executable, "-m", "service_catalogue.bench", str(services)], {})
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def import_feed(folder: Path, services: int) -> dict[str, Any]:
    """Seconds to take in a made-up Open Referral feed, and once more when nothing has changed, as two whole commands."""
    var_dir = folder / "import"
    shutil.rmtree(var_dir, ignore_errors=True)
    var_dir.mkdir(parents=True)
    feed = var_dir / "feed.json"
    feed.write_text(json.dumps(made_up_feed(services)), encoding="utf-8")
    found: dict[str, Any] = {"services": services}
    for name in ("first", "again"):
        began = time.perf_counter()
        _run([sys.executable, "-m", "launch.import_feed", str(feed), "--source", "bench"], {"VAR_DIR": str(var_dir)})
        found[f"{name}_s"] = round(time.perf_counter() - began, 1)
        report = json.loads((var_dir / "import-report.json").read_text(encoding="utf-8"))
        found[name] = {key: report[key] for key in ("seen", "new", "unchanged", "quarantined")}
    return found


def training(folder: Path) -> dict[str, Any]:
    """Seconds and processor seconds of `python -m bot train` with nothing in Rasa's cache."""
    cache, began = folder / "training-cache", time.perf_counter()
    shutil.rmtree(cache, ignore_errors=True)
    before = os.times()
    _run(
        [str(RASA_PYTHON), "-m", "bot", "train", "--skip-validation", "--out", str(folder / "model"), "--quiet"],
        {"RASA_CACHE_DIRECTORY": str(cache)},
    )
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return {"seconds": round(time.perf_counter() - began, 1), "processor_s": round(used, 1)}


def made_up_feed(services: int) -> dict[str, Any]:
    """A page of Open Referral UK 3.0 with that many services, the same each time."""
    draw = random.Random(SEED)
    contents = []
    for number in range(services):
        town, kind = draw.choice(TOWNS), draw.choice(KINDS)
        id = f"00000000-0000-4000-8000-{number:012d}"
        contents.append(
            {
                "id": id,
                "name": f"{town} {kind} {number}",
                "description": f"A {kind} in {town}, open to everybody. Come along, or ring first.",
                "status": "active",
                "last_modified": "2026-10-01T09:00:00",
                "url": f"https://example.org/{number}",
                "organization": {"id": id.replace("8000", "9000"), "name": f"{town} volunteers", "description": ""},
                "service_areas": [{"id": f"a{number}", "name": "Leicestershire"}],
                "schedules": [
                    {
                        "id": f"s{number}",
                        "freq": "WEEKLY",
                        "byday": draw.choice(("MO", "TU", "WE", "TH", "FR")),
                        "opens_at": "10:00",
                        "closes_at": "12:00",
                    }
                ],
            }
        )
    page = {"total_items": services, "total_pages": 1, "page_number": 1, "size": services, "first_page": True}
    return {**page, "last_page": True, "empty": False, "contents": contents}


def _run(command: Sequence[str], settings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run to the end. Raises RuntimeError with the end of its output when it fails."""
    env = {name: value for name, value in os.environ.items() if name not in NOT_HANDED_ON} | dict(settings)
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
    return done
