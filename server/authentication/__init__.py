"""Authentication: finds the viewer behind a request's credentials. Only this room looks credentials up.

A viewer comes from the database, or from the cache if nothing about them has changed since. A right that has just ended
is therefore gone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.authentication.viewer_cache import ViewerCache
from server.domain.errors import NotSignedIn
from server.domain.people import tokens
from server.domain.viewer import Viewer
from server.models import ApiToken, Session
from server.models.visibility.viewers import grant_of, memberships_of
from server.resolvers.people.sessions import session_digest

_BAD_TOKEN: Final = "This API token is not valid."
_USE_RECORDED_EVERY: Final = timedelta(minutes=1)
CACHED_FOR: Final = timedelta(minutes=1)
"""How long a viewer is cached without a new look-up, even if no change is reported."""


@dataclass(frozen=True)
class Credentials:
    """The credentials of a request: the Authorization header, and the session cookie if it may count."""

    authorization: str | None = None
    session: str | None = None


async def authenticate(credentials: Credentials, now: datetime, cache: ViewerCache) -> Viewer | None:
    """The viewer, or None without credentials. Raises NotSignedIn for an invalid credential.

    A session that has ended counts as no credential, so that a browser can sign in again with its old cookie.
    """
    if credentials.authorization is not None:
        scheme, _, secret = credentials.authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn("Send an API token as `Authorization: Bearer …`.")
        return await _viewer_of_token(secret.strip(), now, cache)
    if credentials.session:
        return await _viewer_of_session(credentials.session, now, cache)
    return None


async def _viewer_of_token(secret: str, now: datetime, cache: ViewerCache) -> Viewer:
    digest = tokens.token_digest(secret)
    if (viewer := cache.find(token_key(digest), now)) is not None:
        return viewer
    if not tokens.is_well_formed(secret):
        raise NotSignedIn(_BAD_TOKEN)
    changes = cache.changes
    token = await ApiToken.get_or_none(secret_digest=digest)
    if token is None or not tokens.is_alive(
        token.expires_at, token.revoked_at, token.last_used_at, token.created_at, now
    ):
        raise NotSignedIn(_BAD_TOKEN)
    memberships = await memberships_of(token.user_id, token.organisation_id)
    if not memberships:
        raise NotSignedIn(_BAD_TOKEN)
    used = token.last_used_at
    if used is None or now - used > _USE_RECORDED_EVERY:
        cache.uses.add(token.id, now)
        used = now
    viewer = Viewer(token.user_id, memberships, token=await grant_of(token))
    # Looked up again to record the next use, and when the token ends.
    cache.put(token_key(digest), viewer, min(token.expires_at, used + _USE_RECORDED_EVERY), changes)
    return viewer


def token_key(digest: str) -> str:
    """The cache key of a token's viewer. None for a session's cookie, which is not a token."""
    return f"token {digest}"


async def _viewer_of_session(secret: str, now: datetime, cache: ViewerCache) -> Viewer | None:
    digest = session_digest(secret)
    if (viewer := cache.find(f"session {digest}", now)) is not None:
        return viewer
    changes = cache.changes
    session = await Session.get_or_none(secret_digest=digest, ended_at__isnull=True)
    if session is None or session.expires_at <= now:
        return None
    viewer = Viewer(
        session.user_id,
        await memberships_of(session.user_id),
        session_id=session.id,
        password_confirmed_at=session.password_confirmed_at,
    )
    cache.put(f"session {digest}", viewer, min(session.expires_at, now + CACHED_FOR), changes)
    return viewer
