"""Rasa's CRF entity extractor, with the trained model stored instead of the examples.

Rasa 3.6.21's own component writes its whole data set into the model and trains again whenever the model is loaded:
with our data, half a minute for every start of a server and for every ``rasa test``. It did so to be rid of pickles.
CRFsuite has a file format of its own that holds weights and names only, so nothing is lost by storing that.
"""

from __future__ import annotations

import json
import shutil
from collections import OrderedDict
from typing import Any

import sklearn_crfsuite
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor, CRFToken

_ORDER = "order.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class StoredCrfEntityExtractor(CRFEntityExtractor):
    """In config.yml in place of ``CRFEntityExtractor``, with the same settings and the same predictions."""

    def persist(self, dataset: list[list[CRFToken]]) -> None:
        """Writes one CRFsuite model file a kind of tag (entity, role, group); the data set is not kept."""
        with self._model_storage.write_to(self._resource) as folder:
            for tag, tagger in (self.entity_taggers or {}).items():
                shutil.copyfile(tagger.modelfile.name, folder / f"{tag}.crfsuite")
            (folder / _ORDER).write_text(json.dumps(self.crf_order))

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> StoredCrfEntityExtractor:
        """Opens the model files. Without any (nothing was annotated) it is an extractor that finds nothing."""
        extractor = cls(config, model_storage, resource)
        try:
            with model_storage.read_from(resource) as folder:
                extractor.crf_order = json.loads((folder / _ORDER).read_text())
                extractor.entity_taggers = OrderedDict(
                    (tag, _open(str(folder / f"{tag}.crfsuite"))) for tag in extractor.crf_order
                )
        except ValueError:  # What model storage raises for a resource that was never written.
            extractor.entity_taggers = None
        return extractor


def _open(path: str) -> sklearn_crfsuite.CRF:
    tagger = sklearn_crfsuite.CRF(model_filename=path)
    if tagger.tagger_ is None:  # Read now: the folder may be temporary.
        raise RuntimeError("CRFsuite opened no model.")
    return tagger
