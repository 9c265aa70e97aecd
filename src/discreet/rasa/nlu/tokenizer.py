"""A whitespace tokenizer that gives every personal value one constant word a category.

Training, serving, ``rasa test``, cross-validation and the shell all tokenize, so the constant stands here and not in
an importer, which tests do not use. Offsets stay the original's.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.nlu.tokenizers.whitespace_tokenizer import WhitespaceTokenizer
from rasa.shared.nlu.training_data.message import Message

from discreet.redaction.values import recogniser_hash, values

WORDS = {
    "payment_card": "paycardvalue",
    "iban": "ibanvalue",
    "email": "mailvalue",
    "phone": "phonevalue",
    "person_name": "namevalue",
    "delivery_address": "placevalue",
    "feedback_text": "essayvalue",
    "card_security_code": "codevalue",
    "password": "secretvalue",
    "one_time_code": "onetimevalue",
    "passkey_answer": "passkeyvalue",
}
"""The first five letters differ, because CRF features look at prefixes."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class SealedTokenizer(WhitespaceTokenizer):
    """In config.yml: ``discreet.rasa.nlu.SealedTokenizer``, in place of WhitespaceTokenizer."""

    @classmethod
    def fingerprint_addon(cls, config: dict[str, Any]) -> str | None:
        """Rasa's cache looks at this class only; what it finds depends on the recognisers too."""
        return recogniser_hash()

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Whitespace tokens, and one token for each sealed or raw value."""
        text = message.get(attribute)
        tokens: list[Token] = []
        position = 0
        for span in values(text):
            tokens += self._plain(text, position, span.start)
            tokens.append(self._constant(span.category, span.start, span.end))
            position = span.end
        tokens += self._plain(text, position, len(text))
        return self._apply_token_pattern(tokens)

    def _plain(self, text: str, start: int, end: int) -> list[Token]:
        # Offsets must be the text's own, so what lies outside is blanked out, not cut away.
        part = text[start:end]
        if not part.strip():
            return []
        message = Message({"text": part})
        return [
            Token(token.text, token.start + start, token.end + start, lemma=token.lemma)
            for token in super().tokenize(message, "text")
        ]

    def _constant(self, category: str, start: int, end: int) -> Token:
        # Rasa's own evaluation compares len(token.text) with the entity's offsets: pad to the length of the value.
        word = WORDS[category]
        padded = word[: end - start] + "x" * (end - start - len(word))
        return Token(padded, start, end, lemma=word)
