"""The payment provider over HTTP on a Unix socket."""

from __future__ import annotations

import http.client
import json
import socket
from pathlib import Path

from discreet.errors import StorageUnavailable
from discreet.shop.port import PaymentFailed, Refund

TIMEOUT_SECONDS = 10.0


class PaymentProvider:
    """Implements ``Refunds`` against a provider that takes ``POST /refunds`` with an Idempotency-Key."""

    def __init__(self, socket_path: Path) -> None:
        self._socket_path = str(socket_path)

    def refund(self, card_number: str, amount_cents: int, *, key: bytes) -> Refund:
        """See ``Refunds``. Raises StorageUnavailable when the provider does not answer: the turn may be repeated."""
        body = json.dumps({"card": card_number, "amount_cents": amount_cents})
        connection = _UnixConnection(self._socket_path)
        try:
            connection.request(
                "POST", "/refunds", body, {"Content-Type": "application/json", "Idempotency-Key": key.hex()}
            )
            response = connection.getresponse()
            status, content = response.status, response.read()
        except (OSError, http.client.HTTPException):
            raise StorageUnavailable("the payment provider did not answer") from None
        finally:
            connection.close()
        if status != 201:
            raise PaymentFailed("the payment provider refused the refund")
        answer = json.loads(content)
        return Refund(answer["reference"], answer["card_last4"])


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("payments", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        """Connects to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
