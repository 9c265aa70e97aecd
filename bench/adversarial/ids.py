"""National ids and tax numbers with a cue, right down to the check digit, of some forty countries."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from stdnum import luhn, verhoeff
from stdnum.at import vnr
from stdnum.bg import egn
from stdnum.br import cpf
from stdnum.cl import rut
from stdnum.cn import ric
from stdnum.ee import ik
from stdnum.es import dni
from stdnum.fr import nif as french
from stdnum.fr import nir
from stdnum.gb import utr
from stdnum.iso7064 import mod_11_10
from stdnum.it import codicefiscale
from stdnum.kr import rrn
from stdnum.nz import ird
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp
from stdnum.th import pin
from stdnum.tr import tckimlik

from bench.adversarial import disguise
from bench.adversarial.wording import Family, digits, filled, framed

NATIONAL_ID = "NATIONAL_ID"
Draw = Callable[[Random], str]


def _date(rng: Random, form: str) -> str:
    values = {"d": f"{rng.randint(1, 28):02}", "m": f"{rng.randint(1, 12):02}", "y": f"{rng.randint(50, 99):02}"}
    return form.format(**values)


def ssn(rng: Random, separator: str = "-") -> str:
    """A US social security number that could have been issued."""
    area = rng.choice([n for n in range(1, 773) if n != 666])
    return separator.join((f"{area:03}", f"{rng.randint(1, 99):02}", f"{rng.randint(1, 9999):04}"))


def _checked(make_body: Draw, check: Callable[[str], str]) -> Draw:
    def draw(rng: Random) -> str:
        body = make_body(rng)
        return body + str(check(body))

    return draw


def _weighed(make_body: Draw, weights: tuple[int, ...], modulus: int, ours: Callable[[int], int]) -> Draw:
    """Body plus one digit made from the weighted sum; drawn again where that has no digit."""

    def draw(rng: Random) -> str:
        while True:
            body = make_body(rng)
            total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
            if 0 <= (check := ours(total % modulus)) <= 9:
                return f"{body}{check}"

    return draw


def _nino(rng: Random) -> str:
    prefix = "BG"
    while prefix in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"):
        prefix = rng.choice("ABCEGHJKLMNPRSTWXYZ") + rng.choice("ABCEGHJKLMNPRSTWXYZ")
    gap = rng.choice(["", " "])
    return gap.join((prefix, *(digits(rng, 2) for _ in range(3)), rng.choice("ABCD")))


def _nhs(rng: Random) -> str:
    number = _weighed(lambda r: digits(r, 9), (10, 9, 8, 7, 6, 5, 4, 3, 2), 11, lambda rest: (11 - rest) % 11)(rng)
    return rng.choice(["", " ", "-"]).join((number[:3], number[3:6], number[6:]))


def _grouped(draw: Draw, sizes: tuple[int, ...], *separators: str) -> Draw:
    return lambda rng: rng.choice(separators).join(disguise.groups(draw(rng), sizes))


def _pps(rng: Random) -> str:
    body = digits(rng, 7)
    total = sum(weight * int(digit) for weight, digit in zip(range(8, 1, -1), body, strict=True))
    return body + "WABCDEFGHIJKLMNOPQRSTUV"[total % 23]


def _steuer(rng: Random) -> str:
    order = rng.sample("0123456789", 10)
    order[rng.randint(1, 9)] = order[0]
    if order[0] == "0":
        order = [str((int(d) + 1) % 10) for d in order]
    body = "".join(order)
    return body + mod_11_10.calc_check_digit(body)


def _czech(rng: Random) -> str:
    while True:
        body = _date(rng, "{y}{m}{d}") + digits(rng, 3)
        if int(body) % 11 < 10:
            return f"{body[:6]}{rng.choice(['/', ''])}{body[6:]}{int(body) % 11}"


def _henkilotunnus(rng: Random) -> str:
    date, serial = _date(rng, "{d}{m}{y}"), f"{rng.randint(2, 899):03}"
    return f"{date}-{serial}{'0123456789ABCDEFHJKLMNPRSTUVWXY'[int(date + serial) % 31]}"


def _fodselsnummer(rng: Random) -> str:
    first = _weighed(
        lambda r: _date(r, "{d}{m}{y}") + f"{r.randint(0, 499):03}",
        (3, 7, 6, 1, 8, 9, 4, 5, 2),
        11,
        lambda rest: -rest % 11,
    )
    second = _weighed(first, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2), 11, lambda rest: -rest % 11)
    return rng.choice(["", " "]).join(disguise.groups(second(rng), (6,)))


def _personnummer(rng: Random) -> str:
    body = _date(rng, "{y}{m}{d}") + digits(rng, 3)
    return f"{rng.choice(['', '19'])}{body[:6]}-{body[6:]}{luhn.calc_check_digit(body)}"


def _insz(rng: Random) -> str:
    body = _date(rng, "{y}{m}{d}") + f"{rng.randint(1, 997):03}"
    body += f"{97 - int(body) % 97:02}"
    return rng.choice([body, f"{body[:2]}.{body[2:4]}.{body[4:6]}-{body[6:9]}.{body[9:]}"])


def _codice(rng: Random) -> str:
    consonants = "BCDFGLMNPRSTVZ"
    body = digits(rng, 6, consonants) + f"{rng.randint(50, 99)}{rng.choice('ABCDEHLMPRST')}{rng.randint(1, 28):02}"
    body += rng.choice(["H501", "F205", "L219", "D612", "A944"])
    return body + codicefiscale.calc_check_digit(body)


def _nric(rng: Random) -> str:
    body = digits(rng, 7)
    total = sum(weight * int(digit) for weight, digit in zip((2, 7, 6, 5, 4, 3, 2), body, strict=True))
    return f"S{body}{'JZIHGFEDCBA'[total % 11]}"


def _indian_pan(rng: Random) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return f"{digits(rng, 3, letters)}P{rng.choice(letters)}{digits(rng, 4)}{rng.choice(letters)}"


def _curp(rng: Random) -> str:
    initials, inner = digits(rng, 4, "BCDGLMPR"), digits(rng, 3, "BCDGLMPR")
    return f"{initials}{_date(rng, '{y}{m}{d}')}{rng.choice('HM')}DF{inner}0{rng.randint(0, 9)}"


def _kr(rng: Random) -> str:
    body = _date(rng, "{y}{m}{d}") + rng.choice("12") + digits(rng, 5)
    return f"{body[:6]}-{body[6:]}{rrn.calc_check_digit(body + '0')}"


def _my(rng: Random) -> str:
    return f"{_date(rng, '{y}{m}{d}')}-{rng.choice(['01', '07', '10', '14'])}-{digits(rng, 4)}"


def _nss_kl(rng: Random) -> str:
    body = "756" + digits(rng, 9)
    total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(body))
    body += str(-total % 10)
    return rng.choice([body, f"{body[:3]}.{body[3:7]}.{body[7:11]}.{body[11:]}"])


def _nir(rng: Random) -> str:
    body = f"{rng.choice('12')}{_date(rng, '{y}{m}')}{rng.choice(['75', '13', '69', '33'])}{digits(rng, 6)}"
    body += nir.calc_check_digits(body)
    return rng.choice([body, " ".join(disguise.groups(body, (1, 2, 2, 2, 3, 3)))])


def _bsn(rng: Random) -> str:
    return _weighed(lambda r: r.choice("123456789") + digits(r, 7), (9, 8, 7, 6, 5, 4, 3, 2), 11, lambda rest: rest)(
        rng
    )


def _tfn(rng: Random) -> str:
    while True:
        body = rng.choice("123456789") + digits(rng, 8)
        if sum(w * int(d) for w, d in zip((1, 4, 3, 7, 5, 8, 6, 9, 10), body, strict=True)) % 11 == 0:
            return rng.choice([body, " ".join((body[:3], body[3:6], body[6:]))])


def _sin(rng: Random) -> str:
    body = rng.choice("1234567") + digits(rng, 7)
    number = body + luhn.calc_check_digit(body)
    return rng.choice(["", " ", "-"]).join((number[:3], number[3:6], number[6:]))


def _za(rng: Random) -> str:
    body = _date(rng, "{y}{m}{d}") + digits(rng, 4) + "08"
    return body + luhn.calc_check_digit(body)


def _nie(rng: Random) -> str:
    first, body = rng.choice("XYZ"), digits(rng, 7)
    return first + body + dni.calc_check_digit(f"{'XYZ'.index(first)}{body}")


def _dni(rng: Random) -> str:
    body = rng.choice("1234567") + digits(rng, 7)
    letter = dni.calc_check_digit(body)
    return rng.choice(
        [body + letter, f"{body}-{letter}", f"{body[:2]}.{body[2:5]}.{body[5:]}-{letter}", (body + letter).lower()]
    )


def _rut(rng: Random) -> str:
    body = str(rng.randint(5_000_000, 24_999_999))
    check = rut.calc_check_digit(body)
    return rng.choice([f"{body}-{check}", f"{body[:-6]}.{body[-6:-3]}.{body[-3:]}-{check}"])


def _cpf(rng: Random) -> str:
    body = digits(rng, 9)
    body += cpf._calc_check_digits(body)
    return rng.choice([body, f"{body[:3]}.{body[3:6]}.{body[6:9]}-{body[9:]}"])


def _aadhaar(rng: Random) -> str:
    body = rng.choice("23456789") + digits(rng, 10)
    return rng.choice(["", " ", "-"]).join(disguise.groups(body + verhoeff.calc_check_digit(body), (4, 4, 4)))


def _kimlik(rng: Random) -> str:
    body = rng.choice("123456789") + digits(rng, 8)
    return body + tckimlik.calc_check_digits(body)


def _birth(draw_date: str, count: int) -> Draw:
    return lambda rng: _date(rng, draw_date) + digits(rng, count)


_NUMBERS: dict[str, tuple[tuple[str, ...], Draw]] = {
    "us_ssn": (
        ("my ssn is ", "SSN: ", "social security number ", "social ", "last thing, ssn "),
        lambda rng: ssn(rng, rng.choice("- .")),
    ),
    "us_ssn_plain": (("my ssn is ", "SSN ", "social security no. "), lambda rng: ssn(rng, "")),
    "us_itin": (("my ITIN is ", "itin: "), lambda rng: f"9{digits(rng, 2)}-{rng.randint(70, 88)}-{digits(rng, 4)}"),
    "gb_nino": (("my NI number is ", "national insurance number ", "NINO: ", "nat ins no "), _nino),
    "gb_nhs": (("NHS number ", "my nhs no. is "), _nhs),
    "gb_utr": (
        ("UTR ", "my unique taxpayer reference is "),
        lambda rng: utr.calc_check_digit(body := digits(rng, 9)) + body,
    ),
    "ca_sin": (("my SIN is ", "social insurance number: "), _sin),
    "au_tfn": (("my TFN is ", "tax file number "), _tfn),
    "nz_ird": (
        ("IRD number ", "my IRD no is "),
        lambda rng: (b := str(rng.randint(10_000_000, 14_999_999))) + ird.calc_check_digit(b),
    ),
    "ie_pps": (("my PPS number is ", "PPSN "), _pps),
    "de_steuer": (
        ("Steuer-ID ", "meine Steueridentifikationsnummer: ", "tax id (germany) "),
        _grouped(_steuer, (2, 3, 3, 3), "", " "),
    ),
    "de_sozial": (
        ("Sozialversicherungsnummer ", "SV-Nummer "),
        lambda rng: f"{rng.randint(10, 89)}{_date(rng, '{d}{m}{y}')}{rng.choice('BKMW')}{digits(rng, 3)}",
    ),
    "at_svnr": (
        ("SVNR ", "meine Sozialversicherungsnummer ist "),
        lambda rng: (lambda b: b[:3] + vnr.calc_check_digit(b[:3] + "0" + b[3:]) + b[3:])(
            f"{rng.randint(100, 999)}{_date(rng, '{d}{m}{y}')}"
        ),
    ),
    "ch_ahv": (("AHV-Nummer ", "AHV: "), _nss_kl),
    "fr_nir": (("numéro de sécurité sociale ", "n° de sécu : ", "NIR "), _nir),
    "fr_nif": (
        ("numéro fiscal ", "SPI : "),
        lambda rng: (b := rng.choice("0123") + digits(rng, 9)) + french.calc_check_digits(b),
    ),
    "es_dni": (("mi DNI es ", "DNI: ", "dni "), _dni),
    "es_nie": (("NIE ", "mi NIE: "), _nie),
    "it_cf": (
        ("codice fiscale ", "il mio codice fiscale è ", "CF: "),
        lambda rng: rng.choice([_codice(rng), _codice(rng).lower()]),
    ),
    "pt_nif": (
        ("o meu NIF é ", "NIF ", "contribuinte "),
        _checked(lambda rng: rng.choice("12") + digits(rng, 7), nif.calc_check_digit),
    ),
    "nl_bsn": (("mijn bsn is ", "BSN: ", "burgerservicenummer "), _bsn),
    "be_insz": (("rijksregisternummer ", "numéro national : "), _insz),
    "se_personnummer": (("personnummer ", "mitt personnummer är "), _personnummer),
    "no_fnr": (("fødselsnummer ", "personnummeret mitt er "), _fodselsnummer),
    "dk_cpr": (
        ("CPR ", "mit cpr-nummer er ", "cpr: "),
        lambda rng: rng.choice(["-", ""]).join((_date(rng, "{d}{m}{y}"), digits(rng, 4))),
    ),
    "fi_hetu": (("henkilötunnus ", "hetu: "), _henkilotunnus),
    "pl_pesel": (("PESEL ", "mój pesel to "), _checked(_birth("{y}{m}{d}", 4), pesel.calc_check_digit)),
    "cz_rc": (("rodné číslo ", "RČ: "), _czech),
    "ro_cnp": (
        ("CNP ", "CNP-ul meu este "),
        _checked(
            lambda rng: rng.choice("12") + _date(rng, "{y}{m}{d}") + f"{rng.randint(1, 46):02}" + digits(rng, 3),
            cnp.calc_check_digit,
        ),
    ),
    "bg_egn": (("ЕГН ", "EGN: "), _checked(_birth("{y}{m}{d}", 3), egn.calc_check_digit)),
    "gr_amka": (("AMKA ", "ΑΜΚΑ: "), _checked(_birth("{d}{m}{y}", 4), luhn.calc_check_digit)),
    "ee_ik": (
        ("isikukood ",),
        _checked(lambda rng: rng.choice("34") + _date(rng, "{y}{m}{d}") + digits(rng, 3), ik.calc_check_digit),
    ),
    "lt_ak": (
        ("asmens kodas ",),
        _checked(lambda rng: rng.choice("34") + _date(rng, "{y}{m}{d}") + digits(rng, 3), ik.calc_check_digit),
    ),
    "tr_kimlik": (("TC kimlik no ", "kimlik numaram "), _kimlik),
    "br_cpf": (("meu CPF é ", "cpf ", "CPF: "), _cpf),
    "cl_rut": (("mi RUT es ", "RUT: "), _rut),
    "mx_curp": (("mi CURP es ", "CURP: "), _curp),
    "ar_dni": (
        ("mi DNI es ", "DNI nro "),
        lambda rng: rng.choice(["{:,}", "{}"]).format(rng.randint(10_000_000, 45_000_000)).replace(",", "."),
    ),
    "in_aadhaar": (("aadhaar ", "my aadhar number is ", "Aadhaar no: "), _aadhaar),
    "in_pan": (("my PAN card is ", "PAN number ", "pan no. "), _indian_pan),
    "kr_rrn": (("주민등록번호 ", "RRN "), _kr),
    "cn_ric": (
        ("身份证号 ", "my chinese id number is "),
        _checked(lambda rng: f"110105{_date(rng, '19{y}{m}{d}')}{digits(rng, 3)}", ric.calc_check_digit),
    ),
    "sg_nric": (("my NRIC is ", "NRIC "), _nric),
    "my_nric": (("MyKad ", "my IC number is "), _my),
    "th_pin": (
        ("เลขบัตรประชาชน ", "thai id "),
        _checked(lambda rng: rng.choice("1234") + digits(rng, 11), pin.calc_check_digit),
    ),
    "za_id": (("my SA ID number is ", "id number "), _za),
    "il_id": (
        ("teudat zehut ", "my israeli id number is "),
        _checked(lambda rng: digits(rng, 8), luhn.calc_check_digit),
    ),
}


def _ssn_disguised(make: Callable[[Random], str]) -> Family:
    return framed(NATIONAL_ID, ("my ssn is ", "SSN: ", "social security number "), make)


FAMILIES: dict[str, Family] = {
    **{f"id_{name}": framed(NATIONAL_ID, cues, draw) for name, (cues, draw) in _NUMBERS.items()},
    "id_ssn_no_cue": framed(NATIONAL_ID, ("sure, ", "it is ", ""), ssn),
    "id_ssn_typographic": _ssn_disguised(lambda rng: ssn(rng, rng.choice("\u2013\u2011\u2010\u00a0"))),
    "id_ssn_fullwidth": _ssn_disguised(lambda rng: disguise.in_script(ssn(rng), "fullwidth")),
    "id_ssn_invisible": _ssn_disguised(lambda rng: ssn(rng, f"-{rng.choice(disguise.ZERO_WIDTH)}")),
    "id_ssn_spelled": _ssn_disguised(lambda rng: disguise.spelled(rng, ssn(rng, ""))),
    "id_ssn_entities": _ssn_disguised(lambda rng: ssn(rng, rng.choice(["&#45;", "&ndash;", "%2D", "&nbsp;"]))),
    "id_ssn_each_digit": _ssn_disguised(lambda rng: " ".join(ssn(rng, ""))),
    "id_math_digits": framed(
        NATIONAL_ID, ("mijn bsn is ", "BSN "), lambda rng: disguise.in_script(_bsn(rng), "math_bold")
    ),
    "passport": framed(
        "PASSPORT",
        ("my passport number is ", "passport no. ", "Reisepass ", "passport: "),
        lambda rng: rng.choice([f"{rng.choice('CFGHJK')}{digits(rng, 8, 'CFGHJK0123456789')}", digits(rng, 9)]),
    ),
    "driving_licence": framed(
        "DRIVING_LICENCE",
        ("driving licence ", "my driver's license number is ", "DL number "),
        lambda rng: filled(rng, rng.choice(["@@@@@6051##5@@#@@", "@#######"])),
    ),
}
