"""What values do settings take? Checks and readers of those that are more than a number.

A message never has the value, which may be a password or contain one.
"""

import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias
from urllib.parse import urlsplit

from pydantic import ValidationInfo

Network: TypeAlias = IPv4Network | IPv6Network


def without_trailing_slash(url: str) -> str:
    """The address without a trailing slash. `HTTPS://` becomes `https://`."""
    scheme, separator, rest = url.rstrip("/").partition("://")
    return f"{scheme.lower() if separator else scheme}{separator}{rest}"


def check_sender(value: str, info: ValidationInfo) -> str:
    """A sender's address, with or without a name before it. Required with a mail server."""
    if value or info.data.get("smtp_host"):
        parse_mailbox(value)
    return value


def check_optional_mailbox(value: str) -> str:
    if value:
        parse_mailbox(value)
    return value


def check_optional_certificates(value: str) -> str:
    if value:
        try:
            ssl.create_default_context(cafile=value)
        except OSError as error:
            raise ValueError(f"the file cannot be read as PEM certificates: {error.strerror or error}") from error
    return value


def parse_networks(value: object) -> object:
    """Addresses and networks, separated by commas. An address is a network of one."""
    if not isinstance(value, str):
        return value
    return tuple(_parse_network(entry) for entry in map(str.strip, value.split(",")) if entry)


def _parse_network(entry: str) -> Network:
    try:
        network = ip_network(entry)
    except ValueError:
        raise ValueError("write addresses and networks as `10.0.0.5, 10.1.0.0/16, 2001:db8::/64`") from None
    if network.prefixlen == 0:
        raise ValueError("a network of every address lets anyone claim any address")
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        raise ValueError("write an IPv4 address in an IPv6 one as an IPv4 address or network")
    return network


@lru_cache(16)
def parse_mailbox(value: str) -> Address:
    """`Name <address>` or a bare address, as in a header. Raises ValueError for anything else."""
    name, address = parseaddr(value)
    try:
        return Address(name, addr_spec=address)
    except (ValueError, HeaderParseError, IndexError):  # Address raises them all
        raise ValueError("write it as `no-reply@company.example` or `Company <no-reply@company.example>`") from None


def check_database_url(value: str) -> str:
    if not value.startswith(("sqlite://", "asyncpg://")):
        raise ValueError("it must begin with sqlite:// or asyncpg://")
    return value if value.startswith("sqlite://") else _check_postgres_url(value)


def _check_postgres_url(value: str) -> str:
    """The address, if none of its password would be taken for something else, and printed."""
    before, at, after = value.partition("@")
    if "@" in after or (at and set(before.removeprefix("asyncpg://")) & set("/?#[]")):
        raise ValueError("percent-encode the characters of the password that have a meaning in an address")
    try:
        _ = urlsplit(value).port
    except ValueError:
        raise ValueError("write it as asyncpg://USER:PASSWORD@HOST:PORT/DATABASE") from None
    return value


def check_direct_url(value: str, info: ValidationInfo) -> str:
    if value and not value.startswith("asyncpg://"):
        raise ValueError("it must begin with asyncpg://")
    if value:
        _check_postgres_url(value)
    if not value and info.data.get("pooler") == "transaction":
        raise ValueError("with RESELLER_POOLER, give the database's own address, not the pooler's")
    return value
