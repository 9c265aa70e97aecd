"""Letters: over a real SMTP server with TLS and a login, in order, never to nobody; and settings that are refused."""

from __future__ import annotations

import logging
import smtplib
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from discreet.checks.mail import examine
from discreet.errors import SettingsError
from discreet.mail import KEPT_LETTERS, KEPT_SECONDS, Letter, Mailer, MemoryOutbox, SmtpDelivery
from tests.smtp import PASSWORD, USER, smtp_server

LETTER = Letter("grace@post.example", "Your code", "Your code: 1234 5678\näöü", 1_700_000_000.0)


def tls(folder: Path, port: int, **changed: Any) -> SmtpDelivery:
    given = {"host": "localhost", "port": port, "from": "chat@shop.example", "user": USER, "password": PASSWORD}
    return SmtpDelivery.of({**given, "ca": str(folder / "ca.pem"), **changed})


def test_a_letter_arrives_by_starttls_and_login(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (inbox, port):
        tls(tmp_path, port).deliver(LETTER)
    ((to, message),) = inbox.envelopes
    assert to == ["grace@post.example"]
    assert (message["Subject"], message["From"]) == ("Your code", "chat@shop.example")
    assert "1234 5678\näöü" in message.get_payload(decode=True).decode().replace("\r\n", "\n")  # type: ignore[union-attr]


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (inbox, port), pytest.raises(ssl.SSLError):
        tls(tmp_path, port, ca="").deliver(LETTER)
    assert inbox.envelopes == []


def test_a_wrong_password_is_refused_without_being_told(tmp_path: Path) -> None:
    with smtp_server(tmp_path) as (inbox, port), pytest.raises(smtplib.SMTPException):
        tls(tmp_path, port, password="another one").deliver(LETTER)
    assert inbox.envelopes == []
    assert PASSWORD not in repr(tls(tmp_path, port))


def test_a_server_that_offers_no_tls_gets_no_letter(tmp_path: Path) -> None:
    with smtp_server() as (inbox, port), pytest.raises(smtplib.SMTPException):
        SmtpDelivery("127.0.0.1", port, "chat@shop.example", tls="starttls").deliver(LETTER)
    assert inbox.envelopes == []


def test_letters_leave_in_order_are_tried_again_and_nobody_gets_none() -> None:
    with smtp_server() as (inbox, port):
        waits: list[float] = []
        mailer = Mailer(SmtpDelivery("127.0.0.1", port, "chat@shop.example", tls="none"), sleep=waits.append)
        inbox.refusals = 2
        mailer.send(lambda: "a@post.example", "one", "1")
        mailer.send(lambda: None, "two", "2")
        mailer.send(lambda: "c@post.example", "three", "3")
        mailer.flush()
    assert [(to, message["Subject"]) for to, message in inbox.envelopes] == [
        (["a@post.example"], "one"), (["c@post.example"], "three"),
    ]  # fmt: skip
    assert waits == [0.0, 2.0, 10.0, 0.0]


def test_a_letter_that_cannot_be_sent_is_logged_without_what_it_says(caplog: pytest.LogCaptureFixture) -> None:
    mailer = Mailer(SmtpDelivery("127.0.0.1", 1, "chat@shop.example", tls="none"), sleep=lambda _: None)

    def gone() -> str:
        raise ValueError("grace@post.example")

    with caplog.at_level(logging.DEBUG):
        mailer.send(lambda: "grace@post.example", "Your code", "1234 5678")
        mailer.send(gone, "Your code", "1234 5678")
        mailer.flush()
    assert len(caplog.records) == 2
    assert "grace" not in caplog.text
    assert "1234" not in caplog.text


def test_sending_waits_for_nobody() -> None:
    class Stuck:
        def deliver(self, letter: Letter) -> None:
            stuck.wait(30)
            delivered.append(letter.subject)

    stuck, delivered = threading.Event(), list[str]()
    mailer = Mailer(Stuck())
    for _ in range(1200):
        mailer.send(lambda: "a@post.example", "x", "y")
    assert delivered == []
    stuck.set()
    mailer.flush()
    assert 1000 <= len(delivered) < 1200


def test_the_outbox_in_memory_forgets() -> None:
    outbox = MemoryOutbox()
    for number in range(KEPT_LETTERS + 5):
        outbox.deliver(Letter("a@post.example", str(number), "x", float(number)))
    assert outbox.letters(60.0)[0].subject == "5"
    assert [letter.subject for letter in outbox.letters(KEPT_SECONDS + 53.0)] == ["53", "54"]


BAD = [
    {}, {"host": "x"}, {"host": "x", "from": "nobody"}, {"host": "smtp.example.com", "from": "a@b", "tls": "none"},
    {"host": "x", "from": "a@b", "tls": "maybe"}, {"host": "x", "from": "a@b", "port": "587"},
    {"host": "x", "from": "a@b", "port": 0}, {"host": "x", "from": "a@b", "user": "u"},
    {"host": "localhost", "from": "a@b", "tls": "none", "user": "u", "password": "p"},
    {"host": "x", "from": "a@b\r\nBcc: c@d"}, {"host": "x", "from": "a@b", "passwort": "p"},
]  # fmt: skip


@pytest.mark.parametrize("given", BAD, ids=range(len(BAD)))
def test_settings_that_would_not_do_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        SmtpDelivery.of(given)


@pytest.mark.parametrize(
    ("interface", "public_url", "content", "found"),
    [
        ("127.0.0.1", "", None, []),
        ("127.0.0.1", "http://localhost:5005", None, []),
        ("127.0.0.1", "https://chat.example.com", None, ["mail_server"]),
        ("0.0.0.0", "", None, ["mail_server"]),  # noqa: S104
        ("0.0.0.0", "https://chat.example.com", "host: smtp.example.com\nfrom: a@b.example\n", []),  # noqa: S104
        ("127.0.0.1", "", "host: smtp.example.com\n", ["mail_file"]),
        ("127.0.0.1", "", "- a list\n", ["mail_file"]),
    ],
)
def test_doctor_wants_a_mail_server_where_people_come_from_elsewhere(
    tmp_path: Path, interface: str, public_url: str, content: str | None, found: list[str]
) -> None:
    if content is not None:
        (tmp_path / "mail.yml").touch(mode=0o600)
        (tmp_path / "mail.yml").write_text(content)
    assert [one.code for one in examine(tmp_path, interface=interface, public_url=public_url)] == found


def test_doctor_wants_the_mail_servers_password_for_us_alone(tmp_path: Path) -> None:
    (tmp_path / "mail.yml").write_text("host: x\nfrom: a@b\n")
    (tmp_path / "mail.yml").chmod(0o644)
    assert [one.code for one in examine(tmp_path, interface="127.0.0.1", public_url="")] == ["mail_file"]


def test_a_letter_is_sent_once_for_what_it_names_and_no_longer_held_back_where_it_was_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Stuck:
        def deliver(self, letter: Letter) -> None:
            stuck.wait(30)
            delivered.append(letter.text)

    monkeypatch.setattr("discreet.mail.WAITING", 1)
    stuck, delivered = threading.Event(), list[str]()
    mailer = Mailer(Stuck())
    for text in ("1", "1", "2", "2"):
        mailer.send(lambda: "a@post.example", "x", text, once=b"one call")
    for number in range(9):
        mailer.send(lambda: "a@post.example", "x", f"dropped {number}", once=b"one call")
    stuck.set()
    mailer.flush()
    mailer.send(lambda: "a@post.example", "x", "dropped 8", once=b"one call")
    mailer.flush()
    mailer.send(lambda: "a@post.example", "x", "1", once=b"another call")
    mailer.flush()
    assert delivered.count("1") == 2
    assert delivered.count("2") <= 1
    assert delivered[-2:] == ["dropped 8", "1"]
