"""What must never stay: passwords, codes, keys; and user names and wallets, which name a person."""

from __future__ import annotations

import hashlib
import string
from random import Random

from bench.adversarial.wording import Family, digits, framed

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BECH32 = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_BOTH = string.ascii_letters + string.digits


def _password(rng: Random) -> str:
    return rng.choice(["Blue", "tiger", "Wetter", "s3cret", "Fj0rd"]) + rng.choice("!_#-.") + digits(rng, 3)


def _wallet(rng: Random) -> str:
    raw = bytes([0]) + rng.randbytes(20)
    raw += hashlib.sha256(hashlib.sha256(raw).digest()).digest()[:4]
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, rest = divmod(number, 58)
        text = _BASE58[rest] + text
    return "1" * (len(raw) - len(raw.lstrip(b"\0"))) + text


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> i & 1 else 0
    return check


def _segwit(rng: Random) -> str:
    """BIP 173, version 0, twenty bytes."""
    bits = "".join(f"{byte:08b}" for byte in rng.randbytes(20))
    data = [0, *(int(bits[i : i + 5], 2) for i in range(0, 160, 5))]
    expanded = [3, 3, 0, 2, 3, *data]
    check = _polymod([*expanded, *[0] * 6]) ^ 1
    return "bc1" + "".join(_BECH32[value] for value in [*data, *(check >> 5 * (5 - i) & 31 for i in range(6))])


def _key(rng: Random) -> str:
    return rng.choice([
        "AKIA" + digits(rng, 16, string.ascii_uppercase + "234567"), "ghp_" + digits(rng, 36, _BOTH),
        "sk_live_" + digits(rng, 24, _BOTH),
        "xoxb-" + digits(rng, 12) + "-" + digits(rng, 24, _BOTH), "AIza" + digits(rng, 35, _BOTH),
        "glpat-" + digits(rng, 20, _BOTH),
    ])  # fmt: skip


def _pem(rng: Random) -> str:
    kind = rng.choice(["RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY", "OPENSSH PRIVATE KEY"])
    return f"-----BEGIN {kind}-----\n{digits(rng, 64, _BOTH)}\n{digits(rng, 40, _BOTH)}==\n-----END {kind}-----"


FAMILIES: dict[str, Family] = {
    "security_code": framed(
        "CARD_SECURITY_CODE",
        ("the cvv is ", "CVC: ", "cvv2 ", "security code ", "my card's cvc is ", "Kartenprüfnummer "),
        lambda rng: digits(rng, rng.choice([3, 3, 4])),
    ),
    "password": framed(
        "PASSWORD",
        ("my password is ", "password: ", "pw: ", "Passwort: ", "pwd ", "mot de passe : ", "contraseña: "),
        _password,
        (" it does not work",),
    ),
    "pin": framed("PASSWORD", ("my pin is ", "PIN: ", "my card pin is "), lambda rng: digits(rng, 4)),
    "username": framed(
        "USERNAME",
        ("my username is ", "user name: ", "username: ", "my login is ", "Benutzername: "),
        lambda rng: rng.choice(["mara", "otto", "skyfox"]) + rng.choice("_.-") + digits(rng, 3),
    ),
    "one_time_code": framed(
        "ONE_TIME_CODE",
        ("the code I got by sms is ", "my verification code is ", "OTP ", "your one-time code: ", "2fa code "),
        lambda rng: rng.choice(
            [digits(rng, 6), f"{digits(rng, 3)}-{digits(rng, 3)}", f"{digits(rng, 3)} {digits(rng, 3)}"]
        ),
    ),
    "api_key": framed("API_KEY", ("my key ", "token: ", "it says ", "api key is "), _key),
    "private_key": framed("API_KEY", ("here is my key:\n", "look: "), _pem),
    "wallet": framed("CRYPTO", ("send it to ", "my btc address is ", "wallet: "), _wallet),
    "wallet_segwit": framed("CRYPTO", ("send it to ", "my btc address is ", "wallet: "), _segwit),
    "wallet_ethereum": framed(
        "CRYPTO", ("my eth address ", "wallet: "), lambda rng: "0x" + digits(rng, 40, "0123456789abcdef")
    ),
}
