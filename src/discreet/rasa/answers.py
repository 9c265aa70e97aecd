"""What a client is told when something is refused or fails, and that each refusal is counted."""

from __future__ import annotations

import logging
import math
from collections.abc import Awaitable, Callable

from sanic.exceptions import ServiceUnavailable
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from discreet import metrics
from discreet.errors import BadInput, DiscreetError, NotAllowed, NotAuthentic, StorageConflict, TooMany

_STATUS = {"attachment_refused": 415, "too_long": 413, "wrong_type": 415, "stale_button": 409, "sign_in_failed": 401}
_BY_STATUS = {
    404: ("not_found", "There is nothing at this address."),
    405: ("bad_request", "That cannot be done here."),
    408: ("too_slow", "That took too long to arrive."),
    411: ("bad_request", "A request needs a Content-Length."),
    413: ("too_long", "That is too long for me."),
}
_log = logging.getLogger(__name__)

Handler = Callable[..., Awaitable[HTTPResponse]]


def answering(handler: Handler) -> Handler:
    """Turns our errors into the protocol's answers."""

    async def answer(request: Request, **parts: str) -> HTTPResponse:
        try:
            return await handler(request, **parts)
        except BadInput as error:
            return refusal(_STATUS.get(error.code, 400), error.code, error.sentence)
        except NotAuthentic:
            return refusal(401, "no_session", "Your session has ended. Please start a new one.")
        except NotAllowed:
            return refusal(403, "wrong_origin", "This chat can only be used from its own page.")
        except TooMany as error:
            metrics.refused(f"limit_{error.scope}")
            return _error(429, "try_again", error.sentence, retry_after=math.ceil(error.seconds))
        except StorageConflict as error:
            return _error(503, "try_again", error.sentence, retry_after=1)
        except DiscreetError as error:
            _log.error("a request could not be served: %s", error.code)
            return _error(503, "try_again", error.sentence, retry_after=2)

    answer.__name__ = handler.__name__
    return answer


def plain_error(_request: Request, error: Exception) -> HTTPResponse:
    """For whatever Sanic refuses itself: a status and a sentence, nothing of the request."""
    status = getattr(error, "status_code", 500)
    if isinstance(error, ServiceUnavailable) and str(error) == "Cancelled":
        status = 408  # what Sanic makes of a connection that ``connections`` ended
    if status >= 500:
        _log.error("a request failed", exc_info=(type(error), error, error.__traceback__))
        return _error(status, "bad_request", "That request could not be served.")
    return refusal(status, *_BY_STATUS.get(status, ("bad_request", "That request could not be served.")))


def refusal(status: int, code: str, sentence: str) -> HTTPResponse:
    """An answer to a request that sending again does not make better; counted under its code."""
    metrics.refused(code)
    return _error(status, code, sentence)


def _error(status: int, code: str, message: str, retry_after: int | None = None) -> HTTPResponse:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)
