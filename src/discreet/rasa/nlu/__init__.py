"""Components of the pipeline: a sealed token and a raw value are the same thing to the model."""

from discreet.rasa.nlu.classifier import TfidfLogisticRegressionClassifier
from discreet.rasa.nlu.crf import StoredCrfEntityExtractor
from discreet.rasa.nlu.extractor import SealedEntityExtractor
from discreet.rasa.nlu.tokenizer import SealedTokenizer

__all__ = [
    "SealedEntityExtractor",
    "SealedTokenizer",
    "StoredCrfEntityExtractor",
    "TfidfLogisticRegressionClassifier",
]
