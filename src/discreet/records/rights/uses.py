"""When a person's data was opened or acted on, how and what for: their part of the audit log.

GDPR art. 15(1); CJEU C-579/21: the log of consultations, their dates and purposes belong to what a person may have;
who of the staff it was does not, and is not kept there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from discreet.policy import Policy
from discreet.storage.engine import Transaction

MOST = 10_000
"""Events in one copy, the newest."""
_DONE = {
    ("reveal", "opened"): "opened and used",
    ("reveal", "refused"): "was to be used, and was not opened: there was no basis for it",
    ("reveal", "undeclared"): "was to be used, and was not opened: it was not declared",
    ("reveal", "no_step_up"): "was to be used, and was not opened: nobody had shown that it was you",
    ("export", "opened"): "opened for your copy",
    ("rectify", "opened"): "opened to correct what was kept",
    ("step_up", "asked"): "somebody was asked to show that it is you",
    ("step_up", "passed"): "somebody showed that it is you",
    ("step_up", "more"): "somebody showed a first proof that it is you",
    ("step_up", "wrong"): "somebody sent a wrong proof",
    ("step_up", "gone"): "somebody sent a proof that nothing waited for",
    ("step_up", "used"): "that proof was used",
    ("letter", "kept_back"): "a letter to you was kept back: there had been several of its kind",
    ("restriction", "done"): "frozen, as you asked",
    ("lifting", "done"): "unfrozen, as you asked",
    ("objection", "done"): "a use was stopped, as you asked",
    ("consent.withdraw", "done"): "your consent was taken back, as you asked",
    ("account", "codes_reopened"): "closed kinds of code were taken again",
    ("account", "totp_removed"): "the authenticator app was removed",
    ("account", "passkey_removed"): "passkeys were removed",
    ("account", "recovery_removed"): "recovery codes were removed",
}


def uses(tx: Transaction, policy: Policy, subjects: Sequence[bytes]) -> list[dict[str, Any]]:
    """What happened to the data of these conversations of one person, the newest first; at most ``MOST``.

    ``subjects`` come from a verified call and ``identity.link``.
    """
    rows = tx.execute("SELECT * FROM audit.of_person(%s, %s)", list(subjects), MOST)
    spoken = policy.languages[0]
    return [
        {
            "at": at.isoformat(timespec="seconds"),
            "what": _DONE.get((event, outcome), f"{event}: {outcome}"),
            "purpose": purpose,
            "category": policy.categories[category].label[spoken] if category in policy.categories else category,
            "by": "staff" if staff else "this assistant",
        }
        for at, event, outcome, purpose, category, staff in rows
    ]


def summary(tx: Transaction, policy: Policy, subjects: Sequence[bytes]) -> str | None:
    """The same in a sentence: how often values were opened, what for, and when last. None where none ever was."""
    rows = tx.execute("SELECT at, purpose FROM audit.of_person(%s, %s) WHERE outcome = 'opened'", list(subjects), MOST)
    if not rows:
        return None
    spoken = policy.languages[0]
    counted: dict[str, int] = {}
    for _, purpose in rows:
        notice = policy.purposes[purpose].notice[spoken] if purpose in policy.purposes else str(purpose)
        counted[notice] = counted.get(notice, 0) + 1
    each = "; ".join(f"{number} × to {notice}" for notice, number in sorted(counted.items()))
    return f"Values of yours were opened: {each}; last on {rows[0][0]:%d %B %Y}. Each time stands in your copy."
