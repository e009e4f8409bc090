"""Connection limits: how many in total and from one source, and how long each may keep the server waiting.

Each process counts its own. A source is an IPv4 address or an IPv6 network of 64 bits. Trusted proxies and Unix sockets
are not sources: they count towards the total, but have no limit of their own.
"""

import asyncio
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain
from typing import Final, Protocol

import structlog

from server.app.client_address import ClientAddresses
from server.app.requests import standing_headers
from server.domain.people.sign_ins import source_network
from server.settings import Settings

_log = structlog.get_logger("server.http")
_LONGEST_PAUSE: Final = 0.25
_MAX_CACHED: Final = 4_096
NEVER: Final = float("inf")


class Connection(Protocol):
    """A connection under the limits. `due_at` and `take_by` are times on the clock of `Connections.now`."""

    due_at: float
    """The deadline for the client to send the rest of its request."""
    take_by: float
    """The deadline for the client to take some of the answer."""
    source: "Source | None"

    @property
    def is_half_sent(self) -> bool:
        """Whether part of a request's body is still missing."""
        ...

    def time_out(self) -> None: ...
    def check_progress(self) -> None: ...
    def abort(self) -> None: ...


@dataclass
class Source:
    """A source of connections: how many it has, and those not in use, longest idle first.

    No request has arrived yet on the `fresh` ones; a request was answered on the `idle` ones.
    """

    name: str
    most: float
    count: int = 0
    fresh: dict[Connection, None] = field(default_factory=dict[Connection, None])
    idle: dict[Connection, None] = field(default_factory=dict[Connection, None])

    def mark_busy(self, connection: Connection) -> None:
        """A request has arrived on the connection."""
        self.fresh.pop(connection, None)
        self.idle.pop(connection, None)


class Connections:
    """The connections of a process. One timer checks all of them, instead of one timer for each request."""

    def __init__(self, settings: Settings, addresses: ClientAddresses) -> None:
        self.head_seconds = settings.header_seconds
        self.body_seconds = settings.body_seconds
        self.idle_seconds = settings.idle_seconds
        self.answer_seconds = settings.answer_seconds
        self.most = settings.max_connections
        self.max_per_source = settings.max_connections_per_source
        self.max_body_bytes = settings.max_body_bytes
        self.headers = standing_headers(settings)
        self.now = 0.0
        """The loop's time at the last check of the connections: exact enough, and free."""
        self._open = set[Connection]()
        self._sources = dict[str, Source]()
        self._source_of = lru_cache(_MAX_CACHED)(partial(_source_of, addresses))
        self._is_logged = self._has_timer = False
        seconds = (self.head_seconds, self.body_seconds, self.idle_seconds, self.answer_seconds)
        self._pause = min(_LONGEST_PAUSE, min(seconds) / 4)

    def admit(self, connection: Connection, peer: str, loop: asyncio.AbstractEventLoop) -> bool:
        """Whether there is room for a connection. One not in use makes room for it, a fresh one first."""
        name = self._source_of(peer)
        source = self._sources.get(name) or Source(name, self.max_per_source if name else NEVER)
        if source.count >= source.most:
            self._log_full_source()
            if not self._make_room(source):
                return False
        if len(self._open) >= self.most:
            idlest = max(self._sources.values(), key=_idle_count)
            if not self._make_room(idlest) and not self._end_half_sent(source):
                return False
        if not self._has_timer:
            self._start_timer(loop)
        self._sources[name] = connection.source = source
        self._open.add(connection)
        source.count += 1
        source.fresh[connection] = None
        return True

    def remove(self, connection: Connection) -> None:
        """Remove a closed connection."""
        self._open.discard(connection)
        source, connection.source = connection.source, None
        if source is None:
            return
        source.count -= 1
        source.mark_busy(connection)
        if not source.count:
            del self._sources[source.name]

    def _make_room(self, source: Source) -> bool:
        oldest = next(chain(source.fresh, source.idle), None)
        if oldest is not None:
            self.remove(oldest)
            oldest.abort()
        return oldest is not None

    def _end_half_sent(self, newcomer: Source) -> bool:
        """End a half-sent request of the source with the most connections, in favour of a source with fewer.

        Otherwise a few sources could fill the process with half-sent requests. Proxies act for many clients and are
        exempt.
        """
        largest = max(
            (source for source in self._sources.values() if source.name), key=_connection_count, default=newcomer
        )
        if largest.count <= newcomer.count + 1:
            return False
        halves = (found for found in self._open if found.source is largest and found.is_half_sent)
        first_due = min(halves, key=_due_at, default=None)
        if first_due is not None:
            self.remove(first_due)
            first_due.abort()
        return first_due is not None

    def _start_timer(self, loop: asyncio.AbstractEventLoop) -> None:
        self._has_timer = True
        self.now = loop.time()
        loop.call_later(self._pause, self._check_deadlines, loop)

    def _check_deadlines(self, loop: asyncio.AbstractEventLoop) -> None:
        """Notify every connection whose deadline has passed."""
        now = self.now = loop.time()
        for connection in list(self._open):
            if now >= connection.due_at:
                connection.time_out()
            if now >= connection.take_by:
                connection.check_progress()
        self._has_timer = bool(self._open)
        if self._has_timer:
            loop.call_later(self._pause, self._check_deadlines, loop)

    def _log_full_source(self) -> None:
        if not self._is_logged:
            self._is_logged = True
            _log.warning(
                "source_full",
                hint=f"One source has {self.max_per_source} connections. "
                "If it is your proxy, add it to RESELLER_TRUSTED_PROXIES.",
            )


def _idle_count(source: Source) -> int:
    return len(source.fresh) + len(source.idle)


def _connection_count(source: Source) -> int:
    return source.count


def _due_at(connection: Connection) -> float:
    return connection.due_at


def _source_of(addresses: ClientAddresses, peer: str) -> str:
    """The source that a peer counts towards. Empty if it is not a source."""
    if not peer or addresses.is_trusted(peer):
        return ""
    return source_network(addresses.normal_form(peer))
