"""Passwords and PINs, user names and one-time codes, each beside its name."""

from __future__ import annotations

import re
from typing import Any

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, listed, whole

_IS = r"(?: is| was| ist| est| es| è| é| lautet| er| är| jest|'s)"
_OVER = rf"(?:{_IS}[ :=]{{1,3}}|\"?\s?[:=][ ]{{0,3}})\"?"
"""What leads from a name to its value."""

_ABOUT_PASSWORDS = re.compile(
    r"(?:not|wrong|incorrect|blocked|locked|expired|invalid|lost|forgotten|gone|missing|correct|right|working|the|too|being"
    r"|a|my|your|reset|ok|taken|safe|weak|strong|still|also|now|in|on|for|or|and)[.!?]*",
    re.IGNORECASE,
)
_PASSWORD = (
    r"(?:password|passwort|kennwort|passcode|pass ?phrase|pwd|pw|mot de passe|contrase[ñn]a|clave|wachtwoord|senha"
    r"|parola d'ordine|has[łl]o|heslo|salasana|l[öo]senord|passord|adgangskode)"
)
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[^0-9]).{6,}|[0-9]{6,}")


def _password(candidate: str, _near: bool) -> int:
    end = len(candidate.rstrip(".!?)\"'}"))
    return 0 if _ABOUT_PASSWORDS.fullmatch(candidate) else end


def _bare_password(candidate: str, near: bool) -> int:
    """Right behind the word, with nothing that leads over to it: only what no dictionary holds."""
    end = _password(candidate, near)
    return end if _MIXED.fullmatch(candidate[:end]) else 0


_USER = (
    r"(?:user ?names?|user[ _-]?id|log-?in(?: name| id)?|account name|profile name|screen ?name|nick ?name|gamer ?tag"
    r"|(?:twitter|insta|instagram|tiktok|telegram|discord|steam|skype) (?:name|handle|user|id)"
    r"|(?:be)?nutzername|anmeldename|nutzerkennung|identifiant|nom d'utilisateur|pseudo|nombre de usuario|usuario"
    r"|usu[aá]rio|nome utente|gebruikersnaam|anv[äa]ndarnamn|brugernavn|brukernavn|k[äa]ytt[äa]j[äa]tunnus"
    r"|nazwa u[żz]ytkownika|u[żz]ivatelsk[eé] jm[eé]no)"
)
_NO_USERS = listed(
    """
    a already also and any as ask asking at be been being blocked broken but button by can cannot case changed correct
    denied did different does empty error expired failed fails field for form forgotten from gone greyed has i if in
    incorrect invalid is it locked lost missing must my needed no none not now of ok on only or page please reset right
    same screen so still taken that the then there this to too unavailable unknown using valid was what where which
    why with working wrong you your falsch weg vergessen gesperrt nicht kein oublié incorrecta incorrecto perdu pas
    """
)
_A_NAME_ALONE = re.compile(r"(?=.*[0-9_.-])(?=.*[^\W\d_]).{4,}")


def _user(candidate: str, _near: bool) -> int:
    """Mail addresses are left to their own row."""
    end = len(candidate.rstrip(".-"))
    name = candidate[:end].casefold()
    return 0 if not 3 <= end <= 40 or "@" in name[1:] or name in _NO_USERS else end


def _bare_user(candidate: str, near: bool) -> int:
    """Right behind the word: what is spelt like no other word."""
    end = _user(candidate, near)
    return end if _A_NAME_ALONE.fullmatch(candidate[:end]) else 0


_TOLD = r"(?:i|you|they|we)(?: have|'ve|'ve just)? (?:just )?(?:got|get|received|sent|texted|mailed|was sent|were sent)"
_WAY = (
    r"(?:sms|text(?: message)?|e-?mail|mail|phone|app|authenticator(?: app)?|message|handy|tel[eé]fono|t[eé]l[eé]phone)"
)
_CODE = (
    r"(?:(?:otp|2fa|mfa|m-?tan|sms-?tan|totp|(?-i:TAN))(?: (?:code|pin|token|number))?"
    r"|one[ -]?time[ -]?(?:code|password|passcode|pin)"
    r"|(?:verification|authenticat(?:ion|or)|two-?factor|2-?factor|log-?in|sign-?in|security|sms|unlock)[ -]?(?:code|pin)"
    rf"|(?:code|pin) (?:(?:that )?{_TOLD}|sent|texted)(?: to)?(?: me| us| my \w{{1,10}})?(?: (?:by|via|in|on|from) (?:the |an? |my )?{_WAY})?"
    rf"|(?:code|pin) (?:from|by|in|via|on) (?:the |an? |my )?{_WAY}"
    r"|(?:best[äa]tigungs|verifizierungs|verifikations|sicherheits|einmal|zugangs|freigabe|anmelde|sms-?)(?:code|passwort|kennwort)"
    r"|code (?:de |d')(?:v[eé]rification|confirmation|authentification|s[eé]curit[eé])|code (?:[àa] usage unique|re[çc]u par sms|sms)"
    r"|c[oó]digo (?:de (?:verificaci[oó]n|un solo uso|acceso|verifica[çc][ãa]o|confirma[çc][ãa]o)|sms)|clave din[aá]mica"
    r"|codice (?:di (?:verifica|conferma|accesso)|otp|usa e getta|sms)"
    r"|(?:verificatie|eenmalige |sms-?|bevestigings)code|(?:eng[åa]ngs|eng[åa]ngs|verifierings|bekr[æe]ftelses|sms-?)ko[dk]e?"
    r"|kod (?:sms|weryfikacyjny|jednorazowy)|jednor[aá]zov[yý] k[oó]d)"
)
_GROUPS = r"[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{4}|[0-9]{2}[ -][0-9]{2}[ -][0-9]{2}|[0-9](?: [0-9]){3,7}"
_SENT = rf"(?:{_GROUPS}|[0-9]{{4,8}})"


def _code(candidate: str, _near: bool) -> int:
    """A year, or a card's security code that has its own row, is none of these."""
    return 0 if re.fullmatch(r"20[0-9]{2}", candidate) else len(candidate)


def _ends_there(text: str, _start: int, end: int, _near: bool) -> bool:
    after = text[end : end + 2]
    return not (after[:1].isalnum() or after[:1] == "_" or (after[:1] in ("-", ".", ",") and after[1:].isdigit()))


def _beside(cue: str, over: str, value: str) -> Any:
    return re2.compile(rf"(?i)(?:^|[^\pL]){cue}{over}({value})")


_PART = r"[^\s,;:=\"\x01\[0-9]"
_SECRET = r"[^\s,;\"\x01\[]{3,64}"
_LETTER = r"[0-9A-Za-z_\x{80}-\x{10FFFF}]"
_NAME = rf"@?{_LETTER}(?:{_LETTER}|[.+@-])+"
"""Its length is bounded by the validator: RE2 would unroll a bound for every kind of letter."""

RECOGNISERS = (
    Recogniser("password", _beside(_PASSWORD, _OVER, _SECRET), _password, NO_WORDS, group=1, edges=anywhere),
    Recogniser(
        "password", _beside("pass", r"\s?[:=]\s{0,3}\"?", _SECRET), _password, NO_WORDS, group=1, edges=anywhere
    ),
    Recogniser(
        "password",
        _beside(_PASSWORD, r" \"?", rf"{_PART}{{0,32}}[0-9][^\s,;:=\"\x01\[]{{0,32}}"),
        _bare_password,
        NO_WORDS,
        group=1,
        edges=anywhere,
        digits=True,
    ),
    Recogniser(
        "one_time_code",
        _beside(_CODE, rf"(?: ?(?:code|number|no|nr))?{_IS}?[\s:=#\"'(-]{{0,4}}(?:[A-Z]-)?", _SENT),
        _code,
        NO_WORDS,
        group=1,
        edges=_ends_there,
        digits=True,
    ),
    Recogniser(
        "one_time_code",
        re2.compile(
            rf"(?i)(?:^|[^\pL\pN.,-])({_SENT}){_IS} (?:my|your|the|an?|mein|der|le|mon|el|mi|il) "
            r"(?:otp|2fa|tan|verification|one-?time|sms|security|log-?in|authentication|best[äa]tigungs|code de|c[oó]digo de|codice di)"
        ),
        _code,
        NO_WORDS,
        group=1,
        edges=anywhere,
        digits=True,
    ),
    Recogniser(
        "password",
        re2.compile(r"(?i)\b(?:pin|passcode|geheimzahl)\b(?: code| number)?(?: is|'s|:|=| ist)?[ ]{0,3}([0-9]{4,8})\b"),
        whole,
        NO_WORDS,
        group=1,
    ),
    Recogniser("user_name", _beside(_USER, _OVER, _NAME), _user, NO_WORDS, group=1, edges=anywhere),
    Recogniser("user_name", _beside("user", r"\s?[:=]\s{0,3}\"?", _NAME), _user, NO_WORDS, group=1, edges=anywhere),
    Recogniser(
        "user_name",
        _beside(_USER, " ", r"@?[A-Za-z_\x{80}-\x{10FFFF}-]*[0-9_.][0-9A-Za-z_.\x{80}-\x{10FFFF}-]*"),
        _bare_user,
        NO_WORDS,
        group=1,
        edges=anywhere,
    ),
)
