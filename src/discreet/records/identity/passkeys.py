"""Passkeys: WebAuthn Level 2 with user verification. The page only carries; everything is checked here.

``origin`` is the page's; its host is the relying party's id. Answers are JSON that anybody may have written.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from discreet.errors import NotAuthentic
from discreet.records.identity.authenticators import Passkey

TIMEOUT_MS = 5 * 60 * 1000
MAX_ANSWER = 4000
"""Characters of an answer's JSON: what the vault seals."""


def options_to_get(origin: str, question: bytes) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is asked with. It names no credential: whoever asks learns of none."""
    options = generate_authentication_options(
        rp_id=_host(origin),
        challenge=question,
        timeout=TIMEOUT_MS,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return dict(json.loads(options_to_json(options)))


def options_to_create(
    origin: str, question: bytes, *, shop: str, customer: bytes, known: list[bytes]
) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is asked with. ``customer`` is 16 bytes that name nobody."""
    options = generate_registration_options(
        rp_id=_host(origin),
        rp_name=shop,
        user_id=customer,
        user_name="customer",
        challenge=question,
        timeout=TIMEOUT_MS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return dict(json.loads(options_to_json(options)))


def credential_id(answer: str) -> bytes:
    """Which credential an answer says that it is of. Raises NotAuthentic for what is no answer."""
    try:
        named = _object(answer)["rawId"]
        if not isinstance(named, str) or not named:
            raise ValueError
        return base64url_to_bytes(named)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAuthentic("a passkey's answer is none") from None


def verify_get(answer: str, passkey: Passkey, *, origin: str, question: bytes) -> int:
    """The authenticator's counter. Raises NotAuthentic for any answer but one of this passkey, to this question.

    Origin, relying party, type, presence and verification of the user, signature, and a counter that has grown
    (unless both are 0) are all required; which of them failed is told to nobody.
    """
    try:
        verified = verify_authentication_response(
            credential=_object(answer),
            expected_challenge=question,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=max(passkey.counter, 0),
            require_user_verification=True,
        )
    except Exception:  # the library's many errors, and those of the parsers below it, are one
        raise NotAuthentic("a passkey's answer does not verify") from None
    if verified.credential_id != passkey.credential_id:
        raise NotAuthentic("a passkey's answer is another one's")
    return verified.new_sign_count


def verify_create(answer: str, *, origin: str, question: bytes) -> tuple[bytes, bytes, int]:
    """The new passkey's id, public key (COSE) and counter. Raises NotAuthentic."""
    try:
        made = verify_registration_response(
            credential=_object(answer),
            expected_challenge=question,
            expected_rp_id=_host(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except Exception:  # as above
        raise NotAuthentic("a new passkey does not verify") from None
    return made.credential_id, made.credential_public_key, made.sign_count


def _host(origin: str) -> str:
    return urlsplit(origin).hostname or ""


def _object(answer: str) -> dict[str, Any]:
    if len(answer) > MAX_ANSWER:
        raise ValueError
    content = json.loads(answer)
    if not isinstance(content, dict):
        raise ValueError
    return content
