"""What tests of consent share: a ledger in a real database, and policies that differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from discreet.policy import Policy, load_policy
from discreet.records.consent import Consent, Operation
from discreet.records.consent.verify import Damage, verify_ledger
from discreet.storage.engine import Database
from tests.conftest import PROJECT, TestDatabase

ANNA, BEN, TURN = b"a" * 16, b"b" * 16, b"t" * 16
HEAD_KEY, SEED = bytes(range(32)), bytes(range(32, 64))


def changed_policy(folder: Path, changes: dict[str, Any] | None = None) -> Policy:
    """privacy.yml with other fields of purposes, ``{"refunds": {"keep": "P60D"}}``; of texts, in any language."""
    raw = yaml.safe_load((PROJECT / "privacy.yml").read_text())
    for name, fields in (changes or {}).items():
        purpose = raw["purposes"][name]
        texts = {field: {**purpose[field], **value} for field, value in fields.items() if isinstance(value, dict)}
        purpose |= {**fields, **texts}
    file = folder / "privacy.yml"
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return load_policy(file)


class World:
    """Consent of one policy in one database."""

    def __init__(self, database: TestDatabase, policy: Policy) -> None:
        self.database = database
        self.policy = policy
        self.consent = Consent(policy, HEAD_KEY)
        self.actions = Database(database.url("actions"), pool_size=4)
        self.owner_pool = Database(database.url("owner"), pool_size=1)

    def close(self) -> None:
        """Gives the connections back."""
        self.actions.close()
        self.owner_pool.close()

    def owner(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        """As the database's owner, whom no right is withheld from; triggers are off, as for whoever has the files."""
        with self.owner_pool.transaction() as tx:
            tx.execute("SET LOCAL session_replication_role = replica")
            return tx.execute(sql, *params)

    def ask(self, purpose: str = "refunds", subject: bytes = ANNA, **more: Any) -> Operation:
        """A notice is shown."""
        with self.actions.transaction() as tx:
            return self.consent.ask(tx, subject, purpose, **{"resume": "x", "turn_id": TURN, **more}).operation

    def answer(self, operation: Operation, subject: bytes = ANNA, *, given: bool = True) -> None:
        """It is answered."""
        with self.actions.transaction() as tx:
            self.consent.answer(tx, subject, operation, given=given, method="button", turn_id=TURN)

    def say(self, purpose: str = "refunds", subject: bytes = ANNA, *, given: bool = True) -> None:
        """Shown and answered."""
        self.answer(self.ask(purpose, subject), subject, given=given)

    def withdraw(self, subject: bytes = ANNA, purposes: set[str] | None = None) -> list[str]:
        """The names of what was withdrawn."""
        with self.actions.transaction() as tx:
            done = self.consent.withdraw(tx, subject, method="words", turn_id=TURN, purposes=purposes)
        return [purpose.name for purpose in done]

    def is_live(self, purpose: str = "refunds", subject: bytes = ANNA) -> bool:
        """Whether a reveal would find a basis."""
        with self.actions.transaction() as tx:
            return self.consent.is_live(tx, subject, purpose)

    def damage(self, **options: Any) -> list[Damage]:
        """What a verification with the right to read only finds."""
        staff = self.database.open("staff")
        try:
            with staff.transaction() as tx:
                return [one for person in verify_ledger(tx, HEAD_KEY, **options) for one in person.damage]
        finally:
            staff.close()
