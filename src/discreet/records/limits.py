"""How fast requests may come, shared by all servers (docs/spec/limits.md).

A bucket a session, client address and network: it fills with each request and empties with time. One statement looks
at all buckets of a request and fills them; losing the table in a crash empties every bucket, which is harmless.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from discreet.crypto.identifiers import bucket_id
from discreet.errors import TooMany
from discreet.storage.engine import Steps

OPENING_COST = 4
"""A new session counts as so many messages of its address and network."""
_FILL = (
    "INSERT INTO defence.bucket AS b (id, empty_at)"
    # In one order everywhere: two requests of one network must not wait for each other.
    " SELECT id, now() + make_interval(secs => cost) FROM asked WHERE {} ORDER BY id"
    " ON CONFLICT (id) DO UPDATE SET empty_at = greatest(b.empty_at, now()) + (EXCLUDED.empty_at - now())"
    " WHERE greatest(b.empty_at, now()) + (EXCLUDED.empty_at - now())"
    " <= now() + make_interval(secs => (SELECT room FROM asked WHERE asked.id = b.id))"
    " RETURNING b.id"
)
_TAKE = (
    "WITH asked AS (SELECT * FROM unnest(%s::bytea[], %s::float8[], %s::float8[], %s::boolean[])"  # noqa: S608
    " WITH ORDINALITY a(id, cost, room, named, n)),"
    f" wide AS ({_FILL.format('NOT named')}),"
    # A client names its session as it likes: where its address is refused, no bucket is made for that.
    f" own AS ({_FILL.format('named AND (SELECT count(*) FROM wide) = (SELECT count(*) FROM asked WHERE NOT named)')})"
    "{} SELECT max(wait), (array_agg(n ORDER BY wait DESC NULLS LAST))[1], {},"
    " set_config('synchronous_commit', 'off', true)"
    " FROM (SELECT a.n, a.cost - a.room + extract(epoch FROM b.empty_at - now())::float8 AS wait"
    " FROM asked a LEFT JOIN defence.bucket b ON b.id = a.id"
    " WHERE a.id NOT IN (SELECT id FROM wide UNION ALL SELECT id FROM own)) refused"
)


@dataclass(frozen=True)
class Beside:
    """What a request's one statement looks up besides: named queries, and one value that they give. Constant SQL."""

    queries: str = ""
    value: str = "NULL"
    params: tuple[object, ...] = ()


@dataclass(frozen=True)
class Rates:
    """Messages a minute, and as many at once: of one session, one client address, one network."""

    session: int = 60
    address: int = 240
    network: int = 1200


@dataclass(frozen=True)
class _Bucket:
    """What one request puts into one bucket: seconds until that has leaked out, of those that the bucket holds."""

    scope: str
    id: bytes
    cost: float
    room: float
    named: bool = False
    """Whether the client chooses what it stands for."""


class Limits:
    """Fills buckets. ``key`` is the identity key: the table names no session and no address."""

    def __init__(self, key: bytes, rates: Rates) -> None:
        self._key = key
        self._rates = rates

    def message(self, session: str | None, address: str | None, beside: Beside | None = None) -> Steps[Any]:
        """One message. ``session`` is the client's cookie or token; ``address`` None for a client on this machine.

        Gives the value of ``beside``, None without one. Raises TooMany, and StorageUnavailable. A bucket that refuses
        is not filled, so it soon takes again; where the address or network refuses, neither is the session's.
        """
        buckets = list(self._network(address, 1))
        if session:
            buckets.append(replace(self._bucket("session", session, self._rates.session, 1), named=True))
        return _take(buckets, beside)

    def opening(self, address: str | None) -> Steps[None]:
        """One new session. Raises as ``message``."""
        return _take(list(self._network(address, OPENING_COST)))

    def once(self, scope: str, what: str, seconds: float) -> Steps[None]:
        """Passes for ``what`` once in so many seconds. Raises TooMany for a repeat."""
        return _take([_Bucket(scope, bucket_id(self._key, scope, what), seconds, seconds)])

    def _network(self, address: str | None, messages: int) -> Iterator[_Bucket]:
        if address is not None:
            host, network = scopes(address)
            yield self._bucket("address", host, self._rates.address, messages)
            yield self._bucket("network", network, self._rates.network, messages)

    def _bucket(self, scope: str, what: str, a_minute: int, messages: int) -> _Bucket:
        return _Bucket(scope, bucket_id(self._key, scope, what), 60.0 * messages / a_minute, 60.0)


def scopes(address: str) -> tuple[str, str]:
    """The client and its network: of IPv4 the address and its /24, of IPv6, where a client has a /64, that and its /48.

    Raises ValueError for what is no address.
    """
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    lengths = (32, 24) if ip.version == 4 else (64, 48)
    host, network = (str(ipaddress.ip_network((ip, length), strict=False)) for length in lengths)
    return host, network


def _take(buckets: list[_Bucket], beside: Beside | None = None) -> Steps[Any]:
    if not buckets and beside is None:
        return None
    asked = tuple([getattr(one, part) for one in buckets] for part in ("id", "cost", "room", "named"))
    more = beside or Beside()
    ((wait, number, found, _),) = yield _TAKE.format(more.queries, more.value), (*asked, *more.params)
    if number is not None:
        # A bucket that somebody else filled meanwhile is not in this statement's view of the table.
        raise TooMany(buckets[number - 1].scope, max(wait or 0.0, 0.1))
    return found
