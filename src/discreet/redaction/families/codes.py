"""One-time codes beside what they are called: four to eight digits, in groups or not."""

from __future__ import annotations

import re

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser

_IS = r"(?: is| was| ist| lautet| est| es| è| é| er| är| jest|'s)"
_TOLD = r"(?:i|you|they|we)(?: have|'ve|'ve just)? (?:just )?(?:got|get|received|sent|texted|mailed|was sent|were sent)"
_WAY = (
    r"(?:the |an? |my |par |per )?(?:sms|text(?: message)?|e-?mail|mail|phone|app|authenticator(?: app)?|message|handy"
    r"|tel[eé]fono|t[eé]l[eé]phone)"
)
_BY = "(?:by|via|in|on|from)"
_NAMES = "|".join((
    r"(?:otp|2fa|mfa|m-?tan|sms-?tan|totp|(?-i:TAN))(?: (?:code|pin|token|number))?",
    r"one[ -]?time[ -]?(?:code|password|passcode|pin)",
    r"(?:verification|authenticat(?:ion|or)|two-?factor|2-?factor|log-?in|sign-?in|sms|unlock)[ -]?(?:code|pin)",
    rf"(?:code|pin) (?:that )?(?:{_TOLD}|sent|texted)(?: to)?(?: me| us| my [a-z]{{1,10}})?(?: {_BY} {_WAY})?",
    rf"(?:code|pin) {_BY} {_WAY}|authenticator(?: app)? (?:says|shows)",
    r"(?:best[äa]tigungs|verifizierungs|verifikations|einmal|zugangs|freigabe|anmelde|sms-?)(?:code|passwort|kennwort)",
    r"code (?:de |d')(?:v[eé]rification|confirmation|authentification)|code (?:[àa] usage unique|re[çc]u par sms|sms)",
    r"c[oó]digo (?:de (?:verificaci[oó]n|un solo uso|acceso|verifica[çc][ãa]o|confirma[çc][ãa]o)|sms)",
    r"clave din[aá]mica|codice (?:di (?:verifica|conferma|accesso)|otp|usa e getta|sms)",
    r"(?:verificatie|eenmalige |sms-?|bevestigings)code|(?:eng[åa]ngs|verifierings|bekr[æe]ftelses|sms-?)ko[dk]e?",
    r"kod (?:sms|weryfikacyjny|jednorazowy)|jednor[aá]zov[yý] k[oó]d",
))  # fmt: skip
_ON_CARDS_TOO = r"security[ -]code|sicherheitscode|c[oó]digo de seguridad|code de s[eé]curit[eé]|codice di sicurezza"
_OVER = rf"(?: ?(?:code|number|no|nr))?{_IS}?[\s:=#\"'(-]{{0,4}}(?:[A-Z]-)?"
_LONGER = r"[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{4}|[0-9]{2}[ -][0-9]{2}[ -][0-9]{2}|[0-9](?: [0-9]){4,7}|[0-9]{5,8}"
_ANY = rf"{_LONGER}|[0-9](?: [0-9]){{3}}|[0-9]{{4}}"


def _code(candidate: str, _near: bool) -> int:
    """This year is none."""
    return 0 if re.fullmatch(r"20[0-9]{2}", candidate) else len(candidate)


def _ends_there(text: str, _start: int, end: int, _near: bool) -> bool:
    after = text[end : end + 2]
    return not (after[:1].isalnum() or after[:1] == "_" or (after[:1] in ("-", ".", ",") and after[1:].isdigit()))


def _row(pattern: str) -> Recogniser:
    return Recogniser(
        "one_time_code", re2.compile(f"(?i){pattern}"), _code, NO_WORDS, group=1, edges=_ends_there, digits=True
    )


RECOGNISERS = (
    _row(rf"(?:^|[^\pL])(?:{_NAMES}){_OVER}({_ANY})"),
    # Three or four digits by that name are a card's.
    _row(rf"(?:^|[^\pL])(?:{_ON_CARDS_TOO}){_OVER}({_LONGER})"),
    _row(
        rf"(?:^|[^\pL\pN.,-])(?:[A-Z]-)?({_ANY}){_IS} (?:(?:my|your|the|an?|mein|der|le|mon|el|mi|il) "
        rf"(?:[A-Z][a-z]{{1,12}} )?)(?:otp|2fa|tan|verification"
        r"|one-?time|sms|security|log-?in|authentication|best[äa]tigungs|code de|c[oó]digo de|codice di)"
    ),
)
