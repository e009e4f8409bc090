"""Writes a random world into the database."""

from dataclasses import asdict
from uuid import UUID

from server.domain.oversight.exports import ExportKind
from server.domain.partnerships.partnerships import AccessType, PaymentMode, Side
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import AssignmentRight, ProductRight, Role
from server.domain.support.support_access import SupportAccessKind
from server.models import (
    ApiToken,
    AuditEvent,
    CatalogueItem,
    CustomerNote,
    EmployeeAssignment,
    Export,
    MemberInvitation,
    Membership,
    Organisation,
    OwnProductGrant,
    Partnership,
    Product,
    ProductAccess,
    Receipt,
    RequestedProduct,
    SupportAccessGrant,
    Team,
    TeamMember,
    User,
)
from tests.models.world_parts import Link
from tests.models.worlds import NOW, RandomWorld
from tests.rows import change_request, customer_invitation, organisation, pending_action, product


async def store(world: RandomWorld) -> None:
    """Write the world into the database, ended assignments and revoked accesses as well as those that hold."""
    for key, status in world.organisations.items():
        await organisation(f"Company {key.hex}", id=key, partner_status=status)
    for key, owner in world.products.items():
        await product(key.hex, await Organisation.get(id=owner), id=key, category=world.categories[key], created_at=NOW)
    for key, is_sellable in world.catalogue.items():
        await CatalogueItem.create(
            id=key, sku=key.hex, name="x", name_key="x", category="MAIL", period="YEAR", is_sellable=is_sellable
        )
    for key in world.users:
        is_staff = key in world.staff
        await User.create(id=key, email=f"{key.hex}@random.example", first_name="A", last_name="B", is_staff=is_staff)
    for key, user in world.opened.items():
        await SupportAccessGrant.create(
            id=key, user_id=user, kind=SupportAccessKind.MAIL, granted_at=NOW, expires_at=NOW
        )
    for key, place in world.memberships.items():
        await Membership.create(id=key, **asdict(place))
    for key, (partner, user) in world.asked.items():
        partner_row = await Organisation.get(id=partner)
        await customer_invitation(partner_row, f"{user.hex}@random.example", key.hex, now=NOW, id=key)
    for key, one in world.tokens.items():
        await ApiToken.create(
            id=key,
            user_id=one.user_id,
            organisation_id=one.organisation_id,
            name="a tool",
            secret_digest=key.hex,
            last_four="0000",
            scopes=[],
            expires_at=NOW,
            revoked_at=NOW if one.has_ended else None,
        )
    for link in world.links:
        await _store_link(link)
    for organisation_id in world.organisations:
        await _store_gifts(world, organisation_id)
    for key, taken in world.exports.items():
        await Export.create(id=key, **asdict(taken), kind=ExportKind.AUDIT_LOG)
    for key, deed in world.deeds.items():
        subject = {"subject_type": "User", "subject_id": key}
        await AuditEvent.create(id=key, **asdict(deed), **subject, action="a.deed", request_id="a request")


async def _store_gifts(world: RandomWorld, organisation_id: UUID) -> None:
    team = world.teams[organisation_id]
    deleted_at = NOW if team.is_deleted else None
    await Team.create(id=team.id, organisation_id=organisation_id, name="Team", name_key="team", deleted_at=deleted_at)
    for membership_id, key in team.places.items():
        await TeamMember.create(id=key, team_id=team.id, membership_id=membership_id, joined_at=NOW)
    giver, _ = await User.get_or_create(
        email="giver@random.example", defaults={"first_name": "A", "last_name": "Giver"}
    )
    for key, at in world.invitations.items():
        if at == organisation_id:
            await MemberInvitation.create(
                id=key,
                organisation_id=at,
                email=f"{key.hex}@random.example",
                first_name="A",
                last_name="B",
                locale="en_GB",
                role=Role.EMPLOYEE,
                secret_digest=key.hex,
                invited_by_id=giver.id,
                invited_at=NOW,
                expires_at=NOW,
            )
    for gift in world.gifts:
        if gift.organisation_id == organisation_id:
            await OwnProductGrant.create(
                id=gift.id,
                organisation_id=organisation_id,
                membership_id=gift.membership_id,
                team_id=None if gift.membership_id else team.id,
                product_id=gift.product_id,
                category=gift.category,
                covers_until=gift.covers_until,
                rights=gift.rights,
                granted_by_id=giver.id,
                granted_at=NOW,
                revoked_at=NOW if gift.is_revoked else None,
            )


async def _store_link(link: Link) -> None:
    complete = link.access_type is AccessType.COMPLETE
    await Partnership.create(
        id=link.id,
        customer_id=link.customer_id,
        partner_id=link.partner_id,
        access_type=link.access_type,
        payment_mode=PaymentMode.CUSTOMER if complete else None,
        status=link.status,
        initiated_by=Side.CUSTOMER,
        invited_at=NOW,
    )
    for key, product_id in link.access_keys.items():
        is_live = product_id in link.accesses
        await ProductAccess.create(
            id=key,
            partnership_id=link.id,
            product_id=product_id,
            rights=link.accesses[product_id] if is_live else list(ProductRight),
            granted_at=NOW,
            revoked_at=None if is_live else NOW,
        )
    lives = set(link.assigned)
    for key, membership_id in link.assignment_keys.items():
        await EmployeeAssignment.create(
            id=key,
            membership_id=membership_id,
            partnership_id=link.id,
            rights=[AssignmentRight.VIEW],
            assigned_at=NOW,
            ended_at=None if membership_id in lives else NOW,
        )
        lives.discard(membership_id)
    await Receipt.create(id=link.receipt_key, partnership_id=link.id, sequence=1, what="x", body="{}", hash="")
    await CustomerNote.create(id=link.note_key, partnership_id=link.id, alias="x", notes="x")
    row, owned = await Partnership.get(id=link.id), await Product.filter(organisation_id=link.customer_id).first()
    assert owned is not None
    await change_request(row, now=NOW, id=link.change_key)
    expired = {"id": link.asked_key, "status": PendingActionStatus.EXPIRED}
    await pending_action(row, owned, await User.get(id=link.asked_by), now=NOW, **expired)
    for key, product_id in link.request_keys.items():
        await RequestedProduct.create(
            id=key, partnership_id=link.id, product_id=product_id, service_name="x", rights=[ProductRight.TECHNICAL]
        )
