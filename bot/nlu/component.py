"""The frame of a pipeline component that finds entities by reviewed data and learns nothing."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin


class ReviewedData(GraphComponent, EntityExtractorMixin):
    """Made from its configuration alone, which is empty unless the component says otherwise."""

    def __init__(self, config: dict[str, Any]) -> None: ...

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ReviewedData:
        return cls(config)
