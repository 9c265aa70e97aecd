"""Logs that say where and what kind, never what somebody wrote.

Rasa, Sanic, SQLAlchemy and warnings interpolate messages, slots and requests into their log strings, at debug level
nearly everywhere, and structured tracebacks carry frame locals. No pattern can clean such strings of everything, so
a message from outside this package is dropped and its place kept: logger, file, line, function and, where Rasa names
an event, that name. Exceptions keep their types and frames, not their text.
"""

from __future__ import annotations

import json
import logging
import logging.config
import re
import traceback
from contextvars import ContextVar
from datetime import datetime, timezone

correlation_id: ContextVar[str] = ContextVar("discreet_correlation_id", default="")
"""Names the turn in every line logged during it: random, so that it says nothing about the conversation."""

_EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")


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
        if record.name == "discreet" or record.name.startswith("discreet."):
            line["message"] = record.getMessage()
        else:
            line["where"] = f"{record.filename}:{record.lineno} {record.funcName}"
            if event := _event_name(record.msg):
                line["event"] = event
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = _exception(record.exc_info[0], record.exc_info[1])
        return json.dumps(line)


def configure(level: str = "INFO") -> None:
    """Logs of this process to standard error in this format, warnings included."""
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


def _event_name(message: object) -> str:
    """The name that Rasa gives a structured event; empty unless it is one of its constant dotted names."""
    if not isinstance(message, str) or not message.startswith("{"):
        return ""
    try:
        name = json.loads(message).get("event")
    except (ValueError, AttributeError):
        return ""
    return name if isinstance(name, str) and _EVENT_NAME.match(name) else ""


def _exception(kind: type[BaseException], error: BaseException | None) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__) if error is not None else []
    return {
        "type": f"{kind.__module__}.{kind.__qualname__}",
        "frames": [f"{frame.filename.rsplit('site-packages/')[-1]}:{frame.lineno} {frame.name}" for frame in frames],
    }
