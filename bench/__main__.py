"""`python -m bench` (`make bench`): measure the assistant, and stock Rasa with the same rules, on this machine.

ONLY=load,flat runs some parts (bench.options.PARTS), QUICK=1 runs small rounds in under two minutes. Prints tables; the same as JSON in VAR_DIR/bench.json.
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import datetime, timezone
from typing import Any

from bench.assistant import running
from bench.machine import describe
from bench.options import Options
from bench.parts import commands, crisis, flat, four, growth, rounds, scale, startup, stock
from bench.people import Cast, load_cast
from bench.report import in_words, ratios, write
from common import settings

WITH_ASSISTANT = ("load", "flat", "four", "crisis", "growth")


def say(words: str) -> None:
    print(f"bench: {words}", file=sys.stderr, flush=True)


async def with_assistant(options: Options, cast: Cast, found: dict[str, Any]) -> dict[str, Any]:
    """The parts that need the running assistant, into `found`; returns what our model makes of every message, for stock Rasa."""
    say("starting the assistant")
    with running(options.folder / "run") as assistant:
        for part in (part for part in options.parts if part in WITH_ASSISTANT and part != "crisis"):
            say(part)
            if part == "load":
                figures = await rounds.measure(assistant.door, cast.people, options.rounds, assistant.pids, say)
                found[part] = {"rounds": figures}
            elif part == "flat":
                found[part] = await flat.measure(assistant, cast.circle, options.marks, 2 if options.quick else 5)
            elif part == "four":
                found[part] = await four.measure(assistant, 3 if options.quick else 15)
            else:
                found[part] = await growth.measure(assistant, cast.people, say)
        readings = stock.read_messages(assistant, cast.everything_typed()) if "stock" in options.parts else {}
        if "crisis" in options.parts:  # last: it leaves Rasa dead
            say("crisis")
            found["crisis"] = await crisis.measure(assistant, cast.danger, 2 if options.quick else 5)
    return readings


async def measure(options: Options) -> dict[str, Any]:
    """Every part that was asked for, in order. Raises RuntimeError when something does not start."""
    cast = load_cast()
    found: dict[str, Any] = {
        "machine": describe(),
        "measured_at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "quick": options.quick,
    }
    if "startup" in options.parts:
        say("startup")
        found["startup"] = startup.measure(options.folder / "startup")
    if {"stock", *WITH_ASSISTANT} & set(options.parts):
        readings = await with_assistant(options, cast, found)
        if "stock" in options.parts:
            found["stock"] = await stock.measure(options, cast, readings, say)
            if "load" in found:
                found["times_stock"] = ratios(found["load"]["rounds"], found["stock"]["rounds"])
    if "scale" in options.parts:
        say("scale")
        found["scale"] = await scale.measure(options.folder, cast.people, options.scale_conversations, say)
    if "search" in options.parts:
        say("search")
        found["search"] = commands.search(2_000 if options.quick else 10_000)
    if "import" in options.parts:
        say("import")
        found["import"] = commands.import_feed(options.folder, 300 if options.quick else 2_000)
    if "training" in options.parts:
        say("training")
        found["training"] = commands.training(options.folder)
    found["load_average_after"] = round(os.getloadavg()[0], 2)
    return found


def main() -> int:
    try:
        config = settings.load()
        options = Options.read(os.environ, config.var_dir)
        options.folder.mkdir(parents=True, exist_ok=True)
        found = asyncio.run(measure(options))
    except (ValueError, RuntimeError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    print(in_words(found))
    print(f"\nwritten to {write(found, config.var_dir)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
