"""A message in another language is answered as such in every state, after red flags and before anything reads it as an answer.

Outside a form the assessment opens then, as it does after a call for help.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rasa.engine.recipes.default_recipe import DefaultV1Recipe

from bot.policies.first import FirstPolicy

ACTION = "action_other_language"
PRIORITY = 9  # SafetyPolicy has 10, RulePolicy 6


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.POLICY_WITHOUT_END_TO_END_SUPPORT, is_trainable=True)
class LanguagePolicy(FirstPolicy):
    """See the module's docstring."""

    entity: ClassVar[str] = "language"
    action: ClassVar[str] = ACTION
    then: ClassVar[str] = "assessment_form"

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {"priority": PRIORITY}

    @classmethod
    def _metadata_filename(cls) -> str:
        return "language_policy.json"
