"""Product accesses: granting, changing and revoking a limited partner's access to single products (S2)."""

from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from server.domain.errors import NotFound
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import product_accesses as access_rules
from server.domain.partnerships.partnerships import Side
from server.domain.products.product_terminations import check_lives
from server.domain.rights import ProductRight, Right
from server.domain.versions import check_version
from server.models import Partnership, Product, ProductAccess
from server.models.database import transaction
from server.models.units import leave
from server.resolvers.context import Context
from server.resolvers.ids import ProductAccessId, ProductId
from server.resolvers.listings import Listing
from server.resolvers.partnerships.held import Held, Payload, holds, rows_by, visible_by
from server.resolvers.partnerships.product_access_changes import (
    LockedAccess,
    ProductAccessResult,
    access_terms,
    change_accesses,
    check_change,
    leave_new_rights,
    leave_revocations,
    lock_accesses,
    locked_access,
    revoke_accesses,
    why_refused,
)
from server.resolvers.permissions import RightOn, RightOnEach, VisibleRows, allow


class ProductAccessOrderField(StrEnum):
    """Fields by which product accesses can be sorted."""

    GRANTED_AT = "GRANTED_AT"


PRODUCT_ACCESSES = Listing(
    name="product accesses",
    model=ProductAccess,
    parent="partnership_id",
    orders={ProductAccessOrderField.GRANTED_AT: "granted_at"},
    moments=frozenset({"granted_at"}),
)


@dataclass(frozen=True)
class AccessRights:
    """A product access and its new rights."""

    id: ProductAccessId
    rights: list[ProductRight]


MAY_VIEW_ACCESSES = (VisibleRows(),)


_PRODUCT = visible_by(Product, "product_id")
_MANAGING = rows_by(ProductAccess, product_id="product_id", revoked_at=None)


@allow(RightOn(Right.GRANT_PRODUCT_ACCESS, Partnership, "partnership_id"))
@holds(_PRODUCT, _MANAGING)
def grant_product_access(
    context: Context,
    held: Held[Partnership],
    product_id: ProductId,
    rights: list[ProductRight],
    expected_version: int | None,
) -> Payload:
    """Let a partner with limited access manage one more of your products."""
    stored = access_rules.product_rights(rights, ("rights",))
    check_version(held.partnership.version, expected_version)
    access_rules.check_takes_products(held.partnership)
    product, managing = held.first(_PRODUCT), held.first(_MANAGING)
    if product is None:
        raise NotFound(("input", "product_id"))
    check_lives(product.state, ("product_id",))
    access_rules.check_product_is_grantable(
        product.organisation_id,
        held.partnership.customer_id,
        managed_here=managing is not None and managing.partnership_id == held.partnership.id,
        managed_elsewhere=managing is not None,
        field=("product_id",),
    )
    access = ProductAccess(
        partnership_id=held.partnership.id,
        product_id=product_id,
        rights=stored,
        granted_by_id=context.signed_in.user_id,
        granted_at=context.now,
    )
    leave(access)
    held.note(AuditAction.ACCESS_GRANTED, Side.CUSTOMER, subject=access, after=access_terms(access))
    held.announce(Topic.ACCESS_GRANTED, access)
    return {"product_access": access}


@allow(RightOn(Right.CHANGE_PRODUCT_ACCESS, Partnership, "product_access_id", by="partnership_id"))
@holds(product_access_id=ProductAccessId)
def change_product_access(
    context: Context, held: Held[ProductAccess], rights: list[ProductRight], expected_version: int | None
) -> Payload:
    """Change a limited partner's rights on a product. The change applies from the next request."""
    access = locked_access(context, Right.CHANGE_PRODUCT_ACCESS, held.row, held.partnership)
    check_version(held.row.version, expected_version)
    held.leave_traces(leave_new_rights([(access, check_change(access, rights))]))
    return {"product_access": held.row, "partnership": held.partnership}


@allow(RightOnEach(Right.CHANGE_PRODUCT_ACCESS))
async def change_product_accesses(context: Context, items: list[AccessRights]) -> dict[str, object]:
    """Change limited partners' rights on up to 100 products. Each item succeeds or fails on its own."""
    ids = [item.id for item in items]
    access_rules.check_each_once(ids, ("items",))
    async with transaction():
        found = await lock_accesses(context, Right.CHANGE_PRODUCT_ACCESS, ids)
        results, moves = list[ProductAccessResult](), list[tuple[LockedAccess, list[ProductRight]]]()
        for place, item in enumerate(items):
            held, path = found.get(item.id), ("items", str(place))
            check = partial(check_change, rights=item.rights)
            refusals = why_refused(context, Right.CHANGE_PRODUCT_ACCESS, held, check, path)
            results.append(ProductAccessResult(held.access if held else None, refusals))
            if held is not None and not refusals:
                moves.append((held, check(held)))
        await change_accesses(context, moves)
    return {"results": results}


@allow(RightOn(Right.REVOKE_PRODUCT_ACCESS, Partnership, "product_access_id", by="partnership_id"))
@holds(product_access_id=ProductAccessId)
def revoke_product_access(context: Context, held: Held[ProductAccess], expected_version: int | None) -> Payload:
    """Withdraw a product from a limited partner, or hand it back as the partner. This applies from the next request."""
    access = locked_access(context, Right.REVOKE_PRODUCT_ACCESS, held.row, held.partnership)
    check_version(held.row.version, expected_version)
    access_rules.check_takes_products(held.partnership)
    held.leave_traces(leave_revocations(context, [access]))
    return {"product_access": held.row, "partnership": held.partnership}


@allow(RightOnEach(Right.REVOKE_PRODUCT_ACCESS))
async def revoke_product_accesses(context: Context, ids: list[ProductAccessId]) -> dict[str, object]:
    """Withdraw up to 100 products from limited partners, or hand them back. Each item succeeds or fails on its own."""
    access_rules.check_each_once(ids, ("ids",))
    async with transaction():
        found = await lock_accesses(context, Right.REVOKE_PRODUCT_ACCESS, ids)
        results = list[ProductAccessResult]()
        for place, id in enumerate(ids):
            held = found.get(id)
            refusals = why_refused(context, Right.REVOKE_PRODUCT_ACCESS, held, _check_end, ("ids", str(place)))
            results.append(ProductAccessResult(held.access if held else None, refusals))
        ended = [found[id] for id, result in zip(ids, results, strict=True) if not result.refusals]
        await revoke_accesses(context, ended)
    return {"results": results}


def _check_end(held: LockedAccess) -> None:
    access_rules.check_takes_products(held.partnership)
