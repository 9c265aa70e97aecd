"""Files in the vault: one key, one person, one life."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from discreet.crypto.files import open_file, seal_file
from discreet.crypto.sealed import VaultPrivateKey, VaultPublicKey
from discreet.crypto.wrapping import KeyRing
from discreet.errors import IntegrityError, NotAllowed, StorageError
from discreet.keeper import Keeper
from discreet.policy import Policy
from discreet.records.attachments import CATEGORY, opened_file, sealed_file
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.erasure import erase
from discreet.records.rights import access, archive
from discreet.records.vault import VaultReader, VaultWriter
from discreet.redaction.tokens import mint
from tests.conftest import TestDatabase

ANNA, BEN = b"a" * 16, b"b" * 16
TURN, LATER = b"t" * 16, b"l" * 16
RING = KeyRing({"value-1": bytes(32)})
PRIVATE = VaultPrivateKey(bytes(range(32)))
PHOTO = b"\xff\xd8\xff" + b"a broken tent" * 1000


def _kept(database: TestDatabase, policy: Policy, *, confirm: bool = True) -> str:
    token = mint(policy.category(CATEGORY), "")
    file = sealed_file(token, "image/jpeg", PHOTO)
    writer = VaultWriter(VaultPublicKey(PRIVATE.public_bytes()), RING, policy)
    with database.open("rasa").transaction() as tx:
        writer.seal(tx, subject=ANNA, turn_id=TURN, findings=[file.finding])
        file.write(tx)
        if confirm:
            writer.confirm(tx, TURN)
    return token


def _opened(database: TestDatabase, policy: Policy, token: str, subject: bytes = ANNA) -> tuple[str, bytes]:
    actions = database.open("actions")
    value = VaultReader(actions, PRIVATE, RING, policy).reveal(
        token=token,
        category=CATEGORY,
        subject=subject,
        purpose="order_support",
        turn_id=LATER,
        require=Consent(policy, bytes(32)).require,
        audit=Audit("test").append,
    )
    with actions.transaction() as tx:
        return opened_file(tx, token, value)


def _rows(database: TestDatabase) -> int:
    with database.open("owner").transaction() as tx:
        return int(tx.execute("SELECT count(*) FROM vault.attachment")[0][0])


def test_a_file_opens_for_its_person_and_purpose_only(database: TestDatabase, policy: Policy) -> None:
    token = _kept(database, policy)
    assert _opened(database, policy, token) == ("image/jpeg", PHOTO)
    with pytest.raises(NotAllowed):
        _opened(database, policy, token, BEN)


def test_a_file_of_a_turn_that_never_was_is_destroyed(database: TestDatabase, policy: Policy) -> None:
    token = _kept(database, policy, confirm=False)
    with pytest.raises(NotAllowed):
        _opened(database, policy, token)
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE vault.value SET created_at = now() - interval '11 minutes'")
    Keeper(database.open("keeper"), policy, RING, bytes(32)).run_once()
    assert _rows(database) == 0


def test_a_file_ends_at_its_age(database: TestDatabase, policy: Policy) -> None:
    _kept(database, policy)
    keeper = Keeper(database.open("keeper"), policy, RING, bytes(32))
    keeper.run_once()
    assert _rows(database) == 1
    with database.open("owner").transaction() as tx:
        tx.execute("UPDATE vault.value SET expires_at = now() - interval '1 second'")
    keeper.run_once()
    assert _rows(database) == 0


def test_an_erased_persons_file_is_gone_and_its_copy_does_not_open(database: TestDatabase, policy: Policy) -> None:
    token = _kept(database, policy)
    with database.open("owner").transaction() as tx:
        ((copy,),) = tx.execute("SELECT content FROM vault.attachment")
        erase(tx, ANNA, Audit("test"))
    assert _rows(database) == 0
    with pytest.raises(NotAllowed):
        _opened(database, policy, token)
    with pytest.raises(IntegrityError):
        open_file(bytes(32), token=token, sealed=bytes(copy))


def test_a_copy_holds_the_file_itself(database: TestDatabase, policy: Policy) -> None:
    _kept(database, policy)
    reader = VaultReader(database.open("actions"), PRIVATE, RING, policy)
    with database.open("actions").transaction() as tx:
        values = reader.export(tx, [ANNA], turn_id=LATER, audit=Audit("test").append)
        content = access.content(tx, policy, [ANNA], values, {})
    zipped = zipfile.ZipFile(io.BytesIO(archive.packed(content)))
    assert zipped.read("files/1.jpeg") == PHOTO
    told = json.loads(zipped.read("data.json"))
    assert [value["value"] for value in told["values"]] == ["files/1.jpeg"]
    assert "files" not in told


def test_only_what_was_sealed_is_stored(database: TestDatabase, policy: Policy) -> None:
    token = _kept(database, policy)
    with database.open("owner").transaction() as tx:
        tx.execute("DELETE FROM vault.attachment")
    with pytest.raises(StorageError), database.open("rasa").transaction() as tx:
        tx.execute("INSERT INTO vault.attachment (token, content) VALUES (%s, %s)", token, PHOTO)


@pytest.mark.parametrize("attack", ["another token", "another key", "changed", "cut", "another version", "empty"])
def test_a_sealed_file_that_was_tampered_with_does_not_open(attack: str) -> None:
    key, sealed = bytes(32), seal_file(bytes(32), token="vt_file_x", content=PHOTO)
    assert open_file(key, token="vt_file_x", sealed=sealed) == PHOTO
    changed = {
        "changed": sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:],
        "cut": sealed[:-4096],
        "another version": b"\x02" + sealed[1:],
        "empty": b"",
    }.get(attack, sealed)
    with pytest.raises(IntegrityError):
        open_file(
            b"\1" * 32 if attack == "another key" else key,
            token="vt_file_y" if attack == "another token" else "vt_file_x",
            sealed=changed,
        )


def test_the_length_shows_no_more_than_a_page() -> None:
    sizes = {len(seal_file(bytes(32), token="t", content=bytes(size))) for size in (1, 500, 4092)}
    assert len(sizes) == 1
