"""The comparison: stock Rasa with our rules and actions, played by the same residents."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bench.assistant import Assistant
from bench.doors import StockDoor
from bench.options import Options
from bench.parts import rounds
from bench.people import Cast
from bench.stock.project import EPOCHS, MESSAGES, train, write_project
from bench.stock.server import Stock
from common.encryption import Cipher

SECRET = "a key for the benchmark only, 32 characters"


def read_messages(assistant: Assistant, texts: Iterable[str]) -> dict[str, Any]:
    """What our model makes of each text (`POST /model/parse`), as stock Rasa is told it."""
    found = {}
    for text in texts:
        body = json.dumps({"text": text}).encode()
        request = urllib.request.Request(
            f"{assistant.rasa_url}/model/parse", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            reading = json.loads(answer.read())
        # Rounded, so that the trained model stays good from one run to the next.
        intent = {"name": reading["intent"]["name"], "confidence": 1.0}
        entities = [
            {name: value for name, value in entity.items() if name not in ("confidence", "confidence_entity")}
            for entity in reading["entities"]
        ]
        found[text] = {"intent": intent, "entities": entities}
    return found


async def measure(options: Options, cast: Cast, readings: dict[str, Any], say: Callable[[str], None]) -> dict[str, Any]:
    """Training and start-up seconds, and a round for each number at once. Raises RuntimeError when stock Rasa does not work."""
    folder: Path = options.folder / "stock"
    stock = Stock(folder, SECRET)
    write_project(folder, readings, stock.actions_url, Cipher(SECRET).sign("internal", "actions"))
    say(f"training stock Rasa on {MESSAGES} messages, {EPOCHS} epochs")
    seconds = train(folder)
    try:
        stock.start_actions()
        ready = stock.start_rasa()
        found = await rounds.measure(
            lambda http: StockDoor(http, stock.url), cast.people, options.stock_rounds, stock.pids, say
        )
    finally:
        stock.stop()
    return {"training_s": seconds, "ready_s": round(ready, 1), "rounds": found}
