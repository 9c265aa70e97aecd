"""Refunds: one a key, whatever crashes; the number of a card is nowhere."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from discreet.errors import DiscreetError, StorageUnavailable
from discreet.shop.payments import PaymentProvider
from discreet.shop.port import PaymentFailed
from tests.shop.conftest import StandIn

CARD = "4000 0566 5566 5556"
DIGITS = CARD.replace(" ", "").encode()
KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_refund_leaves_a_reference_and_the_last_four(stand_in: StandIn) -> None:
    refund = PaymentProvider(stand_in.socket).refund(CARD, 6400, key=KEY)
    assert refund.card_last4 == "5556"
    assert stand_in.refunds() == [(refund.reference, "5556", 6400)]


def test_the_same_key_pays_once_and_another_key_again(stand_in: StandIn) -> None:
    provider = PaymentProvider(stand_in.socket)
    assert provider.refund(CARD, 6400, key=KEY) == provider.refund(CARD, 6400, key=KEY)
    assert provider.refund(CARD, 6400, key=OTHER) != provider.refund(CARD, 6400, key=KEY)
    assert len(stand_in.refunds()) == 2


def test_a_key_repeated_at_once_pays_once(stand_in: StandIn) -> None:
    provider = PaymentProvider(stand_in.socket)
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: provider.refund(CARD, 6400, key=KEY), range(24)))
    assert len(answers) == 1
    assert len(stand_in.refunds()) == 1


def test_a_killed_provider_still_knows_the_key(stand_in: StandIn) -> None:
    provider = PaymentProvider(stand_in.socket)
    first = provider.refund(CARD, 6400, key=KEY)
    stand_in.kill()
    with pytest.raises(StorageUnavailable):
        provider.refund(CARD, 6400, key=KEY)
    stand_in.start()
    assert provider.refund(CARD, 6400, key=KEY) == first
    assert len(stand_in.refunds()) == 1


def test_it_ends_when_told_to(stand_in: StandIn) -> None:
    assert stand_in.stop() == 0
    stand_in.start()


def test_a_key_of_another_amount_is_not_paid(stand_in: StandIn) -> None:
    provider = PaymentProvider(stand_in.socket)
    provider.refund(CARD, 6400, key=KEY)
    with pytest.raises(StorageUnavailable, match="409"):
        provider.refund(CARD, 1, key=KEY)
    assert len(stand_in.refunds()) == 1


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("4000 0566 5566 5557", id="Luhn does not fit"),
        pytest.param("4000 0566", id="too short"),
        pytest.param("0" * 20, id="too long"),
        pytest.param("٤٠٠٠٠٥٦٦٥٥٦٦٥٥٥٦", id="digits of another script"),
        pytest.param("", id="empty"),
        pytest.param("my card", id="no number"),
    ],
)
def test_what_is_no_card_is_refused(stand_in: StandIn, number: str) -> None:
    with pytest.raises(PaymentFailed):
        PaymentProvider(stand_in.socket).refund(number, 6400, key=KEY)
    assert stand_in.refunds() == []


def test_the_number_is_in_nothing_that_the_provider_writes(stand_in: StandIn) -> None:
    provider = PaymentProvider(stand_in.socket)
    provider.refund(CARD, 6400, key=KEY)
    with pytest.raises(PaymentFailed):
        provider.refund("4000 0566 5566 5557", 6400, key=OTHER)
    written = stand_in.bytes_of_everything()
    assert b"5556" in written
    for shape in (DIGITS, CARD.encode(), DIGITS[:12], DIGITS.hex().encode(), b"400005665566", b"4000 0566"):
        assert shape not in written


MALFORMED = {
    "no length": b"POST /refunds HTTP/1.1\r\n\r\n",
    "a length that is no number": b"POST /refunds HTTP/1.1\r\nContent-Length: 4000056655665556\r\n\r\n{}",
    "a length that is a card in words": b"POST /refunds HTTP/1.1\r\nContent-Length: 4000 0566\r\n\r\n{}",
    "a negative length": b"POST /refunds HTTP/1.1\r\nContent-Length: -1\r\n\r\n{}",
    "no JSON": b"POST /refunds HTTP/1.1\r\nContent-Length: 2\r\n\r\n!!",
    "a list": b"POST /refunds HTTP/1.1\r\nContent-Length: 2\r\n\r\n[]",
    "another method": b"GET /refunds HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_request_gets_an_error_and_leaves_no_trace(stand_in: StandIn, request_bytes: bytes) -> None:
    answer = stand_in.send(request_bytes)
    assert answer.split()[1] in (b"400", b"501")
    assert b"4000" not in stand_in.bytes_of_everything()
    assert PaymentProvider(stand_in.socket).refund(CARD, 6400, key=KEY).card_last4 == "5556"


@contextmanager
def _answering(content: bytes) -> Iterator[Path]:
    """A provider that gives one answer, and then hangs up."""
    with tempfile.TemporaryDirectory(prefix="discreet-pay-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = Path(folder) / "s"
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(content)

        thread = threading.Thread(target=serve)
        thread.start()
        yield path
        thread.join()


def _http(status: int, body: bytes) -> bytes:
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


UNKNOWN_OUTCOMES = {
    "no answer": b"",
    "no HTTP": b"\0\1\2\r\n\r\n",
    "an answer cut short": b"HTTP/1.1 201 X\r\nContent-Length: 90\r\n\r\n{",
    "a failure of the provider": _http(500, b"{}"),
    "busy": _http(503, b"{}"),
    "malformed in its eyes": _http(400, b"{}"),
    "no JSON": _http(201, b"!"),
    "a list": _http(201, b"[]"),
    "no reference": _http(201, b'{"card_last4": "5556"}'),
    "a whole number instead of four digits": _http(201, b'{"reference": "x", "card_last4": "4000056655665556"}'),
}


@pytest.mark.parametrize("answer", UNKNOWN_OUTCOMES.values(), ids=UNKNOWN_OUTCOMES.keys())
def test_an_unknown_outcome_is_never_told_as_a_refusal(answer: bytes) -> None:
    """A refusal closes the return: after an unknown outcome the money may be on its way."""
    with _answering(answer) as path, pytest.raises(StorageUnavailable):
        PaymentProvider(path).refund(CARD, 6400, key=KEY)


def test_a_provider_that_says_nothing_is_not_waited_for() -> None:
    with tempfile.TemporaryDirectory(prefix="discreet-pay-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/s")
        listener.listen()
        with pytest.raises(StorageUnavailable):
            PaymentProvider(Path(folder) / "s", timeout_seconds=0.2).refund(CARD, 6400, key=KEY)


def test_no_error_carries_the_number(stand_in: StandIn) -> None:
    wrong = "4000 0566 5566 5557"
    errors: list[DiscreetError] = []
    for path in (stand_in.socket, stand_in.folder / "gone.sock"):
        try:
            PaymentProvider(path).refund(wrong, 6400, key=KEY)
        except DiscreetError as error:
            errors.append(error)
    assert len(errors) == 2
    for raised in errors:
        assert "4000" not in f"{raised!r}{raised}{raised.sentence}"
        assert raised.__suppress_context__ or raised.__context__ is None
