"""Does what ends with a person's membership or role in one organisation end in another too (E7)? Nothing does."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from server.domain.products.own_product_grants import FOREVER
from server.domain.rights import AssignmentRight, Role, Scope
from server.models import EmployeeAssignment, MemberInvitation, OwnProductGrant, Team, TeamMember
from tests.api.partnerships.invitations import join
from tests.clients import Clients
from tests.permissions.inputs import Input
from tests.rows import Person, pending_action, token
from tests.snapshots import contents
from tests.world import World

LOSSES: dict[str, tuple[str, str, Input]] = {
    "removal": ("removeMember", "pL", {}),
    "a lower role": ("changeMemberRole", "pL", {"role": "EXTERNAL"}),
    "leaving": ("leaveOrganisation", "pE", {}),
}


async def settle_at_rival(world: World) -> set[UUID]:
    """Nova's employee works for Rival too, and has there everything that a member can have. Gives the keys."""
    membership, now = await join(world.pE, world.rival, Role.EMPLOYEE), world.now
    there = Person(world.pE.user, membership, world.pE.session)
    team = await Team.create(organisation_id=world.rival.id, name="There", name_key="there", leader_id=membership.id)
    rows: list[Any] = [
        membership,
        team,
        await TeamMember.create(team_id=team.id, membership_id=membership.id, joined_at=now),
        (await token(there, [Scope.PRODUCTS_READ], [], now=now))[0],
        await pending_action(world.at_rival, world.kept, world.pE.user, now=now),
        await EmployeeAssignment.create(
            membership_id=membership.id,
            partnership_id=world.at_rival.id,
            rights=[AssignmentRight.VIEW],
            assigned_at=now,
        ),
        await OwnProductGrant.create(
            organisation_id=world.rival.id,
            membership_id=membership.id,
            category="MAIL",
            covers_until=FOREVER,
            rights=["TECHNICAL"],
            granted_by_id=world.qL.user.id,
            granted_at=now,
        ),
        await MemberInvitation.create(
            organisation_id=world.rival.id,
            email="someone@rival.example",
            first_name="Some",
            last_name="One",
            locale="fr_FR",
            role=Role.EMPLOYEE,
            secret_digest="of an invitation to Rival",
            invited_by_id=world.pE.user.id,
            invited_at=now,
            expires_at=now + timedelta(days=14),
        ),
    ]
    return {row.pk for row in rows}


@pytest.mark.parametrize("loss", LOSSES)
async def test_what_a_person_has_in_another_organisation_stays(world: World, engine_clients: Clients, loss: str):
    keys = await settle_at_rival(world)
    mutation, who, more = LOSSES[loss]
    input = {"organisationId": world.id("nova")} if who == "pE" else {"membershipId": world.id("pE")}
    before = await lines_about(keys)

    answer = await engine_clients.change(mutation, input | more, as_=world.people[who])

    assert answer.data[mutation]["userErrors"] == []
    assert len(before) >= len(keys)
    assert await lines_about(keys) == before


async def lines_about(keys: set[UUID]) -> list[str]:
    """The rows that are one of these, or name one."""
    return [line for line in await contents() if any(str(key) in line or key.hex in line for key in keys)]
