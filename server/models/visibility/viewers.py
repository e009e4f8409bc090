"""Viewers: a person's current memberships, and what their token allows."""

from datetime import datetime
from uuid import UUID

from server.domain.people import tokens
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from server.models.people.memberships import Membership
from server.models.people.tokens import ApiToken, ApiTokenCustomer, ApiTokenExclusion


async def memberships_of(user_id: UUID, organisation_id: UUID | None = None) -> tuple[ViewerMembership, ...]:
    """The active memberships of a person, or the one in this organisation. One statement."""
    memberships = Membership.filter(user_id=user_id, status=MembershipStatus.ACTIVE).order_by("id")
    if organisation_id is not None:
        memberships = memberships.filter(organisation_id=organisation_id)
    return tuple(
        ViewerMembership(membership.id, membership.organisation_id, membership.role) for membership in await memberships
    )


async def grant_of(token: ApiToken) -> TokenGrant:
    """The most that a token allows. At most two statements."""
    return TokenGrant(
        token_id=token.id,
        organisation_id=token.organisation_id,
        scopes=frozenset(Scope[name] for name in token.scopes),
        customer_ids=await _customers(token),
        excluded_ids=await _exclusions(token),
    )


async def viewer_in(organisation_id: UUID, user_id: UUID, api_token_id: UUID | None, now: datetime) -> Viewer | None:
    """The current viewer in one organisation, with the token they used.

    None for someone who is no longer a member or whose token has ended.
    """
    memberships = await memberships_of(user_id, organisation_id)
    if not memberships:
        return None
    if api_token_id is None:
        return Viewer(user_id, memberships)
    token = await ApiToken.get(id=api_token_id)
    if not tokens.is_alive(token.expires_at, token.revoked_at, token.last_used_at, token.created_at, now):
        return None
    return Viewer(user_id, memberships, token=await grant_of(token))


async def reload_viewer(viewer: Viewer, now: datetime) -> Viewer | None:
    """The current viewer, read again with the credential in use."""
    if viewer.token is None:
        return Viewer(viewer.user_id, await memberships_of(viewer.user_id))
    return await viewer_in(viewer.token.organisation_id, viewer.user_id, viewer.token.token_id, now)


async def _customers(token: ApiToken) -> frozenset[UUID] | None:
    if not token.is_for_some_customers:
        return None
    entries = await ApiTokenCustomer.filter(api_token_id=token.id)
    return frozenset(entry.customer_id for entry in entries)


async def _exclusions(token: ApiToken) -> frozenset[UUID]:
    exclusions = await ApiTokenExclusion.filter(api_token_id=token.id)
    return frozenset(exclusion.customer_id for exclusion in exclusions)
