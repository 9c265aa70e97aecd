"""Everything that Discreet raises on purpose.

    DiscreetError
    ├── SettingsError          a setting is missing or wrong: the process must not start
    ├── PolicyError            privacy.yml, domain.yml and the actions disagree
    ├── IntegrityError         stored bytes are not what we wrote (one error for every way of being wrong)
    ├── StorageError
    │   ├── StorageUnavailable no database, no connection, time ran out: the same request may be sent again
    │   └── StorageConflict    somebody else was first: load again, then decide
    ├── Refused                a request that must not be served, however often it is repeated
    │   ├── NotAuthentic       signature, session or origin does not verify
    │   └── NotAllowed         authentic, but no basis, no ownership or no declared purpose
    ├── TooMany                over a limit: the same request may be sent again a little later
    ├── Unscanned              no scanner looked at a file: the same file may be sent again
    └── BadInput               a message that cannot be taken as it is; says what to change

    TurnAborted (BaseException) the turn must end here; Rasa's wrappers must not swallow it

An error never carries a value, a key, a code or a person's words: not in its arguments, not in a cause whose
text comes from a driver. ``sentence`` may be shown to the person who chats; ``code`` is stable.
"""

from __future__ import annotations


class DiscreetError(Exception):
    """Base of all errors raised on purpose. ``code`` is stable, ``sentence`` is safe to show to anybody."""

    code = "error"
    sentence = "Something went wrong on my side. Please try again."


class SettingsError(DiscreetError):
    """A setting is missing or wrong. The message names the setting and what to do; never its value."""

    code = "settings"


class PolicyError(DiscreetError):
    """privacy.yml is invalid, or does not agree with the domain or the registered actions."""

    code = "policy"


class IntegrityError(DiscreetError):
    """Stored or received bytes fail authentication.

    Wrong key, changed, swapped, truncated and missing rows are deliberately one error: a caller that could
    tell them apart would be an oracle. ``seq`` says at which record of a conversation, for `discreet db verify`.
    """

    code = "integrity"
    sentence = "I could not read our conversation safely, so I stopped. Please try again later."

    def __init__(self, what: str, *, seq: int | None = None) -> None:
        super().__init__(what)
        self.seq = seq


class StorageError(DiscreetError):
    """The database could not do what was asked. Driver messages carry key values, so they are left out."""

    code = "storage"
    sentence = "I could not keep that safely, please send it again."


class StorageUnavailable(StorageError):
    """No database, a lost connection, an exhausted pool or a timeout. Nothing was committed, or it is unknown."""

    code = "storage_unavailable"


class StorageConflict(StorageError):
    """A unique key, a version check or serialisation failed: another writer was first."""

    code = "storage_conflict"


class Refused(DiscreetError):
    """The request must not be served, however often it is repeated."""

    code = "refused"
    sentence = "I cannot do that."


class NotAuthentic(Refused):
    """A signature, session or origin does not verify."""

    code = "not_authentic"


class NotAllowed(Refused):
    """Authentic, but without a live legal basis, without ownership, or outside the declared purpose."""

    code = "not_allowed"


class TooMany(DiscreetError):
    """More than a limit allows: ``scope`` says whose, ``seconds`` when the same request may be sent again."""

    code = "too_many"
    sentence = "That is more than I can take at once. Please wait a moment, then send it again."

    def __init__(self, scope: str, seconds: float) -> None:
        super().__init__(f"the limit of one {scope} is used up")
        self.scope = scope
        self.seconds = seconds


class Unscanned(DiscreetError):
    """Nobody could look into a file, so it was not taken."""

    code = "unscanned"
    sentence = "I cannot check files right now, so I did not take yours. Please send it again in a few minutes."


class BadInput(DiscreetError):
    """The message cannot be taken as it is. ``sentence`` says what to change."""

    code = "bad_request"

    def __init__(self, sentence: str, *, code: str = "bad_request") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code


class TurnAborted(BaseException):
    """Ends a turn from inside Rasa.

    Rasa wraps every tracker store so that an ``Exception`` on reading becomes a blank conversation and one
    on writing becomes a plaintext copy in memory. A ``BaseException`` passes those wrappers. It never derives
    from ``SystemExit`` or ``KeyboardInterrupt``: those end the server.
    """

    def __init__(self, cause: DiscreetError) -> None:
        super().__init__(cause.code)
        self.cause = cause
