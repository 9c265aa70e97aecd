"""The erasure ledger: append-only, chained, signed; and what the database must know of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from discreet.crypto import jws
from discreet.crypto.signing import public_key_of
from discreet.errors import IntegrityError, NotAuthentic
from discreet.records.audit import Audit
from discreet.records.rights.erasing import CERTIFICATE, replay
from discreet.records.rights.ledger import KIND, Ledger, State, compare, set_head
from discreet.records.signed_file import GENESIS
from discreet.storage.engine import Database
from tests.records.rights.people import SEED


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Three erasures."""
    ledger = Ledger(tmp_path, SEED)
    with ledger.appending() as appender:
        for number in range(1, 4):
            appender.append(request=f"rq_{number}", session_keys=[number], owner_keys=[100 + number], now=number)
    return ledger


def test_lines_are_read_back_in_order_and_name_keys_only(ledger: Ledger, tmp_path: Path) -> None:
    lines = ledger.lines()
    assert [(line.seq, line.session_keys, line.owner_keys) for line in lines] == [
        (number, (number,), (100 + number,)) for number in range(1, 4)
    ]
    assert (tmp_path / "ledger").stat().st_mode & 0o077 == 0
    with ledger.appending() as appender:
        assert appender.append(request="rq_4", session_keys=[], owner_keys=[], now=4).seq == 4


def _signed(seq: int, prev: str) -> bytes:
    keys = {"session": [], "owner": []}
    return jws.compact(SEED, {"v": 1, "seq": seq, "prev": prev, "at": 0, "request": "x", "keys": keys}, KIND).encode()


def _other_kind(lines: list[bytes]) -> bytes:
    forged = {"v": 1, "seq": 3, "prev": "", "at": 0, "request": "x", "keys": {"session": [], "owner": []}}
    return b"\n".join([*lines[:2], jws.compact(SEED, forged, CERTIFICATE).encode()])


ATTACKS: dict[str, Callable[[list[bytes]], bytes]] = {
    "a line in the middle is cut": lambda lines: b"\n".join([lines[0], lines[2]]),
    "the first line is cut": lambda lines: b"\n".join(lines[1:]),
    "two lines change places": lambda lines: b"\n".join([lines[1], lines[0], lines[2]]),
    "a line is repeated": lambda lines: b"\n".join([*lines, lines[2]]),
    "a byte of a line changes": lambda lines: b"\n".join([lines[0][:-9] + b"AAAAAAAAA", *lines[1:]]),
    "a key id is edited": lambda lines: b"\n".join([lines[0].replace(b"eyJ", b"eyK", 2), *lines[1:]]),
    "a line is signed by another key": lambda lines: b"\n".join(
        [*lines, jws.compact(bytes(32), {"v": 1, "seq": 4}, KIND).encode()]
    ),
    "a certificate is offered as a line": _other_kind,
    "a signed line names another one before": lambda lines: b"\n".join([*lines, _signed(4, GENESIS)]),
    "a signed line leaves numbers out": lambda lines: b"\n".join(
        [*lines, _signed(9, hashlib.sha256(lines[2]).hexdigest())]
    ),
    "an empty line": lambda lines: b"\n".join([lines[0], b"", *lines[1:]]),
    "bytes that are no text": lambda lines: b"\n".join([*lines, b"\xff\xfe\x00"]),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_changed_ledger_is_refused_as_a_whole(ledger: Ledger, tmp_path: Path, attack: str) -> None:
    file = tmp_path / "ledger"
    file.write_bytes(ATTACKS[attack](file.read_bytes().splitlines()) + b"\n")
    with pytest.raises(IntegrityError):
        ledger.lines()
    with pytest.raises(IntegrityError), ledger.appending():
        raise AssertionError("it must not be appended to")


def test_a_line_that_a_crash_tore_is_cut_off_by_the_next(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "ledger"
    whole = file.read_bytes()
    file.write_bytes(whole + b"eyJhbGciOi")
    assert len(ledger.lines()) == 3
    with ledger.appending() as appender:
        appender.append(request="rq_4", session_keys=[], owner_keys=[], now=4)
    assert file.read_bytes().startswith(whole)
    assert [line.request for line in ledger.lines()] == ["rq_1", "rq_2", "rq_3", "rq_4"]


def test_how_a_database_stands_to_it(ledger: Ledger, owner: Database, tmp_path: Path) -> None:
    lines = ledger.lines()

    def state(known: int) -> State:
        with owner.transaction() as tx:
            tx.execute("UPDATE rights.ledger SET seq = 0, hash = %s", GENESIS)
            if known:
                set_head(tx, lines[known - 1])
            return compare(tx, lines)

    assert state(3) is State.EQUAL
    assert state(2) is State.BEHIND
    assert state(0) is State.BEHIND
    with owner.transaction() as tx:
        set_head(tx, lines[2])
        assert compare(tx, lines[:2]) is State.AHEAD
        assert compare(tx, []) is State.AHEAD
        tx.execute("UPDATE rights.ledger SET hash = %s", "f" * 64)
        assert compare(tx, lines) is State.BEHIND
        assert replay(tx, lines, Audit("operator")) == 0
        assert compare(tx, lines) is State.EQUAL


@pytest.mark.parametrize(
    "text", ["", ".", "..", "a.b.c", "e30.e30.", "é", "x" * (jws.MAX_SIZE + 1)], ids=lambda text: repr(text[:8])
)
def test_what_is_no_signed_line_is_one_error(text: str) -> None:
    with pytest.raises(NotAuthentic):
        jws.verify(public_key_of(SEED), text, KIND)
