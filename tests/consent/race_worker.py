"""One server process of the race: reveals what it is told of, again and again, until it is refused.

``python -m tests.consent.race_worker URL``. In: one JSON line a round, ``{"token", "subject"}``. Out: for each, when
the last value was opened (``time.monotonic``, one clock for all processes of a machine), and how many there were.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from discreet.errors import NotAllowed
from discreet.policy import load_policy
from discreet.records.audit import Audit
from discreet.records.consent import Consent
from discreet.records.vault import VaultReader
from discreet.storage.engine import Database
from tests.conftest import PROJECT
from tests.consent.test_withdrawal import PRIVATE, RING
from tests.consent.world import HEAD_KEY, TURN

MOST_REVEALS = 5000


def main(url: str) -> None:
    """Until the input ends."""
    policy = load_policy(PROJECT / "privacy.yml")
    consent = Consent(policy, HEAD_KEY)
    reader = VaultReader(Database(url, pool_size=1), PRIVATE, RING, policy)
    audit = Audit("race")
    _say({})
    for line in sys.stdin:
        order = json.loads(line)
        opened = 0
        last = 0.0

        def noted(tx: Any, *, outcome: str, **row: Any) -> None:
            # Within the transaction that opened it, and before that lets go of the state row.
            nonlocal opened, last
            audit.append(tx, outcome=outcome, **row)
            if outcome == "opened":
                opened, last = opened + 1, time.monotonic()

        for _ in range(MOST_REVEALS):
            try:
                reader.reveal(
                    token=order["token"], category="payment_card", subject=bytes.fromhex(order["subject"]),
                    purpose="refunds", turn_id=TURN, require=consent.require, audit=noted,
                )  # fmt: skip
            except NotAllowed:
                break
        _say({"opened": opened, "last": last})


def _say(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
