"""Runs inside stock Rasa (Python 3.10): what each typed message means is looked up, so that both sides hear the same.

Stock Rasa's own pipeline reads every message first and its reading is then replaced: its classifier knows no several needs in one
message, and a conversation that took another way could not be compared.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class Injected(GraphComponent):
    """`file`: JSON, each text with its `intent` and `entities`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"file": "injected.json"}

    def __init__(self, config: dict[str, Any]) -> None:
        self._known: dict[str, dict[str, Any]] = json.loads(Path(config["file"]).read_text(encoding="utf-8"))

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Injected:
        return cls({**cls.get_default_config(), **config})

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            if known := self._known.get(message.get(TEXT) or ""):
                message.set(INTENT, known["intent"], add_to_output=True)
                message.set(ENTITIES, known["entities"], add_to_output=True)
        return messages
