"""From a person's words to what Rasa is told: tokens instead of personal data, parsed exactly once.

Patterns first; then the model, on text that already has tokens where patterns matched; then what the model found in
sensitive categories; then, when a form is just asking for a free text that is personal, the whole answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from discreet.defence import Admitted
from discreet.errors import BadInput, PolicyError
from discreet.policy import Policy
from discreet.rasa.buttons import Press
from discreet.rasa.notices import language_of_notice
from discreet.reading import ONLY_WORDS, is_wordless, other_language, preferred_language
from discreet.records.attachments import CATEGORY, SealedFile, sealed_file
from discreet.records.consent.answers import INTENTS, takes_consent_back, typed_answer
from discreet.records.consent.words import purposes_named, says_only_yes
from discreet.records.vault import Finding
from discreet.redaction import asked_code
from discreet.redaction.masks import burnt
from discreet.redaction.redact import Redacted, Redactor
from discreet.redaction.splice import Splice
from discreet.redaction.tokens import TOKEN, mint, one_spelling

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COMMAND = re.compile(r"\A[\s/]+")
_PARSE_KEYS = ("intent", "intent_ranking")
_ANSWER = "inform"
_ATTACHED = (
    "Thank you, I have your file. It was checked, what a photo says about place and time was removed, and it is sealed"
)
_NOT_ASKED = {"name": None, "confidence": 0.0}
"""The intent of a message that the model was not asked about."""
_WITHDRAWAL, TOPIC = "withdraw_consent", "consent_topic"
"""The entity that names a purpose; found here, by the policy's words, and not by the model."""
_SEEN_BY_THE_MODEL = frozenset({"person_name", "delivery_address"})
"""Left in the text until the model has read it: it learnt from texts with names and addresses."""
_PROVING, _CODE, _PASSKEY = "proving", "one_time_code", "passkey_answer"
_UNNAMED = "parsed"
"""Rasa would draw a random name for every message that it parses."""
_LATELY = 100
"""Events of a conversation: ten turns or more."""
_PROVES = {"account": "email"}
"""What answers the question that the slot names (docs/spec/step-up.md); a code answers the others."""
SURE = 0.5
"""Below this confidence an interrupting intent is not believed: an answer taken for one would stay unsealed.

Chosen by the rule in docs/decisions/0006-understanding.md.
"""


@dataclass(frozen=True)
class Understood:
    """A message as Rasa gets it, and the values that were taken out of it.

    ``instead``: what is answered in place of asking Rasa's policies, to a message that is no English sentence;
    ``first``: what is said before whatever else is.
    """

    text: str
    parse_data: dict[str, Any]
    shown: str
    findings: tuple[Finding, ...] = field(default=(), repr=False)
    operation: str | None = None
    instead: str | None = None
    first: str | None = None
    file: SealedFile | None = field(default=None, repr=False)
    plain: bool = False
    """Typed, and a yes that says nothing else (docs/spec/gate.md)."""


class Understanding:
    """Reads messages for the guard, and masks what goes out."""

    def __init__(self, policy: Policy, redactor: Redactor, minted: Callable[[str, str], str]) -> None:
        self._policy = policy
        self._redactor = redactor
        self._mint = minted

    async def of_text(self, processor: MessageProcessor, text: str, tracker: DialogueStateTracker | None) -> Understood:
        """What a typed text means. ``text`` is the client's; raises BadInput when nothing readable is left of it."""
        plain = as_data(text)
        if not plain:
            raise BadInput("I could not read anything in that message. Please write it in words.")
        if is_wordless(plain):
            return Understood(plain, {"intent": _NOT_ASKED, "entities": []}, plain, instead=ONLY_WORDS)
        if answer := typed_answer(language_of_notice(tracker), plain):
            return replace(self._of_intent(INTENTS[answer], plain), plain=answer == "yes")
        findings: dict[str, Finding] = {}
        tokens: dict[tuple[str, str], str] = {}

        def seal(category: str, value: str) -> str:
            """One value, one token, whether a pattern found it or the model."""
            key = (category, one_spelling(category, value))
            if tokens.get(key) not in findings:
                tokens[key] = token = self._mint(category, value)
                findings[token] = Finding(category, token, value)
            return tokens[key]

        proving = tracker.get_slot(_PROVING) if tracker is not None and not tracker.active_loop else None
        asked = frozenset({_CODE}) if proving and proving != "account" else frozenset()
        if not asked and (asked_code.is_bare(plain) or _was_asked(tracker)):
            plain = _without_codes(plain)
        redacted = self._redactor.ingress(plain, seal, asked=asked, later=_SEEN_BY_THE_MODEL)
        kept = redacted.text
        parsed = await processor.parse_message(UserMessage(kept, message_id=_UNNAMED), tracker)
        takes_back = takes_consent_back(plain)
        if takes_back:
            parsed["intent"] = {"name": _WITHDRAWAL, "confidence": 1.0}
        entities = [dict(entity) for entity in parsed.get("entities", [])]
        answered = self._asked_category(processor, parsed, tracker)
        if answered is not None:
            kept, entities = self._whole_answer(kept, answered, findings, seal)
            # Rasa's from_text mapping looks at the intent; this is an answer, whatever the model took it for.
            parsed["intent"] = {"name": _ANSWER, "confidence": 1.0}
        else:
            kept, entities = self._sealed_entities(kept, self._with_found(redacted, entities), seal)
        if proving and any(finding.category == _PROVES.get(proving, _CODE) for finding in findings.values()):
            parsed["intent"] = {"name": _ANSWER, "confidence": 1.0}
        parse_data = {name: parsed[name] for name in _PARSE_KEYS if name in parsed}
        if parsed["intent"]["name"] == _WITHDRAWAL:
            entities = [*entities, *({"entity": TOPIC, "value": name} for name in purposes_named(self._policy, plain))]
        parse_data["entities"] = entities
        is_ours = answered or takes_back or _may_answer(processor, tracker, entities)
        language = None if is_ours else other_language(TOKEN.sub(" ", kept))
        instead = language.sentence if language else None
        return Understood(
            kept,
            parse_data,
            kept if kept == text and not redacted.left else self.masked(kept),
            tuple(findings.values()),
            instead=instead,
            plain=says_only_yes(plain),
        )

    async def of_attachment(
        self, processor: MessageProcessor, admitted: Admitted, caption: str, tracker: DialogueStateTracker | None
    ) -> Understood:
        """A file that was admitted, and the words that came with it, if any. Raises as ``of_text``."""
        category = self._policy.category(CATEGORY)
        token = self._mint(CATEGORY, "")
        file = sealed_file(token, admitted.media_type, admitted.content)
        kept_for = f" for at most {category.max_age.days} days" if category.max_age else ""
        thanks = f"{_ATTACHED} and kept{kept_for}."
        if not caption:
            parse_data = {"intent": _NOT_ASKED, "entities": []}
            return Understood(token, parse_data, self.masked(token), (file.finding,), instead=thanks, file=file)
        said = await self.of_text(processor, caption, tracker)
        shown = f"{said.shown} {self.masked(token)}"
        # A yes beside a file says something else as well.
        return replace(said, shown=shown, findings=(*said.findings, file.finding), first=thanks, file=file, plain=False)

    def require_attachments(self) -> None:
        """Raises PolicyError unless privacy.yml declares what files are kept as."""
        if self._policy.category(CATEGORY).store != "vault":
            raise PolicyError(f"data.{CATEGORY} in privacy.yml must be stored in the vault")

    def of_press(self, press: Press) -> Understood:
        """What a verified button press means; nothing to parse, because the payload is ours."""
        return replace(self._of_intent(press.intent, press.title, press.entities), operation=press.operation)

    def language(self, said: str) -> str | None:
        """The policy's language that a client's list asks for (``preferred_language``); None for the first."""
        languages = self._policy.languages
        found = preferred_language(said, languages)
        return None if found == languages[0] else found

    def of_passkey(self, answer: str, tracker: DialogueStateTracker | None) -> Understood:
        """A passkey's answer, sealed whole. Raises BadInput where the conversation asks for nothing."""
        if tracker is None or not tracker.get_slot(_PROVING):
            raise BadInput("I did not ask for a passkey.")
        token = self._mint(_PASSKEY, answer)
        entity = {"entity": _PASSKEY, "value": token, "start": 0, "end": len(token), "confidence_entity": 1.0}
        intent = {"name": _ANSWER, "confidence": 1.0}
        parse_data = {"intent": intent, "intent_ranking": [intent], "entities": [entity]}
        return Understood(token, parse_data, self.masked(token), (Finding(_PASSKEY, token, answer),))

    def masked(self, content: Any) -> Any:
        """Every string of a reply, masked, whatever its nesting."""
        if isinstance(content, str):
            return self._redactor.egress(content)
        if isinstance(content, dict):
            return {key: self.masked(value) for key, value in content.items()}
        if isinstance(content, list):
            return [self.masked(value) for value in content]
        return content

    def _of_intent(self, name: str, text: str, entities: Sequence[dict[str, Any]] = ()) -> Understood:
        """What means this intent and nothing else; no model is asked."""
        intent = {"name": name, "confidence": 1.0}
        parse_data = {"intent": intent, "intent_ranking": [intent], "entities": list(entities)}
        return Understood(text, parse_data, self.masked(text))

    def _asked_category(
        self, processor: MessageProcessor, parsed: dict[str, Any], tracker: DialogueStateTracker | None
    ) -> str | None:
        """The category of the free text that the running form asks for, unless the intent interrupts the form.

        Which intents interrupt is what the slot's own ``from_text`` mapping in domain.yml excludes; a message in
        which the model found such a value is an answer all the same.
        """
        slot = tracker.get_slot("requested_slot") if tracker is not None and tracker.active_loop else None
        if not slot:
            return None
        category = self._policy.category_of_slot(slot) if slot in self._policy.slots else None
        if category is None or "slot" not in category.found_by:
            return None
        slots: dict[str, Any] = processor.domain.as_dict().get("slots", {})
        for mapping in slots.get(slot, {}).get("mappings", []):
            if mapping.get("type") == "from_text":
                excluded = mapping.get("not_intent") or []
                excluded = [excluded] if isinstance(excluded, str) else excluded
                found = any(entity["entity"] == category.name for entity in parsed.get("entities", []))
                intent = parsed["intent"]
                interrupts = intent["name"] in excluded and intent["confidence"] >= SURE and not found
                return None if interrupts else category.name
        return None

    def _whole_answer(
        self, kept: str, category: str, findings: dict[str, Finding], seal: Callable[[str, str], str]
    ) -> tuple[str, list[dict[str, Any]]]:
        """The answer as one token. Values already taken out of it go back in first: they belong to this answer."""
        original = TOKEN.sub(lambda match: _value(findings, match[0]), kept)
        for token in [token for token in findings if token in kept]:
            del findings[token]
        token = seal(category, original)
        return token, [{"entity": category, "value": token, "start": 0, "end": len(token), "confidence_entity": 1.0}]

    def _sealed_entities(
        self, kept: str, entities: list[dict[str, Any]], seal: Callable[[str, str], str]
    ) -> tuple[str, list[dict[str, Any]]]:
        """Replaces what the model found in vault categories, and moves the other entities along."""
        sealed = [entity for entity in entities if self._is_raw(entity)]
        splice = Splice(kept)
        for entity in sealed:
            start, end = entity["start"], entity["end"]
            entity["value"] = seal(entity["entity"], kept[start:end])
            splice.replace(start, end, entity["value"])
        for entity in entities:
            if "start" in entity:
                entity["start"], entity["end"] = splice.moved(entity["start"], entity["end"])
        return splice.text, entities

    def _with_found(self, redacted: Redacted, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The model's entities, and the names and addresses that a pattern found; where both saw one, all of it."""
        kept = redacted.text
        for span in redacted.left:
            start, end, category = span.start, span.end, span.category
            if category not in _SEEN_BY_THE_MODEL or TOKEN.search(kept[start:end]):
                continue
            same = [e for e in entities if "start" in e and e["start"] < end and e["end"] > start]
            if any(not self._is_raw(entity) for entity in same):
                continue
            start, end = min([start, *(e["start"] for e in same)]), max([end, *(e["end"] for e in same)])
            category = same[0]["entity"] if same else category
            entities = [entity for entity in entities if entity not in same]
            found = {"entity": category, "start": start, "end": end, "value": kept[start:end], "confidence_entity": 1.0}
            entities.append(found)
        return entities

    def _is_raw(self, entity: dict[str, Any]) -> bool:
        category = self._policy.categories.get(entity["entity"])
        return category is not None and category.store == "vault" and not TOKEN.search(str(entity["value"]))


def _may_answer(
    processor: MessageProcessor, tracker: DialogueStateTracker | None, entities: list[dict[str, Any]]
) -> bool:
    """Whether a message may be what the running form asked for, in whatever language: a free text, or any value."""
    slot = tracker.get_slot("requested_slot") if tracker is not None and tracker.active_loop else None
    if not slot:
        return False
    mappings = processor.domain.as_dict().get("slots", {}).get(slot, {}).get("mappings", [])
    return bool(entities) or any(mapping.get("type") == "from_text" for mapping in mappings)


def as_data(text: str) -> str:
    """A message as data: without control characters, and without the slash that would make it a command to Rasa."""
    return _COMMAND.sub("", _CONTROL.sub(" ", text)).strip()


def looks_like_a_command(text: str) -> bool:
    """Whether Rasa would have taken the text for a command, had it seen it as it was typed."""
    return _CONTROL.sub(" ", text).lstrip().startswith("/")


def _was_asked(tracker: DialogueStateTracker | None) -> bool:
    """Whether a code was asked for lately: one that is typed once more, or too late, is still a code."""
    latest = islice(reversed(tracker.events), _LATELY) if tracker is not None else ()
    return any(isinstance(event, SlotSet) and event.key == _PROVING and event.value for event in latest)


def _without_codes(text: str) -> str:
    splice = Splice(text)
    for start, end, _ in asked_code.codes(text):
        splice.replace(start, end, burnt(_CODE))
    return splice.text


def _value(findings: dict[str, Finding], token: str) -> str:
    finding = findings.get(token)
    return token if finding is None else finding.value


def mint_token(policy: Policy) -> Callable[[str, str], str]:
    """Mints tokens for categories as the policy names and shows them."""
    return lambda category, value: mint(policy.category(category), value)
