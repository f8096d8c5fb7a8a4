"""Who comes back in the middle of a form after hours is offered to carry on or to start again, before anything told is repeated.

The front door says how long it has been (`away` in a message's metadata). A red flag still comes first.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.policies.first import FirstPolicy

ACTION = "action_welcome_back"
START_OVER = "action_start_over"
START_AGAIN = "came_back=start_again"  # the choice
PRIORITY = 8  # SafetyPolicy has 10, LanguagePolicy 9, RulePolicy 6


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class ReturnPolicy(FirstPolicy):
    """See the module's docstring."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": PRIORITY}

    @classmethod
    def _metadata_filename(cls) -> str:
        return "return_policy.json"

    _next: ClassVar[dict[str, str]] = {ACTION: ACTION_LISTEN_NAME, START_OVER: "assessment_form"}

    def predict_action_probabilities(
        self,
        tracker: DialogueStateTracker,
        domain: Domain,
        rule_only_data: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> PolicyPrediction:
        """Certainty for the welcome or the new start right after the message, and for what follows either; else no opinion."""
        probabilities = self._default_predictions(domain)
        action = self._opening(tracker) if tracker.latest_action_name == ACTION_LISTEN_NAME else None
        if action is None and self._opening(tracker):
            action = self._next.get(tracker.latest_action_name or "")
        if action is None:
            return self._prediction(probabilities)
        probabilities[domain.index_for_action(action)] = 1.0
        return self._prediction(probabilities, is_no_user_prediction=True)

    def _opening(self, tracker: DialogueStateTracker) -> str | None:
        message = tracker.latest_message
        if message is None:
            return None
        chosen = [entity["value"] for entity in message.entities or [] if entity.get("entity") == "choice"]
        if START_AGAIN in chosen:
            return START_OVER
        return ACTION if (message.metadata or {}).get("away") and tracker.active_loop_name else None
