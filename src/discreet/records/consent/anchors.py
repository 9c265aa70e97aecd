"""Ends of chains that an earlier verification saw, kept outside the database: a ledger rolled back is found."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from pathlib import Path

from discreet.errors import IntegrityError

_VERSION = "discreet consent anchors 1"


def read_anchors(file: Path, head_key: bytes) -> dict[bytes, tuple[int, bytes]]:
    """(seq, hash) by the hash of a chain's first event; {} for a file that is not there yet.

    Raises IntegrityError for one that was changed.
    """
    try:
        header, *lines = file.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise IntegrityError("the file of anchors cannot be read") from None
    body = "".join(f"{line}\n" for line in lines)
    if not hmac.compare_digest(header.encode(), _header(head_key, body).encode()):
        raise IntegrityError("the file of anchors was changed")
    rows = (json.loads(line) for line in lines)
    return {bytes.fromhex(first): (seq, bytes.fromhex(last)) for first, seq, last in rows}


def write_anchors(file: Path, ends: Mapping[bytes, tuple[int, bytes]], head_key: bytes) -> None:
    """Replaces the file, whole or not at all."""
    body = "".join(json.dumps([first.hex(), seq, last.hex()]) + "\n" for first, (seq, last) in sorted(ends.items()))
    draft = file.with_name(f".{file.name}.new")
    draft.write_text(f"{_header(head_key, body)}\n{body}", encoding="utf-8")
    draft.chmod(0o600)
    draft.replace(file)


def _header(head_key: bytes, body: str) -> str:
    return f"{_VERSION} {hmac.new(head_key, _VERSION.encode() + body.encode(), hashlib.sha256).hexdigest()}"
