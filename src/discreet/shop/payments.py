"""The payment provider over HTTP on a Unix socket."""

from __future__ import annotations

import http.client
import json
import re
import socket
from pathlib import Path

from discreet.errors import StorageUnavailable
from discreet.shop.port import PaymentFailed, Refund

TIMEOUT_SECONDS = 10.0
_CREATED, _CARD_REFUSED = 201, 422
_MAX_ANSWER = 4096
_LAST_FOUR = re.compile(r"[0-9]{4}")


class PaymentProvider:
    """Implements ``Refunds`` against a provider that takes ``POST /refunds`` with an Idempotency-Key."""

    def __init__(self, socket_path: Path, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._socket_path = str(socket_path)
        self._timeout = timeout_seconds

    def refund(self, card_number: str, amount_cents: int, *, key: bytes) -> Refund:
        """See ``Refunds``. ``key``: 32 bytes.

        Raises PaymentFailed only where the provider says that it refused this card; every other outcome leaves open
        whether money moved, so it raises StorageUnavailable: the same call may be repeated.
        """
        status, content = self._post(json.dumps({"card": card_number, "amount_cents": amount_cents}), key.hex())
        if status == _CARD_REFUSED:
            raise PaymentFailed("the payment provider refused the card")
        if status != _CREATED:
            raise StorageUnavailable(f"the payment provider answered {status}")
        try:
            answer = json.loads(content)
            reference, last4 = answer["reference"], answer["card_last4"]
        except (ValueError, KeyError, TypeError):
            raise StorageUnavailable("the payment provider answered in a form that we do not know") from None
        if not isinstance(reference, str) or not _LAST_FOUR.fullmatch(str(last4)):
            raise StorageUnavailable("the payment provider answered in a form that we do not know")
        return Refund(reference, last4)

    def _post(self, body: str, key: str) -> tuple[int, bytes]:
        connection = _UnixConnection(self._socket_path, self._timeout)
        try:
            connection.request("POST", "/refunds", body, {"Content-Type": "application/json", "Idempotency-Key": key})
            response = connection.getresponse()
            return response.status, response.read(_MAX_ANSWER)
        except (OSError, http.client.HTTPException):
            raise StorageUnavailable("the payment provider did not answer") from None
        finally:
            connection.close()


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: str, timeout_seconds: float) -> None:
        super().__init__("payments", timeout=timeout_seconds)
        self._path = path

    def connect(self) -> None:
        """Connects to the socket instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
