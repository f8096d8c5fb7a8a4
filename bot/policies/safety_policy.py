"""A red flag is answered before anything else, in every state; outside a form the conversation then waits."""

from __future__ import annotations

from typing import Any, ClassVar

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.core.constants import ACTION_LISTEN_NAME

from bot.policies.first import FirstPolicy

ACTION = "action_red_flag"
PRIORITY = 10  # RulePolicy has 6


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class SafetyPolicy(FirstPolicy):
    """See the module's docstring."""

    entity: ClassVar[str] = "red_flag"
    action: ClassVar[str] = ACTION
    then: ClassVar[str] = ACTION_LISTEN_NAME

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": PRIORITY}

    @classmethod
    def _metadata_filename(cls) -> str:
        return "safety_policy.json"
