"""No skill gets round the second part of the gate: on a real database, in the order basis, step-up, act."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import pytest

from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.signing import ActionCall
from discreet.errors import NotAllowed, PolicyError
from discreet.policy import Policy
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.identity.accounts import Account
from discreet.records.results import Claim, Results
from discreet.records.vault import Finding, VaultReader, VaultWriter
from discreet.sdk import GuardedAction, GuardedForm, Services, Turn
from discreet.sdk.registry import _agreed
from discreet.sdk.turn import CallContext, current_call
from discreet.storage.aio import AsyncDatabase
from tests.conftest import TestDatabase
from tests.records.identity.conftest import RING, SEED, World
from tests.records.identity.conftest import world as world

ANNA, BEN = b"a" * 16, b"b" * 16
MAIL = "new@post.example"
TOKEN = "vt_mail_4k9mz03q7v5c8w2t6h1x8"


class Skill(GuardedAction):
    """Opens the new address of an account."""

    name_ = "action_change_email"
    purpose = "account"
    opens = ("new_email",)
    needs = ("new_email",)
    acted: ClassVar[list[str]] = []

    async def account(self, turn: Turn) -> Account | None:
        owner = turn.services.identity.customers.owner_of("DS-10563")
        assert owner is not None
        return Account(owner)

    async def act(self, turn: Turn) -> None:
        self.acted.append(await turn.reveal("new_email"))


class AsksLess(Skill):
    async def assurance(self, turn: Turn) -> int:
        return -5


class OpensTooEarly(Skill):
    async def ready(self, turn: Turn) -> bool:
        self.acted.append(await turn.reveal("new_email"))
        return True


@dataclass
class Bench:
    """Runs actions as calls of turns."""

    world: World
    services: Services
    token: str = TOKEN
    turns: Iterator[int] = field(default_factory=lambda: iter(range(1, 1000)))

    def call(self, action: GuardedAction, *, subject: bytes = ANNA, turn_id: bytes | None = None, **slots: Any) -> Turn:
        call = ActionCall(turn_id or secrets.token_bytes(16), next(self.turns), 0)
        return self.run(action, call, {"slots": {"new_email": self.token, **slots}}, subject)

    def run(
        self,
        action: GuardedAction,
        call: ActionCall,
        state: dict[str, Any],
        subject: bytes = ANNA,
        *,
        knows: bool = True,
    ) -> Turn:
        """As the action server does, but that the result is not kept: the same call may come again.

        ``knows``: what an attempt before it has done; else as if both had begun at once.
        """

        async def running() -> Turn:
            claim = await self.services.statements.run(self.services.results.claim(subject, call))
            current_call.set(CallContext(self.services, call, subject, "web", claim if knows else Claim()))
            turn = Turn(state, action.purpose, action.opens, action.name_)
            await action.guarded(turn)
            return turn

        return asyncio.run(running())

    def code(self) -> str:
        self.services.identity.mailer.flush()
        text = self.world.letters.kept[-1].text
        return text.partition("Your code: ")[2][:9]

    def prove(self, subject: bytes = ANNA) -> None:
        assert self.world.answer(self.code(), subject).outcome.value == "passed"


@pytest.fixture
def bench(world: World, database: TestDatabase, policy: Policy) -> Iterator[Bench]:
    """A sealed address of each of two conversations, and the services of the action server."""
    Skill.acted.clear()
    private = VaultPrivateKey(SEED)
    rasa = database.open("rasa")
    writer = VaultWriter(VaultPublicKey(private.public_bytes()), RING, policy)
    with rasa.transaction() as tx:
        writer.seal(tx, subject=ANNA, turn_id=b"t" * 16, findings=[Finding("email", TOKEN, MAIL)])
        writer.confirm(tx, b"t" * 16)
    services = Services(
        database=world.actions,
        statements=AsyncDatabase(database.url("actions"), pool_size=1),
        policy=policy,
        consent=Consent(policy, bytes(32)),
        vault=VaultReader(world.actions, private, RING, policy),
        audit=Audit("actions"),
        results=Results(RING),
        shop=world.shop,
        refunds=None,  # type: ignore[arg-type]  # of no skill here
        identity=world.identity,
    )
    yield Bench(world, services)
    services.statements.close()
    rasa.close()


def test_a_skill_acts_once_for_one_step_up(bench: Bench) -> None:
    asked = bench.call(Skill())
    assert asked.responses[-1]["response"] == "utter_prove_code_web"
    assert asked.slot("proving") == "code"
    assert Skill.acted == []
    bench.prove()
    done = bench.call(Skill())
    assert (Skill.acted, done.proof is not None) == ([MAIL], True)
    bench.call(Skill())
    assert Skill.acted == [MAIL]


def test_a_call_that_comes_again_after_a_crash_may_act_again(bench: Bench) -> None:
    bench.call(Skill())
    bench.prove()
    for _ in range(2):
        bench.call(Skill(), turn_id=b"r" * 16)
    assert Skill.acted == [MAIL, MAIL]


@pytest.mark.parametrize(
    "slots",
    [{"proving": None}, {"proving": "done"}, {"proving": "passed"}, {"step_up": True}, {"assurance": "aal2"},
     {"one_time_code": "00000000"}],
    ids=lambda slots: "-".join(f"{name}-{value}" for name, value in slots.items()),
)  # fmt: skip
def test_no_slot_proves_anything(bench: Bench, slots: dict[str, Any]) -> None:
    bench.call(Skill(), **slots)
    assert Skill.acted == []


def test_other_parameters_find_no_step_up(bench: Bench) -> None:
    bench.call(Skill())
    bench.prove()
    bench.call(Skill(), new_email="vt_mail_0k9mz03q7v5c8w2t6h1xc")
    assert Skill.acted == []


def test_another_conversation_finds_no_step_up(bench: Bench) -> None:
    bench.call(Skill())
    bench.prove()
    bench.call(Skill(), subject=BEN)
    assert Skill.acted == []


def test_a_step_up_of_somebody_else_does_not_open_this_account(bench: Bench) -> None:
    bench.call(Skill())
    bench.world.sql("UPDATE identity.challenge SET customer = %s", bench.world.owner("DS-10622").id)
    bench.prove()
    bench.call(Skill())
    assert Skill.acted == []


def test_a_skill_may_not_ask_for_less(bench: Bench) -> None:
    bench.call(AsksLess())
    assert Skill.acted == []


def test_a_skill_may_not_open_before_the_step_up(bench: Bench, database: TestDatabase) -> None:
    with pytest.raises(NotAllowed):
        bench.call(OpensTooEarly())
    assert Skill.acted == []
    with closing(database.open("owner")) as owner, owner.transaction() as tx:
        assert tx.execute("SELECT event, purpose FROM audit.event WHERE outcome = 'no_step_up'") == [
            ("reveal", "account")
        ]


def test_the_old_address_is_asked_and_the_new_one_is_not(bench: Bench) -> None:
    bench.call(Skill())
    bench.code()
    assert {letter.to for letter in bench.world.letters.kept} == {"casimir.oyelaran@post.example"}


def _skill(**parts: Any) -> type[GuardedAction]:
    base = parts.pop("base", GuardedAction)
    return type("Made", (base,), {"name_": "action_change_email", "purpose": "account", **parts})


async def _nothing(*_: object) -> None: ...


@pytest.mark.parametrize("part", ["run", "guarded"])
def test_a_skill_that_replaces_the_gate_stops_the_start(policy: Policy, part: str) -> None:
    with pytest.raises(PolicyError, match="gate"):
        _agreed(_skill(**{part: _nothing}), policy)
    _agreed(_skill(), policy)


def test_a_category_asks_for_a_level_of_whoever_opens_it(policy: Policy) -> None:
    bare = replace(policy, assurance={}, purposes={n: replace(p, assurance=0) for n, p in policy.purposes.items()})
    assert bare.assurance_of(Skill.name_, Skill.opens) == 0
    strict = {**bare.categories, "email": replace(bare.category("email"), assurance=2)}
    assert replace(bare, categories=strict).assurance_of(Skill.name_, Skill.opens) == 2
    assert replace(bare, categories=strict).assurance_of(Skill.name_) == 0


def test_a_form_with_an_assurance_stops_the_start(policy: Policy) -> None:
    form = _skill(base=GuardedForm, name_="validate_email_form")
    _agreed(form, policy)
    with pytest.raises(PolicyError, match="only collects"):
        _agreed(form, replace(policy, assurance={"validate_email_form": 1}))
    opening = _skill(base=GuardedForm, name_="validate_email_form", opens=("new_email",))
    purposes = {**policy.purposes, "account": replace(policy.purpose("account"), assurance=1)}
    with pytest.raises(PolicyError, match="only collects"):
        _agreed(opening, replace(policy, purposes=purposes))
