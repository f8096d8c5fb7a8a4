"""The smoke test of a loaded model: a handful of known sentences (smoke.yml), understood as they must be."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

SENTENCES = Path(__file__).with_name("smoke.yml")
Parse = Callable[[str], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Known:
    """A sentence, and what must come of it: the intent, an entity of this kind, entities with these values. Empty: anything."""

    text: str
    intent: str = ""
    entity: str = ""
    entities: tuple[str, ...] = ()

    def understood(self, parsed: Mapping[str, Any]) -> bool:
        """True when Rasa's parse result is what must come of the sentence."""
        values = {str(entity["value"]) for entity in parsed["entities"]}
        kinds = {str(entity["entity"]) for entity in parsed["entities"]}
        return (
            self.intent in ("", parsed["intent"]["name"])
            and (not self.entity or self.entity in kinds)
            and set(self.entities) <= values
        )


def load(path: Path = SENTENCES) -> tuple[Known, ...]:
    """The known sentences. Raises ValueError for a file of another form, or without any."""
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8"))
        known = tuple(Known(**{**row, "entities": tuple(row.get("entities", ()))}) for row in given)
    except (OSError, TypeError, AttributeError, yaml.YAMLError) as error:
        raise ValueError(f"{path} is not a list of known sentences: {error}") from error
    if not known:
        raise ValueError(f"{path} holds no sentence")
    return known


async def problem(parse: Parse, sentences: Sequence[Known]) -> str | None:
    """What is wrong with a model, or None. The sentences are ours, so the first that is not understood may be named."""
    for known in sentences:
        if not known.understood(await parse(known.text)):
            return f"the model failed its smoke test: {known.text!r}"
    return None
