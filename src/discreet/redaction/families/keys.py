"""Keys of programs: by the prefix that their issuer gives them, as PEM, or beside their name."""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from math import log2

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, whole

_BODY = r"[0-9A-Za-z]"
_WIDE = r"[0-9A-Za-z_-]"
_ISSUED = "|".join((
    r"(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}",
    rf"gh[opusr]_{_BODY}{{30,}}|github_pat_{_WIDE}{{22,}}|gl(?:pat|ptt|dt|rt)-{_WIDE}{{20,}}",
    r"xox[abeoprs]-[0-9A-Za-z-]{10,}|xapp-[0-9A-Za-z-]{10,}",
    rf"(?:sk|pk|rk)_(?:live|test)_{_BODY}{{10,}}|whsec_{_BODY}{{20,}}|sk-{_WIDE}{{20,}}|sq0(?:atp|csp)-{_WIDE}{{20,}}",
    rf"AIza{_WIDE}{{35}}|ya29\.{_WIDE}{{20,}}|GOCSPX-{_WIDE}{{20,}}",
    rf"SG\.{_WIDE}{{16,32}}\.{_WIDE}{{16,64}}|key-[0-9a-f]{{32}}",
    rf"npm_{_BODY}{{36}}|pypi-{_WIDE}{{16,}}|hf_{_BODY}{{30,}}|dckr_pat_{_WIDE}{{20,}}|hvs\.{_WIDE}{{24,}}",
    rf"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{{32}}|do[opr]_v1_[0-9a-f]{{64}}|AGE-SECRET-KEY-1[0-9A-Z]{{40,}}|PMAK-{_WIDE}{{20,}}",
    rf"rzp_(?:live|test)_{_BODY}{{14}}|(?:SK|AC)[0-9a-f]{{32}}|lin_api_{_BODY}{{32,}}|gl(?:sa|c)_{_WIDE}{{20,}}|nvapi-{_WIDE}{{40,}}",
    rf"gsk_{_BODY}{{32,}}|fig[do]_{_WIDE}{{20,}}|sntry[su]_{_WIDE}{{20,}}|ATATT3{_WIDE}{{20,}}|xai-{_BODY}{{40,}}|r8_{_BODY}{{30,}}",
    rf"dapi[0-9a-f]{{32}}|ops_eyJ{_WIDE}{{20,}}|EAA{_BODY}{{80,}}|secret_{_BODY}{{40,}}|ntn_{_BODY}{{40,}}|vercel_{_BODY}{{20,}}",
    rf"(?:sbp|sgp)_[0-9a-f]{{40}}|pul-[0-9a-f]{{40}}|tfp_{_BODY}{{40,}}|NRAK-[0-9A-Z]{{27}}|dp\.(?:pt|st|ct)\.{_WIDE}{{40,}}",
    rf"CFPAT-{_WIDE}{{40,}}|tskey-[a-z]{{2,10}}-{_WIDE}{{16,}}|ATCTT3{_WIDE}{{20,}}|rdme_[0-9a-z]{{70}}|LTAI{_BODY}{{12,26}}",
    rf"[0-9]{{8,10}}:AA{_WIDE}{{33}}|pat-(?:na|eu)1-[0-9a-f]{{8}}-[0-9a-f-]{{27}}|AKID{_BODY}{{32}}|v[24]\.(?:public|local)\.{_WIDE}{{20,}}",
    rf"eyJ{_WIDE}{{8,}}\.{_WIDE}{{8,}}\.{_WIDE}*",
))  # fmt: skip
"""AWS, GitHub, GitLab, Slack, Stripe, Square, Google, SendGrid and so on; the last are JSON web tokens (RFC 7519)."""
PREFIX = re.compile(
    r"AKIA|ASIA|AROA|AIDA|gh[opusr]_|github_pat_|gl(?:pat|ptt|dt|rt)-|xox[abeoprs]-|xapp-|(?:sk|pk|rk)_(?:live|test)_"
    r"|whsec_|sk-|sq0(?:atp|csp)-|AIza|ya29\.|GOCSPX-|SG\.|key-|npm_|pypi-|hf_|dckr_pat_|hvs\.|shp(?:at|ca|pa|ss)_"
    r"|do[opr]_v1_|AGE-SECRET-KEY-1|PMAK-|eyJ"
    r"|rzp_(?:live|test)_|SK|AC|lin_api_|gl(?:sa|c)_|nvapi-|gsk_|fig[do]_|sntry[su]_|ATATT3|xai-|r8_|dapi|ops_|EAA|secret_"
    r"|ntn_|vercel_|sbp_|sgp_|pul-|tfp_|NRAK-|dp\.(?:pt|st|ct)\.|CFPAT-|tskey-|ATCTT3|rdme_|LTAI|[0-9]{8,10}:AA|pat-(?:na|eu)1-"
    r"|AKID|v[24]\.(?:public|local)\."
)
"""What an issuer puts in front: it names a service, and no secret."""
_PEM = r"[A-Z0-9 ]{0,24}PRIVATE KEY(?: BLOCK)?-----"
_LINES = r"(?:[A-Z][A-Za-z-]{2,12}: [^\n]{1,80}\n|[0-9A-Za-z+/=\s\\])*"
_NAMED = (
    r"(?:api|secret|access|account|shared|private|signing|encryption|auth|client|bearer|refresh|session|licence|license)"
    r"[ _-]?(?:access[ _-]?)?(?:key|token|secret)(?: id| key)?|bearer|api[ -]?schl[üu]ssel|cl[ée] (?:d['’])?api"
    r"|(?:clave|chiave|chave)(?: de| da)? api|api[ -]?(?:sleutel|nyckel|n[øo]gle|n[øo]kkel)|klucz api"
)
_OVER = r"\"?(?:(?: is| ist| est| es|'s)[ :=]{1,3}|\s?[:=]{1,2}>?\s{0,3})"
_CALLED = rf"(?:{_NAMED})(?:{_OVER}|[ ]{{1,2}})|(?:token|secret|key){_OVER}"


def _random(candidate: str, _near: bool) -> int:
    """Only what looks drawn: letters and digits, at three bits a character and more; words and paths have less."""
    bare = candidate.rstrip(".=")
    counts = Counter(bare)
    bits = sum(-count / len(bare) * log2(count / len(bare)) for count in counts.values())
    mixed = any(c.isdigit() for c in bare) and any(c.isalpha() for c in bare)
    return len(candidate.rstrip(".")) if mixed and bits >= 3 and "://" not in candidate else 0


def _credentials(candidate: str, _near: bool) -> int:
    """A name and a password as RFC 7617 writes them: base64, with a colon in it."""
    try:
        said = b64decode(candidate, validate=True)
    except ValueError:
        return 0
    return len(candidate) if b":" in said and said.isascii() else 0


def _apart(text: str, start: int, _end: int, _near: bool) -> bool:
    before = text[start - 1 : start] or " "
    return not (before.isalnum() or before in "_-.")


RECOGNISERS = (
    Recogniser(
        "api_key",
        re2.compile(rf"-----BEGIN {_PEM}{_LINES}(?:-----END {_PEM})?"),
        lambda candidate, _: len(candidate.rstrip()),
        NO_WORDS,
        edges=anywhere,
    ),
    Recogniser("api_key", re2.compile(_ISSUED), whole, NO_WORDS, edges=_apart),
    Recogniser(
        "api_key",
        re2.compile(r"(?i)(?:^|[^\pL])basic ([0-9A-Za-z+/]{8,512}={0,2})"),
        _credentials,
        NO_WORDS,
        group=1,
        edges=_apart,
    ),
    Recogniser(
        "api_key",
        re2.compile(rf"(?i)(?:^|[^0-9A-Za-z])(?:{_CALLED})[\"'`]?([0-9A-Za-z_./+=~-]{{16,512}})"),
        _random,
        NO_WORDS,
        group=1,
        edges=anywhere,
    ),
)
