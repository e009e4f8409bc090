"""Sign-in limits: how many wrong passwords are checked, and how long to wait after them (brute force, lockout).

Failed sign-ins are counted three times:

    account and source     after some failures each next attempt waits longer: 1, 2, 4, … seconds
    source                 a maximum each hour, for all accounts together
    account                a maximum each hour, from all sources together

The last two do not apply to a source that has signed in to the account before: a stranger's guesses elsewhere do not
lock its owner out, and guesses from that source are limited by the first.
"""

from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network
from typing import Final

from server.domain.errors import N_, CommonCode, Refusal, Refused

FAILURES_COUNT_FOR: Final = timedelta(hours=1)
"""How long failures count: from the first one of a source or an account, from the last one of an account and source."""

_MAX_DOUBLINGS: Final = 20
_MINUTE: Final = timedelta(minutes=1)


def source_network(address: str) -> str:
    """A source: an IPv4 address, or the 2^64 IPv6 addresses that one line usually has."""
    if ":" not in address:
        return address
    try:
        given = IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    return str(given.ipv4_mapped or IPv6Network((given, 64), strict=False))


def delay_after(failures: int, without_delay: int, longest: timedelta) -> timedelta:
    """How long the next attempt has to wait after this many failures: at first not at all, then 1 s, 2 s, 4 s, …"""
    if failures < without_delay:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - without_delay, _MAX_DOUBLINGS)), longest)


def check_wait(wait: timedelta) -> None:
    """Refuse an attempt that comes too early."""
    if wait > timedelta(0):
        raise Refused(_too_many(wait))


def _too_many(wait: timedelta) -> Refusal:
    """The refusal, with the time to wait, rounded up."""
    seconds, minutes = -(-wait // timedelta(seconds=1)), -(-wait // _MINUTE)
    if seconds == 1:
        return Refusal(CommonCode.TOO_MANY_ATTEMPTS, N_("Too many failed attempts. Try again in a second."))
    if wait < _MINUTE:
        message = N_("Too many failed attempts. Try again in {seconds} seconds.")
        return Refusal(CommonCode.TOO_MANY_ATTEMPTS, message, values={"seconds": seconds})
    if minutes == 1:
        return Refusal(CommonCode.TOO_MANY_ATTEMPTS, N_("Too many failed attempts. Try again in a minute."))
    message = N_("Too many failed attempts. Try again in {minutes} minutes.")
    return Refusal(CommonCode.TOO_MANY_ATTEMPTS, message, values={"minutes": minutes})
