"""How far a call has come: a call that comes again goes on behind what it has done (docs/spec/action-call.md)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from discreet import metrics
from discreet.crypto.signing import ActionCall
from discreet.records.results import Claim, Results
from discreet.sdk.outcomes import as_json, of_json
from discreet.storage.engine import Database, Transaction

_Result = TypeVar("_Result")


class Progress:
    """The steps of one call, one after the other. Each has a name, and all together are what the call has done.

    ``claim``: what the call left when it was begun before. A repeat takes the outcomes of its steps from there for as
    long as it takes the same ones; from the first that is another it runs them.
    """

    def __init__(self, subject: bytes, call: ActionCall, claim: Claim) -> None:
        self._subject, self._call = subject, call
        self.owner = claim.owner
        self._known = list(claim.steps)
        self._number = claim.next_step
        self._read: list[Any] = []
        """Outcomes of steps since the last effect: they are kept with the next one, which may change what they saw."""

    def knows(self, name: str) -> bool:
        """Whether this step, the next one, was done when the call was begun before."""
        if self._known and self._known[0][0] != name:
            metrics.refused("other_steps", "actions")
            self._known.clear()
        return bool(self._known)

    def goes_on(self, action: str) -> bool:
        """Whether the next step was done then, by that action."""
        return bool(self._known) and str(self._known[0][0]).startswith(f"{action} ")

    def taken(self) -> Any:
        """The outcome of that step."""
        return of_json(self._known.pop(0)[1])

    def noted(self, name: str, outcome: Any) -> None:
        """A step that has changed nothing."""
        self._read.append((name, outcome))

    def run(self, database: Database, results: Results, name: str, work: Callable[[Transaction], _Result]) -> _Result:
        """Runs a step in a transaction of its own, and keeps its outcome in it if it may have changed anything.

        Raises as ``work``; StorageConflict where another attempt of this call did the step meanwhile; TypeError for an
        outcome that cannot be kept. In each case nothing was changed.
        """
        owner = self.owner
        with database.transaction() as tx:
            outcome = work(tx)
            is_effect = tx.may_have_written
            if is_effect:
                owner = owner or results.owner(tx, self._subject)
                steps = [[name, as_json(one)] for name, one in (*self._read, (name, outcome))]
                results.keep_steps(tx, self._subject, self._call, owner, self._number, steps)
        if is_effect:
            self.owner, self._number = owner, self._number + 1
            self._read.clear()
        else:
            self.noted(name, outcome)
        return outcome
