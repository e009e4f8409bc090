"""Whose token is this? Read from the database once, then known by the token's digest."""

from datetime import UTC, datetime

from server.domain.people import tokens
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from server.models import ApiToken, Membership

_known = dict[str, Viewer]()


async def authenticate(authorization: str) -> Viewer | None:
    """The viewer behind an Authorization header; None for a token that does not hold."""
    digest = tokens.token_digest(authorization.removeprefix("Bearer "))
    viewer = _known.get(digest)
    if viewer is None:
        viewer = await _load_viewer(digest)
        if viewer is not None:
            _known[digest] = viewer
    return viewer


async def _load_viewer(digest: str) -> Viewer | None:
    token = await ApiToken.get_or_none(secret_digest=digest, is_for_some_customers=False)
    if token is None or not tokens.is_alive(
        token.expires_at, token.revoked_at, token.last_used_at, token.created_at, datetime.now(UTC)
    ):
        return None
    membership = await Membership.get_or_none(
        user_id=token.user_id, organisation_id=token.organisation_id, status=MembershipStatus.ACTIVE
    )
    if membership is None:
        return None
    viewer_membership = ViewerMembership(membership.id, membership.organisation_id, membership.role)
    grant = TokenGrant(token.id, token.organisation_id, frozenset(Scope[name] for name in token.scopes))
    return Viewer(token.user_id, (viewer_membership,), token=grant)
