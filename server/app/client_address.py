"""The address of the client, also behind trusted proxies (`X-Forwarded-For`, `Forwarded`).

Anyone can send these headers. They count only if the connection comes from a proxy in the setting `trusted_proxies`,
and only as far as those proxies wrote them: from the right, the first address that is not a trusted proxy is the
client's. Everything further left was sent by the client.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

import structlog
from starlette.types import Scope

from server.setting_values import Network

_log = structlog.get_logger("server.http")
_FORWARDED: Final = frozenset({b"x-forwarded-for", b"forwarded"})
_LONGEST_NODE: Final = 80
_MAX_CACHED: Final = 4_096
_PORT: Final = r"(?::(?:\d{1,5}|_[\w.-]+))?"
_NODE: Final = re.compile(rf"\[([0-9A-Fa-f:.]+)\]{_PORT}|([\d.]+){_PORT}|([0-9A-Fa-f:.]+)", re.ASCII)
"""An IPv6 address in brackets or an IPv4 address, with or without a port, or a bare IPv6 address."""
_BACKWARDS: Final = re.compile(r"""[\s,]*("(?:"\\|[^"])*"|[^\s",;=]+)=([!#$%&'*+.^_`|~\w-]+)\s*""", re.ASCII)
"""`name=value` of RFC 7239, read from the right. The value is a token or a quoted string."""


class ClientAddresses:
    """Finds the address that a request comes from. One for each process; it logs an ignored header once."""

    def __init__(self, trusted: tuple[Network, ...]) -> None:
        self.trusted = trusted
        self._is_logged = False
        self._peer = lru_cache(_MAX_CACHED)(self._classify)

    def __call__(self, scope: Scope) -> str:
        """The client's address. Empty if the connection has none, as on a Unix socket."""
        forwarded = [(name, value) for name, value in scope["headers"] if name in _FORWARDED]
        client = scope.get("client")
        peer, is_trusted = self._peer(client[0]) if client else ("", False)
        if not forwarded:
            return peer
        if is_trusted:
            return self._address_behind_proxies(peer, forwarded)
        self._log_once()
        return peer

    def is_trusted(self, peer: str) -> bool:
        """Whether this address belongs to a trusted proxy."""
        return self._peer(peer)[1]

    def normal_form(self, peer: str) -> str:
        """The normal form of a peer's address: IPv4 as IPv4, IPv6 in its shortest form."""
        return self._peer(peer)[0]

    def _classify(self, peer: str) -> tuple[str, bool]:
        """The normal form of the address, and whether it belongs to a trusted proxy."""
        try:
            address = _normalise_address(ip_address(peer))
        except ValueError:
            return peer, False
        return str(address), self._is_proxy(address)

    def _is_proxy(self, address: IPv4Address | IPv6Address) -> bool:
        return any(address in network for network in self.trusted)

    def _address_behind_proxies(self, peer: str, forwarded: list[tuple[bytes, bytes]]) -> str:
        """The first address from the right that is not a trusted proxy's, or the last one that can be read."""
        found = peer
        for node in _forwarded_nodes(forwarded):
            address = _parse_node(node)
            if address is None:
                break
            found = str(address)
            if not self._is_proxy(address):
                break
        return found

    def _log_once(self) -> None:
        if not self._is_logged:
            self._is_logged = True
            _log.warning(
                "forwarded_ignored",
                hint="A forwarding header is ignored if its sender is not in RESELLER_TRUSTED_PROXIES.",
            )


def _forwarded_nodes(forwarded: list[tuple[bytes, bytes]]) -> Iterator[str]:
    """From the right, the addresses that the proxies name. `Forwarded` counts if `X-Forwarded-For` is absent."""
    by_habit = _join_header_lines(forwarded, b"x-forwarded-for")
    if by_habit is not None:
        return (entry for entry in map(str.strip, reversed(by_habit.split(","))) if entry)
    return _nodes_of_forwarded(_join_header_lines(forwarded, b"forwarded") or "")


def _join_header_lines(forwarded: list[tuple[bytes, bytes]], name: bytes) -> str | None:
    """The lines of a header, joined. None if there are none."""
    lines = [value.decode("latin-1") for given, value in forwarded if given == name]
    return ",".join(lines) if lines else None


def _nodes_of_forwarded(forwarded: str) -> Iterator[str]:
    """From the right, the `for` of each element (RFC 7239). Empty for an element without one and for a malformed one.

    The client's own part is on the left, so reading from the right it cannot hide what the proxies added.
    """
    backwards, node, at = forwarded[::-1], "", 0
    while match := _BACKWARDS.match(backwards, at):
        if match[2].lower() == "rof":
            node = re.sub(r"\\(.)", r"\1", match[1][::-1].strip('"'))
        at = match.end() + 1
        after = backwards[match.end() : at]
        if after == ";":
            continue
        yield node if after in {"", ","} else ""
        node = ""
    yield ""


def _parse_node(node: str) -> IPv4Address | IPv6Address | None:
    """The address in a node. None for `unknown`, an obfuscated name (`_x7`) and a malformed node."""
    match = _NODE.fullmatch(node) if len(node) <= _LONGEST_NODE else None
    if match is None:
        return None
    try:
        return _normalise_address(ip_address(match[1] or match[2] or match[3]))
    except ValueError:
        return None


def _normalise_address(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Turn an IPv4 address that is written as IPv6 into IPv4."""
    return (isinstance(address, IPv6Address) and address.ipv4_mapped) or address
