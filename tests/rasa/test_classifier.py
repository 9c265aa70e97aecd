"""The intent classifier on comparable features: scikit-learn's own numbers, no pickles, no copies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import skops.io
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.nlu.featurizers.sparse_featurizer.regex_featurizer import RegexFeaturizer
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, INTENT, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import hstack, vstack
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression

from discreet.rasa.nlu import TfidfLogisticRegressionClassifier

RESOURCE = Resource("classifier")
EXAMPLES = {
    "track": ("where is my parcel", "track my order", "when will the parcel with my order arrive", "is it on its way"),
    "return": ("i want to send it back", "return my order", "the jacket does not fit", "take the boots back please"),
    "greet": ("hello", "good morning", "hi there", "hello good people there"),
}
PATTERNS = [{"name": "greeting", "pattern": r"\b(hello|hi)\b", "usage": "intent"}]


def _context(name: str) -> ExecutionContext:
    return ExecutionContext(GraphSchema({}), "model", node_name=name)


class _Bot:
    """The featurizers of a small bot, and the classifier on them."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.storage = LocalModelStorage(folder)
        self.config = {**TfidfLogisticRegressionClassifier.get_default_config(), **options}
        self.data = TrainingData(
            [Message.build(text, intent) for intent, texts in EXAMPLES.items() for text in texts],
            regex_features=PATTERNS,
        )
        self._tokenizer = WhitespaceTokenizer(WhitespaceTokenizer.get_default_config())
        self._tokenizer.process_training_data(self.data)
        self._featurizers = [self._made(RegexFeaturizer), self._made(CountVectorsFeaturizer)]
        for featurizer in self._featurizers:
            featurizer.train(self.data)
            featurizer.process_training_data(self.data)
        self.classifier = TfidfLogisticRegressionClassifier.create(self.config, self.storage, RESOURCE, _context("run"))

    def _made(self, featurizer: Any) -> Any:
        config = featurizer.get_default_config()
        return featurizer.create(config, self.storage, Resource(featurizer.__name__), _context(featurizer.__name__))

    def trained(self) -> _Bot:
        self.classifier.train(self.data)
        return self

    def loaded(self) -> TfidfLogisticRegressionClassifier:
        return TfidfLogisticRegressionClassifier.load(self.config, self.storage, RESOURCE, _context("run"))

    def message(self, text: str) -> Message:
        message = Message.build(text)
        self._tokenizer.process([message])
        for featurizer in self._featurizers:
            featurizer.process([message])
        return message

    def believed(self, text: str, classifier: Any = None) -> dict[str, float]:
        message = self.message(text)
        (classifier or self.classifier).process([message])
        return {row["name"]: float(row["confidence"]) for row in message.get("intent_ranking")}


@pytest.fixture
def bot(tmp_path: Path) -> _Bot:
    return _Bot(tmp_path).trained()


def _block(messages: list[Message], name: str) -> Any:
    return vstack(
        [f.features for m in messages for f in m.features if f.origin == name and f.type == FEATURE_TYPE_SENTENCE]
    )


@pytest.mark.parametrize("options", [{}, {"C": 0.5, "scale": 7.0}], ids=["defaults", "others"])
def test_the_confidences_are_those_of_scikit_learn(tmp_path: Path, options: dict[str, float]) -> None:
    bot = _Bot(tmp_path, **options).trained()
    texts = ["hello where is my order", "the boots do not fit", "parcel parcel parcel", "hi"]
    asked = [bot.message(text) for text in texts]
    weigher = TfidfTransformer(norm="l2").fit(_block(bot.data.training_examples, "CountVectorsFeaturizer"))

    def matrix(messages: list[Message]) -> Any:
        counts = weigher.transform(_block(messages, "CountVectorsFeaturizer"))
        return hstack([_block(messages, "RegexFeaturizer"), counts * bot.config["scale"]]).tocsr()

    ours = LogisticRegression(C=bot.config["C"], class_weight="balanced", random_state=42)
    ours.fit(matrix(bot.data.training_examples), [m.get(INTENT) for m in bot.data.training_examples])
    expected = ours.predict_proba(matrix(asked))
    for text, row in zip(texts, expected, strict=True):
        assert bot.believed(text) == pytest.approx(dict(zip(ours.classes_, row, strict=True)), rel=1e-6)


def test_what_is_loaded_says_what_was_trained(bot: _Bot) -> None:
    loaded = bot.loaded()
    for text in ("hello", "where is my parcel", "send the jacket back"):
        assert bot.believed(text, loaded) == bot.believed(text)


def test_the_model_is_one_file_without_pickles(bot: _Bot, tmp_path: Path) -> None:
    (file,) = [file for file in (tmp_path / RESOURCE.name).rglob("*") if file.is_file()]
    assert file.suffix == ".skops"
    assert skops.io.get_untrusted_types(file=file) == []


def test_no_message_copies_the_coefficients(bot: _Bot) -> None:
    """scikit-learn multiplies a sparse row with the transpose, and SciPy copies that unless it lies row by row."""
    for classifier in (bot.classifier, bot.loaded()):
        transposed = classifier.clf.coef_.T
        assert np.shares_memory(transposed.ravel(), transposed)


def test_saying_it_twice_is_as_sure_as_saying_it_once(bot: _Bot) -> None:
    once = bot.believed("where is my parcel")
    assert bot.believed("where is my parcel where is my parcel") == pytest.approx(once)


def test_a_pattern_counts_one_however_long_the_message_is(bot: _Bot) -> None:
    row: NDArray[np.float64] = bot.classifier._create_X([bot.message("hello where is my order")]).toarray()[0]
    assert row[0] == 1.0
    assert np.linalg.norm(row[1:]) == pytest.approx(bot.config["scale"])


def test_other_featurizers_can_be_kept_as_they_are(tmp_path: Path) -> None:
    bot = _Bot(tmp_path, as_is=["RegexFeaturizer", "CountVectors"]).trained()
    row = bot.classifier._create_X([bot.message("parcel parcel")]).toarray()[0]
    assert sorted({*row}) == [0.0, 2.0]


def _with_sentence_vectors(bot: _Bot, messages: list[Message]) -> list[Message]:
    for message in messages:
        vector = np.array([[len(message.get(TEXT)) / 8.0, -0.25]])
        message.add_features(Features(vector, FEATURE_TYPE_SENTENCE, TEXT, "Vectors"))
    return messages


def test_dense_features_are_kept_as_they_are(tmp_path: Path) -> None:
    bot = _Bot(tmp_path)
    _with_sentence_vectors(bot, bot.data.training_examples)
    bot.trained()
    (row,) = bot.classifier._create_X(_with_sentence_vectors(bot, [bot.message("hi there")])).toarray()
    assert list(row[-2:]) == [1.0, -0.25]


def test_a_message_that_says_nothing_known_is_no_ones(bot: _Bot) -> None:
    with np.errstate(all="raise"):
        for text in ("", "zzz qqq"):
            assert max(bot.believed(text).values()) < 0.5


def test_features_that_training_did_not_have_change_nothing(bot: _Bot) -> None:
    expected = bot.believed("where is my parcel")
    (message,) = _with_sentence_vectors(bot, [bot.message("where is my parcel")])
    bot.classifier.process([message])
    assert {row["name"]: row["confidence"] for row in message.get("intent_ranking")} == expected


def test_without_examples_nothing_is_trained(tmp_path: Path) -> None:
    bot = _Bot(tmp_path)
    bot.data = TrainingData([])
    bot.trained()
    assert not (tmp_path / RESOURCE.name).exists()
