"""What categories are called outside: by ``discreet redact``, in exports and where findings are measured."""

from __future__ import annotations

TYPES = {
    "payment_card": "CREDIT_CARD",
    "card_security_code": "CARD_SECURITY_CODE",
    "card_expiry": "CARD_EXPIRY",
    "iban": "IBAN",
    "bic": "BIC",
    "bank_account": "BANK_ACCOUNT",
    "email": "EMAIL",
    "phone": "PHONE",
    "national_id": "NATIONAL_ID",
    "passport": "PASSPORT",
    "driving_licence": "DRIVING_LICENCE",
    "ip_address": "IP",
    "url": "URL",
    "date_of_birth": "DATE_OF_BIRTH",
    "person_name": "PERSON",
    "delivery_address": "LOCATION",
    "user_name": "USERNAME",
    "password": "PASSWORD",
    "one_time_code": "ONE_TIME_CODE",
    "passkey_answer": "PASSKEY_ANSWER",
    "api_key": "API_KEY",
    "crypto_address": "CRYPTO",
}


def type_of(category: str) -> str:
    """The type of a category; one that a designer added is called by its own name in capitals."""
    return TYPES.get(category, category.upper())
