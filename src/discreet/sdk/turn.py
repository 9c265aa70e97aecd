"""What a skill sees of its turn: slots, what it may reveal, what it says, what it changes."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from discreet.crypto.signing import ActionCall
from discreet.errors import NotAllowed
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.identity.challenges import Proof
from discreet.records.results import Claim, Results
from discreet.records.rights import standing
from discreet.records.vault import VaultReader
from discreet.redaction.tokens import TOKEN
from discreet.sdk.identity import Identity
from discreet.sdk.progress import Progress
from discreet.shop.port import Refunds, Shop
from discreet.storage.aio import AsyncDatabase
from discreet.storage.engine import Database, Transaction

_Result = TypeVar("_Result")
YES_CONFIDENCE = 0.6


class ConsentWithdrawn(NotAllowed):
    """The basis went away while the skill ran; nothing outside may be changed any more."""

    code = "consent_withdrawn"
    sentence = "You took your consent back, so I stopped."


@dataclass(frozen=True)
class Services:
    """What the action server has and skills use. Made once, at its start."""

    database: Database = field(repr=False)
    statements: AsyncDatabase = field(repr=False)
    policy: Policy = field(repr=False)
    consent: Consent = field(repr=False)
    vault: VaultReader = field(repr=False)
    audit: Audit = field(repr=False)
    results: Results = field(repr=False)
    shop: Shop = field(repr=False)
    refunds: Refunds = field(repr=False)
    identity: Identity = field(repr=False)


@dataclass(frozen=True)
class CallContext:
    """The verified call that runs: set by the server, read by the base classes."""

    services: Services
    call: ActionCall
    subject: bytes
    channel: str = ""
    claim: Claim = field(default=Claim(), repr=False)
    progress: Progress = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "progress", Progress(self.subject, self.call, self.claim))


current_call: ContextVar[CallContext] = ContextVar("discreet_call")


class Turn:
    """One action's view of the conversation. ``purpose``, ``opens`` and ``action`` are the skill's declarations."""

    def __init__(self, tracker: dict[str, Any], purpose: str, opens: tuple[str, ...], action: str) -> None:
        context = current_call.get()
        self.services = context.services
        self.subject = context.subject
        self.call = context.call
        self.purpose = purpose
        self.action = action
        self.proof: Proof | None = None
        """The step-up that this call has taken; set by the gate alone."""
        self._opens = opens
        self._tracker = tracker
        self._slots: dict[str, Any] = dict(tracker.get("slots") or {})
        self.events: list[dict[str, Any]] = []
        self.responses: list[dict[str, Any]] = []
        self.form_ended = False

    @property
    def effect_key(self) -> bytes:
        """32 bytes that name this call's effect: the same when the turn is repeated, never for another call."""
        return hashlib.sha256(b"effect\0" + self.call.turn_id + self.call.ordinal.to_bytes(4, "big")).digest()

    @property
    def goes_on(self) -> bool:
        """Whether this call was begun before, and its next step is one that was done then."""
        return current_call.get().progress.goes_on(self.action)

    @property
    def language(self) -> str:
        """The person's language: slot ``language`` where the assistant has one, else what the guard says of their
        client, else the policy's first."""
        languages = self.services.policy.languages
        said = (self._tracker.get("latest_message") or {}).get("metadata") or {}
        return next((one for one in (self.slot("language"), said.get("language")) if one in languages), languages[0])

    @property
    def channel(self) -> str:
        """The channel that the message came by, such as ``web``."""
        return current_call.get().channel

    def of_action(self, purpose: str, opens: tuple[str, ...], action: str) -> Turn:
        """The same call for another action that goes on with it: sees what was set, and speaks and sets for both."""
        other = Turn({**self._tracker, "slots": self._slots}, purpose, opens, action)
        other.events, other.responses = self.events, self.responses
        other._slots = self._slots
        return other

    @property
    def form(self) -> str | None:
        """The running form."""
        name = (self._tracker.get("active_loop") or {}).get("name")
        return name if isinstance(name, str) else None

    @property
    def requested_slot(self) -> str | None:
        """What the running form has asked for."""
        value = self._slots.get("requested_slot")
        return value if isinstance(value, str) else None

    def slot(self, name: str) -> Any:
        """A slot's value; a token where it is sensitive."""
        return self._slots.get(name)

    def entity(self, name: str) -> Any:
        """The last value of an entity in this message, None when there is none."""
        return next((e["value"] for e in reversed(self._entities) if e["entity"] == name), None)

    def entities(self, name: str) -> list[Any]:
        """All values of an entity in this message."""
        return [entity["value"] for entity in self._entities if entity["entity"] == name]

    def set(self, slot: str, value: Any) -> None:
        """Sets a slot, for this call and for the conversation."""
        self._slots[slot] = value
        self.events.append({"event": "slot", "timestamp": None, "name": slot, "value": value})

    def follow_up(self, action: str) -> None:
        """Runs another action next."""
        self.events.append({"event": "followup", "timestamp": None, "name": action})

    def end_form(self) -> None:
        """From a form's validation: there is nothing more to ask for."""
        self.form_ended = True

    def leave_form(self) -> None:
        """From another action: ends the running form."""
        self.events.append({"event": "active_loop", "timestamp": None, "name": None})
        self.set("requested_slot", None)

    def say(self, response: str, **fields: Any) -> None:
        """A response of domain.yml with its fields filled."""
        self.responses.append({"response": response, "template": response, **fields})

    def say_text(self, text: str, buttons: list[dict[str, str]] | None = None) -> None:
        """A text of our own; buttons are ``{"title", "payload"}``."""
        self.responses.append({"text": text, **({"buttons": buttons} if buttons else {})})

    def write(self, to: Callable[[], str | None], subject: str, text: str) -> None:
        """Writes a letter in the background, once a call. ``to`` gives the address, None for nobody's."""
        self.services.identity.mailer.send(to, subject, text, once=self.effect_key)

    def show(self, content: dict[str, Any]) -> None:
        """Keeps for the person's page what no conversation may hold. Elsewhere than on the page they get a link."""
        link = self.services.identity.shown.keep(self.subject, content)
        self.responses.append({"custom": {"show": link}})

    async def reveal(self, slot: str) -> str:
        """The value behind a sensitive slot's token.

        Raises NotAllowed unless the skill declared the slot in ``opens``, its purpose covers the slot's
        category, a basis is live and the value belongs to this person. Every attempt is audited.
        """
        category = self.services.policy.category_of_slot(slot)
        token = self.slot(slot)
        if slot not in self._opens or category is None:
            await self.in_transaction(
                lambda tx: self._audit(tx, "reveal", "undeclared", category.name if category else None)
            )
            raise NotAllowed("the skill did not declare this slot")
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise NotAllowed("the slot holds no token")
        if self.services.policy.assurance_of(self.action, self._opens) > (self.proof.level if self.proof else 0):
            await self.in_transaction(lambda tx: self._audit(tx, "reveal", "no_step_up", category.name))
            raise NotAllowed("nobody has shown who they are")
        return await asyncio.to_thread(
            self.services.vault.reveal,
            token=token.lower(),
            category=category.name,
            subject=self.subject,
            purpose=self.purpose,
            turn_id=self.call.turn_id,
            require=self.services.consent.require,
            audit=self.services.audit.append,
        )

    async def recheck(self) -> None:
        """Raises NotAllowed if the basis went away, or the data was frozen: call it right before an effect outside."""
        await self.afresh(lambda tx: standing.require(tx, self.subject, self.purpose))
        if not await self.is_live(self.purpose):
            raise ConsentWithdrawn("the basis went away while the skill ran")

    async def is_live(self, purpose: str) -> bool:
        """Whether a basis for the purpose exists now, and no objection."""
        if self.services.policy.purpose(purpose).basis == "legitimate_interest":
            return not await self.afresh(lambda tx: standing.has_objected(tx, self.subject, purpose))
        if not self.services.policy.purpose(purpose).needs_consent:
            return True
        return await self.afresh(lambda tx: self.services.consent.is_live(tx, self.subject, purpose))

    async def in_transaction(self, work: Callable[[Transaction], _Result], of: str = "") -> _Result:
        """Runs ``work`` in a transaction of its own, off the event loop: once, however often this call comes again.

        A repeat gets the outcome of the first time, and ``work`` does not run. So what it gives is plain: no value of
        the vault, no code and no secret, which ``afresh`` is for. ``of`` tells steps apart that one function does.
        """
        progress, name = current_call.get().progress, f"{self.action} {work.__module__}.{work.__qualname__} {of}"
        if progress.knows(name):
            outcome: _Result = progress.taken()
            return outcome
        services = self.services
        return await asyncio.to_thread(progress.run, services.database, services.results, name, work)

    async def found(self, name: str, look: Callable[[], Awaitable[_Result]]) -> _Result:
        """What ``look`` finds and does not change; a repeat gets what the first time found. ``name`` says what."""
        progress, name = current_call.get().progress, f"{self.action} {name}"
        if progress.knows(name):
            outcome: _Result = progress.taken()
            return outcome
        outcome = await look()
        progress.noted(name, outcome)
        return outcome

    async def afresh(self, work: Callable[[Transaction], _Result]) -> _Result:
        """The same each time that the call comes: for what must be as it is now, and what nobody may keep.

        What it changes comes to the same when it is done again.
        """

        def run() -> _Result:
            with self.services.database.transaction() as tx:
                return work(tx)

        return await asyncio.to_thread(run)

    def candidates(self) -> dict[str, Any]:
        """What Rasa took from this message as values for slots: the trailing slot events of the call."""
        found: dict[str, Any] = {}
        for event in self._tracker.get("events") or []:
            found[event["name"]] = event["value"]
        return found

    def answered(self) -> tuple[bool, str] | None:
        """What the message answers a notice with: (yes or no, how); None when it is no answer (docs/spec/gate.md)."""
        message = self._tracker.get("latest_message") or {}
        intent = message.get("intent") or {}
        if (message.get("metadata") or {}).get("operation") is not None:
            if self.answered_operation is None:
                return None  # it names no operation of ours
            return {"affirm": (True, "button"), "deny": (False, "button")}.get(intent.get("name", ""))
        if intent.get("name") == "deny":
            return False, "words"
        sure = intent.get("name") == "affirm" and intent.get("confidence", 0) >= YES_CONFIDENCE
        if sure and not self._entities and (message.get("metadata") or {}).get("plain") is True:
            return True, "words"
        return None

    @property
    def answered_operation(self) -> str | None:
        """The operation that a verified button named."""
        operation = ((self._tracker.get("latest_message") or {}).get("metadata") or {}).get("operation")
        return operation if isinstance(operation, str) else None

    @property
    def notice_seen(self) -> str | None:
        """The operation of the notice that the person saw last, by the Guard's word: what a typed yes answers."""
        notice = ((self._tracker.get("latest_message") or {}).get("metadata") or {}).get("notice")
        return notice if isinstance(notice, str) else None

    @property
    def _entities(self) -> list[dict[str, Any]]:
        entities: list[dict[str, Any]] = (self._tracker.get("latest_message") or {}).get("entities") or []
        return entities

    def _audit(self, tx: Transaction, event: str, outcome: str, category: str | None) -> None:
        self.services.audit.append(
            tx,
            event=event,
            outcome=outcome,
            subject=self.subject,
            purpose=self.purpose,
            category=category,
            turn_id=self.call.turn_id,
        )
