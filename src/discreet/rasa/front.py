"""How the page is reached: the web channel's entry in credentials.yml, and what it says of a request's client.

discreet.rasa.web.WebChannel:
  public_url: https://chat.example.com          # how people reach the page; unset: on this machine only
  trusted_proxies: [127.0.0.1]                  # whose X-Forwarded-For counts
  host_sites: [https://www.example.com]         # may show the page in a frame
  sign_in: {issuer: ..., audience: ..., algorithm: EdDSA, keys: ...}    # whose tokens sign customers in
  attachments: /run/clamav/clamd.ctl            # clamd's socket: files are taken, and scanned there
  limits: {session: 60, address: 240, network: 1200}    # messages a minute (docs/spec/limits.md)
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

from discreet.errors import NotAllowed, SettingsError
from discreet.records.limits import Rates

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
KEY_TYPES = {"EdDSA": "OKP", "RS256": "RSA"}
"""By the algorithms that a host site may sign by."""


@dataclass(frozen=True)
class SignIn:
    """Whose tokens count. ``keys`` is an address, or a file's path from the project folder."""

    issuer: str
    audience: str
    algorithm: Literal["EdDSA", "RS256"]
    keys: str

    @classmethod
    def from_credentials(cls, entry: object) -> SignIn:
        """Reads ``sign_in`` of the channel's entry. Raises SettingsError naming what is wrong in it."""
        names = ("issuer", "audience", "algorithm", "keys")
        if not isinstance(entry, Mapping) or set(entry) != set(names) or not all(map(str, entry.values())):
            raise SettingsError(f"credentials.yml: sign_in needs {', '.join(names)} and nothing else")
        if entry["algorithm"] not in KEY_TYPES:
            raise SettingsError("credentials.yml: sign_in.algorithm must be EdDSA or RS256")
        address = urlsplit(str(entry["keys"]))
        if address.scheme == "http" and address.hostname not in _LOOPBACK_HOSTS:
            raise SettingsError("credentials.yml: sign_in.keys must begin with https://")
        return cls(**{name: str(entry[name]) for name in names})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Front:
    """The channel's settings. The defaults serve a page on this machine, without a proxy."""

    public_url: str = ""
    trusted_proxies: tuple[Network, ...] = ()
    host_sites: tuple[str, ...] = ()
    rates: Rates = field(default_factory=Rates)
    sign_in: SignIn | None = None
    attachments: str = ""

    @classmethod
    def from_credentials(cls, entry: Mapping[str, Any] | None) -> Front:
        """Reads the entry. Raises SettingsError naming what is wrong in it."""
        given = dict(entry or {})
        front = cls(
            public_url=_origin(given.pop("public_url"), "public_url") if given.get("public_url") else "",
            trusted_proxies=tuple(_network(one) for one in _list(given.pop("trusted_proxies", ()), "trusted_proxies")),
            host_sites=tuple(_origin(one, "host_sites") for one in _list(given.pop("host_sites", ()), "host_sites")),
            rates=_rates(given.pop("limits", {})),
            sign_in=SignIn.from_credentials(given.pop("sign_in")) if "sign_in" in given else None,
            attachments=scanner_path(given.pop("attachments")) if given.get("attachments") else "",
        )
        for name in ("public_url", "attachments"):
            given.pop(name, None)
        if given:
            raise SettingsError(f"credentials.yml: WebChannel does not know {', '.join(sorted(map(str, given)))}")
        return front

    def is_https(self, *, tls: bool) -> bool:
        """Whether the person's browser speaks https. ``tls``: whether this connection does."""
        return tls or self.public_url.startswith("https://")

    def require_own_page(self, host: str, origin: str | None) -> None:
        """Raises NotAllowed for a request that another site's page made. Both are the client's headers.

        A name of another site may point here (DNS rebinding), so the host counts too. Without an Origin it is no
        browser's cross-site request.
        """
        at_public = bool(self.public_url) and host == urlsplit(self.public_url).netloc
        if not at_public and _host_name(host) not in _LOOPBACK_HOSTS:
            raise NotAllowed("wrong host")
        allowed = (self.public_url,) if at_public else (f"http://{host}", f"https://{host}")
        if origin is not None and origin not in allowed:
            raise NotAllowed("wrong origin")

    def address(self, peer: str, forwarded: Sequence[str], *, through_proxy: bool) -> str | None:
        """The client's address; None for a program on this machine. ``forwarded``: values of X-Forwarded-For, in order.

        ``through_proxy``: whether any header says that a proxy passed the request on. A proxy that nobody configured
        is one client.
        """
        if not peer:
            return None
        if self.is_proxy(peer):
            hops = [hop.strip() for value in forwarded for hop in value.split(",")]
            for hop in reversed(hops):
                address = _address(hop)
                if address is None:
                    break
                if not self.is_proxy(address):
                    return address
            return peer
        return peer if through_proxy or not self.is_near(peer) else None

    def is_on_this_machine(self, peer: str, headers: Mapping[str, str]) -> bool:
        """Whether a program here asks for itself: no proxy passed it on, and no name from outside led here."""
        near = not peer or _ip(peer).is_loopback
        return near and not came_through_proxy(headers) and _host_name(headers.get("host", "")) in _LOOPBACK_HOSTS

    def is_proxy(self, peer: str) -> bool:
        """Whether the peer is a trusted proxy."""
        return bool(peer) and any(_ip(peer) in network for network in self.trusted_proxies)

    def is_near(self, peer: str) -> bool:
        """Whether the peer is this machine (a Unix socket has no address) or a trusted proxy."""
        return not peer or _ip(peer).is_loopback or self.is_proxy(peer)


def scanner_path(value: object) -> str:
    """The path of clamd's socket, as configured. Raises SettingsError."""
    if not isinstance(value, str) or not value.startswith("/"):
        raise SettingsError("credentials.yml: attachments must be the path of clamd's socket: /run/clamav/clamd.ctl")
    return value


def came_through_proxy(headers: Mapping[str, str]) -> bool:
    """Whether any header says that a proxy passed the request on."""
    return any(name in headers for name in ("forwarded", "x-forwarded-for", "x-forwarded-host", "via"))


def languages(headers: Any) -> str:
    """What the person would rather read, as their browser says: ``Accept-Language`` in one line."""
    return ", ".join(headers.getall("accept-language", []))


@lru_cache(maxsize=4096)
def _ip(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """As one address has one spelling: an IPv4 address that came over an IPv6 socket is one."""
    ip = ipaddress.ip_address(address)
    return getattr(ip, "ipv4_mapped", None) or ip


def _address(hop: str) -> str | None:
    """One entry of X-Forwarded-For without its port; None when it is no address."""
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        return str(_ip(hop))
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _host_name(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _origin(value: object, where: str) -> str:
    parts = urlsplit(str(value))
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"credentials.yml: {where} must be an address such as https://chat.example.com")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK_HOSTS:
        raise SettingsError(f"credentials.yml: {where} must begin with https://")
    return f"{parts.scheme}://{parts.netloc}"


def _network(value: object) -> Network:
    try:
        return ipaddress.ip_network(str(value))
    except ValueError:
        raise SettingsError("credentials.yml: trusted_proxies must be addresses or networks") from None


def _list(value: object, where: str) -> Sequence[object]:
    if not isinstance(value, (list, tuple)):
        raise SettingsError(f"credentials.yml: {where} must be a list")
    return value


def _rates(value: object) -> Rates:
    known = {one.name for one in fields(Rates)}
    if not isinstance(value, dict) or not set(value) <= known:
        raise SettingsError(f"credentials.yml: limits may name {', '.join(sorted(known))}")
    if not all(isinstance(number, int) and not isinstance(number, bool) and number > 0 for number in value.values()):
        raise SettingsError("credentials.yml: limits must be whole numbers of messages a minute")
    return Rates(**value)
