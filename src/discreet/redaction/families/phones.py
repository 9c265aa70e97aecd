"""Phone numbers of every country: with a country code (ITU-T E.164), or a phone's shape beside a word about phones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers
import re2

from discreet.redaction.recogniser import THINGS, Recogniser, in_a_word, preceded_by, whole, words

_PHONE_WORDS = words(
    "phones?", "phone (?:number|no)", "telephone", "tel", "tél", "mobile", "mob", "cell", "cellphone", "handphone",
    "call(?: me)?", "ring", "text(?: me)?", "sms", "whats ?app", "signal", "fax", "landline", "my number", "my no",
    "number is", "answer(?:s|ed|ing)? (?:at|on)", "(?:stop )?(?:receiving|getting|sending) messages (?:to|on)",
    "contact (?:number|no|nr|details)", "dial", "reach (?:me|us|him|her)", "contact me", "pick(?:s|ed|ing)? up",
    "telefon(?:nummer|nr)?", "telefonum", "telefonul", "handy(?:nummer|nr)?", "rufnummer", "meine nummer", "natel",
    "nummer ist", "mobilnummer", "mobilnr", "festnetz", "anrufen", "erreich(?:en|bar)", "zurückrufen",
    "numéro(?: de téléphone)?", "n° de t[ée]l[ée]phone", "téléphone", "portable", "gsm", "fixe",
    "joindre(?:[ -]moi)?", "teléfono", "telefono", "móvil", "movil", "celular", "número",
    "fono", "ll[aá]m(?:a|e|ar)(?:me|nos)?", "cellulare", "numero", "(?:ri)?chiama(?:mi|temi|re|rmi)?",
    "(?:my|his|her|our|their|a) (?:new|old|mobile|cell|home|work|private|other|current) (?:number|no)", "my digits",
        "get hold of me", "give me a (?:bell|buzz|shout|ring)", "buzz me",
    "(?:leave|drop)(?: me)? a (?:message|line|text)",
    "emergency contact", "mobilfunk", "(?:zu)?rückruf", "ruf(?:en|t)?(?: sie)? mich(?: an)?",
    "r?appel(?:l?e[rz]?)(?:[ -]moi)?",
    "joignable", "mon num", "tlfno", "t[ef]n?o", "recapito", "contato", "telefoonnr", "tel-?nr", "bereikbaar",
    "mit nummer", "n[åa] m[ei]g", "ring(?:e)? (?:til )?m[ei]g", "ringa mig", "soittakaa", "numeroni", "volejte",
    "(?:moje|mé) (?:telefonní )?číslo", "číslo je", "hívj(?:on|atok)?", "suna[țt]i(?:-m[ăa])?", "sun[ăa]-m[ăa]",
    "num[ăa]rul(?: meu)?", "moj broj", "broj (?:telefona|mobitela)", "numara(?:m|mı|mız)?",
    "ara(?:yın|yin|yabilirsiniz)",
    "перезвоните", "телефонът(?: ми)?", "номерът", "τηλ[έε]φων[όο]", "नंबर", "連絡先", "联系方式", "gọi", "telp",
    "hubungi",
    "nomor(?: hp)?", "no\\.? hp", "nambari", "simu", "me liga",
    "telefone", "telem[oó]vel", "telefoon(?:nummer)?", "mijn nummer", "mobiel",
    "mobil", "mobilen", "mitt nummer", "tlf", "puh(?:elin(?:numero)?)?", "soita", "numer", "komórk(?:a|ę|owy)",
    "(?:od)?(?:za)?dzwo(?:ń|nić)", "cep", "telefonní", "zavolejte", "telefonszám(?:om)?", "mobilom",
    "телефон", "тел", "моб(?:ильный)?", "номер", "позвоните", "звоните", "τηλ(?:έφωνο)?", "κινητό", "הטלפון", "טלפון",
    "נייד", "هاتف(?:ي)?", "رقم(?:ي)?", "جوال(?:ي)?", "موبايل", "फोन", "फ़ोन", "मोबाइल", "số điện thoại", "điện thoại",
    "sđt", "sdt", "電話", "でんわ", "携帯", "电话", "手机", "전화", "핸드폰", "휴대폰", "연락처", "เบอร์", "โทร", "มือถือ",
    "📞", "☎", "📱", "✆", "📲", "[tm]:", "ph",
)  # fmt: skip
_MAYBE_WORDS = words(
    "hp", "(?:main|direct|hot|help)[ -]?line", "desk", "office", "voice ?mail", "my registered", "ext", "extension",
    "nummer", "ruf(?:en|t)?", "cel", "contacto?", "kontakt", "message (?:at|on)", "mera number", "p:", "zap",
    "hit me up", "get me (?:on|at)", "(?:new|old|right|correct|best) number",
    "lig(?:a|ue|ar)(?:[ -]me)?", "bel(?:len)?(?: me| mij)?", "ring(?:a|e)",
    "numaram", "home", "work", "zuhause", "privat",
)  # fmt: skip
"""Words with other meanings too: beside them it takes a number that looks like nothing but a phone's."""
_LOOKS_LIKE_ONE = re.compile(
    r"\(?0[0-9].*|\([0-9].*|[0-9]{9,11}(?:\D.*)?|.*[0-9]{3,5}-[0-9]{4}|[0-9]{3,5}-[0-9]{6,7}", re.DOTALL
)
_OF_THINGS = re2.compile(
    THINGS.pattern
    + "|"
    + preceded_by(
        "suivi", "s[ée]rie", "klienta?", "sipariş", "seguimiento", "tracciabilità", "spedizione", "env[íi]o",
        "colis", "sendung", "clients?", "clientes?",
        "kunden", "klant", "kunde?", "customer", "member(?:ship)?", "mitglieds", "dossier", "contrato?",
        "(?:ring |shoe )?sizes?", "gr(?:ö|oe)(?:ß|ss)en?", "tailles?", "tallas?", "taglie?", "maten?", "storlek",
        "hours",
        "registration", "policy", "contract",
        "vertrags", "réservation", "reserva", "prenotazione", "reservering", "zamówieni[ae]", "bestelling",
        "beställning", "ordre", "заказа?", "pedido", "sendungs", "bestell", "auftrags", "rechnungs", "artikel",
    ).pattern
)  # fmt: skip
"""What a number belongs to that is called no more than a number."""
_GAP = r"[\s().\-/,_]{0,3}"
_EXTENSION = r"(?:[ ,]{0,2}(?:extension|ext|x|durchwahl|dw|poste)[.:]{0,2} ?[0-9]{1,6})?"
_PHONE = rf"(?i)(?:\(?\+\s?)?\(?[0-9](?:{_GAP}[0-9]){{6,31}}{_EXTENSION}"
_DATE = re.compile(
    r"[0-3]?\d[./-][01]?\d[./-](?:19|20)\d\d(?:\D.*)?|(?:19|20)\d\d[./-][01]\d[./-][0-3]\d(?:\D.*)?", re.DOTALL
)
_TAIL = re.compile(r"[ ,]{0,2}(?:e|x|dw|durch|poste)", re.IGNORECASE)
_PARTS = re.compile(r" ?/ |, ?|\n|\s{2,}|\)? ?\(|/(?=[0-9 ]{9})|\s(?=[0-9]{1,2}/[0-9]{1,2}(?:/|$|[^0-9]))")
_US = re.compile(r"(?:1[ .-]?)?(?:\([2-9]\d\d\) ?|[2-9]\d\d-)[2-9]\d\d-\d{4}")
_HOURS = re.compile(r"(?:[01]?[0-9]|2[0-4])[.:]?(?:00|15|30|45)\s?-\s?(?:[01]?[0-9]|2[0-4])[.:]?(?:00|15|30|45)")
"""From one hour to another."""
_DECIMALS = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}(?:[ ,/]{1,2}[0-9]{1,2}\.[0-9]{1,2}){2,}")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}[ ,/-]{0,2}){2,4}")
_NO_PHONES = (_DATE, _HOURS, _DECIMALS)
_COUPLES = re.compile(r"\d{4} \d{4} \d{4} \d{4}.*")


def _phones(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    """The candidate as one number, or else the numbers that stand in a row in it."""
    end = _accepted(candidate, near)
    if end:
        yield 0, end
        return
    position = 0
    for part in _PARTS.split(candidate):
        at = candidate.index(part, position) if part else position
        end = _accepted(part, near)
        if end:
            yield at, at + end
        position = at + len(part)


def _maybe_phones(candidate: str, near: bool) -> Iterator[tuple[int, int]]:
    for start, end in _phones(candidate, near) if near else ():
        if _LOOKS_LIKE_ONE.fullmatch(candidate[start:end]):
            yield start, end


def _accepted(text: str, near: bool) -> int:
    digits = "".join(c for c in re.split(_TAIL, text, maxsplit=1)[0] if c in "0123456789")
    if not 7 <= len(digits) <= 18 or len(set(digits)) == 1 or any(form.fullmatch(text) for form in _NO_PHONES):
        return 0
    plus = text.lstrip("( ").startswith("+")
    if plus:
        trunk = digits.replace("0", "", 1) if "(0)" in text else digits
        return len(text) if 8 <= len(trunk) <= 15 and _has_country_code(digits) else 0
    for prefix in ("00", "011"):
        rest = digits.removeprefix(prefix)
        if rest != digits and 9 <= len(rest) <= 15 and _has_country_code(rest) and (near or _is_valid(rest)):
            return len(text)
    if near and len(digits) <= 13 and not _COUPLES.fullmatch(text) and not _YEARS.fullmatch(text):
        return len(text)
    return len(text) if _US.fullmatch(text) else 0


def _has_country_code(digits: str) -> bool:
    return any(int(digits[:length]) in _country_codes() for length in (1, 2, 3))


def _is_valid(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse("+" + digits))
    except phonenumbers.NumberParseException:
        return False


@lru_cache(maxsize=1)
def _country_codes() -> frozenset[int]:
    return frozenset(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


_GLUED = re.compile(
    r"(?<![^\W_])(?:tele?(?:fon|phone)?|mob(?:ile)?|cell?|phone|handy|ph|fax|tlf|call|whats ?app|[tm])$", re.I
)


def _edges(text: str, start: int, end: int, near: bool) -> bool:
    """Neither inside a longer number or word, nor behind a sign that makes it a part of one."""
    before = text[start - 1] if start else " "
    after = text[end] if end < len(text) else " "
    glued = in_a_word(before) and not _GLUED.search(text, max(0, start - 12), start)
    if glued or in_a_word(after) or before in "_+$£€%" or after in "_%":
        return False
    if before == "#" and not (near and _GLUED.search(text, max(0, start - 12), start - 1)):
        return False
    if before in "-./," and start > 1 and text[start - 2].isalnum() and not near:
        return False
    return not (before == "-" and start > 1 and text[start - 2].isalnum())


RECOGNISERS = tuple(
    Recogniser(
        "phone",
        re2.compile(_PHONE),
        whole,
        context,
        stretches=stretches,
        edges=_edges,
        against=_OF_THINGS,
        look_alikes=True,
        digits=True,
    )
    for context, stretches in ((_PHONE_WORDS, _phones), (_MAYBE_WORDS, _maybe_phones))
)
