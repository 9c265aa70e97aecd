"""An authenticator app, written apart from the code under test (RFC 4226, 6238)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct


def hotp(secret: bytes, counter: int, digits: int, digest: str = "sha1") -> str:
    mac = hmac.new(secret, struct.pack(">Q", counter), getattr(hashlib, digest)).digest()
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def totp_at(secret: str, now: float) -> str:
    """What the app shows at that time."""
    return hotp(base64.b32decode(secret), int(now) // 30, 6)


def other_than(code: str) -> str:
    """A wrong code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}d}"
