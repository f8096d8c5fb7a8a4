"""What a message means: one intent, any number of needs, and the classifier's vote on red flags.

Trained by `rasa train` from data/nlu, where each example carries `metadata: {needs: [...], red_flags: [...]}`. Needs and
flags come out as entities over the whole message, because one phrase often carries several.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import clauses as clauses_module
from bot.nlu import features as features_module
from bot.nlu import linear as linear_module
from bot.nlu.clauses import clauses
from bot.nlu.features import Encoder, Features
from bot.nlu.linear import Head

logger = logging.getLogger(__name__)

EMPTY_INTENT = "out_of_scope"
NEED_INTENT = "tell_need"
RANKING_LENGTH = 5
MUST_BE_SURE = ("stop", "start_over")


@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=True
)
class Understanding(GraphComponent, IntentClassifier):
    """See the module's docstring. Every number in the configuration can be set in config.yml."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {
            "encoder": True,  # use the sentence encoder when it is built
            "encoder_weight": 2.0,  # its share beside words and letters
            "intent_strength": 10.0,
            "need_strength": 4.0,
            "flag_strength": 4.0,
            "need_threshold": 0.5,  # a need at least this sure is reported
            "need_likely": 0.2,  # where no need reaches it but the message tells of one, the likeliest need at least this sure
            "flag_threshold": 0.5,  # likewise a red flag
            "sure": 0.6,  # how sure stop and start_over must be
            "thresholds": {},  # label: threshold, where one label differs
        }

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        features: Features | None = None,
        heads: dict[str, Head] | None = None,
    ) -> None:
        self.validate_config(config)  # Rasa does not call it
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._features = features
        self._heads = heads or {}

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
            "need_threshold": config.get("need_threshold", 0.5),
            "flag_threshold": config.get("flag_threshold", 0.5),
        }.items():
            if not 0.0 < float(value) < 1.0:
                raise ValueError(f"Understanding: {name} must lie between 0 and 1")

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa's cache sees only this class's own source; the helpers and the encoder count too."""
        digest = hashlib.sha256()
        for path in (clauses_module.__file__, features_module.__file__, linear_module.__file__):
            digest.update(Path(path).read_bytes())
        digest.update(_encoder_fingerprint().encode() if config.get("encoder", True) else b"")
        return digest.hexdigest()

    def train(self, training_data: TrainingData) -> Resource:
        """Fit features and the three heads on every example that has an intent."""
        examples = training_data.intent_examples
        texts = [example.get(TEXT) for example in examples]
        labels = [example.get("metadata", {}).get("example") or {} for example in examples]
        needs = [label.get("needs", []) for label in labels]
        flags = [label.get("red_flags", []) for label in labels]
        self._features = Features.fit(texts, self._encoder(), self._config["encoder_weight"])
        x = self._features.transform(texts)
        config = self._config
        self._heads = {
            "intent": Head.choose_one(x, [example.get(INTENT) for example in examples], config["intent_strength"]),
            "need": Head.choose_any(x, needs, _all_of(needs), config["need_strength"]),
            "red_flag": Head.choose_any(x, flags, _all_of(flags), config["flag_strength"]),
        }
        with self._model_storage.write_to(self._resource) as folder:
            self._features.save(folder)
            for name, head in self._heads.items():
                head.save(folder, f"head_{name}")
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
            component._features = Features.load(folder, component._encoder(), config["encoder_weight"])
            component._heads = {name: Head.load(folder, f"head_{name}") for name in ("intent", "need", "red_flag")}
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
        if self._features is None or command or not any(character.isalnum() for character in text):
            # Nothing to read: empty, emoji or punctuation only, or a typed "/affirm", which is text and no command.
            message.set(INTENT, {"name": EMPTY_INTENT, "confidence": 1.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            return
        x = self._features.transform([text, *clauses(text)])
        head = self._heads["intent"]
        scores = head.probabilities(x[:1])[0]
        flags = self._found("red_flag", x[:1], self._config["flag_threshold"], len(text))
        needs = self._found("need", x, self._config["need_threshold"], len(text))
        if not needs and not flags and head.labels[scores.argmax()] == NEED_INTENT:
            needs = self._found("need", x, self._config["need_likely"], len(text))[:1]
        if needs or flags:
            # A message that carries a need or a flag says what is going on, even when it greets or asks as well.
            scores = scores * 0.5
            scores[head.labels.index(NEED_INTENT)] += 0.5
        for label in MUST_BE_SURE:
            # These throw away what was said: a guess is not enough.
            if label in head.labels and scores[head.labels.index(label)] < self._config["sure"]:
                scores[head.labels.index(label)] *= 0.1
        order = scores.argsort()[::-1][:RANKING_LENGTH]
        ranking = [{"name": head.labels[i], "confidence": float(scores[i])} for i in order]
        message.set(INTENT, ranking[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        message.set(ENTITIES, (message.get(ENTITIES) or []) + needs + flags, add_to_output=True)

    def _found(self, name: str, x: Any, default: float, length: int) -> list[dict[str, Any]]:
        head = self._heads[name]
        scores = head.probabilities(x)
        # Half the weight to the whole message, half to the part of it that speaks of this most.
        scores = 0.5 * scores[0] + 0.5 * scores.max(axis=0)
        thresholds = self._config["thresholds"]
        return [
            {
                "entity": name,
                "value": head.labels[i],
                "start": 0,
                "end": length,
                "confidence": float(scores[i]),
                "extractor": type(self).__name__,
            }
            for i in scores.argsort()[::-1]
            if scores[i] >= thresholds.get(head.labels[i], default)
        ]

    def _encoder(self) -> Encoder | None:
        return load_encoder() if self._config["encoder"] else None


def _all_of(sets: list[list[str]]) -> list[str]:
    return sorted({label for members in sets for label in members})


def load_encoder() -> Encoder | None:
    """The sentence encoder, when set-up has built it."""
    from bot.encoder import runtime

    return runtime.load()


def _encoder_fingerprint() -> str:
    from bot.encoder import runtime

    return runtime.fingerprint()
