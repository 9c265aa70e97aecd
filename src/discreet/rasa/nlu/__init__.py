"""Components that let the model see a sealed token and a raw value as the same thing."""

from discreet.rasa.nlu.extractor import SealedEntityExtractor
from discreet.rasa.nlu.tokenizer import SealedTokenizer

__all__ = ["SealedEntityExtractor", "SealedTokenizer"]
