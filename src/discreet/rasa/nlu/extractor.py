"""Gives sealed and raw values their entity by rule; no model decides what a card number is."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.message import Message

from discreet.redaction.values import recogniser_hash, values


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class SealedEntityExtractor(GraphComponent, EntityExtractorMixin):
    """In config.yml after every other extractor: ``discreet.rasa.nlu.SealedEntityExtractor``."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SealedEntityExtractor:
        """Nothing to load."""
        return cls()

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """See SealedTokenizer."""
        return recogniser_hash()

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds an entity for every value, and removes whatever a model said about the same stretch."""
        for message in messages:
            text = message.get(TEXT) or ""
            found = values(text)
            kept = [
                entity
                for entity in message.get(ENTITIES, [])
                if all(entity["end"] <= span.start or entity["start"] >= span.end for span in found)
            ]
            fixed = [
                {
                    "entity": span.category,
                    "start": span.start,
                    "end": span.end,
                    "value": text[span.start : span.end],
                    "confidence_entity": 1.0,
                }
                for span in found
            ]
            message.set(ENTITIES, kept + self.add_extractor_name(fixed), add_to_output=True)
        return messages
