"""Signing in and out."""

import asyncio
import hashlib
import secrets
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network
from typing import Any
from weakref import WeakValueDictionary

from tortoise.expressions import F

from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.viewer import Viewer
from server.models import Session, SignInFailure, User
from server.models.database import transaction
from server.models.standings import standings_of
from server.resolvers import journal, passwords
from server.resolvers.context import Context
from server.resolvers.permissions import Public, SignedIn, allowed

_FAILURES_COUNT_FOR = timedelta(hours=1)

_queues = WeakValueDictionary[str, asyncio.Lock]()
"""Of each account that somebody signs in to just now: one attempt after the other."""


@allowed(Public())
async def sign_in(context: Context, email: str, password: str) -> dict[str, object]:
    """Sign in with e-mail address and password; the answer sets the session cookie."""
    address = email.strip().lower()
    # Attempts that wait are not counted yet, so that those before them can be right and forgiven first.
    async with _queues.setdefault(address, asyncio.Lock()), passwords.TURNS:
        return await _sign_in(context, address, password)


async def _sign_in(context: Context, address: str, password: str) -> dict[str, object]:
    await _count_attempt(context, address)
    user = await User.get_or_none(email=address)
    is_right = password != "" and await passwords.is_right(password, user.password_hash if user else None)
    if user is None or not is_right:
        raise Refused(Refusal(ErrorCode.INVALID_CREDENTIALS, N_("The e-mail address or the password is wrong.")))
    async with transaction():
        secret = await start_session(context, user)
        await _take_back_attempt(context, address)
    context.session_secret = secret
    return {"viewer": context.viewer}


async def start_session(context: Context, user: User) -> str:
    """Make somebody who just typed their password the viewer. Gives what the cookie becomes once this is committed."""
    secret = secrets.token_urlsafe(32)
    session = await Session.create(
        user_id=user.id,
        secret_digest=session_digest(secret),
        password_confirmed_at=context.now,
        expires_at=context.now + timedelta(hours=context.settings.session_hours),
    )
    context.viewer = Viewer(
        user.id, await standings_of(user.id), session_id=session.id, password_confirmed_at=context.now
    )
    await journal.record(context, "session.started", session, acting=None)
    return secret


@allowed(SignedIn())
async def sign_out(context: Context, everywhere: bool) -> dict[str, object]:
    """End this session, or all of one's sessions everywhere. An API token is not ended by this."""
    viewer = context.signed_in
    if viewer.token is not None:
        raise Refused(
            Refusal(ErrorCode.VALIDATION_FAILED, N_("There is no session to end; revoke the API token instead."))
        )
    mine = Session.filter(user_id=viewer.user_id, ended_at__isnull=True)
    async with transaction():
        for session in await (mine if everywhere else mine.filter(id=viewer.session_id)):
            session.ended_at = context.now
            await session.save(update_fields=["ended_at"])
            await journal.record(context, "session.ended", session, acting=None)
    context.session_secret = ""
    context.viewer = None
    return {}


def session_digest(secret: str) -> str:
    """What is stored of a session cookie."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def _count_attempt(context: Context, address: str) -> None:
    """Too many failures within an hour, for the account or from the address, stop every further try.

    An attempt counts as failed before its password is looked at, and no longer once it is right:
    many at the same moment are no more than the limit.
    """
    limits = {
        _key("account", address): context.settings.sign_in_failures_per_account,
        _key("address", _network(context.address)): context.settings.sign_in_failures_per_address,
    }
    keys = sorted(limits)
    async with transaction():
        fresh = [SignInFailure(key=key, since=context.now) for key in keys]
        await SignInFailure.bulk_create(fresh, ignore_conflicts=True)
        for counter in await SignInFailure.filter(key__in=keys).order_by("key").select_for_update():
            if counter.since <= context.now - _FAILURES_COUNT_FOR:
                counter.failures, counter.since = 0, context.now
            if counter.failures >= limits[counter.key]:
                raise Refused(
                    Refusal(ErrorCode.TOO_MANY_ATTEMPTS, N_("Too many failed attempts. Try again in an hour."))
                )
            counter.failures += 1
            await counter.save(update_fields=["failures", "since"])


async def _take_back_attempt(context: Context, address: str) -> None:
    """In the order in which attempts are counted, or the two would wait for each other."""
    failures: dict[str, Any] = {
        _key("account", address): 0,
        _key("address", _network(context.address)): F("failures") - 1,
    }
    for key in sorted(failures):
        await SignInFailure.filter(key=key).update(failures=failures[key])


def _network(address: str) -> str:
    """Who has one IPv6 address has the 2^64 beside it too: they count as one."""
    if ":" not in address:
        return address
    given = IPv6Address(address.partition("%")[0])
    return str(given.ipv4_mapped or IPv6Network((given, 64), strict=False))


def _key(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}:{value}".encode()).hexdigest()
