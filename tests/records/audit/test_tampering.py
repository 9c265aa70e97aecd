"""Whoever owns the database and has no key changes the audit log; each way is found, at the first link it touches."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from discreet.crypto import jws
from discreet.crypto.canonical import utc
from discreet.errors import IntegrityError
from discreet.records.audit.chain import COLUMNS, event_of
from discreet.records.audit.heads import HEAD, LINE, heads_file, resume
from discreet.records.rights.ledger import KIND
from tests.conftest import TestDatabase
from tests.records.audit.world import ANNA, BEN, PUBLIC, SEED, World, world_on


@pytest.fixture
def world(database: TestDatabase, tmp_path: Path) -> Iterator[World]:
    """Nine links, of which a line outside names the fifth and the ninth."""
    with world_on(database, tmp_path / "audit") as made:
        chaining = made.chaining()
        made.happened(ANNA, BEN, None, ANNA, BEN)
        assert chaining.run_once() == 5
        made.later()
        made.happened(BEN, ANNA, ANNA, BEN)
        assert chaining.run_once() == 4
        chaining.run_once()  # the floor moves
        assert made.verified().damage == ()
        yield made


def _rehash(world: World, start: int = 1) -> None:
    """What an attacker can do too: every hash anew, so that the chain itself is whole."""
    with world.owner.transaction() as tx:
        rows = tx.execute(f"SELECT l.seq, l.person, l.hash, {COLUMNS} FROM audit.link l JOIN audit.event e"
                          " ON e.id = l.event ORDER BY l.seq")  # fmt: skip
        previous = bytes(32)
        for seq, person, digest, *event in rows:
            previous = event_of(event).link(seq, previous, bytes(person)) if seq >= start else bytes(digest)
            tx.execute("SET LOCAL session_replication_role = replica")
            tx.execute("UPDATE audit.link SET hash = %s WHERE seq = %s", previous, seq)


def _inserted(world: World) -> None:
    world.attack("UPDATE audit.link SET seq = seq + 100 WHERE seq > 2")
    world.attack("UPDATE audit.link SET seq = seq - 99 WHERE seq > 100")
    world.attack(
        "WITH e AS (INSERT INTO audit.event (actor, event, outcome) VALUES ('keeper', 'erase', 'done') RETURNING id)"
        " INSERT INTO audit.link SELECT 3, e.id, NULL, l.person, l.hash FROM e, audit.link l WHERE l.seq = 2"
    )


def _swapped_people(world: World) -> None:
    world.attack(
        "UPDATE audit.event a SET subject = b.subject, turn_id = b.turn_id FROM audit.event b"
        " WHERE (a.id, b.id) IN ((1, 2), (2, 1))"
    )


def _merged(world: World) -> None:
    """Somebody is made to look erased."""
    world.attack("UPDATE audit.link SET salt = NULL WHERE seq = 4")
    world.attack("UPDATE audit.event SET turn_id = NULL, subject = decode(repeat('ab', 16), 'hex') WHERE id = 4")


def _rewritten(world: World) -> None:
    world.attack("UPDATE audit.event SET category = 'email' WHERE id = 7")
    _rehash(world)


def _exchanged(world: World) -> None:
    world.attack("ALTER TABLE audit.link DROP CONSTRAINT link_seq_check")
    for old, new in ((7, -1), (8, 7), (-1, 8)):
        world.attack(f"UPDATE audit.link SET seq = {new} WHERE seq = {old}")


FIELDS = {
    "at": "at + interval '1 second'", "actor": "'rasa'", "event": "'export'", "outcome": "'refused'",
    "purpose": "'profile'", "category": "NULL", "subject": "decode(repeat('ab', 16), 'hex')",
    "turn_id": "decode(repeat('ab', 16), 'hex')",
}  # fmt: skip
LINK_FIELDS = {
    "salt": "decode(repeat('ab', 16), 'hex')", "person": "decode(repeat('ab', 32), 'hex')",
    "hash": "decode(repeat('ab', 32), 'hex')", "event": "event + 1000",
}  # fmt: skip
ATTACKS: dict[str, tuple[str | Callable[[World], None], int]] = {
    **{
        f"the event's {name} is changed": (f"UPDATE audit.event SET {name} = {to} WHERE id = 4", 4)
        for name, to in FIELDS.items()
    },
    "the event's id is changed": (
        "ALTER TABLE audit.event ALTER id DROP IDENTITY; UPDATE audit.event SET id = 1000 WHERE id = 4", 4,
    ),
    **{
        f"the link's {name} is changed": (f"UPDATE audit.link SET {name} = {to} WHERE seq = 4", 4)
        for name, to in LINK_FIELDS.items()
    },
    "an event is deleted": ("DELETE FROM audit.event WHERE id = 6", 6),
    "the last event is deleted": ("DELETE FROM audit.event WHERE id = 9", 9),
    "a link is deleted": ("DELETE FROM audit.link WHERE seq = 6", 6),
    "the first link is deleted": ("DELETE FROM audit.link WHERE seq = 1", 1),
    "everything is deleted": ("DELETE FROM audit.link", 1),
    "two links change places": (_exchanged, 7),
    "a link is put in": (_inserted, 3),
    "two people are exchanged": (_swapped_people, 1),
    "the salt goes without an erasure": ("UPDATE audit.link SET salt = NULL WHERE seq = 3", 3),
    "somebody is made to look erased": (_merged, 4),
    "the end is cut off": ("DELETE FROM audit.link WHERE seq > 7", 8),
    "the end is cut off with its events": (
        "WITH gone AS (DELETE FROM audit.link WHERE seq > 7 RETURNING event)"
        " DELETE FROM audit.event e USING gone WHERE e.id = gone.event", 8,
    ),
    "the head is taken away": ("UPDATE audit.head SET statement = NULL", 1),
    "everything is hashed anew": (_rewritten, 9),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_found_at_the_first_link_that_is_wrong(world: World, attack: str) -> None:
    how, first = ATTACKS[attack]
    how(world) if callable(how) else world.attack(how)
    assert world.verified().damage[0].seq == first


def test_a_rewritten_chain_is_not_gone_on_from(world: World) -> None:
    _rewritten(world)
    world.happened(ANNA)
    with pytest.raises(IntegrityError):
        world.chaining().run_once()
    assert world.verified().links == 8


def test_an_event_that_is_put_into_the_past_is_named(world: World) -> None:
    world.attack("DELETE FROM audit.event WHERE id = 900")
    world.attack(
        "INSERT INTO audit.event (id, at, actor, event, outcome) OVERRIDING SYSTEM VALUE"
        " VALUES (0, '2020-01-01', 'actions', 'reveal', 'refused')"
    )
    assert world.chaining().run_once() == 0
    ((found,),) = [[one.event for one in world.verified().damage]]
    assert found == 0


@pytest.mark.parametrize(
    "forged",
    [
        lambda stated: jws.compact(bytes(32), stated, HEAD),
        lambda stated: jws.compact(SEED, stated, LINE),
        lambda stated: jws.compact(SEED, stated, KIND),
        lambda stated: jws.compact(SEED, {**stated, "v": 2}, HEAD),
        lambda _: "x.y.z",
        lambda _: "",
    ],
    ids=["another key", "a line's signature", "an erasure's signature", "another version", "no signature", "empty"],
)
def test_a_forged_head_is_refused(world: World, forged: Callable[[dict[str, object]], str]) -> None:
    with world.owner.transaction() as tx:
        ((statement,),) = tx.execute("SELECT statement FROM audit.head")
        stated = jws.verify(PUBLIC, statement, HEAD)
        tx.execute("UPDATE audit.head SET statement = %s", forged(stated))
    world.happened(ANNA)
    assert "not signed" in world.verified().damage[0].what
    with pytest.raises(IntegrityError):
        world.chaining().run_once()


def test_a_restored_backup_is_a_prefix_of_what_is_known_outside(database: TestDatabase, tmp_path: Path) -> None:
    """A backup is put back whole: the chain verifies, and ends before what a line outside names."""
    with world_on(database, tmp_path / "audit") as world:
        chaining = world.chaining()
        world.happened(ANNA, BEN)
        chaining.run_once()
        with world.owner.transaction() as tx:
            backup = tx.execute("SELECT statement FROM audit.head")[0][0]
        world.happened(ANNA, BEN, BEN)
        world.later()
        chaining.run_once()
        copy = tmp_path / "elsewhere"
        shutil.copytree(world.folder, copy)
        with world.owner.transaction() as tx:
            tx.execute("UPDATE audit.head SET statement = %s", backup)
        world.attack("DELETE FROM audit.link WHERE seq > 2")
        world.attack("DELETE FROM audit.event WHERE id > 2")

        found = world.verified().damage[0]
        assert found.seq == 3
        assert "a backup was restored" in found.what
        world.happened(ANNA)
        with pytest.raises(IntegrityError):
            world.chaining().run_once()

        # With the file put back too, only a copy elsewhere knows.
        (world.folder / "heads").write_bytes((copy / "heads").read_bytes().splitlines(keepends=True)[0])
        assert world.verified().damage == ()
        assert world.verified(copy).damage[0].seq == 3


FILE_ATTACKS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "the newest line is cut": lambda lines: lines[:-1],
    "the file is emptied": lambda _: [],
}


@pytest.mark.parametrize("attack", FILE_ATTACKS)
def test_a_file_that_was_cut_is_noticed_by_the_head(world: World, attack: str) -> None:
    world.happened(ANNA)
    world.chaining().run_once()  # its head names the newest line
    file = world.folder / "heads"
    file.write_bytes(b"".join(FILE_ATTACKS[attack](file.read_bytes().splitlines(keepends=True))))
    assert "cut, exchanged or lost" in world.verified().damage[0].what
    world.happened(ANNA)
    with pytest.raises(IntegrityError):
        world.chaining().run_once()


@pytest.mark.parametrize("seed", [bytes(32), SEED], ids=["another key", "as a head"])
def test_a_forged_line_is_refused(world: World, seed: bytes) -> None:
    file = world.folder / "heads"
    newest = file.read_text().splitlines()[-1]
    stated = jws.verify(PUBLIC, newest, LINE)
    forged = jws.compact(seed, {**stated, "seq": 3}, LINE if seed != SEED else HEAD)
    file.write_text(f"{file.read_text()}{forged}\n")
    with pytest.raises(IntegrityError):
        world.verified()
    world.happened(ANNA)
    with pytest.raises(IntegrityError):
        world.chaining().run_once()


def test_the_format_is_the_one_in_the_specification(world: World) -> None:
    """Hashed by hand, so that a change of the format cannot pass unnoticed."""
    with world.owner.transaction() as tx:
        ((salt, person, digest, at),) = tx.execute(
            "SELECT l.salt, l.person, l.hash, e.at FROM audit.link l JOIN audit.event e ON e.id = l.event WHERE seq = 1"
        )
    field = lambda value: b"\1\x10" + value  # noqa: E731
    assert (
        bytes(person)
        == hashlib.sha256(b"discreet audit person\0" + bytes(salt) + field(ANNA) + field(ANNA[::-1])).digest()
    )
    content = {
        "actor": "actions", "at": utc(at), "category": "iban", "event": "reveal", "id": "1", "outcome": "opened",
        "person": bytes(person).hex(), "previous": "0" * 64, "purpose": "refunds", "seq": 1, "v": 1,
    }  # fmt: skip
    canonical = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    assert bytes(digest) == hashlib.sha256(b"\0" + canonical).digest()


def test_whoever_has_the_keepers_key_too_is_found_by_a_copy_elsewhere(world: World, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(world.folder, copy)
    world.attack("UPDATE audit.event SET category = 'email' WHERE id = 3")
    _rehash(world)
    (world.folder / "heads").unlink()
    with world.owner.transaction() as tx:
        resume(tx, heads_file(world.folder, PUBLIC), SEED, "signed by a thief", 1)
    assert world.verified().damage == ()
    assert world.verified(copy).damage[0].seq == 5
