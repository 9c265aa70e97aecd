"""The CRF extractor that stores its model: no examples in the model file, the same predictions after loading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from discreet.rasa.nlu import StoredCrfEntityExtractor

CONTEXT = ExecutionContext(GraphSchema({}), "model")
RESOURCE = Resource("crf")
CONFIG: dict[str, Any] = {**CRFEntityExtractor.get_default_config(), "max_iterations": 20}
NAMES = ("anna", "bert", "carla", "dieter", "emma", "fritz")
SENTENCES = ("my name is {}", "{} here", "call me {} please", "it is {}")


@pytest.fixture
def storage(tmp_path: Path) -> LocalModelStorage:
    return LocalModelStorage(tmp_path)


def tokenized(message: Message) -> Message:
    """As a featurizer leaves it: the extractor passes over messages without features."""
    WhitespaceTokenizer(WhitespaceTokenizer.get_default_config()).process([message])
    tokens = len(message.get(TOKENS_NAMES[TEXT]))
    message.add_features(Features(scipy.sparse.csr_matrix((tokens, 1)), FEATURE_TYPE_SEQUENCE, TEXT, "test"))
    return message


def examples() -> TrainingData:
    messages = []
    for sentence in SENTENCES:
        for name in NAMES:
            text = sentence.format(name)
            start = text.index(name)
            entity = {"entity": "person_name", "value": name, "start": start, "end": start + len(name)}
            messages.append(tokenized(Message.build(text, "inform", [entity])))
    return TrainingData(messages)


def found(extractor: CRFEntityExtractor) -> list[dict[str, Any]]:
    return extractor.extract_entities(tokenized(Message.build("good day my name is anna")))


def test_what_is_loaded_predicts_what_was_trained(storage: LocalModelStorage) -> None:
    trained = StoredCrfEntityExtractor.create(CONFIG, storage, RESOURCE, CONTEXT)
    trained.train(examples())
    loaded = StoredCrfEntityExtractor.load(CONFIG, storage, RESOURCE, CONTEXT)
    assert [(entity["entity"], entity["value"]) for entity in found(trained)] == [("person_name", "anna")]
    assert found(loaded) == found(trained)


def test_loading_trains_nothing_and_needs_no_file_afterwards(
    storage: LocalModelStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = StoredCrfEntityExtractor.create(CONFIG, storage, RESOURCE, CONTEXT)
    trained.train(examples())
    expected = found(trained)
    assert expected

    def train_model(*_: Any) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(CRFEntityExtractor, "train_model", train_model)
    loaded = StoredCrfEntityExtractor.load(CONFIG, storage, RESOURCE, CONTEXT)
    for file in tmp_path.rglob("*.crfsuite"):
        file.unlink()
    assert found(loaded) == expected


def test_the_model_holds_no_examples(storage: LocalModelStorage, tmp_path: Path) -> None:
    StoredCrfEntityExtractor.create(CONFIG, storage, RESOURCE, CONTEXT).train(examples())
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == ["entity.crfsuite", "order.json"]


def test_without_annotations_it_finds_nothing(storage: LocalModelStorage) -> None:
    nothing = TrainingData([tokenized(Message.build("hello", "greet"))])
    StoredCrfEntityExtractor.create(CONFIG, storage, RESOURCE, CONTEXT).train(nothing)
    assert found(StoredCrfEntityExtractor.load(CONFIG, storage, RESOURCE, CONTEXT)) == []
