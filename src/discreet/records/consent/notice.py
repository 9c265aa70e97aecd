"""The notice, made from privacy.yml alone (GDPR art. 4(11), 7, 13): one sentence or two, and details on request."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import rfc8785

from discreet.policy import Policy, Purpose
from discreet.records.consent.phrases import in_words, listed, phrase


@dataclass(frozen=True)
class Notice:
    """What is shown: ``text`` at once, ``details`` on request; ``content`` holds both, and what they say as data.

    ``recipients``: their names in this language, by those in ``content``, which are the same in all.
    """

    purpose: str
    language: str
    text: str
    details: str
    content: dict[str, Any]
    recipients: dict[str, str]

    @property
    def canonical(self) -> bytes:
        """The content as canonical JSON (RFC 8785), which the database keeps under its hash."""
        return rfc8785.dumps(self.content)

    @property
    def hash(self) -> bytes:
        """SHA-256 of the canonical content; 32 bytes. A word that changes changes it."""
        return hashlib.sha256(self.canonical).digest()


def notice_for(policy: Policy, purpose: str, language: str | None = None) -> Notice:
    """The notice of a purpose, in one of the policy's languages; the first one by default.

    A purpose on consent asks, with equal weight for yes and no; one on another basis tells and does not pretend to ask.
    """
    spoken = language if language in policy.languages else policy.languages[0]
    declared = policy.purpose(purpose)
    recipients = {names[policy.languages[0]]: names[spoken] for names in declared.recipients}
    labels = {name: policy.category(name).label[spoken] for name in declared.data}
    fields = {
        "data": listed(spoken, list(labels.values())),
        "purpose": declared.notice[spoken],
        "controller": policy.controller.get("name", ""),
        "keep": in_words(declared.keep, spoken),
    }
    if declared.needs_consent:
        text = phrase(spoken, "ask", **fields)
    else:
        text = phrase(spoken, "told", **fields, because=phrase(spoken, declared.basis))
    details = _details(policy, declared, spoken, fields)
    content = {
        "v": 1,
        "purpose": purpose,
        "language": spoken,
        "text": text,
        "details": details,
        "notice": declared.notice[spoken],
        "basis": declared.basis,
        "dpv": declared.dpv,
        "data": labels,
        "keep_seconds": int(declared.keep.total_seconds()),
        "recipients": list(recipients),
        "on_withdrawal": declared.on_withdrawal,
        "controller": dict(policy.controller),
    }
    return Notice(purpose, spoken, text, details, content, recipients)


def current_hashes(policy: Policy, purpose: str) -> list[bytes]:
    """The hashes of a purpose's notice as it is now, one a language: whichever was answered, it was this one."""
    return [notice_for(policy, purpose, language).hash for language in policy.languages]


def _details(policy: Policy, purpose: Purpose, spoken: str, fields: dict[str, str]) -> str:
    controller = policy.controller
    recipients = listed(spoken, [names[spoken] for names in purpose.recipients])
    lines = [
        phrase(spoken, "d_purpose", **fields),
        phrase(spoken, "d_data", **fields),
        phrase(spoken, "d_why", why=purpose.why[spoken]),
        phrase(spoken, "d_basis", basis=phrase(spoken, f"b_{purpose.basis}")),
        phrase(spoken, "d_keep", **fields),
        phrase(spoken, "d_recipients", recipients=recipients or phrase(spoken, "nobody")),
    ]
    if purpose.needs_consent:
        lines.append(phrase(spoken, "d_withdraw", then=phrase(spoken, purpose.on_withdrawal)))
    lines.append(phrase(spoken, "d_rights"))
    known = {name: controller.get(name, "") for name in ("name", "address", "contact", "dpo", "authority")}
    lines.append(phrase(spoken, "d_controller", **known))
    lines += [phrase(spoken, f"d_{name}", **known) for name in ("dpo", "authority") if known[name]]
    return "\n".join(f"• {line}" for line in lines)
