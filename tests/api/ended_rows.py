"""What has ended already, next to everything in the world that has not: a twin of each row, for each way to end."""

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tortoise.models import Model

from server import models
from server.domain.oversight.exports import OPEN, ExportState
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import LIVE, PartnershipStatus
from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.products.products import ProductState
from server.domain.support.support_access import SupportAccessRevocation, SupportAccessStatus
from server.models.base import new_id
from tests.rows import product
from tests.world import World

Columns = dict[str, Any]

END = "the time of the end"
"""Stands for it in the columns below."""


def _ends(column: str, statuses: Sequence[StrEnum], at: str, **more: object) -> list[Columns]:
    return [{column: status, at: END, **more} for status in statuses]


ENDS: Final[dict[type[Model], list[Columns]]] = {
    models.AccessChangeRequest: _ends("status", [*AccessChangeStatus][1:], "answered_at"),
    models.ApiToken: [{"revoked_at": END}],
    models.CustomerInvitation: [
        *_ends("status", sorted(set(PartnershipStatus) - LIVE - {PartnershipStatus.TERMINATED}), "answered_at"),
        {"status": PartnershipStatus.ACTIVE, "answered_at": END},
    ],
    models.EmployeeAssignment: [{"ended_at": END}],
    models.Export: [{"state": state} for state in sorted(set(ExportState) - OPEN)],
    models.MemberInvitation: _ends("status", [*MemberInvitationStatus][1:], "answered_at"),
    models.Membership: [{"status": MembershipStatus.REMOVED}],
    models.OwnProductGrant: [{"revoked_at": END}],
    models.Partnership: _ends("status", sorted(set(PartnershipStatus) - LIVE), "ended_at"),
    models.PendingAction: _ends("status", [*PendingActionStatus][1:], "decided_at"),
    models.Product: [{"state": ProductState.TERMINATED, "auto_renew": False}],
    models.ProductAccess: [{"revoked_at": END}],
    models.Session: [{"ended_at": END}],
    models.SupportAccessGrant: [
        {"status": SupportAccessStatus.EXPIRED},
        *(
            {"status": SupportAccessStatus.REVOKED, "revoked_at": END, "revocation_reason": reason}
            for reason in SupportAccessRevocation
        ),
    ],
    models.Team: [{"deleted_at": END}],
}
"""How rows end. Not here: what is deleted with its end, and what never ends."""


async def add_ended_rows(world: World) -> set[UUID]:
    """Add the twins, and give their keys, and those of the products that partners managed earlier."""
    owners = await models.Organisation.all()
    former = {owner.id: await product(f"former {owner.name}", owner) for owner in owners}
    added = {row.pk for row in former.values()}
    for model, ends in ENDS.items():
        twins = [
            _twin(world, model, row | end, former)
            for row in await model.all().values()
            if row["id"] not in added
            for end in ends
        ]
        await model.bulk_create(twins)
        added |= {twin.pk for twin in twins}
    return added | await _add_more(world)


def _twin(world: World, model: type[Model], columns: Columns, former: dict[UUID, models.Product]) -> Model:
    own: Columns = {"id": new_id()}
    if "secret_digest" in columns:
        own["secret_digest"] = f"a secret of {own['id'].hex}"
    if model is models.ProductAccess:
        owner = next(row for row in world.rows.values() if row.pk == columns["product_id"]).organisation_id
        own["product_id"] = former[owner].pk
    ended = {name: world.now - timedelta(days=1) if value == END else value for name, value in columns.items()}
    return model(**ended | own)


async def _add_more(world: World) -> set[UUID]:
    """What no live row of the world has a twin for."""
    ended_at, employee = world.now - timedelta(days=1), world.cE.membership
    await models.Team.filter(deleted_at__isnull=False).update(leader_id=employee.id)
    mine = await models.OwnProductGrant.create(
        organisation_id=world.alpina.id,
        membership_id=employee.id,
        product_id=world.granted.id,
        covers_until=world.now,
        rights=["TECHNICAL"],
        granted_by_id=world.cL.user.id,
        granted_at=ended_at,
        revoked_at=ended_at,
    )
    tokens = await models.ApiToken.filter(revoked_at__isnull=False, organisation_id=world.nova.id)
    restrictions = [
        await models.ApiTokenCustomer.create(api_token_id=token.id, customer_id=customer.id)
        for token in tokens
        for customer in (world.alpina, world.borea)
    ]
    return {mine.pk, *(row.pk for row in restrictions)}
