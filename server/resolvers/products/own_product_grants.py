"""Grants of an organisation's own products to its members and teams (M12)."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from server.domain.errors import NotFound, Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships.product_accesses import product_rights
from server.domain.people.memberships import check_member_active
from server.domain.products import own_product_grants as rules
from server.domain.products.product_terminations import check_lives
from server.domain.products.products import ProductCategory
from server.domain.rights import ProductRight, Right
from server.domain.versions import check_version
from server.models import Organisation, OwnProductGrant, Product, Team
from server.models.base import store_all, store_changes
from server.models.database import transaction
from server.models.visibility.lookups import lock_row, visible_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import MembershipId, OrganisationId, OwnProductGrantId, ProductId, TeamId
from server.resolvers.listings import Listing
from server.resolvers.locking import lock_organisation, member_of
from server.resolvers.permissions import RightOn, VisibleRows, allow


class OwnProductGrantOrderField(StrEnum):
    """Fields by which an organisation's grants to its own members can be sorted."""

    GRANTED_AT = "GRANTED_AT"


@dataclass(frozen=True)
class Holder:
    """The member or team that gets the grant. Exactly one of the two is set."""

    membership_id: MembershipId | None = None
    team_id: TeamId | None = None


@dataclass(frozen=True)
class Extent:
    """The product or category granted. Exactly one of the two is set."""

    product_id: ProductId | None = None
    category: ProductCategory | None = None


OWN_PRODUCT_GRANTS = Listing(
    name="own product grants",
    model=OwnProductGrant,
    parent="organisation_id",
    orders={OwnProductGrantOrderField.GRANTED_AT: "granted_at"},
    moments=frozenset({"granted_at"}),
)
GRANTS_OF_MEMBER = replace(OWN_PRODUCT_GRANTS, name="product grants of a member", parent="membership_id")
GRANTS_OF_TEAM = replace(OWN_PRODUCT_GRANTS, name="product grants of a team", parent="team_id")

MAY_VIEW_GRANTS = (VisibleRows(),)


def includes_future_products(context: Context, row: Any) -> bool:
    """Whether the grant also covers products added later."""
    return row.category is not None and row.covers_until == rules.FOREVER


@allow(RightOn(Right.GRANT_OWN_PRODUCTS, Organisation, "organisation_id"))
async def grant_own_products(
    context: Context,
    organisation_id: OrganisationId,
    to: Holder,
    of: Extent,
    rights: list[ProductRight],
    include_future_products: bool,
    expected_version: int | None,
) -> dict[str, object]:
    """Grant a member or a team rights on a product or on all products of a category, or change those rights.

    A grant by category covers the existing products. It covers later ones only if it includes them.
    """
    async with transaction():
        await lock_organisation(context, organisation_id, Right.GRANT_OWN_PRODUCTS)
        problems = Problems()
        await _check_holder(context, organisation_id, to, problems)
        await _check_extent(context, organisation_id, of, problems)
        stored = problems.check(product_rights, rights, ("rights",))
        until = problems.check(rules.covered_until, of.category, include_future_products, context.now)
        problems.raise_if_any()
        named = {**vars(to), **vars(of)}
        grant = await OwnProductGrant.get_or_none(
            organisation_id=organisation_id, revoked_at__isnull=True, **{k: v for k, v in named.items() if v}
        )
        check_version(grant.version if grant else 0, expected_version)
        before = _terms(grant) if grant else None
        grant = grant or OwnProductGrant(organisation_id=organisation_id, version=0, **named)
        grant.rights, grant.covers_until = stored or [], until or context.now
        await _store(context, grant, before)
    return {"own_product_grant": grant}


@allow(RightOn(Right.GRANT_OWN_PRODUCTS, Organisation, "own_product_grant_id", by="organisation_id"))
async def revoke_own_products(
    context: Context, own_product_grant_id: OwnProductGrantId, expected_version: int | None
) -> dict[str, object]:
    """Revoke a grant to a member or a team. This applies from the next request."""
    async with transaction():
        found = await OwnProductGrant.get(id=own_product_grant_id)
        await lock_organisation(context, found.organisation_id, Right.GRANT_OWN_PRODUCTS)
        grant = await lock_row(OwnProductGrant, own_product_grant_id)
        check_version(grant.version, expected_version)
        if grant.revoked_at is None:
            before = _terms(grant)
            await store_changes(grant, revoked_at=context.now)
            await _journal(context, AuditAction.OWN_PRODUCTS_REVOKED, grant, before)
    return {"own_product_grant": grant}


async def revoke_of_product(context: Context, product_id: UUID) -> None:
    """Revoke all grants of a product that has ended, in a constant number of statements."""
    grants = await OwnProductGrant.filter(product_id=product_id, revoked_at__isnull=True).order_by("id")
    before = [_terms(grant) for grant in grants]
    await store_all(grants, context.now, revoked_at=context.now)
    acts = [
        journal.Act(AuditAction.OWN_PRODUCTS_REVOKED, grant, grant.organisation_id, None, was, _terms(grant))
        for grant, was in zip(grants, before, strict=True)
    ]
    await journal.record_all(context, acts)
    await journal.announce_all(
        context, [journal.News(Topic.OWN_PRODUCTS_REVOKED, row, (row.version,)) for row in grants]
    )


async def _check_holder(context: Context, organisation_id: UUID, to: Holder, problems: Problems) -> None:
    """Refuse a member who is not active or needs no grant, and a team that does not exist."""
    if to.membership_id is not None:
        path = ("to", "membership_id")
        member = await member_of(context, organisation_id, to.membership_id, path)
        problems.check(check_member_active, member.status, path)
        problems.check(rules.check_needs_grants, member.role, path)
    elif to.team_id is not None:
        team = await visible_row(Team, context.viewer, to.team_id)
        if team is None or team.organisation_id != organisation_id:
            raise NotFound(("input", "to", "team_id"))


async def _check_extent(context: Context, organisation_id: UUID, of: Extent, problems: Problems) -> None:
    if of.product_id is not None:
        product = await context.require_current_row(Product, of.product_id, ("input", "of", "product_id"))
        problems.check(check_lives, product.state, ("of", "product_id"))
        problems.check(rules.check_owned, product.organisation_id, organisation_id, ("of", "product_id"))


async def _store(context: Context, grant: OwnProductGrant, before: journal.State | None) -> None:
    """Store a new or changed grant. An identical one changes nothing."""
    if before == _terms(grant):
        return
    grant.granted_by_id, grant.granted_at = context.signed_in.user_id, context.now
    grant.version += 1
    await grant.save()
    await _journal(context, AuditAction.OWN_PRODUCTS_GRANTED, grant, before)


async def _journal(context: Context, action: AuditAction, grant: OwnProductGrant, before: journal.State | None) -> None:
    await journal.record(context, action, grant, acting=grant.organisation_id, before=before, after=_terms(grant))
    await journal.announce(context, action.topic, grant, grant.version)


def _terms(grant: OwnProductGrant) -> journal.State:
    return journal.column_values(
        grant, "membership_id", "team_id", "product_id", "category", "covers_until", "rights", "revoked_at"
    )
