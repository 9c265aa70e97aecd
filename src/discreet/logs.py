"""Logs that say where and what kind, never what somebody wrote.

Rasa, Sanic, SQLAlchemy and warnings interpolate messages, slots and requests into their log strings, at debug level
nearly everywhere, and structured tracebacks carry frame locals. No pattern can clean such strings of everything, so
a message from outside this package is dropped and its place kept: logger, file, line, function and, where Rasa names
an event, that name. Exceptions keep their types and frames, not their text. This happens when a record is made, so that
a handler that somebody else brings along finds nothing either; what ends a thread or the process is logged so too.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any

from discreet.errors import DiscreetError

correlation_id: ContextVar[str] = ContextVar("discreet_correlation_id", default="")
"""Names the turn in every line logged during it: random, so that it says nothing about the conversation."""

_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")


class Seldom:
    """Bounds what strangers can have logged: one line each so many ``seconds``, which says for how many it stands."""

    def __init__(self, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._next = float("-inf")
        self._count = 0

    def due(self) -> int:
        """How often it happened since the last line, now included; 0 where nothing is to be logged yet."""
        self._count += 1
        now = self._clock()
        if now < self._next:
            return 0
        self._next, count, self._count = now + self._seconds, self._count, 0
        return count


class Record(logging.LogRecord):
    """A record that never held what a call from outside this package wanted to say."""

    def __init__(
        self, name: str, level: int, pathname: str, lineno: int, msg: object, args: Any, exc_info: Any,
        func: str | None = None, *_: object,
    ) -> None:  # fmt: skip
        self.ours = name == "discreet" or name.startswith("discreet.")
        if not self.ours:
            msg, args = _event_name(msg), None
        super().__init__(name, level, pathname, lineno, msg, args, None, func, None)
        failed = isinstance(exc_info, tuple) and exc_info[0] is not None
        self.exception = _exception(exc_info[0], exc_info[1]) if failed else None


class Formatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Never raises, never prints an argument of a log call from outside this package."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        if turn := correlation_id.get():
            line["turn"] = turn
        if not isinstance(record, Record):
            return json.dumps(line)  # made round ``logging.getLogRecordFactory``: what it holds is not known
        if record.ours:
            line["message"] = record.getMessage()
        else:
            line["where"] = f"{record.filename}:{record.lineno} {record.funcName}"
            if record.msg:
                line["event"] = record.msg
        if record.exception is not None:
            line["exception"] = record.exception
        return json.dumps(line)


def configure(level: str = "INFO") -> None:
    """Logs of this process to standard error in this format: warnings, dying threads and its own end included."""
    logging.setLogRecordFactory(Record)
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"discreet": {"()": Formatter}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "discreet"}},
            "root": {"level": level, "handlers": ["stderr"]},
        }
    )
    for name in list(logging.Logger.manager.loggerDict):
        # Sanic and others bring handlers of their own; everything goes through ours.
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    logging.captureWarnings(True)
    # SQLAlchemy brings a handler to loggers that have none.
    logging.getLogger("sqlalchemy").addHandler(logging.NullHandler())
    sys.excepthook = lambda kind, error, _: _crashed("the process ends", kind, error)
    threading.excepthook = lambda crash: _crashed("a thread ends", crash.exc_type, crash.exc_value)
    sys.unraisablehook = lambda crash: _crashed("an error was passed over", crash.exc_type, crash.exc_value)


def _crashed(what: str, kind: type[BaseException], error: BaseException | None) -> None:
    """Ours says why: its message is written for whoever reads this."""
    why = f": {error}" if isinstance(error, DiscreetError) else ""
    logging.getLogger("discreet.crash").critical("%s%s", what, why, exc_info=error if error is not None else kind())


def _event_name(message: object) -> str:
    """The name that Rasa gives a structured event; empty unless it is one of its constant dotted names."""
    if not isinstance(message, str) or not message.startswith("{"):
        return ""
    try:
        name = json.loads(message).get("event")
    except (ValueError, AttributeError):
        return ""
    return name if isinstance(name, str) and _EVENT_NAME.match(name) and _is_written(name) else ""


def _is_written(name: str) -> bool:
    """Whether somebody on the way here wrote that name into their code; what a person said may look like one."""
    frame = sys._getframe(2)
    while frame is not None:
        if name in frame.f_code.co_consts:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _exception(kind: type[BaseException], error: BaseException | None) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return {
        "type": _written(kind),
        "frames": [f"{frame.filename.rsplit('site-packages/')[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _written(kind: type[BaseException]) -> str:
    """The nearest class that stands in some source: one that was made while running may be named by anything."""
    for base in kind.__mro__:
        found: Any = sys.modules.get(base.__module__)
        for part in base.__qualname__.split("."):
            found = getattr(found, part, None)
        if found is base:
            return f"{base.__module__}.{base.__qualname__}"
    return "unknown"
