"""Writes a random world into the database: one statement for each model."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from tortoise.models import Model

from server.domain.money import Currency
from server.domain.oversight.exports import ExportKind
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.domain.people.organisations import LegalEntityType
from server.domain.products.pending_actions import PendingActionKind, PendingActionStatus
from server.domain.products.products import Period
from server.domain.rights import AssignmentRight, ProductRight, Role
from server.domain.support.support_access import SupportAccessKind
from server.models import (
    AccessChangeRequest,
    ApiToken,
    AuditEvent,
    CatalogueItem,
    CustomerInvitation,
    CustomerNote,
    EmployeeAssignment,
    Export,
    MemberInvitation,
    Membership,
    Organisation,
    OwnProductGrant,
    Partnership,
    PendingAction,
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

LATER = NOW + timedelta(days=100)


async def store(world: RandomWorld) -> None:
    """Write the world into the database, ended assignments and revoked accesses as well as those that hold."""
    rows = defaultdict[type[Model], list[Any]](list)
    for row in rows_of(world):
        rows[type(row)].append(row)
    for model, alike in rows.items():  # as they are first named below: what others refer to is stored before them
        await model.bulk_create(alike)


def rows_of(world: RandomWorld) -> Iterator[Model]:
    """All rows of the world, before they are stored."""
    yield from _companies(world)
    yield from _people(world)
    for link in world.links:
        yield _partnership(link)
    for link in world.links:
        yield from _parts_of_partnership(world, link)
    yield from _gifts(world)
    for key, taken in world.exports.items():
        yield Export(id=key, **asdict(taken), kind=ExportKind.AUDIT_LOG)
    for key, deed in world.deeds.items():
        subject = {"subject_type": "User", "subject_id": key}
        yield AuditEvent(id=key, **asdict(deed), **subject, action="a.deed", request_id="a request")


def _companies(world: RandomWorld) -> Iterator[Model]:
    address = {"street": "Long street 1", "postcode": "1200", "city": "Town", "country": "CH"}
    company = {"legal_name": "x", "legal_entity_type": LegalEntityType.COMPANY, "currency": Currency.CHF, **address}
    for key, status in world.organisations.items():
        yield Organisation.build(id=key, name=f"Company {key.hex}", partner_status=status, **company)
    for key, owner in world.products.items():
        yield Product(
            id=key,
            organisation_id=owner,
            category=world.categories[key],
            service_name=f"{key.hex}.example",
            customer_name=key.hex,
            customer_name_key=key.hex,
            internal_name="x",
            price_minor=992,
            currency=Currency.CHF,
            period=Period.MONTH,
            expires_at=LATER,
            created_at=NOW,
        )
    for key, is_sellable in world.catalogue.items():
        yield CatalogueItem(
            id=key, sku=key.hex, name="x", name_key="x", category="MAIL", period="YEAR", is_sellable=is_sellable
        )


def _people(world: RandomWorld) -> Iterator[Model]:
    for key in world.users:
        is_staff = key in world.staff
        yield User(id=key, email=f"{key.hex}@random.example", first_name="A", last_name="B", is_staff=is_staff)
    for key, user in world.opened.items():
        yield SupportAccessGrant(id=key, user_id=user, kind=SupportAccessKind.MAIL, granted_at=NOW, expires_at=NOW)
    for key, place in world.memberships.items():
        yield Membership(id=key, **asdict(place))
    for key, (partner, user) in world.asked.items():
        yield CustomerInvitation(
            id=key,
            partner_id=partner,
            email=f"{user.hex}@random.example",
            locale="en_GB",
            access_type=AccessType.LIMITED,
            status=PartnershipStatus.INVITED,
            secret_digest=key.hex,
            invited_at=NOW,
            sent_at=NOW,
            answer_by=LATER,
        )
    for key, token in world.tokens.items():
        yield ApiToken(
            id=key,
            user_id=token.user_id,
            organisation_id=token.organisation_id,
            name="a tool",
            secret_digest=key.hex,
            last_four="0000",
            scopes=[],
            expires_at=NOW,
            revoked_at=NOW if token.has_ended else None,
        )


def _gifts(world: RandomWorld) -> Iterator[Model]:
    giver = world.users[0]
    for at, team in world.teams.items():
        deleted_at = NOW if team.is_deleted else None
        yield Team(id=team.id, organisation_id=at, name="Team", name_key="team", deleted_at=deleted_at)
    for team in world.teams.values():
        for membership_id, key in team.places.items():
            yield TeamMember(id=key, team_id=team.id, membership_id=membership_id, joined_at=NOW)
    for key, at in world.invitations.items():
        yield MemberInvitation(
            id=key,
            organisation_id=at,
            email=f"{key.hex}@random.example",
            first_name="A",
            last_name="B",
            locale="en_GB",
            role=Role.EMPLOYEE,
            secret_digest=key.hex,
            invited_by_id=giver,
            invited_at=NOW,
            expires_at=NOW,
        )
    for gift in world.gifts:
        yield OwnProductGrant(
            id=gift.id,
            organisation_id=gift.organisation_id,
            membership_id=gift.membership_id,
            team_id=None if gift.membership_id else world.teams[gift.organisation_id].id,
            product_id=gift.product_id,
            category=gift.category,
            covers_until=gift.covers_until,
            rights=gift.rights,
            granted_by_id=giver,
            granted_at=NOW,
            revoked_at=NOW if gift.is_revoked else None,
        )


def _partnership(link: Link) -> Partnership:
    complete = link.access_type is AccessType.COMPLETE
    return Partnership(
        id=link.id,
        customer_id=link.customer_id,
        partner_id=link.partner_id,
        access_type=link.access_type,
        payment_mode=PaymentMode.CUSTOMER if complete else None,
        status=link.status,
        initiated_by=link.initiated_by,
        invited_at=NOW,
    )


def _parts_of_partnership(world: RandomWorld, link: Link) -> Iterator[Model]:
    for key, product_id in link.access_keys.items():
        is_live = product_id in link.accesses
        yield ProductAccess(
            id=key,
            partnership_id=link.id,
            product_id=product_id,
            rights=link.accesses[product_id] if is_live else list(ProductRight),
            granted_at=NOW,
            revoked_at=None if is_live else NOW,
        )
    lives = set(link.assigned)
    for key, membership_id in link.assignment_keys.items():
        yield EmployeeAssignment(
            id=key,
            membership_id=membership_id,
            partnership_id=link.id,
            rights=[AssignmentRight.VIEW],
            assigned_at=NOW,
            ended_at=None if membership_id in lives else NOW,
        )
        lives.discard(membership_id)
    yield Receipt(id=link.receipt_key, partnership_id=link.id, sequence=1, what="x", body="{}", hash="")
    yield CustomerNote(id=link.note_key, partnership_id=link.id, alias="x", notes="x")
    yield AccessChangeRequest(
        id=link.change_key,
        partnership_id=link.id,
        access_type=AccessType.LIMITED,
        status=AccessChangeStatus.PENDING,
        requested_at=NOW,
        expires_at=LATER,
    )
    yield PendingAction(
        id=link.asked_key,
        product_id=next(key for key, owner in world.products.items() if owner == link.customer_id),
        partnership_id=link.id,
        customer_id=link.customer_id,
        partner_id=link.partner_id,
        kind=PendingActionKind.TERMINATE_PRODUCT,
        requested_by_id=link.asked_by,
        status=PendingActionStatus.EXPIRED,
        requested_at=NOW,
        expires_at=LATER,
    )
    for key, product_id in link.request_keys.items():
        yield RequestedProduct(
            id=key, partnership_id=link.id, product_id=product_id, service_name="x", rights=[ProductRight.TECHNICAL]
        )
