"""Which typed words are a yes and nothing else (GDPR art. 4(11): unambiguous), and which purpose somebody names.

Both look at a whole message at the door, by tables: a model may be talked into much, a table into nothing.
"""

from __future__ import annotations

import re

from discreet.policy import Policy, Purpose

MOST_WORDS = 12


def _words(text: str) -> list[str]:
    return text.split()


_PLAIN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*(?:[ ,.!\-–]+[^\W\d_]+(?:['’][^\W\d_]+)*)*[ .!]*\Z")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_YES = frozenset(
    _words(
        """
        absolutely affirmative agree agreed alright approve approved aye carry certainly consent continue correct course
        definitely do exactly fine gladly go good granted great happy indeed naturally ok okay okey ofc perfect
        permission proceed right sure surely true works ya yea yeah yep yes yess yup huh mhm allow allowed accept
        accepted may use k y si oui
        ja jawohl gerne gern klar einverstanden erlaube natürlich sicher selbstverständlich stimme okay
        """
    )
)
"""One of these must be there."""
_BESIDE = frozenset(
    _words(
        """
        a again ahead all and are as at back be by can could current details do exactly fine for from give given had
        happily have here i i'd i'm i've im is it it's its just let let's like live me mean means might mine my
        of on one on file please pleased pls plz put refund same saved send so sounds still sir that that's thats
        the then there thing this to very want was way we what what's where which with would you you're you've your
        address bank card cards account data number details name phone email feedback order parcel home
        thanks thank ty cool wonderful lovely everything too proceed on works used using
        hm huh uh
        bitte das dem den der die du er es ich ihr ihre ihnen können dürfen darf sie ist in ordnung mein meine meinen
        mit nur zu sehr gut machen verwenden damit bin dafür habe passt danke genau von mir aus tun karte adresse daten
        """
    )
)
"""These may stand beside it: none of them takes anything back, puts a condition or speaks for somebody else."""
_SPLIT = re.compile(r"[^\W\d_]{3,}")
_NO_TOPIC = frozenset(
    _words(
        """
        your you our own and the for any with that this from have has been will can not use used using keep kept send
        sent look help read pay make take give get change number numbers after ended come back over all new old data
        personal information them their shop store improve another write them it its so to me my mine
        ihre ihr sie und der die das für mit von den dem des ein eine einer zu um aus nach daten nummer
        """
    )
)
_EVERYTHING = frozenset(["all", "anything", "everything", "whole", "alles", "alle"])
_HARMLESS = re.compile(r"\b(?:no problem|do(?:n['’]?t| not) mind|why not|nur zu)\b", re.IGNORECASE)
"""Agreement in words that would take something back elsewhere."""


_ASKS = re.compile(
    r"(?:are|is|was|could|can|would) (?:you|i|it|that|this|there|my)\b|(?:what|what's|where|which)\b"
    r"|you (?!may\b|can\b|could\b|have\b|are allowed\b)|(?:können|dürfen) (?:sie|ich)$|darf (?:sie|ich)$"
)
"""A question that lost its mark: "you alright", "is it ok"."""


def says_only_yes(text: str) -> bool:
    """True for a message that agrees and says nothing else: no condition, no question, no third person, no symbol.

    ``text`` is the person's. What is no such message may still be meant as a yes; then the notice is shown again.
    """
    if not _PLAIN.match(text.strip()):
        return False
    plain = _HARMLESS.sub("fine", text).replace("’", "'").casefold()
    words = _WORD.findall(plain)
    if len(words) > MOST_WORDS or _ASKS.match(" ".join(words)):
        return False
    return any(word in _YES for word in words) and all(word in _YES or word in _BESIDE for word in words)


def purposes_named(policy: Policy, text: str) -> list[str]:
    """The purposes on consent whose data or notice a message names, in the policy's order; [] for all or none.

    ``text`` is the person's; what is returned are names of the policy.
    """
    said = {_stem(word) for word in _SPLIT.findall(text.casefold())}
    if said & _EVERYTHING:
        return []
    return [
        name for name, purpose in policy.purposes.items() if purpose.needs_consent and said & _topic(policy, purpose)
    ]


def _topic(policy: Policy, purpose: Purpose) -> set[str]:
    texts = [purpose.name.replace("_", " ")]
    for language in policy.languages:
        texts.append(purpose.notice[language])
        texts += [policy.category(name).label[language] for name in purpose.data]
    words = {_stem(word) for text in texts for word in _SPLIT.findall(text.casefold())}
    return words - {_stem(word) for word in _NO_TOPIC}


def _stem(word: str) -> str:
    """Enough for plurals: card, cards; address, addresses."""
    return (
        word.removesuffix("es")
        if word.endswith("sses")
        else word.removesuffix("s")
        if not word.endswith("ss")
        else word
    )
