"""Copies: sealed for one person, fetched once, and an archive in which nobody's words become anything but text."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from discreet.crypto.blob import MAX_BLOB, open_blob, seal_blob
from discreet.errors import IntegrityError, NotAllowed
from discreet.records.keys import OwnerKeys
from discreet.records.rights import archive, copies
from discreet.records.rights.copies import PASSPHRASE, NoCopy, Ticket
from discreet.storage.engine import Database, Transaction
from tests.records.rights.people import VALUE_RING

ANNA, BEN = b"a" * 16, b"b" * 16
REQUEST = "rq_" + "a" * 26
NAME, KEY = b"n" * 16, bytes(range(32))


def _put(pool: Database, subject: bytes = ANNA) -> Ticket:
    with pool.transaction() as tx:
        owner = OwnerKeys(VALUE_RING).get_or_create(tx, subject)
        return copies.put(tx, owner, subject, REQUEST, {"values": [subject.hex()]})


def _take(pool: Database, **how: Any) -> dict[str, Any]:
    with pool.transaction() as tx:
        return copies.take(tx, VALUE_RING, **how)


def test_a_copy_is_fetched_once_by_its_link_or_its_conversation(actions: Database, rasa: Database) -> None:
    ticket = _put(actions)
    assert PASSPHRASE.match(ticket.passphrase)
    assert ticket.link not in repr(ticket)
    assert ticket.passphrase not in repr(ticket)
    taken = _take(rasa, link=ticket.link)
    assert taken == {"values": [ANNA.hex()], "passphrase": ticket.passphrase}
    with pytest.raises(NoCopy):
        _take(rasa, link=ticket.link)
    _put(actions)
    assert _take(rasa, subject=ANNA)["values"] == [ANNA.hex()]
    with pytest.raises(NoCopy):
        _take(rasa, subject=ANNA)


def test_a_newer_copy_takes_the_place_of_an_older_one(actions: Database, rasa: Database) -> None:
    older, newer = _put(actions), _put(actions)
    with pytest.raises(NoCopy):
        _take(rasa, link=older.link)
    assert _take(rasa, link=newer.link)


def _expired(tx: Transaction, ticket: Ticket) -> dict[str, Any]:
    tx.execute("UPDATE rights.copy SET expires_at = now() - interval '1 second'")
    return {"link": ticket.link}


def _erased(tx: Transaction, ticket: Ticket) -> dict[str, Any]:
    tx.execute("DELETE FROM key.owner_key WHERE subject = %s", ANNA)
    return {"link": ticket.link}


ATTACKS: dict[str, Callable[[Transaction, Ticket], dict[str, Any]]] = {
    "another person's conversation": lambda tx, ticket: {"subject": BEN},
    "nobody's conversation": lambda tx, ticket: {"subject": None},
    "a link that is guessed": lambda tx, ticket: {"link": "A" * 43},
    "a link with one character changed": lambda tx, ticket: {
        "link": ticket.link[:-1] + ("A" if ticket.link[-1] != "A" else "B")
    },
    "a link cut short": lambda tx, ticket: {"link": ticket.link[:-1]},
    "a link with a line feed": lambda tx, ticket: {"link": ticket.link + "\n"},
    "a link with padding": lambda tx, ticket: {"link": ticket.link + "="},
    "an empty link": lambda tx, ticket: {"link": ""},
    "a path in place of a link": lambda tx, ticket: {"link": "../../keys/identity.json"},
    "the passphrase in place of the link": lambda tx, ticket: {"link": ticket.passphrase},
    "a copy that is expired": _expired,
    "a copy of somebody who was erased": _erased,
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_else_fetches_a_copy(owner: Database, actions: Database, rasa: Database, attack: str) -> None:
    ticket = _put(actions)
    with owner.transaction() as tx:
        how = ATTACKS[attack](tx, ticket)
    with pytest.raises(NotAllowed) as refused:
        _take(rasa, **how)
    assert refused.value.sentence == NoCopy.sentence


def test_a_copy_moved_to_another_person_or_name_does_not_open() -> None:
    sealed = seal_blob(KEY, name=NAME, owner=ANNA, content=b"hello")
    assert open_blob(KEY, name=NAME, owner=ANNA, sealed=sealed) == b"hello"
    for key, name, owner, changed in (
        (KEY, NAME, BEN, sealed), (KEY, b"m" * 16, ANNA, sealed), (bytes(32), NAME, ANNA, sealed),
        (KEY, NAME, ANNA, sealed[:-1] + bytes((sealed[-1] ^ 1,))), (KEY, NAME, ANNA, b"\x02" + sealed[1:]),
        (KEY, NAME, ANNA, b""), (KEY, NAME, ANNA, sealed[:20]),
    ):  # fmt: skip
        with pytest.raises(IntegrityError):
            open_blob(key, name=name, owner=owner, sealed=changed)


def test_a_bomb_is_not_unpacked() -> None:
    packed = zlib.compress(bytes(MAX_BLOB + 1))
    assert len(packed) < 100_000
    sealed = b"\x01" + bytes(12) + AESGCM(KEY).encrypt(bytes(12), packed, b"discreet copy\0\x01" + NAME + ANNA)
    with pytest.raises(IntegrityError):
        open_blob(KEY, name=NAME, owner=ANNA, sealed=sealed)
    with pytest.raises(ValueError, match="larger"):
        seal_blob(KEY, name=NAME, owner=ANNA, content=bytes(MAX_BLOB + 1))


class _Page(HTMLParser):
    """Everything that a browser would act on."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, data: str) -> None:
        self.text += data


HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", '"><svg/onload=alert(1)>', "<!--", "]]>",
    "</td></table><iframe src=//e>", "<style>*{display:none}</style>", "</style><script>1</script>",
    "javascript:alert(1)", "&lt;script&gt;", "<base href=//e>", "<meta http-equiv=refresh content=0>",
    "<form action=//e><button>", "\x00<b>", "\u202e<b>", "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: ascii(text))
def test_words_stay_words_in_the_page_and_the_json(hostile: str) -> None:
    content = {
        "made": hostile, "controller": {hostile: hostile}, "values": [{"category": hostile, "value": hostile}],
        "conversations": [[{"from": "you", "text": hostile, "at": 1}]], "shop": {"feedback": [{"text": hostile}]},
    }  # fmt: skip
    zipped = zipfile.ZipFile(io.BytesIO(archive.packed(content)))
    assert zipped.namelist() == ["data.json", "index.html"]
    page = _Page()
    page.feed(zipped.read("index.html").decode())
    assert page.tags <= {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "table", "tr", "th", "td"}
    assert page.attributes <= {"lang", "charset", "http-equiv", "content"}
    expected = hostile.encode(errors="replace").decode()
    assert json.loads(zipped.read("data.json"))["values"][0]["value"] == expected


def test_the_archive_opens_with_its_passphrase_only() -> None:
    sealed = archive.for_passphrase(b"archive", "babadu-kodife-lamone-rusati")
    assert pyrage.passphrase.decrypt(sealed, "babadu-kodife-lamone-rusati") == b"archive"
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(sealed, "babadu-kodife-lamone-rusate")


def test_passphrases_use_every_syllable_alike() -> None:
    drawn = [copies._passphrase(lambda n, number=number: bytes((number,)) * n) for number in range(240)]
    assert len(set(drawn)) == 80
    assert all(PASSPHRASE.match(one) for one in drawn)
