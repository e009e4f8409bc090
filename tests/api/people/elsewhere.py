"""All that somebody has in another organisation than the one where something happens to them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.products.own_product_grants import FOREVER
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.models import (
    EmployeeAssignment,
    MemberInvitation,
    Membership,
    OwnProductGrant,
    Team,
    TeamMember,
)
from tests.rows import Person, export, pending_action, token
from tests.snapshots import snapshot
from tests.world import World

EVERYTHING = {
    "Membership",
    "ApiToken",
    "ApiTokenCustomer",
    "EmployeeAssignment",
    "Export",
    "MemberInvitation",
    "OwnProductGrant",
    "PendingAction",
    "Team",
    "TeamMember",
    "Session",
}


async def settle_elsewhere(world: World, who: Person) -> tuple[Person, str]:
    """Make somebody of the world an employee of Rival too, with one of everything there; and their token's secret."""
    rival, now = world.rival, world.now
    membership = await Membership.create(
        user_id=who.user.id,
        organisation_id=rival.id,
        role=Role.EMPLOYEE,
        status=MembershipStatus.ACTIVE,
        joined_at=now,
        can_manage_billing=True,
        notify_products=False,
        future_customer_rights=[AssignmentRight.VIEW],
    )
    there = Person(who.user, membership, who.session)
    _, secret = await token(there, list(Scope), [world.alpina], now=now)
    team = await Team.create(organisation_id=rival.id, name="Night", name_key="night", leader_id=membership.id)
    await TeamMember.create(team_id=team.id, membership_id=membership.id, joined_at=now)
    await EmployeeAssignment.create(
        membership_id=membership.id, partnership_id=world.at_rival.id, rights=[AssignmentRight.VIEW], assigned_at=now
    )
    await OwnProductGrant.create(
        organisation_id=rival.id,
        membership_id=membership.id,
        category="MAIL",
        covers_until=FOREVER,
        rights=[ProductRight.TECHNICAL],
        granted_by_id=world.qL.user.id,
        granted_at=now,
    )
    await MemberInvitation.create(
        organisation_id=rival.id,
        email="guest@rival.example",
        first_name="A",
        last_name="Guest",
        locale="fr_FR",
        role=Role.EXTERNAL,
        secret_digest="0" * 64,
        status=MemberInvitationStatus.PENDING,
        invited_by_id=who.user.id,
        invited_at=now,
        expires_at=now + timedelta(days=14),
    )
    await pending_action(world.at_rival, world.rivals, who.user, now=now)
    await export(there, now=now)
    return there, secret


async def what_they_have(there: Person) -> dict[str, dict[UUID, dict[str, Any]]]:
    """Every row, by its model, that names the membership, or the person together with its organisation, and what
    those rows consist of; and the person's sessions.
    """
    rows = {(model, id): row for model, of_model in (await snapshot()).items() for id, row in of_model.items()}
    person = {there.user.id, there.organisation_id}
    named = {id for (_, id), row in rows.items() if there.membership.id in _keys(row) or person <= _keys(row)}
    found = dict[str, dict[UUID, dict[str, Any]]]()
    for (model, id), row in rows.items():
        is_session = model == "Session" and row["user_id"] == there.user.id
        if model not in ("AuditEvent", "OutboxMessage") and (_keys(row) & named or is_session):
            found.setdefault(model, {})[id] = row
    return found


def _keys(row: dict[str, Any]) -> set[UUID]:
    return {value for value in row.values() if isinstance(value, UUID)}
