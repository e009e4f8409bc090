"""Products given to a limited partner one by one, and taken back (S2)."""

from enum import StrEnum

from server.domain import partnerships as rules
from server.domain.errors import NotFound
from server.domain.rights import ProductRight, Right
from server.domain.versions import check_version
from server.models import Partnership, Product, ProductAccess
from server.models.database import transaction
from server.models.lookups import locked, visible_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId, ProductAccessId, ProductId
from server.resolvers.listings import Listing
from server.resolvers.permissions import RightOn, VisibleRows, allowed
from server.resolvers.receipts import product_terms, receipt


class ProductAccessOrderField(StrEnum):
    """What product accesses can be ordered by."""

    GRANTED_AT = "GRANTED_AT"


PRODUCT_ACCESSES = Listing(
    name="product accesses",
    model=ProductAccess,
    parent="partnership_id",
    orders={ProductAccessOrderField.GRANTED_AT: "granted_at"},
    moments=frozenset({"granted_at"}),
)


MAY_VIEW_ACCESSES = (VisibleRows(),)


@allowed(RightOn(Right.GRANT_PRODUCT_ACCESS, Partnership, "partnership_id"))
async def grant_product_access(
    context: Context,
    partnership_id: PartnershipId,
    product_id: ProductId,
    rights: list[ProductRight],
    expected_version: int | None,
) -> dict[str, object]:
    """Let a partner with limited access manage one more of your products, from now on."""
    stored = rules.product_rights(rights, ("rights",))
    async with transaction():
        partnership = await locked(Partnership, partnership_id)
        check_version(partnership.version, expected_version)
        rules.check_takes_products(partnership)
        product = await visible_row(Product, context.viewer, product_id)
        if product is None:
            raise NotFound(("input", "product_id"))
        managed = await ProductAccess.get_or_none(product_id=product_id, revoked_at__isnull=True)
        rules.check_product_is_grantable(
            product.organisation_id,
            partnership.customer_id,
            managed_here=managed is not None and managed.partnership_id == partnership_id,
            managed_elsewhere=managed is not None,
            field=("product_id",),
        )
        access = await ProductAccess.create(
            partnership_id=partnership_id,
            product_id=product_id,
            rights=stored,
            granted_by_id=context.signed_in.user_id,
            granted_at=context.now,
        )
        await journal.record(context, "access.granted", access, acting=partnership.customer_id, after=_terms(access))
        await journal.announce(context, "access.product_added", access)
        terms = product_terms(access)
        await receipt(context, "access.granted", partnership, acting=partnership.customer_id, after=terms)
    return {"product_access": access}


@allowed(RightOn(Right.REVOKE_PRODUCT_ACCESS, Partnership, "product_access_id", through=ProductAccess))
async def revoke_product_access(
    context: Context, product_access_id: ProductAccessId, expected_version: int | None
) -> dict[str, object]:
    """Take a product back from a limited partner, or give it back as the partner; it holds from the next request on."""
    async with transaction():
        found = await ProductAccess.get(id=product_access_id)
        partnership = await locked(Partnership, found.partnership_id)
        access = await locked(ProductAccess, product_access_id)
        check_version(access.version, expected_version)
        rules.check_takes_products(partnership)
        if access.revoked_at is None:
            before = _terms(access)
            access.revoked_at = context.now
            access.version += 1
            await access.save(update_fields=["revoked_at", "version", "updated_at"])
            await _journal_revocation(context, partnership, access, before)
    return {"product_access": access, "partnership": partnership}


async def _journal_revocation(
    context: Context, partnership: Partnership, access: ProductAccess, before: journal.State
) -> None:
    customer = context.signed_in.standing_in(partnership.customer_id)
    by_customer = customer is not None and customer.leads
    acting = partnership.customer_id if by_customer else partnership.partner_id
    await journal.record(
        context,
        "access.revoked",
        access,
        acting=acting,
        on_behalf_of=None if by_customer else partnership.customer_id,
        before=before,
        after=_terms(access),
    )
    await journal.announce(context, "access.product_removed", access)
    await receipt(context, "access.revoked", partnership, acting=acting, before=product_terms(access))


def _terms(access: ProductAccess) -> journal.State:
    return journal.state(access, "partnership_id", "product_id", "rights", "revoked_at")
