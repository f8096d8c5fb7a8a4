"""Red flags in a message, as entities `red_flag`: the reviewed patterns of the safety screen, beside the classifier's vote.

Either may fire; but a pattern sees words and not what they are about, so where the classifier, having read the whole message, is all but certain
that there is no danger of any kind (a film, a figure of speech, long over), the pattern is not believed. Patterns that nothing may silence,
those in other languages above all, are always believed: the classifier cannot read them. `threat_to_others` is no label
of the vocabulary; it travels as an entity `threat`, and only the patterns judge it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.component import ReviewedData
from bot.nlu.understanding import DANGER
from bot.secret import data_dir
from safety import screen
from safety.screen import Screen

THREAT = "threat_to_others"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class RedFlagScreen(ReviewedData):
    """Adds one entity for each flag the screen finds that is not there yet."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        # `believed_from`: how likely the classifier must hold any danger for a pattern to count; 0: always
        return {"believed_from": 0.0}

    def __init__(self, config: dict[str, Any]) -> None:
        self._believed_from = float({**self.get_default_config(), **config}["believed_from"])
        self._screen = Screen.load(data_dir())
        self._always = {pattern.id for pattern in self._screen.rulebook.patterns if not pattern.silenced_by}

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
        share = message.get(DANGER)
        believed = share is None or share >= self._believed_from
        for finding in self._screen.check(message.get(TEXT) or ""):
            heard = believed or finding.flag == THREAT or finding.pattern in self._always
            if finding.flag in known or not heard:
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
