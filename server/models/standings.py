"""What is a person, in which organisations, at this moment?"""

from uuid import UUID

from server.domain.memberships import MembershipStatus
from server.domain.viewer import Standing
from server.models.memberships import Membership


async def standings_of(user_id: UUID, organisation_id: UUID | None = None) -> tuple[Standing, ...]:
    """The active memberships of a person, or the one in this organisation. One statement."""
    memberships = Membership.filter(user_id=user_id, status=MembershipStatus.ACTIVE).order_by("id")
    if organisation_id is not None:
        memberships = memberships.filter(organisation_id=organisation_id)
    return tuple(
        Standing(membership.id, membership.organisation_id, membership.role) for membership in await memberships
    )
