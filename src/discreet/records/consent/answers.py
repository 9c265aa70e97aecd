"""What people type to a notice in a language that the model does not speak: whole answers, by table.

Rules: docs/spec/gate.md. A message is an answer when it is made of these phrases and of nothing else, so that no
condition, question or third person comes along. English has no table: the model understands it, and ``words`` looks at
its yes.
"""

from __future__ import annotations

import re
from functools import cache

INTENTS = {"yes": "affirm", "no": "deny", "details": "ask_consent_details"}
"""What a notice's buttons mean, in their order, by the names of their titles in ``phrases``."""
_LONGEST = 300
"""Characters of a message that is looked at."""


def _split(text: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in text.split("|")]


_ANSWERS: dict[str, dict[str, list[str]]] = {
    "de": {
        "yes": _split(
            "ja | jawohl | gern | gerne | sehr gern | sehr gerne | klar | na klar | natürlich | selbstverständlich"
            "| sicher | einverstanden | bin einverstanden | ich bin einverstanden | ich bin damit einverstanden"
            "| damit bin ich einverstanden | stimme zu | ich stimme zu | ich stimme dem zu | ich willige ein"
            "| ich erlaube es | ich erlaube das | ich erlaube es ihnen | das dürfen sie | sie dürfen | sie dürfen das"
            "| in ordnung | das ist in ordnung | das geht in ordnung | ok | okay | von mir aus | meinetwegen | nur zu"
            "| machen sie das"
        ),
        "no": _split(
            "nein | nö | nee | lieber nicht | eher nicht | besser nicht | bitte nicht | natürlich nicht | sicher nicht"
            "| auf keinen fall | auf gar keinen fall | keinesfalls | keineswegs | niemals | das möchte ich nicht"
            "| das will ich nicht | ich möchte das nicht | ich will das nicht | ich möchte nicht | ich will nicht"
            "| möchte ich nicht | will ich nicht | nicht einverstanden | ich bin nicht einverstanden"
            "| ich bin damit nicht einverstanden | damit bin ich nicht einverstanden | ich stimme nicht zu"
            "| ich stimme dem nicht zu | ich willige nicht ein | ich lehne ab | ich lehne das ab | ich erlaube es nicht"
            "| ich erlaube das nicht | das dürfen sie nicht"
        ),
        "details": _split(
            "mehr | mehr dazu | details | einzelheiten | mehr informationen | mehr infos"
            "| erzählen sie mehr | erzählen sie mir mehr | ich möchte mehr wissen | ich möchte mehr dazu wissen"
        ),
    }
}
_POLITE = {"de": _split("bitte | danke | vielen dank | danke schön")}
"""May stand beside any of them, and say nothing alone."""
_SIGNS = re.compile(r"[\s.,!;:–-]+")

_CONSENT = r"(?:einwilligung|einwilligungen|zustimmung|erlaubnis|mein ja)"
_TAKES_BACK = re.compile(
    rf"(?:hiermit |bitte |nein )*(?:"
    rf"(?:ich )?widerrufe (?:.* )?{_CONSENT}\b"
    rf"|(?:ich )?(?:ziehe|nehme) (?:.* )?{_CONSENT} (?:.* )?zurück\b"
    rf"|(?:ich (?:möchte|will|würde gerne?) )?(?:hiermit )?(?:meine |alle |alle meine )?{_CONSENT}"
    r" (?:.* )?(?:widerrufen|zurückziehen|zurücknehmen)\b"
    r")"
)
_TAKES_NOTHING_BACK = re.compile(
    r"\?|\b(?:nicht|nie|kein|keine|keinen|ohne|wenn|falls|ob|wie|was|wann|warum|wozu|wer|könnte|kann|muss|er|du)\b"
)
"""A question, a condition, a negation, somebody else."""


def typed_answer(language: str, text: str) -> str | None:
    """Which of ``INTENTS`` a message answers a notice in that language with; None where it may be anything else.

    ``text`` is the person's; ``language`` that of the notice which was shown last.
    """
    said = _plain(text)
    return next((name for name, answer in _patterns(language) if answer.fullmatch(said)), None)


def takes_consent_back(text: str) -> bool:
    """Whether a message, the person's, withdraws consent in the words that a notice in such a language gives for it."""
    said = _plain(text)
    return bool(_TAKES_BACK.match(said)) and not _TAKES_NOTHING_BACK.search(said)


def _plain(text: str) -> str:
    """Small letters, one space for all that parts words; empty for what is too long to be an answer."""
    return "" if len(text) > _LONGEST else _SIGNS.sub(" ", text.casefold()).strip()


@cache
def _patterns(language: str) -> list[tuple[str, re.Pattern[str]]]:
    """No phrase is made of others, so a message has one reading, and a long one takes no longer to refuse."""
    polite = "|".join(_POLITE.get(language, ()))
    return [
        (name, re.compile(rf"(?:(?:{polite}) )*(?:{one})(?: (?:{one}|{polite}))*"))
        for name, one in ((name, "|".join(phrases)) for name, phrases in _ANSWERS.get(language, {}).items())
    ]
