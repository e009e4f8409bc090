"""How does the plain server grant a product? One transaction: locks, checks, three or four rows."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from tortoise.transactions import in_transaction

from benchmarks.plain.context import IS_BARE, WAY, Context
from benchmarks.plain.duties import leave_receipt, lock_customer, role_now
from benchmarks.recipes import Way
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus
from server.domain.rights import ProductRight, Scope
from server.models import AuditEvent, OutboxMessage, Partnership, Product, ProductAccess

HAS_ALL_DUTIES: Final = WAY is Way.EQUAL


class Refused(Exception):
    """What the programme's rules say against it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def grant(context: Context, partnership_id: UUID, product_id: UUID, rights: list[ProductRight]) -> ProductAccess:
    now = datetime.now(UTC)
    async with in_transaction():
        if HAS_ALL_DUTIES:
            await lock_customer(partnership_id)
        partnership = await Partnership.filter(id=partnership_id).select_for_update(no_key=True).get_or_none()
        if partnership is None or not _may_grant(context, partnership):
            raise PermissionError("You may not grant products here.")
        role = await role_now(context, partnership.customer_id) if HAS_ALL_DUTIES else None
        await _check(context, partnership, product_id)
        access = await ProductAccess.create(
            partnership_id=partnership_id,
            product_id=product_id,
            rights=rights,
            granted_by_id=context.viewer.user_id if context.viewer else None,
            granted_at=now,
        )
        await _journal(context, partnership, access, now)
        if role is not None:
            await leave_receipt(partnership, access, role, now)
    return access


def _may_grant(context: Context, partnership: Partnership) -> bool:
    """For leaders of the customer, with a token that may."""
    if IS_BARE:
        return True
    viewer = context.viewer
    membership = viewer.membership_in(partnership.customer_id) if viewer else None
    return membership is not None and membership.leads and context.may(Scope.PARTNERSHIPS_MANAGE)


async def _check(context: Context, partnership: Partnership, product_id: UUID) -> None:
    if partnership.status is not PartnershipStatus.ACTIVE:
        raise Refused("PARTNERSHIP_NOT_ACTIVE")
    if partnership.access_type is not AccessType.LIMITED:
        raise Refused("ACCESS_NOT_LIMITED")
    product = await context.rows(Product).get_or_none(id=product_id)
    if product is None or product.organisation_id != partnership.customer_id:
        raise Refused("PRODUCT_NOT_OWNED")
    managed = await ProductAccess.get_or_none(product_id=product_id, revoked_at__isnull=True)
    if managed is not None:
        is_here = managed.partnership_id == partnership.id
        raise Refused("ALREADY_GRANTED" if is_here else "PRODUCT_ALREADY_MANAGED")


async def _journal(context: Context, partnership: Partnership, access: ProductAccess, now: datetime) -> None:
    viewer, request_id = context.viewer, uuid4().hex
    await AuditEvent.create(
        actor_id=viewer.user_id if viewer else None,
        api_token_id=viewer.token.token_id if viewer and viewer.token else None,
        acting_organisation_id=partnership.customer_id,
        action="access.granted",
        subject_type="ProductAccess",
        subject_id=access.id,
        after={
            "partnership_id": access.partnership_id.hex,
            "product_id": access.product_id.hex,
            "rights": access.rights,
            "revoked_at": None,
        },
        request_id=request_id,
        **({"partnership_id": partnership.id, "product_access_id": access.id} if HAS_ALL_DUTIES else {}),
    )
    await OutboxMessage.create(
        topic="access.product_added",
        payload={"subject": f"pacc_{access.id.hex}", "requestId": request_id},
        dedupe_key=f"access.product_added:{access.id.hex}",
        run_after=now,
    )
