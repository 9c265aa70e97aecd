"""Very many conversations put into a database at once: sealed one by one, copied in by the thousand."""

from __future__ import annotations

import io
import multiprocessing
import secrets
import sys
from collections.abc import Sequence

from bench.sides import KEY, Happening, Turn, events_of
from discreet.crypto.envelope import GENESIS, Head, RecordPlace, record_hash
from discreet.crypto.identifiers import SIZE, conversation_id
from discreet.crypto.wrapping import KeyRing
from discreet.rasa.codec import body_of
from discreet.records.keys import SessionKeys
from discreet.storage.engine import connect

CHUNK = 500
"""Conversations a COPY."""
_COLUMNS = {
    "key.session_key": "id, conversation, kek, wrapped",
    "conversation.head": "conversation, seq, hash, session_seq, session_key, base_seq, base_hash, mac",
    "conversation.turn": "conversation, seq, session_key, turn_id, record",
}


def fill(url: str, turns: Sequence[Turn], conversations: int) -> list[str]:
    """Fills an empty, migrated database and returns the sender ids. Indexes are made at the end."""
    owner = connect(url, autocommit=True)
    cursor = owner.cursor()
    cursor.execute("ALTER TABLE conversation.turn DROP CONSTRAINT turn_pkey; DROP INDEX conversation.turn_once")
    people: list[str] = []
    jobs = [(turns, min(CHUNK, conversations - start)) for start in range(0, conversations, CHUNK)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        for names, tables in pool.imap_unordered(_sealed, jobs):
            for table, text in tables.items():
                cursor.copy_expert(f"COPY {table} ({_COLUMNS[table]}) FROM STDIN", io.StringIO(text))
            people += names
            if len(people) % 10_000 == 0:
                print(f"  {len(people)} conversations filled in", file=sys.stderr, flush=True)
    cursor.execute(
        "SET maintenance_work_mem = '1GB'; ALTER TABLE conversation.turn ADD PRIMARY KEY (conversation, seq)"
    )
    cursor.execute("CREATE UNIQUE INDEX turn_once ON conversation.turn (turn_id) WHERE turn_id IS NOT NULL")
    owner.close()
    return people


def _sealed(job: tuple[Sequence[Turn], int]) -> tuple[list[str], dict[str, str]]:
    """COPY's text for some conversations, sealed in a process of its own."""
    turns, count = job
    keys, happening = SessionKeys(KeyRing({"conversation-1": KEY})), Happening()
    events = [list(events_of(happening.now(turn))) for turn in turns]
    later = [body_of(turn, "", first=False).encode() for turn in events[1:]]
    names: list[str] = []
    rows: dict[str, list[str]] = {table: [] for table in _COLUMNS}
    for _ in range(count):
        names.append(secrets.token_hex(16))
        conversation = conversation_id(KEY, names[-1])
        key, wrapped = keys.new(conversation)
        last = GENESIS
        for seq, body in enumerate([body_of(events[0], names[-1], first=True).encode(), *later], start=1):
            place = RecordPlace(conversation, seq, key.id, last, secrets.token_bytes(SIZE))
            record = key.seal(place, body)
            last = record_hash(place, record)
            rows["conversation.turn"].append(_row(conversation, seq, key.id, place.turn_id, record))
        head = Head(conversation, len(turns), last, session_seq=1, session_key=key.id)
        rows["key.session_key"].append(_row(key.id, conversation, wrapped.kek, wrapped.blob))
        rows["conversation.head"].append(
            _row(conversation, head.seq, last, 1, key.id, head.base_seq, head.base_hash, key.mac(head))
        )
    return names, {table: "".join(lines) for table, lines in rows.items()}


def _row(*values: object) -> str:
    return "\t".join(f"\\\\x{v.hex()}" if isinstance(v, bytes) else str(v) for v in values) + "\n"
