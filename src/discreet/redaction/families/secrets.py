"""Passwords and PINs beside their name."""

from __future__ import annotations

import re

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, whole

_ABOUT_PASSWORDS = re.compile(
    r"(?:not|wrong|incorrect|blocked|locked|expired|invalid|lost|forgotten|gone|missing|correct|right|working|the|too|being"
    r"|a|my|your|reset|ok|taken|safe|weak|strong|still|also|now|in|on|for|or|and)[.!?]*",
    re.IGNORECASE,
)
_WORD = r"(?:password|passwort|kennwort|passcode|pass ?phrase|pwd|pw|mot de passe|contrase[ñn]a|clave|wachtwoord|senha)"


def _password(candidate: str, _near: bool) -> int:
    end = len(candidate.rstrip(".!?)\"'}"))
    return 0 if _ABOUT_PASSWORDS.fullmatch(candidate) else end


RECOGNISERS = (
    Recogniser(
        "password",
        re2.compile(
            rf"(?i)(?:^|[^\pL]){_WORD}(?:(?: is| ist| est| es|'s)[ :]{{1,3}}"
            rf"|\"?\s?[:=][ ]{{0,3}})\"?([^\s,;\"\x01\[]{{3,64}})"
        ),
        _password,
        NO_WORDS,
        group=1,
        edges=anywhere,
    ),
    Recogniser(
        "password",
        re2.compile(r"(?i)\b(?:pin|passcode)\b(?: code| number)?(?: is|'s|:|=)?[ ]{0,3}([0-9]{4,8})\b"),
        whole,
        NO_WORDS,
        group=1,
    ),
)
