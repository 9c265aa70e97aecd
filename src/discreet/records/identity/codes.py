"""What a person types to show who they are, and what it is compared with: e-mail codes, TOTP, recovery codes."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from functools import lru_cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type

MAIL, TOTP, RECOVERY, PASSKEY = "mail", "totp", "recovery", "passkey"
MAIL_DIGITS, TOTP_DIGITS = 8, 6
STEP_SECONDS = 30
TOTP_SECRET = 32
"""Characters of base32: 160 bits, as RFC 4226 (section 4, R6) recommends."""
RECOVERY_COUNT, RECOVERY_LENGTH = 10, 20
FINDER = 2
"""Characters of a recovery code that find its row."""
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ARGON = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1, type=Type.ID)
_RECOVERY = re.compile(rf"[{ALPHABET}]{{{RECOVERY_LENGTH}}}\Z")


def kind_of(code: str) -> str | None:
    """Which of the three a code is meant to be, by its form. ``code`` is anybody's; None for none."""
    plain = folded(code)
    if plain.isdecimal() and len(plain) == MAIL_DIGITS:
        return MAIL
    if plain.isdecimal() and len(plain) == TOTP_DIGITS:
        return TOTP
    return RECOVERY if _RECOVERY.match(plain) else None


def folded(code: str) -> str:
    """Lower case, without blanks and dashes; letters that Crockford reads as digits are digits."""
    plain = "".join(character for character in code.casefold() if character.isascii() and character.isalnum())
    return plain if plain.isdecimal() else plain.translate(str.maketrans("ilo", "110"))


def mail_code(key: bytes, drawn: bytes) -> str:
    """Eight digits, uniform but for 2^-229, foretold by nobody without the key. ``drawn``: bytes of this one code."""
    number = hmac.new(key, b"discreet mail code drawn\0" + drawn, hashlib.sha256).digest()
    return f"{int.from_bytes(number, 'big') % 10**MAIL_DIGITS:0{MAIL_DIGITS}d}"


def in_a_letter(code: str) -> str:
    """The code as it is read and typed: in two halves."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}"


def mail_code_mac(key: bytes, subject: bytes, operation: bytes, code: str) -> bytes:
    """What is kept of an e-mail code: 32 bytes, good in this conversation for this operation only."""
    message = b"discreet mail code\0" + subject + operation + folded(code).encode()
    return hmac.new(key, message, hashlib.sha256).digest()


def new_totp_secret() -> str:
    """160 random bits in base32."""
    return pyotp.random_base32(TOTP_SECRET)


def totp_uri(secret: str, issuer: str) -> str:
    """What a QR code carries. It names the shop and not the person."""
    return pyotp.TOTP(secret).provisioning_uri(name="customer", issuer_name=issuer)


def totp_step(secret: str, code: str, now: float) -> int | None:
    """The time step (RFC 6238, 30 s) whose code this is: the running one, the one before or the next; else None.

    ``now`` is Unix time in seconds. All three are computed and compared in constant time.
    """
    step, found = int(now) // STEP_SECONDS, None
    generator = pyotp.HOTP(secret, digits=TOTP_DIGITS)
    for candidate in (step - 1, step, step + 1):
        same = hmac.compare_digest(generator.at(candidate).encode(), folded(code).encode())
        found = candidate if same else found
    return found


def new_recovery_codes(random: Callable[[int], bytes] = secrets.token_bytes) -> list[str]:
    """Ten codes of 100 bits, in groups of five characters, all found by different beginnings."""
    codes: dict[str, str] = {}
    while len(codes) < RECOVERY_COUNT:
        plain = "".join(ALPHABET[byte & 31] for byte in random(RECOVERY_LENGTH))
        if not plain.isdecimal():
            codes.setdefault(plain[:FINDER], "-".join(plain[i : i + 5] for i in range(0, RECOVERY_LENGTH, 5)))
    return list(codes.values())


def recovery_finder(code: str) -> bytes:
    """What finds a recovery code's row."""
    return folded(code)[:FINDER].encode()


def recovery_hash(code: str) -> bytes:
    """What is kept of it: argon2id (RFC 9106), 19 MiB, 2 passes, 1 lane. Takes tens of milliseconds: not on a loop."""
    return _ARGON.hash(folded(code)).encode()


def recovery_matches(kept: bytes | None, code: str) -> bool:
    """Whether the code is the one. The same work is done where nothing is kept."""
    try:
        _ARGON.verify((kept or _nobodys_hash()).decode(), folded(code))
    except (Argon2Error, InvalidHashError):
        return False
    return kept is not None


@lru_cache(maxsize=1)
def _nobodys_hash() -> bytes:
    return recovery_hash(secrets.token_hex(RECOVERY_LENGTH))
