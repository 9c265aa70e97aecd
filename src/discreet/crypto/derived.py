"""Keys that one process alone can derive: from a seed that only it holds, each under a label of its own."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived(seed: bytes, label: str) -> bytes:
    """32 bytes by HKDF-SHA-256 (RFC 5869). ``seed`` is 32 random bytes; ``label`` is ours."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=b"discreet derived\0" + label.encode()).derive(seed)
