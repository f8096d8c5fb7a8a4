"""Finer acts inside an intent (why, more, repeat, go back ...), as entities `detail`, by patterns kept in details.yml."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import yaml
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.component import ReviewedData
from bot.nlu.features import normalise
from bot.secret import data_dir

FILE = "details.yml"
MAX_WORDS = 25  # a long story is no command, whatever words it holds


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class DetailExtractor(ReviewedData):
    """Adds at most one entity `detail`: the first entry of details.yml that matches."""

    def __init__(self, config: dict[str, Any]) -> None:
        content = yaml.safe_load((data_dir() / FILE).read_text(encoding="utf-8"))["details"]
        self._patterns = {
            name: re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) for name, patterns in content.items()
        }

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        return hashlib.sha256((data_dir() / FILE).read_bytes() + Path(__file__).read_bytes()).hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            text = normalise(message.get(TEXT) or "")
            if not text or len(text.split()) > MAX_WORDS:
                continue
            name = next((name for name, pattern in self._patterns.items() if pattern.search(text)), None)
            if name:
                entity = {"entity": "detail", "value": name, "start": 0, "end": len(text), "confidence": 1.0}
                message.set(
                    ENTITIES, (message.get(ENTITIES) or []) + self.add_extractor_name([entity]), add_to_output=True
                )
        return messages
