"""How letters to customers leave: in memory only while everybody who chats sits at this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from discreet.checks import Finding
from discreet.errors import SettingsError
from discreet.mail import SmtpDelivery
from discreet.settings import mail_settings


def examine(state: Path, *, interface: str, public_url: str) -> Iterator[Finding]:
    """``interface`` is where the page listens, ``public_url`` how people reach it; empty: on this machine."""
    try:
        given = mail_settings(state)
        if given:
            SmtpDelivery.of(given)
    except SettingsError as error:
        yield Finding("mail_file", str(error), "put mail.yml in the state folder right (docs/howto/step-up.md)")
        return
    if not given and not (_is_here(interface) and _is_here(urlsplit(public_url).hostname or "localhost")):
        yield Finding(
            "mail_server", "codes for customers would stay in the action server's memory, where they cannot read them",
            "name a mail server in mail.yml in the state folder (docs/howto/step-up.md)",
        )  # fmt: skip


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
