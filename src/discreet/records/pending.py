"""What a person volunteered before any legal basis covers it (docs/spec/vault.md): it opens for nothing."""

from __future__ import annotations

from datetime import timedelta

from discreet.policy import Policy

LIFETIME = timedelta(minutes=30)
"""Storage is processing (GDPR art. 4(2)): so long a value may wait for a yes."""


def pending(policy: Policy, category: str) -> tuple[str, tuple[object, ...]] | None:
    """A condition on rows ``v`` of ``vault.value`` of that category, and its parameters: they wait for a yes.

    None where a purpose covers the category that needs none. What a withdrawn consent collected whose purpose only
    stops (``on_withdrawal``) does not wait: it stays to its age.
    """
    purposes = policy.purposes_covering(category)
    if any(not purpose.needs_consent for purpose in purposes):
        return None
    return (
        "v.category = %s AND NOT EXISTS (SELECT FROM consent.state s"
        " WHERE s.subject = v.subject AND s.purpose = ANY(%s) AND s.status = 'given'"
        " AND (s.expires_at IS NULL OR s.expires_at > now()))"
        " AND NOT EXISTS (SELECT FROM consent.state s WHERE s.subject = v.subject AND s.purpose = ANY(%s)"
        " AND s.status = 'withdrawn' AND v.created_at < s.at)",
        (
            category,
            [purpose.name for purpose in purposes],
            [purpose.name for purpose in purposes if purpose.on_withdrawal == "stop"],
        ),
    )
