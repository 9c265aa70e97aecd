"""Rasa's logistic regression, on blocks of features that can be compared with each other.

Rasa 3.6.21's own takes the features as they are. Counts of n-grams grow with the message, and common ones are as loud
as those that tell intents apart; its strength of regularisation cannot be set. It also copies its whole matrix of
coefficients for every message, because scikit-learn keeps it in the order that sparse multiplication does not take.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import coo_matrix, csr_matrix, vstack
from sklearn.feature_extraction.text import TfidfTransformer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class TfidfLogisticRegressionClassifier(LogisticRegressionClassifier):
    """In config.yml in place of ``LogisticRegressionClassifier``.

    Each featurizer's counts of a message are multiplied with their inverse document frequency in the training data and
    brought to the length ``scale``. What stands in ``as_is`` (parts of a featurizer's name, or its alias) is not, and
    dense features are not: a pattern that matches counts 1. ``C`` is scikit-learn's: more of it, less regularisation.
    The other settings are Rasa's.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Rasa's, and what was best in cross-validation on the training data of this project."""
        return {
            **LogisticRegressionClassifier.get_default_config(),
            "C": 4.0,
            "scale": 3.0,
            "as_is": ["RegexFeaturizer"],
        }

    def __init__(self, config: dict[str, Any], name: str, model_storage: ModelStorage, resource: Resource) -> None:
        super().__init__(config, name, model_storage, resource)
        self.clf.set_params(C=self.config["C"])

    def _create_training_matrix(self, training_data: TrainingData) -> tuple[csr_matrix, list[str]]:
        self._learn_blocks([e for e in training_data.intent_examples if e.get(INTENT) and e.get(TEXT)])
        return super()._create_training_matrix(training_data)

    def _learn_blocks(self, messages: Sequence[Message]) -> None:
        """Keeps a weight a column for each featurizer, on the classifier: Rasa stores that, and gives it back."""
        rows: dict[str, list[Any]] = {}
        for message in messages:
            for block in _blocks(message):
                rows.setdefault(block.origin, []).append(block.features)
        self.clf.blocks_ = {name: self._weights(name, found) for name, found in rows.items()}

    def _weights(self, name: str, found: Sequence[Any]) -> NDArray[np.float64]:
        return (
            np.ones(found[0].shape[1]) if self._is_as_is(name, found[0]) else TfidfTransformer().fit(vstack(found)).idf_
        )

    def _is_as_is(self, name: str, features: Any) -> bool:
        return isinstance(features, np.ndarray) or any(part in name for part in self.config["as_is"])

    def _create_X(self, messages: Sequence[Message]) -> csr_matrix:  # noqa: N802 - Rasa's name
        """A row a message. A featurizer that found nothing, or was not there in training, gives nothing."""
        columns, values, ends = [np.empty(0, int)], [np.empty(0)], [0]
        for message in messages:
            found = {block.origin: block.features for block in _blocks(message)}
            start = filled = 0
            for name, weights in self.clf.blocks_.items():
                if name in found:
                    block = coo_matrix(found[name])
                    column, value = block.col, block.data * weights[block.col]
                    if not self._is_as_is(name, found[name]):
                        value *= self.config["scale"] / (np.linalg.norm(value) or 1.0)
                    columns.append(column + start)
                    values.append(value)
                    filled += len(column)
                start += len(weights)
            ends.append(ends[-1] + filled)
        width = sum(map(len, self.clf.blocks_.values()))
        return csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=(len(messages), width))

    def persist(self) -> None:
        """As Rasa does, with the coefficients column after column: so a sparse row is multiplied without a copy."""
        self.clf.coef_ = np.asfortranarray(self.clf.coef_)
        super().persist()


def _blocks(message: Message) -> Iterator[Features]:
    return (f for f in message.features if f.attribute == TEXT and f.type == FEATURE_TYPE_SENTENCE)
