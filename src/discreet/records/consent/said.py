"""What a person is told after a withdrawal; the same in the conversation, on the page and elsewhere."""

from __future__ import annotations

from discreet.policy import Purpose
from discreet.records.consent.phrases import phrase


def withdrawn_sentence(purposes: list[Purpose], language: str) -> str:
    """What was withdrawn and what becomes of the data, purpose by purpose where that differs."""
    if not purposes:
        return phrase(language, "nothing_to_withdraw")
    sentences = []
    for fate in ("erase", "stop"):
        names = [purpose.notice[language] for purpose in purposes if purpose.on_withdrawal == fate]
        if names:
            sentences.append(
                phrase(language, "withdrawn", purposes="; ".join(names), then=phrase(language, f"t_{fate}"))
            )
    return " ".join(sentences)
