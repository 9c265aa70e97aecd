"""``discreet db``: checks, erasure and its replay; ``discreet retention``: what is over ended now."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from discreet.checks.erasures import ledger_of
from discreet.cli.database import owner_database, reader_database
from discreet.cli.rights import erase_now, is_known
from discreet.cli.told import told
from discreet.crypto import keyring
from discreet.crypto.identifiers import conversation_id
from discreet.crypto.wrapping import KeyRing
from discreet.errors import SettingsError
from discreet.policy import load_policy, parse_duration
from discreet.records.audit import Audit
from discreet.records.retention import Ended, Retention, Rule, rule_of
from discreet.records.rights.erasing import replay
from discreet.records.rights.ledger import State, compare
from discreet.records.rights.scrub import scrub
from discreet.records.verify import verify
from discreet.storage.engine import Database

PROGRESS_EVERY = 1000


@told
def run_verify(state: Path) -> int:
    """Prints damage by conversation and record. Returns 1 where there is any, else 0."""
    ring = keyring.ring(keyring.keys_for("rasa", state / "keys"), "conversation")
    with reader_database(state) as database:
        return _print(database, ring)


@told
def run_erase(state: Path, sender_id: str) -> int:
    """Erases what is kept of one sender id. Returns 1 where there was nothing, else 0."""
    identity = keyring.key(keyring.keys_for("rasa", state / "keys"), "identity")
    with owner_database(state) as database:
        subject = conversation_id(identity, sender_id)
        with database.transaction() as tx:
            known = is_known(tx, subject)
        if not known:
            print("Nothing was kept under that sender id.", file=sys.stderr)
            return 1
        return erase_now(database, state, subject)


@told
def run_replay(state: Path) -> int:
    """Erases again, in a restored database, whomever the ledger's keys belong to. Returns 1 where it cannot, else 0."""
    lines = ledger_of(state).lines()
    with owner_database(state) as database, database.transaction() as tx:
        if compare(tx, lines) is State.AHEAD:
            raise SettingsError("the erasure ledger is shorter than the database says: bring its newest copy back")
        people = replay(tx, lines, Audit("operator"))
    print(f"replayed: {len(lines)} erasures, {people} conversations of them were in this database and are erased again")
    return 0


@told
def run_scrub(state: Path) -> int:
    """Removes what erased rows left in the database's files. Returns 1 where the log could not be switched."""
    with owner_database(state) as database:
        done = scrub(database)
    print(f"scrubbed: {done.tables} tables rewritten, the log {'switched' if done.log else 'NOT switched'}")
    if not done.log:
        print("Let a role with the right to it run pg_switch_wal() and CHECKPOINT.", file=sys.stderr)
    return 0 if done.log else 1


@told
def run_retention(project: Path, state: Path, keep: str | None) -> int:
    """Ends every session that is over. Returns 1 where a head does not verify or nothing could be done, else 0."""
    rule = rule_of(load_policy(project / "privacy.yml")) if keep is None else _same(parse_duration(keep, "--keep"))
    ring = keyring.ring(keyring.keys_for("keeper", state / "keys"), "conversation")
    with owner_database(state) as database:
        conversations, sessions, damaged = _end_all(Retention(database, ring, rule))
    print(f"ended: {conversations} conversations, {sessions} older sessions of others")
    for conversation in sorted(damaged):
        print(f"conversation {conversation.hex()} was left alone: its head does not verify; see `discreet db verify`")
    return 1 if damaged else 0


def _same(keep: timedelta) -> Rule:
    return Rule(keep, keep)


def _end_all(retention: Retention) -> tuple[int, int, set[bytes]]:
    """Rounds until no batch is full."""
    conversations = sessions = 0
    damaged: set[bytes] = set()
    done = Ended(more=True)
    while done.more:
        done = retention.run_once()
        conversations, sessions = conversations + done.conversations, sessions + done.sessions
        damaged.update(done.damaged)
        print(f"  {conversations} conversations, {sessions} sessions ...", file=sys.stderr, flush=True)
    return conversations, sessions, damaged


def _print(database: Database, ring: KeyRing) -> int:
    conversations = records = damaged = 0
    for verdict in verify(database, ring):
        conversations += 1
        records += verdict.records
        if verdict.damaged:
            damaged += 1
            where = "at its head" if verdict.seq is None else f"at record {verdict.seq}"
            print(f"conversation {verdict.conversation.hex()} is damaged {where}")
        if conversations % PROGRESS_EVERY == 0:
            print(f"  {conversations} conversations ...", file=sys.stderr, flush=True)
    print(f"{conversations} conversations, {records} records verified, {damaged} damaged")
    return 1 if damaged else 0
