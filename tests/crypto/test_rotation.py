"""A ring grows at its end, forgets only what is unused, and running processes learn of it."""

from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from discreet.crypto import keyring
from discreet.crypto.rotation import DROP_AFTER, RingEntry, add_key, drop_keys, entries
from discreet.crypto.wrapping import REREAD_SECONDS, KeyRing, Wrapped
from discreet.errors import IntegrityError, SettingsError

NOW = 1_800_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keyring.create_keys(tmp_path / "keys")
    return tmp_path / "keys"


def _ring(folder: Path) -> KeyRing:
    return keyring.ring(keyring.keys_for("rasa", folder), "value")


def test_an_added_key_is_the_newest_and_the_old_one_still_opens(folder: Path) -> None:
    wrapped = _ring(folder).wrap(b"k" * 32, b"context")
    assert add_key(folder, "value", NOW) == "value-2"
    assert _ring(folder).newest == "value-2"
    assert _ring(folder).unwrap(wrapped, b"context") == b"k" * 32
    assert entries(folder, "value")[1] == RingEntry("value-2", int(NOW))
    assert [entry.id for entry in entries(folder, "conversation")] == ["conversation-1"]
    assert stat.S_IMODE((folder / "value.json").stat().st_mode) == 0o600
    assert not list(folder.glob("*.new"))


def test_rotations_at_once_add_different_keys(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        added = list(pool.map(lambda _: add_key(folder, "value", NOW), range(8)))
    assert sorted(added) == sorted({f"value-{number}" for number in range(2, 10)})
    assert len(entries(folder, "value")) == 9


def test_only_what_is_unused_is_dropped_and_its_id_is_not_used_again(folder: Path) -> None:
    add_key(folder, "value", NOW)
    add_key(folder, "value", NOW)
    later = NOW + DROP_AFTER
    assert drop_keys(folder, "value", {"value-1", "value-3"}, later) == ["value-1"]
    assert [entry.id for entry in entries(folder, "value")] == ["value-2", "value-3"]
    assert add_key(folder, "value", later) == "value-4"


def test_nothing_is_dropped_while_the_newest_key_is_young(folder: Path) -> None:
    add_key(folder, "value", NOW)
    with pytest.raises(SettingsError, match="younger than an hour"):
        drop_keys(folder, "value", {"value-1"}, NOW + DROP_AFTER - 1)
    assert len(entries(folder, "value")) == 2


@pytest.mark.parametrize("content", ["", "{}", '{"keys"'])
def test_a_damaged_ring_file_is_named_and_not_replaced(folder: Path, content: str) -> None:
    (folder / "value.json").write_text(content)
    for call in (lambda: entries(folder, "value"), lambda: add_key(folder, "value", NOW)):
        with pytest.raises(SettingsError, match=r"value\.json"):
            call()
    assert (folder / "value.json").read_text() == content


class _Growing:
    """A ring as a process holds it, the keys as they are now, and a clock."""

    def __init__(self) -> None:
        self.keys = {"one": bytes(32)}
        self.now = 0.0
        self.reads = 0
        self.ring = KeyRing(self.keys, reread=self._read, clock=lambda: self.now)

    def _read(self) -> dict[str, bytes]:
        self.reads += 1
        if not self.keys:
            raise SettingsError("half written")
        return self.keys


def test_a_process_wraps_by_an_added_key_after_a_few_seconds() -> None:
    world = _Growing()
    world.keys = {"one": bytes(32), "two": b"\1" * 32}
    assert world.ring.wrap(b"k" * 32, b"").kek == "one"
    world.now = REREAD_SECONDS
    assert world.ring.wrap(b"k" * 32, b"").kek == "two"
    assert world.reads == 1


def test_a_process_opens_what_an_added_key_wrapped_at_once() -> None:
    world = _Growing()
    world.keys = {"one": bytes(32), "two": b"\1" * 32}
    world.now = 0.2
    wrapped = KeyRing(world.keys).wrap(b"k" * 32, b"")
    assert world.ring.unwrap(wrapped, b"") == b"k" * 32


def test_ids_that_nobody_knows_do_not_make_a_process_read_again_and_again() -> None:
    world = _Growing()
    for step in range(100):
        world.now = 0.2 + step / 1000
        with pytest.raises(IntegrityError):
            world.ring.unwrap(Wrapped("invented", bytes(60)), b"")
    assert world.reads <= 2


def test_keys_that_cannot_be_read_leave_the_ring_as_it_is() -> None:
    world = _Growing()
    world.keys = {}
    world.now = REREAD_SECONDS
    assert world.ring.wrap(b"k" * 32, b"").kek == "one"


def test_a_ring_hides_its_keys(folder: Path) -> None:
    keys = json.loads((folder / "value.json").read_text())["keys"]
    assert keys[0]["key"] not in repr(_ring(folder)) + repr(entries(folder, "value"))
