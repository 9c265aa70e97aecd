"""The consent notice, made from privacy.yml alone (GDPR art. 4(11), 7, 13)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from discreet.policy import Policy


@dataclass(frozen=True)
class Notice:
    """The exact text that was shown, and its SHA-256, which the ledger keeps."""

    text: str

    @property
    def hash(self) -> bytes:
        """32 bytes."""
        return hashlib.sha256(self.text.encode()).digest()


def notice_for(policy: Policy, purpose: str, language: str = "en") -> Notice:
    """What for, which data, why, how long, who answers for it, and how to withdraw; equal weight for yes and no."""
    declared = policy.purpose(purpose)
    labels = [policy.category(name).label[language] for name in declared.data]
    data = labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} and {labels[-1]}"
    return Notice(
        f"May I use your {data} to {declared.notice[language]}? {declared.why[language]} "
        f"It is sealed, used for nothing else and kept for at most {in_words(declared.keep)}. "
        f"Without it I can still help with everything else. "
        f"You can take a yes back at any time: write “I withdraw my consent”. "
        f"Responsible: {policy.controller['name']}."
    )


def in_words(duration: timedelta) -> str:
    """A duration of the policy in plain words."""
    days = duration.days
    if days and days % 365 == 0:
        return "one year" if days == 365 else f"{days // 365} years"
    if days:
        return "one day" if days == 1 else f"{days} days"
    minutes = int(duration.total_seconds() // 60)
    return f"{minutes} minutes"
