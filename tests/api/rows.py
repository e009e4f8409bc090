"""Adds one more row to each list. The sort keys of rows 0 and 1, 2 and 3, … are equal."""

from datetime import timedelta
from uuid import UUID

from server.domain.folding import name_key
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import Period, ProductCategory
from server.domain.rights import ProductRight, Role, Scope
from server.domain.support.support_access import SupportAccessKind, SupportAccessStatus
from server.models import (
    AccessChangeRequest,
    AuditEvent,
    CatalogueItem,
    EmployeeAssignment,
    MemberInvitation,
    Membership,
    OwnProductGrant,
    Product,
    ProductAccess,
    Receipt,
    SupportAccessGrant,
    Team,
    TeamMember,
    User,
)
from tests.rows import (
    change_request,
    customer_invitation,
    export,
    organisation,
    partnership,
    pending_action,
    product,
    token,
)
from tests.world import World

# How each list grows by one row. The sort keys of rows 0 and 1, 2 and 3, … are equal.


def _name(number: int) -> str:
    return f"Row {number // 2}"


async def add_own_organisation(world: World, number: int) -> None:
    await Membership.create(
        user_id=world.cL.user.id,
        organisation_id=(await organisation(_name(number))).id,
        role=Role.EMPLOYEE,
        status=MembershipStatus.ACTIVE,
        created_at=world.now + timedelta(hours=number // 2),
    )


async def add_member(world: World, number: int) -> None:
    user = await User.create(email=f"m{number}@alpina.example", first_name=str(number), last_name="M")
    await Membership.create(
        user_id=user.id,
        organisation_id=world.alpina.id,
        role=Role.EMPLOYEE,
        status=MembershipStatus.ACTIVE,
        created_at=world.now + timedelta(hours=number // 2),
    )


async def add_product(world: World, number: int) -> None:
    row = await product(_name(number), world.alpina)
    moment = world.now + timedelta(hours=number // 2)
    await Product.filter(id=row.id).update(expires_at=moment, created_at=moment, service_name=f"{number}.example")


async def add_past_partnership(world: World, number: int) -> None:
    moment = world.now - timedelta(hours=number // 2)
    await partnership(world.alpina, world.nova, status=PartnershipStatus.TERMINATED, now=moment)


async def add_partner_in_force(world: World, number: int) -> None:
    partner = await organisation(_name(number), partner_status=PartnerStatus.APPROVED)
    await partnership(world.alpina, partner, now=world.now + timedelta(hours=number // 2))


async def add_customer(world: World, number: int) -> None:
    customer = await organisation(_name(number))
    await partnership(customer, world.nova, now=world.now + timedelta(hours=number // 2))


async def add_token(world: World, number: int) -> None:
    moment = world.now + timedelta(hours=number // 2)
    await token(world.pL, [Scope.MEMBERS_READ], [], now=world.now, created_at=moment)


async def add_change_request(world: World, number: int) -> None:
    request = await change_request(world.limited, now=world.now)
    moment = world.now + timedelta(hours=number // 2)
    await AccessChangeRequest.filter(id=request.id).update(requested_at=moment)


async def add_customer_invitation(world: World, number: int) -> None:
    moment = world.now + timedelta(hours=number // 2)
    await customer_invitation(world.nova, f"{number}@example.com", f"secret {number}", now=moment)


async def add_access(world: World, number: int) -> None:
    await ProductAccess.create(
        partnership_id=world.limited.id,
        product_id=world.kept.id,
        rights=[ProductRight.TECHNICAL],
        granted_at=world.now + timedelta(hours=number // 2),
        revoked_at=world.now + timedelta(days=1),
    )


async def add_assignment(world: World, number: int) -> None:
    await EmployeeAssignment.create(
        membership_id=world.pU.membership.id,
        partnership_id=world.limited.id,
        rights=["VIEW"],
        assigned_at=world.now + timedelta(hours=number // 2),
        ended_at=world.now + timedelta(days=1),
    )


async def add_act(world: World, number: int) -> None:
    await AuditEvent.create(
        actor_id=world.pE.user.id,
        acting_organisation_id=world.nova.id,
        on_behalf_of_id=world.alpina.id,
        action="access.revoked",
        subject_type="ProductAccess",
        subject_id=world.access.id,
        request_id="another request",
        created_at=world.now + timedelta(hours=number // 2),
    )


async def add_act_of_the_clock(world: World, number: int) -> None:
    await AuditEvent.create(
        on_behalf_of_id=world.alpina.id,
        action="partnership.expired",
        subject_type="Partnership",
        subject_id=world.limited.id,
        request_id="the clock",
        created_at=world.now + timedelta(hours=number // 2),
    )


async def add_export(world: World, number: int) -> None:
    await export(world.pE, now=world.now, created_at=world.now + timedelta(hours=number // 2))


async def add_receipt(world: World, number: int) -> None:
    moment = world.now + timedelta(hours=number // 2)
    await Receipt.create(
        partnership_id=world.limited.id,
        sequence=number + 2,
        what="access.granted",
        body="{}",
        hash="",
        created_at=moment,
    )


async def add_item(world: World, number: int) -> None:
    name = _name(number)
    await CatalogueItem.create(
        sku=f"ROW-{number}",
        category=ProductCategory.OTHER,
        name=name,
        name_key=name_key(name),
        period=Period.MONTH,
    )


async def add_partner(world: World, number: int) -> None:
    await organisation(_name(number), partner_status=PartnerStatus.APPROVED, is_listed_partner=True)


async def add_invitation(world: World, number: int) -> None:
    await MemberInvitation.create(
        organisation_id=world.alpina.id,
        email=f"i{number}@alpina.example",
        first_name="In",
        last_name="Vited",
        locale="en_GB",
        role=Role.EMPLOYEE,
        secret_digest=str(number),
        invited_by_id=world.cL.user.id,
        invited_at=world.now + timedelta(hours=number // 2),
        expires_at=world.now + timedelta(days=14),
    )


async def add_team(world: World, number: int) -> Team:
    """No two have the same name."""
    name = f"Row {number:02}"
    return await Team.create(organisation_id=world.alpina.id, name=name, name_key=name_key(name))


async def add_own_team(world: World, number: int) -> None:
    await add_join(world, await add_team(world, number), world.cE.membership, number)


async def add_team_member(world: World, number: int) -> None:
    await add_member(world, number)
    member = await Membership.get(user__email=f"m{number}@alpina.example")
    await add_join(world, world.team, member, number)


async def add_join(world: World, team: Team, member: Membership, number: int) -> None:
    joined_at = world.now + timedelta(hours=number // 2)
    await TeamMember.create(team_id=team.id, membership_id=member.id, joined_at=joined_at)


async def add_own_grant(world: World, number: int) -> None:
    await add_past_grant(world, number, membership_id=world.cE.membership.id)


async def add_team_grant(world: World, number: int) -> None:
    await add_past_grant(world, number, team_id=world.team.id)


async def add_past_grant(world: World, number: int, **to: UUID) -> None:
    await OwnProductGrant.create(
        organisation_id=world.alpina.id,
        category=ProductCategory.MAIL,
        covers_until=world.now,
        rights=[ProductRight.TECHNICAL],
        granted_by_id=world.cL.user.id,
        granted_at=world.now + timedelta(hours=number // 2),
        revoked_at=world.now + timedelta(days=1),
        **to,
    )


async def add_closed_action(world: World, number: int) -> None:
    requested_at = world.now + timedelta(hours=number // 2)
    closed = {"status": PendingActionStatus.WITHDRAWN, "requested_at": requested_at}
    await pending_action(world.complete, world.borean, world.pE.user, now=world.now, **closed)


async def add_closed_grant(world: World, number: int) -> None:
    """What was opened to support and is closed again."""
    await SupportAccessGrant.create(
        user_id=world.cE.user.id,
        kind=SupportAccessKind.KDRIVE,
        status=SupportAccessStatus.EXPIRED,
        granted_at=world.now + timedelta(hours=number // 2),
        expires_at=world.now + timedelta(days=7),
    )
