"""A small server under the watch of ``Connections``, in a process of its own: Sanic starts one a process.

``python -m tests.rasa.watched SOCKET KEYWORD=NUMBER ...`` listens on that loopback socket's descriptor; with
``tls=FOLDER`` by the certificate there, of which ``handshakes`` and ``handshake_seconds`` are bounds.
"""

from __future__ import annotations

import socket
import ssl
import sys
from pathlib import Path
from typing import Any

from sanic import Sanic
from sanic.exceptions import SanicException
from sanic.request import Request
from sanic.response import HTTPResponse, text
from sanic_cors import CORS

from discreet import metrics
from discreet.rasa.answers import plain_error
from discreet.rasa.connections import Connections
from discreet.rasa.handshakes import MOST, SECONDS, Handshakes


def main() -> None:
    """Serves until SIGTERM: ``/echo`` says what was sent, ``/counted`` the metrics."""
    given = dict(argument.split("=", 1) for argument in sys.argv[2:])
    tls, most = given.pop("tls", None), int(given.pop("handshakes", MOST))
    handshakes = Handshakes(most=most, seconds=float(given.pop("handshake_seconds", SECONDS)))
    bounds: dict[str, Any] = {name: float(number) for name, number in given.items()}
    app = Sanic("watched", configure_logging=False)
    CORS(app, resources={r"/*": {"origins": "*"}}, automatic_options=True)  # as rasa.server does
    Connections(lambda _: "most_of_address" not in bounds, handshakes=handshakes, **bounds).watch(app)
    app.error_handler.add(SanicException, plain_error)
    app.error_handler.add(Exception, plain_error)

    @app.post("/echo")
    async def echo(request: Request) -> HTTPResponse:
        return text(request.body.decode())

    @app.get("/counted")
    async def counted(_request: Request) -> HTTPResponse:
        return text(metrics.samples("watched"))

    context = None
    if tls is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(Path(tls) / "chain.pem", Path(tls) / "key.pem")
    app.run(sock=socket.socket(fileno=int(sys.argv[1])), access_log=False, ssl=context)


if __name__ == "__main__":
    main()
