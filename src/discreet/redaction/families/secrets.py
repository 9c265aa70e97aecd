"""Passwords, PINs and user names beside their name."""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

from discreet.redaction.recogniser import NO_WORDS, Recogniser, anywhere, listed, preceded_by, whole

_IS = r"(?: is| was| ist| est| es| è| é| lautet| er| är| jest|'s)"
_OVER = rf"(?:{_IS}[ :=]{{1,3}}|\"?\s?(?:[:=]|[-=]>|→)[ ]{{0,3}})[\"'`“]?"
"""What leads from a name to its value."""

_ABOUT_PASSWORDS = re.compile(
    r"(?:not|wrong|incorrect|blocked|locked|expired|invalid|lost|forgotten|gone|missing|correct|right|working|the|too|being"
    r"|a|my|your|reset|ok|taken|safe|weak|strong|still|also|now|in|on|for|or|and|changed|stolen|leaked|hacked|guessed"
    r"|case|sensitive|alphanumeric|compromised|exposed|known|used|never|required|needed|set|sent|saved|removed|deleted|different|old|new)[.!?]*",
    re.IGNORECASE,
)
_CALLED = (
    r"(?:pass ?words?|passwd|pass?word|passwort|kennwort|passcode|pass ?phrase|pwd|pw|mot de passe|contrase[ñn]a|clave"
    r"|wachtwoord|senha"
    r"|parola(?: d'ordine)?|has[łl]o|heslo|salasana|l[öo]senord|passord|adgangskode|p/w|mdp|jelsz[óo]|[şs]ifrem?"
    r"|lozinka"
    r"|пароль|парола|κωδικός(?: πρόσβασης)?|סיסמ[הא]|كلمة (?:السر|المرور)|mật khẩu|kata sandi|wi-?fi key"
    r"|पासवर्ड)"
)
_TRAVEL = preceded_by("boarding pass", "gift pass", "day pass", "ski pass")
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
    r"|(?:twitter|insta|instagram|tiktok|telegram|discord|steam|skype) (?:name|handle|user|id)|my handle|usr"
    r"|(?:be)?nutzername|anmeldename|nutzerkennung|identifiant|nom d'utilisateur|pseudo|nombre de usuario|usuario"
    r"|usu[aá]rio|nome utente|gebruikersnaam|anv[äa]ndarnamn|brugernavn|brukernavn|k[äa]ytt[äa]j[äa]tunnus"
    r"|nazwa u[żz]ytkownika|u[żz]ivatelsk[eé] jm[eé]no)"
)
_PLACES = (
    r"(?:twitter|insta|instagram|tiktok|telegram|discord|steam|skype|snapchat|snap|psn|xbox|github|threads|mastodon|twitch"
    r"|reddit)(?: (?:name|handle|user ?name|user|id|tag|account)(?: is| as|\s?:)?| is| as| ist| est|\s?:)"
)
"""A handle alone behind a place's name may be anybody's."""
_NO_USERS = listed(
    """
    a already also and any as ask asking at be been being blocked broken but button by can cannot case changed correct
    denied did different does empty error expired failed fails field for form forgotten from gone greyed has i if in
    incorrect invalid is it locked lost missing must my needed no none not now of ok on only or page please reset right
    same screen so still taken that the then there this to too unavailable unknown using valid was what where which
    why with without working wrong you your falsch weg vergessen gesperrt nicht kein oublié incorrecta incorrecto
    perdu pas
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


_AT = re.compile(r"\s?(?:@|\(at\)|\[at\])", re.IGNORECASE)


def _no_mail(text: str, _start: int, end: int, _near: bool) -> bool:
    """Not what stands before the sign of a mail address, which is found whole by its own row."""
    return _AT.match(text, end) is None


def _row(
    category: str, called: str, over: str, value: str, accepted: Callable[[str, bool], int], *, digits: bool = False
) -> Recogniser:
    pattern = re2.compile(rf"(?i)(?:^|[^\pL]){called}{over}({value})")
    return Recogniser(category, pattern, accepted, NO_WORDS, group=1, edges=_no_mail, against=_TRAVEL, digits=digits)


_PART = r"[^\s,;:=\"\x01\[0-9]"
_WITH_A_DIGIT = rf"{_PART}{{0,32}}[0-9](?:{_PART}|[0-9]){{0,32}}"
_GAPLESS = r"(?:密码|密碼|口令|パスワード|비밀번호|암호|รหัสผ่าน)(?:是|为|は|는|은|คือ)?\s?:?\s{0,2}"
_TYPED = r"[^\s,;\"\x01\[]{3,64}"
_LETTER = r"[0-9A-Za-z_\x{80}-\x{10FFFF}]"
_NAME = rf"@?{_LETTER}(?:{_LETTER}|[.+@-])+"
"""Its length is bounded by the validator: RE2 would unroll a bound for every kind of letter."""

RECOGNISERS = (
    _row("password", _CALLED, _OVER, _TYPED, _password),
    _row("password", _CALLED, r"\s?[:=]\s?\n\s{0,3}", _TYPED, _bare_password),
    Recogniser("password", re2.compile(rf"{_GAPLESS}([!-~]{{4,64}})"), _password, NO_WORDS, group=1, edges=_no_mail),
    _row(
        "password",
        r"(?:set|changed?|reset|switched) (?:my |the )?(?:old )?(?:password|passcode|pw)(?: back)?",
        ' to "?',
        _WITH_A_DIGIT,
        _bare_password,
        digits=True,
    ),
    Recogniser(
        "password",
        re2.compile(
            rf"(?i)(?:^|[\s:\"'])({_WITH_A_DIGIT}) as (?:my |the |a )?(?:new |old )?(?:password|passcode|pw)\b"
        ),
        _bare_password,
        NO_WORDS,
        group=1,
        edges=anywhere,
        digits=True,
    ),
    _row(
        "password",
        r"(?:user|login|account|username)[ :=]{1,3}[0-9A-Za-z_.-]{3,40}[ ,/;]{1,3}pass",
        "[ :=]{1,3}",
        _WITH_A_DIGIT,
        _bare_password,
        digits=True,
    ),
    _row("password", "pass", r"(?:\s?[:=]\s{0,3}|(?:code)? is )\"?", _TYPED, _bare_password),
    _row("password", "pass", r"\s?[:=]\s{0,3}\"?", _TYPED, _password),
    _row("password", _CALLED, r" \"?", _WITH_A_DIGIT, _bare_password, digits=True),
    Recogniser(
        "password",
        re2.compile(
            rf"(?i)\b(?:pin|passcode|geheimzahl|pincode)(?:[ -]?(?:code|number|nummer|no|nr))?"
            rf"(?:{_IS}|\s?[:=])?\s{{0,3}}([0-9]{{4,8}})\b"
        ),
        whole,
        NO_WORDS,
        group=1,
    ),
    _row("user_name", _USER, _OVER, _NAME, _user),
    _row("user_name", "user", r"\s?[:=]\s{0,3}\"?", _NAME, _user),
    _row("user_name", _PLACES, r"\s{1,2}", rf"@{_LETTER}(?:{_LETTER}|[.-])+", _user),
    _row("user_name", _PLACES, r"\s{1,2}", rf"(?:{_LETTER}|[.-])+(?:#[0-9]{{4}})?", _bare_user),
    _row(
        "user_name", "(?:log(?:ged|ging)?|sign(?:ed|ing)?)[ -]?in", " (?:as|with) ", rf"(?:{_LETTER}|[.-])+", _bare_user
    ),
    Recogniser(
        "user_name",
        re2.compile(
            r"(?i)(?:^|[^\pL])(?:user(?: ?name)?|log-?in)[ :=]{1,3}([0-9A-Za-z_.-]{3,40})[ ,/;]{1,3}(?:pass|pw"
            r"|pwd)(?:word|wort)?[ :=]{1,3}\S*[0-9]"
        ),
        _user,
        NO_WORDS,
        group=1,
        edges=_no_mail,
        digits=True,
    ),
    _row("user_name", _USER, " ", rf"@?(?:{_LETTER}|[.-])+", _bare_user),
)
