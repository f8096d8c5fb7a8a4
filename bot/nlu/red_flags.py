"""Red flags in a message, as entities `red_flag`: the reviewed patterns of the safety screen, beside the classifier's vote.

Either may fire. `threat_to_others` is no label of the vocabulary; it travels as an entity `threat`.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.secret import data_dir
from safety import screen
from safety.screen import Screen

THREAT = "threat_to_others"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RedFlagScreen(GraphComponent, EntityExtractorMixin):
    """Adds one entity for each flag the screen finds that is not there yet."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    def __init__(self, config: dict[str, Any]) -> None:
        self._screen = Screen.load(data_dir())

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> RedFlagScreen:
        return cls(config)

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        digest = hashlib.sha256((data_dir() / "red_flags.yml").read_bytes())
        for path in sorted(Path(screen.__file__).parent.glob("*.py")):
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._screen_message(message)
        return messages

    def _screen_message(self, message: Message) -> None:
        entities = list(message.get(ENTITIES) or [])
        known = {entity["value"] for entity in entities if entity["entity"] == "red_flag"}
        for finding in self._screen.check(message.get(TEXT) or ""):
            if finding.flag in known:
                continue
            known.add(finding.flag)
            entities += self.add_extractor_name(
                [
                    {
                        "entity": "threat" if finding.flag == THREAT else "red_flag",
                        "value": finding.flag,
                        "start": finding.start,
                        "end": finding.end,
                        "confidence": 1.0,
                    }
                ]
            )
        message.set(ENTITIES, entities, add_to_output=True)
