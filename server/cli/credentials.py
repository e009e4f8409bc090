"""Checks of public credentials: a demo that others can reach, or production with the demo's credentials.

Neither starts unless you say so explicitly.
"""

import ipaddress
import socket
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

from server.cli.database import open_current_database
from server.cli.failures import Failure, WrongUsage
from server.demo import public_credentials
from server.domain.events import AuditAction
from server.models import ApiToken, Session, User
from server.models.base import store_all
from server.models.conditions import OneOf
from server.models.database import transaction
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.people.tokens import end_token
from server.settings import Settings

_REMEDY: Final = (
    "Give production its own database in RESELLER_DATABASE_URL, or run `python -m server demo --close-accounts` "
    "to remove them. To run the demo, set --demo or RESELLER_DEMO=true."
)


def check_demo_is_private(settings: Settings) -> None:
    """Refuse a demo that others could reach, unless that is intended."""
    if settings.demo and not settings.demo_in_public and (reason := _public_part(settings)):
        raise WrongUsage(
            f"Others could reach this demo, and its password and API token are public: {reason}. "
            "Use 127.0.0.1, or confirm with --demo-in-public or RESELLER_DEMO_IN_PUBLIC=true."
        )


def _public_part(settings: Settings) -> str | None:
    """The setting that makes this server reachable by others."""
    if not is_loopback(settings.host):
        return f"RESELLER_HOST is {settings.host or 'every address'}"
    for name, url in (("RESELLER_PUBLIC_URL", settings.public_url), ("RESELLER_APP_URL", settings.app_url)):
        if url and (url.startswith("https://") or not is_loopback(urlsplit(url).hostname or "")):
            return f"{name} is {url}"
    return f"RESELLER_SMTP_HOST is {settings.smtp_host}" if settings.smtp_host else None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host: all addresses of the name, or the address itself."""
    try:
        found = socket.getaddrinfo(host or None, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        return False
    return all(_is_loopback_address(str(address[0])) for *_, address in found)


def _is_loopback_address(text: str) -> bool:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return (mapped or address).is_loopback


async def check_no_public_credentials(settings: Settings) -> None:
    """Refuse to run production on a database with public credentials. The database has to be up to date."""
    if settings.demo:
        return
    async with open_current_database(settings):
        found = await public_credentials(datetime.now(UTC))
    if found:
        held = [f"{len(found.user_ids)} accounts with the demo's password"] if found.user_ids else []
        held += ["the demo's API token"] if found.token_ids else []
        raise Failure(f"This database was a demo: it has {' and '.join(held)}, which are public. {_REMEDY}")


async def close_public_credentials(context: Context) -> tuple[int, int]:
    """Remove the demo's password everywhere and end the access it gave. Returns how many of each.

    The accounts' sessions and the tokens they created end as well, because anyone could have created one.
    """
    async with transaction():
        found = await public_credentials(context.now)
        users = await User.filter(OneOf("id", found.user_ids)).select_for_update().order_by("id")
        await store_all(users, context.now, password_hash=None)
        await journal.record_all(
            context, [journal.Act(AuditAction.USER_PASSWORD_REMOVED, user, None) for user in users]
        )
        await _end_sessions(context, users)
        tokens = await ApiToken.filter(
            OneOf("user_id", found.user_ids) | OneOf("id", found.token_ids), revoked_at__isnull=True
        ).order_by("id")
        for token in tokens:
            await end_token(context, token)
        await journal.record_all(context, [_revocation(token) for token in tokens])
    return len(users), len(tokens)


async def _end_sessions(context: Context, users: list[User]) -> None:
    sessions = await Session.filter(OneOf("user_id", [user.id for user in users]), ended_at__isnull=True).order_by("id")
    context.viewers_changed()
    await Session.filter(OneOf("id", [session.id for session in sessions])).update(ended_at=context.now)
    await journal.record_all(context, [journal.Act(AuditAction.SESSION_ENDED, session, None) for session in sessions])


def _revocation(token: ApiToken) -> journal.Act:
    return journal.Act(AuditAction.TOKEN_REVOKED, token, token.organisation_id, before={"revoked_at": None})
