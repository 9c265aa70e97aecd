"""The fixed words that stand where personal data stood."""

from __future__ import annotations

import re

from discreet.redaction.tokens import TOKEN

MASKS = {
    "payment_card": "[card]",
    "card_security_code": "[security code]",
    "card_expiry": "[expiry date]",
    "iban": "[account]",
    "bic": "[bank]",
    "bank_account": "[account]",
    "email": "[e-mail address]",
    "phone": "[phone]",
    "national_id": "[identity number]",
    "passport": "[passport]",
    "driving_licence": "[driving licence]",
    "ip_address": "[IP address]",
    "url": "[link]",
    "date_of_birth": "[date of birth]",
    "person_name": "[name]",
    "delivery_address": "[address]",
    "user_name": "[user name]",
    "password": "[password]",
    "one_time_code": "[one-time code]",
    "passkey_answer": "[passkey]",
    "api_key": "[key]",
    "crypto_address": "[wallet]",
}
OTHER = "[removed]"


def mask_of(category: str) -> str:
    """What a person sees in place of a raw value."""
    return MASKS.get(category, OTHER)


def burnt(category: str) -> str:
    """What stays of a value that is never kept."""
    return f"{MASKS[category][:-1]} removed]" if category in MASKS else OTHER


OURS = re.compile(
    TOKEN.pattern + r"|\[(?:" + "|".join(sorted({re.escape(m[1:-1]) for m in MASKS.values()})) + "|name|text"
    r"|removed)(?: removed| •••• [0-9A-Za-z]{4})?\]",
    re.IGNORECASE,
)
"""Tokens and masks: nothing in them is looked at, and none of their words is a context."""
