"""A red flag is answered before anything else, in every state.

RulePolicy cannot say this: an active form comes before every rule. This policy has one rule of its own and a priority above
RulePolicy's: when the newest message carries a red flag, `action_red_flag` runs first. What follows is RulePolicy's again: inside a form
the form asks its open question again, outside one the conversation waits.
"""

from __future__ import annotations

from typing import Any

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker

ACTION = "action_red_flag"
ENTITY = "red_flag"
PRIORITY = 10  # RulePolicy has 6


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SafetyPolicy(Policy):
    """See the module's docstring."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": PRIORITY}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SafetyPolicy:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SafetyPolicy:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def _metadata_filename(cls) -> str:
        return "safety_policy.json"

    def _create_featurizer(self) -> TrackerFeaturizer | None:  # type: ignore[override]
        return None

    def train(self, training_trackers: list[TrackerWithCachedStates], domain: Domain, **kwargs: Any) -> Resource:
        """Nothing is learnt: the rule is fixed."""
        return self._resource

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Certainty for `action_red_flag` right after a message with a red flag; otherwise no opinion."""
        probabilities = self._default_predictions(domain)
        if self._red_flag_is_open(tracker):
            probabilities[domain.index_for_action(ACTION)] = 1.0
            # Rasa lets the prediction of an open form overrule all that were made from what the user said, whatever the
            # priority; so ours must count as one of the other kind too.
            return self._prediction(probabilities, is_no_user_prediction=True)
        if tracker.latest_action_name == ACTION and not tracker.active_loop_name:
            probabilities[domain.index_for_action(ACTION_LISTEN_NAME)] = 1.0
        return self._prediction(probabilities)

    @staticmethod
    def _red_flag_is_open(tracker: DialogueStateTracker) -> bool:
        message = tracker.latest_message
        return bool(
            tracker.latest_action_name == ACTION_LISTEN_NAME
            and message
            and any(entity.get("entity") == ENTITY for entity in message.entities or [])
        )
