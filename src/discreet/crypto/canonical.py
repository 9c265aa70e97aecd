"""How what is chained becomes bytes: canonical JSON, its hash, times."""

from __future__ import annotations

import hashlib
from datetime import datetime, timezone
from typing import Any

import rfc8785


def hash_of(content: dict[str, Any]) -> bytes:
    """SHA-256 over 0x00 (a leaf, RFC 6962 section 2.1) and the canonical JSON (RFC 8785) of what is chained."""
    return hashlib.sha256(b"\0" + rfc8785.dumps(content)).digest()


def utc(moment: datetime) -> str:
    """A time as ledgers and receipts write it: UTC, microseconds, ``Z``."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
