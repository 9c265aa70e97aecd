"""A file of signed lines: what `rights/test_ledger.py` and `audit/test_tampering.py` do not see of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from discreet.crypto.signing import public_key_of
from discreet.errors import IntegrityError, SettingsError
from discreet.records.signed_file import NOTHING, TAIL, SignedFile

SEED = bytes(range(1, 33))


def _file(folder: Path) -> SignedFile:
    return SignedFile(folder / "lines", "test+jws", public_key_of(SEED), "the file of a test")


def test_the_newest_line_is_found_from_the_end_however_long_the_file(tmp_path: Path) -> None:
    file = _file(tmp_path)
    assert file.last() == NOTHING
    assert file.lines() == []
    for number in range(1, 200):
        with file.appending(SEED) as held:
            held.append({"said": "x" * 400, "number": number}, now=number)
    assert (tmp_path / "lines").stat().st_size > TAIL
    assert file.last() == file.lines()[-1]
    assert file.last().content["number"] == 199


def test_what_is_longer_than_a_line_can_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"x" * (TAIL + 10))
    with pytest.raises(IntegrityError):
        _file(tmp_path).last()


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written"), _file(tmp_path / "nowhere").appending(SEED):
        raise AssertionError("there is nothing to append to")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_that_an_operator_makes_belongs_to_whoever_owns_the_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 61234, 61235)
    with _file(tmp_path).appending(SEED) as held:
        held.append({}, now=1)
    made = (tmp_path / "lines").stat()
    assert (made.st_uid, made.st_gid, made.st_mode & 0o777) == (61234, 61235, 0o600)
