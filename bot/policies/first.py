"""A message that carries a certain entity is answered before every rule and every open form.

RulePolicy cannot say this: an active form comes before every rule. A policy of this kind has one rule of its own and a priority above
RulePolicy's: right after such a message its action runs. What follows inside a form is RulePolicy's again: the form asks its open question
again. Outside one, `then` runs.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rasa.core.featurizers.tracker_featurizers import TrackerFeaturizer
from rasa.core.policies.policy import Policy, PolicyPrediction
from rasa.engine.graph import ExecutionContext
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.generator import TrackerWithCachedStates
from rasa.shared.core.trackers import DialogueStateTracker


class FirstPolicy(Policy):
    """What the policies of this kind share. `entity` calls for `action`; outside a form `then` follows it."""

    entity: ClassVar[str]
    action: ClassVar[str]
    then: ClassVar[str]

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FirstPolicy:
        return cls(config, model_storage, resource, execution_context)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FirstPolicy:
        return cls(config, model_storage, resource, execution_context)

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
        """Certainty for `action` right after a message with `entity`, and for `then` after that; otherwise no opinion."""
        probabilities = self._default_predictions(domain)
        if self._is_open(tracker):
            probabilities[domain.index_for_action(self.action)] = 1.0
            # Rasa lets the prediction of an open form overrule all that were made from what the user said, whatever the
            # priority; so ours must count as one of the other kind too.
            return self._prediction(probabilities, is_no_user_prediction=True)
        if tracker.latest_action_name == self.action and not tracker.active_loop_name:
            probabilities[domain.index_for_action(self.then)] = 1.0
        return self._prediction(probabilities)

    def _is_open(self, tracker: DialogueStateTracker) -> bool:
        message = tracker.latest_message
        return bool(
            tracker.latest_action_name == ACTION_LISTEN_NAME
            and message
            and any(entity.get("entity") == self.entity for entity in message.entities or [])
        )
