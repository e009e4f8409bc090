"""Which of their organisation's products does a grant open, and with which rights?"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server.domain.access import reach
from server.domain.products.own_product_grants import (
    FOREVER,
    check_needs_grants,
    check_owned,
    covered_until,
    covers,
    granted_rights,
)
from server.domain.products.products import ProductCategory
from server.domain.rights import OWN_PRODUCT, ProductRight, Right, Role
from server.domain.viewer import Viewer, ViewerMembership
from tests.domain.refusals import refusals

OWNER, OTHER = UUID(int=1), UUID(int=2)
PRODUCT, OTHER_PRODUCT = UUID(int=10), UUID(int=11)
NOW = datetime(2026, 5, 1, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
MAIL, DOMAIN = ProductCategory.MAIL, ProductCategory.DOMAIN


@dataclass(frozen=True)
class Product:
    id: UUID = PRODUCT
    organisation_id: UUID = OWNER
    category: ProductCategory = MAIL
    created_at: datetime = NOW


@dataclass(frozen=True)
class Grant:
    organisation_id: UUID = OWNER
    product_id: UUID | None = None
    category: ProductCategory | None = None
    covers_until: datetime = FOREVER
    rights: list[ProductRight] = field(default_factory=lambda: [ProductRight.TECHNICAL])


@pytest.mark.parametrize(
    ("grant", "expected"),
    [
        (Grant(product_id=PRODUCT), True),
        (Grant(product_id=OTHER_PRODUCT), False),
        (Grant(product_id=PRODUCT, organisation_id=OTHER), False),
        (Grant(category=MAIL), True),
        (Grant(category=DOMAIN), False),
        (Grant(category=MAIL, organisation_id=OTHER), False),
        (Grant(category=MAIL, covers_until=NOW), True),
        (Grant(category=MAIL, covers_until=NOW - INSTANT), False),
    ],
)
def test_a_grant_covers_what_it_names_in_its_own_organisation(grant, expected):
    assert covers(grant, Product()) is expected


def test_rights_are_the_union_of_all_grants_that_cover_the_product():
    technical = Grant(product_id=PRODUCT)
    statistics = Grant(category=MAIL, rights=[ProductRight.STATISTICS])
    elsewhere = Grant(category=DOMAIN, rights=list(ProductRight))

    assert granted_rights([], Product()) == set()
    assert granted_rights([elsewhere], Product()) == set()
    assert granted_rights([technical, elsewhere], Product()) == {ProductRight.TECHNICAL}
    assert granted_rights([technical, statistics, statistics], Product()) == set(ProductRight)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.LEGAL_REPRESENTATIVE, OWN_PRODUCT),
        (Role.EMPLOYEE, {Right.VIEW_PRODUCT, Right.VIEW_STATISTICS}),
        (Role.EXTERNAL, {Right.VIEW_PRODUCT, Right.VIEW_STATISTICS}),
        (None, set()),
    ],
)
def test_only_members_hold_what_was_granted(role, expected):
    memberships = (ViewerMembership(UUID(int=3), OWNER, role),) if role else ()

    rights = reach(Viewer(UUID(int=4), memberships), OWNER, []).rights_on_product(PRODUCT, {ProductRight.STATISTICS})

    assert rights == expected


@pytest.mark.parametrize(
    ("category", "include_future", "until"),
    [(MAIL, True, FOREVER), (MAIL, False, NOW), (None, False, FOREVER)],
)
def test_a_grant_covers_future_products_where_it_says_so(category, include_future, until):
    assert covered_until(category, include_future, NOW) == until


def test_one_product_has_no_future_ones():
    assert refusals(covered_until, None, True, NOW) == [("VALIDATION_FAILED", "include_future_products")]


def test_a_leader_needs_no_grant():
    needless = {role for role in Role if refusals(check_needs_grants, role, ("to",))}

    assert needless == {Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR}


def test_an_organisation_opens_only_its_own_products():
    assert refusals(check_owned, OWNER, OWNER, ("of",)) == []
    assert refusals(check_owned, OTHER, OWNER, ("of",)) == [("PRODUCT_NOT_OWNED", "of")]
