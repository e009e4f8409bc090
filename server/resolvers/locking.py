"""Locking of organisations, and authorisation again after the wait (E7)."""

from uuid import UUID

from server.domain.access import leads_organisation, reach, usable_rights
from server.domain.errors import NotFound, RightMissing
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Right, Role
from server.domain.viewer import Viewer
from server.models import Membership, Organisation, Product
from server.models.visibility.lookups import lock_row
from server.models.visibility.viewers import reload_viewer
from server.resolvers.context import Context
from server.resolvers.permissions import PersonOnly, Sudo
from server.resolvers.viewer_rights import rights_on

_WHO_BINDS = (PersonOnly(Right.MANAGE_LEGAL_REPRESENTATIVES), Sudo())


async def lock_organisation(context: Context, organisation_id: UUID, right: Right) -> Role:
    """Lock the organisation until the transaction ends, and return the viewer's membership in it."""
    await lock_row(Organisation, organisation_id)
    membership = (await reauthorise(context, right, organisation_id)).membership_in(organisation_id)
    assert membership is not None, "only members hold a right on their organisation"
    return membership.role


async def reauthorise(context: Context, right: Right, organisation_id: UUID) -> Viewer:
    """The viewer, read again after the lock, with what their token reaches.

    The right was checked before the lock. A viewer who has lost it while waiting, or whose token has, is denied (E7).
    """
    now = await reload_viewer(context.signed_in, context.now)
    if now is None or right not in usable_rights(now, reach(now, organisation_id, ()).rights_on_organisation()):
        raise RightMissing(right)
    return now


def check_reaches_everybody(context: Context, right: Right) -> None:
    """Refuse a token that is restricted to some customers: it does not reach future ones."""
    token = context.signed_in.token
    if token is not None and token.customer_ids is not None:
        raise RightMissing(right, reason="This token is only for some customers.")


async def recheck_leads(context: Context, organisation_id: UUID, right: Right) -> None:
    """The same for what only leaders of the organisation may do. It is locked already (E7)."""
    now = await reload_viewer(context.signed_in, context.now)
    if now is None or not leads_organisation(now, organisation_id):
        raise RightMissing(right)


async def recheck_serves(context: Context, right: Right, product: Product) -> None:
    """The same for someone who serves the product's owner (E7, E33).

    Their assignment, the partner's access and the token in use may also have changed during the wait. The owner and the
    partnership are locked already.
    """
    if not await has_right_now(context, await reload_viewer(context.signed_in, context.now), right, product):
        raise RightMissing(right)


async def has_right_now(context: Context, viewer: Viewer | None, right: Right, product: Product) -> bool:
    """Whether this viewer currently has the right on the product, by the same gates as for callers."""
    return right in await rights_on(context.for_viewer(viewer), product)


async def member_of(context: Context, organisation_id: UUID, membership_id: UUID, path: tuple[str, ...]) -> Membership:
    """A member of this organisation who is visible to the viewer. `path` is where the input names them."""
    member = await context.require_current_row(Membership, membership_id, ("input", *path))
    if member.organisation_id != organisation_id:
        raise NotFound(("input", *path))
    return member


async def role_now(user_id: UUID, organisation_id: UUID) -> Role | None:
    """A person's stored role in an organisation. None if they are not an active member."""
    member = await Membership.get_or_none(
        user_id=user_id, organisation_id=organisation_id, status=MembershipStatus.ACTIVE
    )
    return member.role if member else None


async def check_binds(context: Context, *roles: Role) -> None:
    """If one of the roles is legal representative, require a person who entered their password recently (M11)."""
    if Role.LEGAL_REPRESENTATIVE in roles:
        for permission in _WHO_BINDS:
            await permission.check(context, None, {})
