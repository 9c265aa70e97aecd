"""National ids and tax numbers: behind their names, in front of them, and those whose form says it all."""

from __future__ import annotations

import re

import re2

from discreet.redaction.families.cued import OTHERS, named
from discreet.redaction.families.id_schemes import ONE_KIND
from discreet.redaction.families.id_schemes_world import ANYWHERE
from discreet.redaction.families.scheme import pleases
from discreet.redaction.recogniser import NO_WORDS, Recogniser, in_a_word

_THINGS = (
    "vehicle", "car", "engine", "chassis", "device", "product", "item", "article", "artikel", "order", "bestell",
    "auftrags", "commande", "pedido", "ordine", "booking", "transaction", "transaktions", "payment", "transfer",
    "request", "session", "message", "error", "trace", "case", "ticket", "claim", "parcel", "package", "shipment",
    "sendungs", "delivery", "tracking", "reference", "invoice", "rechnungs", "customer", "kunden", "client",
    "cliente", "member", "mitglieds", "merchant", "seller", "shop", "store", "company", "business", "vat", "user",
    "benutzer", "nutzer", "account", "login", "game", "player", "steam", "apple", "policy", "contract", "vertrags",
    "offer", "coupon", "voucher", "promo", "event", "group", "app", "build", "batch", "serial", "machine", "meter",
    "caller", "corporate", "conversation", "chat", "terminal", "bank", "employee", "staff", "student", "job",
    "project", "document", "file", "page", "video", "photo", "com", "net", "org",
)  # fmt: skip
_OF_THINGS = re2.compile(rf"(?i)(?:^|[^\pL])(?:{'|'.join(_THINGS)})(?:'s|s)?[\s_-]{{0,2}}$")
"""What an id without a further word may belong to instead of a person."""

# (form, module of stdnum that it must please): too rare a form, with check digits, to be anything else.
_FORMS = tuple(
    (re.compile(form), modules.split())
    for form, modules in (
        (r"[0-9]{3}-[0-9]{2}-[0-9]{4}", "us.ssn us.itin"),
        (r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}", "br.cpf"),
        (r"[0-9]{1,2}\.[0-9]{3}\.[0-9]{3}-[0-9Kk]", "cl.rut"),
        (r"[0-9]{2}\.[0-9]{3}\.[0-9]{3}-[A-Za-z]", "es.dni"),
        (r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}", "be.nn"),
        (r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}", "ch.ssn"),
        (r"2[0347]-[0-9]{8}-[0-9]", "ar.cuit"),
        (r"[1-8]-[0-9]{4}-[0-9]{5}-[0-9]{2}-[0-9]", "th.pin"),
        (r"[12] [0-9]{2} [0-9]{2} [0-9][0-9ABab] [0-9]{3} [0-9]{3} [0-9]{2}", "fr.nir"),
        (r"[0-9]{6}-[1-8][0-9]{6}", "kr.rrn"),
        (r"[0-3][0-9][01][0-9]{3}[-+ABCDEFYXWVU][0-9]{3}[0-9A-Y]", "fi.hetu"),
        (r"[1-8][0-9]{5}(?:19|20)[0-9]{9}[0-9Xx]", "cn.ric"),
        (r"[A-Za-z]{6}[0-9]{2}[A-EHLMPR-Ta-ehlmpr-t][0-7][0-9][A-Za-z][0-9]{3}[A-Za-z]", "it.codicefiscale"),
        (r"[A-Za-z]{4}[0-9]{6}[HMhm][A-Za-z]{5}[0-9A-Za-z][0-9]", "mx.curp"),
    )
)
_BRITISH = re.compile(
    r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]( ?)[0-9]{2} [0-9]{2} [0-9]{2}\1[A-D]"
)


def _formed(candidate: str, _near: bool) -> int:
    if _BRITISH.fullmatch(candidate):
        return len(candidate)
    for form, modules in _FORMS:
        if form.fullmatch(candidate):
            return len(candidate) if pleases(modules, candidate) else 0
    return 0


def _alone(text: str, start: int, end: int, _near: bool) -> bool:
    """Not a part of a longer number, whatever divides its groups."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before and (in_a_word(before[-1]) or before[-1] in "_+#/\\" or (before[-1] in "-." and before[:-1].isalnum())):
        return False
    if after and (in_a_word(after[0]) or after[0] in "_\\" or (after[0] in "-./" and after[1:].isalnum())):
        return False
    return not (before[:-1].isdigit() and before[-1] == " ") and not (after[:1] == " " and after[1:].isdigit())


RECOGNISERS = (
    *named("national_id", ONE_KIND),
    named("national_id", ANYWHERE, against=_OF_THINGS)[0],
    Recogniser(
        "national_id",
        re2.compile("|".join(form.pattern for form, _ in _FORMS) + r"|[A-Z]{2} ?[0-9]{2} [0-9]{2} [0-9]{2} ?[A-D]"),
        _formed,
        NO_WORDS,
        edges=_alone,
        against=OTHERS,
        digits=True,
    ),
)
