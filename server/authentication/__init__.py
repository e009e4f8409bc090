"""Who sends this request?

The only reader of credentials. A viewer is resolved from the database, or known since nothing about
them has changed, so a right that ended a moment ago is gone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from server.authentication.viewer_cache import KnownViewers
from server.domain.errors import NotSignedIn
from server.domain.people import tokens
from server.domain.viewer import Viewer
from server.models import ApiToken, Session
from server.models.visibility.viewers import grant_of, standings_of
from server.resolvers.people.sessions import session_digest

_BAD_TOKEN: Final = "This API token is not valid."
_NOTICED_EVERY: Final = timedelta(minutes=1)
KEPT_FOR: Final = timedelta(minutes=1)
"""How long somebody is known without being looked up again, even if nobody says that they changed."""


@dataclass(frozen=True)
class Credentials:
    """What a request carries: the Authorization header, and the session cookie where it may count."""

    authorization: str | None = None
    session: str | None = None


async def authenticate(credentials: Credentials, now: datetime, known: KnownViewers) -> Viewer | None:
    """The viewer, or None where nothing is sent. Raises NotSignedIn for a credential that does not hold.

    A session that has ended is nobody, so that a browser can sign in again with its old cookie.
    """
    if credentials.authorization is not None:
        scheme, _, secret = credentials.authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotSignedIn("Send an API token as `Authorization: Bearer …`.")
        return await _by_token(secret.strip(), now, known)
    if credentials.session:
        return await _by_session(credentials.session, now, known)
    return None


async def _by_token(secret: str, now: datetime, known: KnownViewers) -> Viewer:
    digest = tokens.digest(secret)
    if (viewer := known.find(token_key(digest), now)) is not None:
        return viewer
    if not tokens.is_well_formed(secret):
        raise NotSignedIn(_BAD_TOKEN)
    changes = known.changes
    token = await ApiToken.get_or_none(secret_digest=digest)
    if token is None or not tokens.is_alive(
        token.expires_at, token.revoked_at, token.last_used_at, token.created_at, now
    ):
        raise NotSignedIn(_BAD_TOKEN)
    standings = await standings_of(token.user_id, token.organisation_id)
    if not standings:
        raise NotSignedIn(_BAD_TOKEN)
    used = token.last_used_at
    if used is None or now - used > _NOTICED_EVERY:
        known.uses.note(token.id, now)
        used = now
    viewer = Viewer(token.user_id, standings, token=await grant_of(token))
    # Looked up again to notice the next use, and when the token ends.
    known.keep(token_key(digest), viewer, min(token.expires_at, used + _NOTICED_EVERY), changes)
    return viewer


def token_key(digest: str) -> str:
    """The name under which a token's viewer is known: a session's cookie is no token."""
    return f"token {digest}"


async def _by_session(secret: str, now: datetime, known: KnownViewers) -> Viewer | None:
    digest = session_digest(secret)
    if (viewer := known.find(f"session {digest}", now)) is not None:
        return viewer
    changes = known.changes
    session = await Session.get_or_none(secret_digest=digest, ended_at__isnull=True)
    if session is None or session.expires_at <= now:
        return None
    viewer = Viewer(
        session.user_id,
        await standings_of(session.user_id),
        session_id=session.id,
        password_confirmed_at=session.password_confirmed_at,
    )
    known.keep(f"session {digest}", viewer, min(session.expires_at, now + KEPT_FOR), changes)
    return viewer
