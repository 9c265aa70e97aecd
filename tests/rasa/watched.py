"""A small server under the watch of ``Connections``, in a process of its own: Sanic starts one a process.

``python -m tests.rasa.watched SOCKET KEYWORD=NUMBER ...`` listens on that loopback socket's descriptor.
"""

from __future__ import annotations

import socket
import sys

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, text

from discreet import metrics
from discreet.rasa.answers import plain_error
from discreet.rasa.connections import Connections


def main() -> None:
    """Serves until SIGTERM: ``/echo`` says what was sent, ``/counted`` the metrics."""
    bounds = {name: float(number) for name, _, number in (argument.partition("=") for argument in sys.argv[2:])}
    app = Sanic("watched", configure_logging=False)
    Connections(lambda _: "most_of_address" not in bounds, **bounds).watch(app)  # type: ignore[arg-type]
    app.error_handler.add(SanicException, plain_error)
    app.error_handler.add(Exception, plain_error)

    @app.post("/echo")
    async def echo(request: Request) -> HTTPResponse:
        return text(request.body.decode())

    @app.get("/counted")
    async def counted(_request: Request) -> HTTPResponse:
        return text(metrics.samples("watched"))

    app.run(sock=socket.socket(fileno=int(sys.argv[1])), access_log=False)


if __name__ == "__main__":
    main()
