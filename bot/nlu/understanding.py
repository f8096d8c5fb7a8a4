"""What a message means: one intent, any number of needs, and the classifier's vote on red flags.

Trained by `rasa train` from data/nlu, where each example carries `metadata: {needs: [...], red_flags: [...]}`. Needs and
flags come out as entities over the whole message, because one phrase often carries several.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import features as features_module
from bot.nlu import linear as linear_module
from bot.nlu import meaning as meaning_module
from bot.nlu import windows as windows_module
from bot.nlu.features import Features
from bot.nlu.linear import Head
from bot.nlu.meaning import HEADS, Meaning, Mixing, Network

logger = logging.getLogger(__name__)

EMPTY_INTENT = "out_of_scope"
NEED_INTENT = "tell_need"
RANKING_LENGTH = 5
DANGER = "danger"  # of a message: how likely it names a danger of any kind, between 0 and 1
MUST_BE_SURE = ("stop", "start_over")
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b", re.IGNORECASE)


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=True
)
class Understanding(GraphComponent, IntentClassifier):
    """See the module's docstring. Every number in the configuration can be set in config.yml."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "network": True,  # use the sentence network beside words and letters
            "intent_strength": 10.0,
            "need_strength": 8.0,
            "flag_strength": 8.0,
            "mixing": {},  # head: {words, network, shift}, see bot.nlu.meaning
            "need_threshold": 0.5,  # a need at least this sure is reported
            "need_likely": 0.2,  # where none reaches it but the message tells of one or names a danger, the likeliest at least this sure
            "flag_threshold": 0.5,  # the surest red flag is reported when it is at least this sure
            "flag_beside": 0.5,  # and others beside one that was reported, when at least this sure
            "sure": 0.6,  # how sure stop and start_over must be
            "thresholds": {},  # label: threshold, where one label differs
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        meaning: Meaning | None = None,
    ) -> None:
        self.validate_config(config)  # Rasa does not call it
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._meaning = meaning

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Understanding:
        return cls(config, model_storage, resource)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        for name, value in {
            **config.get("thresholds", {}),
            **{name: config.get(name, 0.5) for name in ("need_threshold", "flag_threshold", "flag_beside")},
        }.items():
            if not 0.0 < float(value) < 1.0:
                raise ValueError(f"Understanding: {name} must lie between 0 and 1")
        if set(config.get("mixing", {})) - set(HEADS):
            raise ValueError(f"Understanding: mixing has entries for {', '.join(HEADS)}")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa's cache sees only this class's own source; the helpers and the encoder count too."""
        digest = hashlib.sha256()
        for module in (features_module, linear_module, meaning_module, windows_module):
            digest.update(Path(module.__file__).read_bytes())
        digest.update(_network_fingerprint().encode() if config.get("network", True) else b"")
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit features and the three heads on every example that has an intent."""
        examples = training_data.intent_examples
        texts = [example.get(TEXT) for example in examples]
        labels = [example.get("metadata", {}).get("example") or {} for example in examples]
        needs = [label.get("needs", []) for label in labels]
        flags = [label.get("red_flags", []) for label in labels]
        features = Features.fit(texts)
        x = features.transform(texts)
        config = self._config
        heads = {
            "intent": Head.choose_one(x, [example.get(INTENT) for example in examples], config["intent_strength"]),
            "need": Head.choose_any(x, needs, _all_of(needs), config["need_strength"]),
            "red_flag": Head.choose_any(x, flags, _all_of(flags), config["flag_strength"]),
        }
        self._meaning = Meaning(features, heads, self._network(), _mixing(config))
        with self._model_storage.write_to(self._resource) as folder:
            self._meaning.save(folder)
        return self._resource

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Understanding:
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._meaning = Meaning.load(folder, component._network(), _mixing(config))
        return component

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            self._understand(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def _understand(self, message: Message) -> None:
        text = message.get(TEXT) or ""
        command = text.strip().startswith("/") and len(text.split()) == 1
        if self._meaning is None or command or not any(character.isalnum() for character in text):
            # Nothing to read: empty, emoji or punctuation only, or a typed "/affirm", which is text and no command.
            message.set(INTENT, {"name": EMPTY_INTENT, "confidence": 1.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            return
        shares = self._meaning.read(_without_postcodes(text))
        intents, scores = self._meaning.labels("intent"), shares["intent"]
        flags = self._found("red_flag", shares["red_flag"], self._config["flag_threshold"], len(text))
        flags = with_likely_others(flags, self._config["flag_beside"])
        message.set(DANGER, float(shares["red_flag"].max()))
        needs = self._found("need", shares["need"], self._config["need_threshold"], len(text))
        if not needs and (flags or intents[scores.argmax()] == NEED_INTENT):
            needs = self._found("need", shares["need"], self._config["need_likely"], len(text))[:1]
        if needs or flags:
            # A message that carries a need or a flag says what is going on, even when it greets or asks as well.
            scores = scores * 0.5
            scores[intents.index(NEED_INTENT)] += 0.5
        for label in MUST_BE_SURE:
            # These throw away what was said: a guess is not enough.
            if label in intents and scores[intents.index(label)] < self._config["sure"]:
                scores[intents.index(label)] *= 0.1
        order = scores.argsort()[::-1][:RANKING_LENGTH]
        ranking = [{"name": intents[i], "confidence": float(scores[i])} for i in order]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(ENTITIES, (message.get(ENTITIES) or []) + needs + flags, add_to_output=True)

    def _found(self, name: str, scores: np.ndarray, default: float, length: int) -> list[dict[str, Any]]:
        assert self._meaning is not None
        labels, thresholds = self._meaning.labels(name), self._config["thresholds"]
        return [
            {
                "entity": name,
                "value": labels[i],
                "start": 0,
                "end": length,
                "confidence": float(scores[i]),
                "extractor": type(self).__name__,
            }
            for i in scores.argsort()[::-1]
            if scores[i] >= thresholds.get(labels[i], default)
        ]

    def _network(self) -> Network | None:
        return load_network() if self._config["network"] else None


def _without_postcodes(text: str) -> str:
    """The message without its postcodes, which say nothing of needs and weaken what stands beside them; a bare postcode stays."""
    rest = _POSTCODE.sub(" ", text)
    return rest if len(rest.split()) >= 3 else text


def with_likely_others(found: list[dict[str, Any]], least: float) -> list[dict[str, Any]]:
    """The surest of `found`, which stands first, and those of the others that are at least so sure."""
    return found[:1] + [entity for entity in found[1:] if entity["confidence"] >= least]


def _mixing(config: dict[str, Any]) -> dict[str, Mixing]:
    given = config["mixing"] if config["network"] else {}
    return {head: Mixing(**given.get(head, {})) for head in HEADS}


def _all_of(sets: list[list[str]]) -> list[str]:
    return sorted({label for members in sets for label in members})


def load_network() -> Network:
    """The fine-tuned sentence network. Raises EncoderError when its files are not as recorded."""
    from bot.encoder import runtime

    return runtime.load()


def _network_fingerprint() -> str:
    from bot.encoder import runtime

    return runtime.fingerprint()
