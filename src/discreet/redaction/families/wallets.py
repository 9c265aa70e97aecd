"""Addresses of crypto wallets. Their checksums make them certain; two kinds without one want a word about wallets."""

from __future__ import annotations

import hashlib

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, if_near, whole, words

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_RIPPLE = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz"
BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
CONSTANTS = (1, 0x2BC830A3)
"""What a right check comes to: bech32 (BIP 173) and bech32m (BIP 350)."""
_WALLET_WORDS = words(
    "wallets?", "crypto", "solana", "sol", "phantom", "monero", "xmr", "coins?", "token address", "blockchain", "usdc",
)  # fmt: skip


def base58_check(address: str, alphabet: str = BASE58) -> bytes | None:
    """The 21 or 22 bytes of version and hash that a Base58Check address stands for; None for a wrong check."""
    number = 0
    for character in address:
        place = alphabet.find(character)
        if place < 0:
            return None
        number = number * 58 + place
    zeros = len(address) - len(address.lstrip(alphabet[0]))
    raw = bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    body, check = raw[:-4], raw[-4:]
    return body if len(body) in (21, 22) and double_sha256(body)[:4] == check else None


def double_sha256(data: bytes) -> bytes:
    """SHA-256 of SHA-256."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def _base58(candidate: str, _near: bool) -> int:
    alphabet = _RIPPLE if candidate[0] == "r" else BASE58
    return len(candidate) if base58_check(candidate, alphabet) is not None else 0


def polymod(prefix: str, data: list[int]) -> int:
    """The BCH code over the prefix and five-bit values that BIP 173 defines."""
    check = 1
    for value in (*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *data):
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for index, generator in enumerate(_GENERATOR):
            if top >> index & 1:
                check ^= generator
    return check


def _bech32(candidate: str, _near: bool) -> int:
    """All small or all capital letters, and a right check."""
    if candidate not in (candidate.lower(), candidate.upper()):
        return 0
    prefix, _, data = candidate.lower().rpartition("1")
    values = [BECH32.find(character) for character in data]
    return len(candidate) if min(values) >= 0 and polymod(prefix, values) in CONSTANTS else 0


_58 = "[1-9A-HJ-NP-Za-km-z]"
_LETTER_58 = "[A-HJ-NP-Za-km-z]"

RECOGNISERS = (
    # Bitcoin; then Litecoin, Dogecoin, Tron, Dash, Zcash and Ripple.
    Recogniser("crypto_address", re2.compile(rf"[13]{_58}{{25,34}}"), _base58, NO_WORDS, digits=True),
    Recogniser(
        "crypto_address",
        re2.compile(rf"[LMDTXtr]{_LETTER_58}{{0,20}}[1-9]{_58}{{5,34}}"),
        _base58,
        NO_WORDS,
        digits=True,
    ),
    Recogniser(
        "crypto_address",
        re2.compile(r"(?i)(?:bc|tb|ltc|addr|stake|cosmos|bnb|osmo)1[02-9ac-hj-np-z]{11,110}"),
        _bech32,
        NO_WORDS,
        digits=True,
    ),
    # Ethereum and its kin: EIP-55's check wants Keccak, which nothing here has; 40 hexadecimal digits say enough.
    Recogniser("crypto_address", re2.compile(r"0[xX][0-9a-fA-F]{40}"), whole, NO_WORDS, digits=True),
    # Solana and Monero.
    Recogniser(
        "crypto_address",
        re2.compile(rf"{_LETTER_58}{{0,20}}[1-9]{_58}{{31,95}}"),
        if_near,
        _WALLET_WORDS,
        digits=True,
    ),
)
