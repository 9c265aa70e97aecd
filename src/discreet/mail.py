"""Letters to customers: by SMTP, or into an outbox in this process's memory that ``discreet mail`` shows.

A letter is sent by a thread of its own, and its address looked up there: the time that a reply takes does not say
whether there was anybody to write to. No log line holds an address, a subject or a text.
"""

from __future__ import annotations

import hashlib
import logging
import queue
import smtplib
import ssl
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any, Protocol

from discreet.errors import DiscreetError, SettingsError

KEPT_SECONDS = 15 * 60
KEPT_LETTERS = 50
WAITING = 1000
"""Letters that may wait at most; one more is dropped, and its code can be asked for again."""
REMEMBERED = 10_000
"""Letters of which the mailer knows that it has had them."""
TRIES = (0.0, 2.0, 10.0)
TIMEOUT = 15.0
TLS = ("starttls", "tls", "none")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Letter:
    """One letter. ``at``: Unix time in seconds."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    at: float = 0.0


class Delivery(Protocol):
    """Takes a letter off our hands. Blocks; raises OSError or smtplib.SMTPException where it cannot."""

    def deliver(self, letter: Letter) -> None: ...


class MemoryOutbox:
    """Keeps the newest letters for a quarter of an hour, nowhere but here: for trying things out on one machine."""

    def __init__(self) -> None:
        self._letters: deque[Letter] = deque(maxlen=KEPT_LETTERS)
        self._lock = threading.Lock()

    def deliver(self, letter: Letter) -> None:
        """Keeps it."""
        with self._lock:
            self._letters.append(letter)

    def letters(self, now: float) -> list[Letter]:
        """Those not older than a quarter of an hour, oldest first; older ones are forgotten."""
        with self._lock:
            while self._letters and self._letters[0].at < now - KEPT_SECONDS:
                self._letters.popleft()
            return list(self._letters)


@dataclass(frozen=True)
class SmtpDelivery:
    """An SMTP server (RFC 5321), by TLS from the first byte (RFC 8314), STARTTLS (RFC 3207), or none on this machine.

    ``ca``: a file with the certificates to trust in place of the system's.
    """

    host: str
    port: int
    sender: str
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> SmtpDelivery:
        """From ``mail.yml`` (docs/howto/step-up.md). Raises SettingsError that names the key, never a value."""
        unknown = set(given) - {"host", "port", "from", "tls", "user", "password", "ca"}
        if unknown:
            raise SettingsError("mail.yml may name host, port, from, tls, user, password and ca")
        host, sender, tls = (str(given.get(name, default)) for name, default in
                             (("host", ""), ("from", ""), ("tls", "starttls")))  # fmt: skip
        port = given.get("port", {"tls": 465, "starttls": 587}.get(tls, 25))
        if not host or "@" not in sender or any(ord(character) < 33 for character in host + sender):
            raise SettingsError("mail.yml needs host: and from:, an address")
        if tls not in TLS or (tls == "none" and host not in _LOOPBACK):
            raise SettingsError("mail.yml: tls must be starttls or tls; none is for a server on this machine")
        if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 65536:
            raise SettingsError("mail.yml: port must be a number")
        user, password, ca = (str(given.get(name, "")) for name in ("user", "password", "ca"))
        if bool(user) != bool(password) or (user and tls == "none"):
            raise SettingsError("mail.yml: user and password belong together, and need tls")
        return cls(host, port, sender, tls, user, password, ca)

    def deliver(self, letter: Letter) -> None:
        """Raises OSError or smtplib.SMTPException."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, letter.to, letter.subject
        message["Date"], message["Message-ID"] = formatdate(letter.at), make_msgid(domain=self.sender.partition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        context = ssl.create_default_context(cafile=self.ca or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.tls == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        with server:
            if self.tls == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)


class Mailer:
    """Sends in the background, in order. ``clock`` is Unix time in seconds, ``sleep`` waits between tries."""

    def __init__(
        self,
        delivery: Delivery,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.delivery = delivery
        self._clock = clock
        self._sleep = sleep
        self._waiting: queue.Queue[tuple[Callable[[], str | None], str, str]] = queue.Queue(WAITING)
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._had: OrderedDict[bytes, None] = OrderedDict()

    def send(self, to: Callable[[], str | None], subject: str, text: str, *, once: bytes = b"") -> None:
        """Queues a letter and returns at once. ``to`` gives the address, on the sender's thread; None: to nobody.

        ``once``: bytes that name what it is written for. The same letter for that is not sent again, as long as this
        process remembers it; after a restart it is.
        """
        letter = hashlib.sha256(b"\0".join((once, subject.encode(), text.encode()))).digest()
        with self._lock:
            if once and self._has_had(letter):
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="mail", daemon=True)
                self._thread.start()
        try:
            self._waiting.put_nowait((to, subject, text))
        except queue.Full:
            _log.error("a letter was dropped: too many wait")
            with self._lock:
                self._had.pop(letter, None)

    def _has_had(self, letter: bytes) -> bool:
        if letter in self._had:
            return True
        self._had[letter] = None
        if len(self._had) > REMEMBERED:
            self._had.popitem(last=False)
        return False

    def flush(self) -> None:
        """Waits until everything that was queued is sent or given up."""
        self._waiting.join()

    def _serve(self) -> None:
        while True:
            to, subject, text = self._waiting.get()
            try:
                address = to()
                if address is not None:
                    self._deliver(Letter(address, subject, text, self._clock()))
            except DiscreetError as error:
                _log.error("a letter could not be addressed: %s", error.code)
            except Exception as error:  # the thread must outlive whatever a library raises
                _log.error("a letter could not be sent: %s", type(error).__name__)
            finally:
                self._waiting.task_done()

    def _deliver(self, letter: Letter) -> None:
        for number, wait in enumerate(TRIES, 1):
            self._sleep(wait)
            try:
                self.delivery.deliver(letter)
                return
            except (smtplib.SMTPException, OSError):
                if number == len(TRIES):
                    raise
