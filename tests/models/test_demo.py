"""Is the demo world what it promises, the same each time, and within the rules?"""

from collections import Counter, defaultdict
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from server.demo import (
    DEMO_ACCOUNTS,
    DatabaseNotEmpty,
    build_demo,
    is_built,
)
from server.demo.accounts import CLAIRE, PAUL, password_hash
from server.domain.partnerships.partnerships import (
    LIVE,
    AccessType,
    PartnershipStatus,
    PaymentMode,
)
from server.domain.partnerships.proposals import check_acceptance
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import PartnerStatus, RegistrationScheme, registration_scheme
from server.domain.people.registration_numbers import registration_number
from server.domain.products.products import ProductCategory, ProductState
from server.domain.rights import ProductRight, Role
from server.models import (
    CatalogueItem,
    CataloguePrice,
    Membership,
    Organisation,
    Partnership,
    Product,
    ProductAccess,
    RequestedProduct,
)
from server.models.database import transaction
from server.settings import Settings
from tests.models.conftest import Demo, Demos
from tests.models.demo import FILLED, NOW, Rows, organisation_of, read_rows


class Undone(Exception):
    """Ends a savepoint without keeping it."""


async def rows_of_a_build(now: datetime) -> Rows:
    """Every row of a world that is taken back at once."""
    rows = Rows()
    with suppress(Undone):
        async with transaction():
            await build_demo(now=now)
            rows = await read_rows()
            raise Undone
    return rows


def without_moments(rows: Rows) -> Rows:
    return {
        table: [{name: value for name, value in row.items() if not isinstance(value, datetime)} for row in listed]
        for table, listed in rows.items()
    }


async def test_a_world_has_three_partners_forty_customers_and_600_products(demo: Demo) -> None:
    approved = await Organisation.filter(partner_status=PartnerStatus.APPROVED, is_listed_partner=True).count()
    customers = await Organisation.filter(partner_status__isnull=True).count()
    stored = {table: await model.all().count() for table, model in FILLED.items()}
    assert (approved, customers, stored["product"]) == (3, 40, 600)
    assert demo.world.counts == stored
    assert demo.world.accounts == DEMO_ACCOUNTS


async def test_two_builds_write_the_same_rows(demo: Demo, database: Settings) -> None:
    password_hash.cache_clear()
    second = await rows_of_a_build(NOW + timedelta(hours=8))

    assert second == demo.rows


async def test_another_day_moves_the_timestamps_and_nothing_else(demo: Demo, database: Settings) -> None:
    first = demo.rows
    later = await rows_of_a_build(NOW + timedelta(days=100))

    assert without_moments(first) == without_moments(later)
    assert first["product"][0]["created_at"] + timedelta(days=100) == later["product"][0]["created_at"]


async def test_a_world_twice_as_large_has_twice_as_much_of_everything_but_the_token(demos: Demos) -> None:
    async with demos.connect() as demo, demos.connect(2) as double:
        single = demo.rows

    expected = {table: 2 * len(rows) for table, rows in single.items()} | {"api_token": 1}
    assert {table: len(rows) for table, rows in double.rows.items()} == expected


async def test_rows_keep_their_own_timestamps(demo: Demo) -> None:
    claires = await organisation_of(CLAIRE.email)
    ended = await Partnership.filter(status=PartnershipStatus.TERMINATED)
    assert claires.updated_at == claires.created_at
    assert claires.created_at < NOW - timedelta(days=365)
    assert {partnership.updated_at == partnership.ended_at for partnership in ended} == {True}


async def test_the_demo_is_built_once_and_only_in_an_empty_database(database: Settings) -> None:
    before = await is_built()
    await build_demo(now=NOW)
    after = await is_built()
    with pytest.raises(DatabaseNotEmpty):
        await build_demo(now=NOW)

    assert (before, after) == (False, True)
    assert await Organisation.all().count() == 43


async def test_a_world_of_no_size_is_refused(database: Settings) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        await build_demo(0, now=NOW)

    assert not await is_built()


async def test_every_step_is_reported_to_its_end(database: Settings) -> None:
    reports = list[tuple[str, int, int]]()
    await build_demo(now=NOW, report=lambda step, done, total: reports.append((step, done, total)))

    last = {step: (done, total) for step, done, total in reports}
    assert last == {"organisations": (43, 43), "products": (600, 600), "partnerships": (40, 40)}


async def test_each_access_each_payment_mode_and_each_status_is_there(demo: Demo) -> None:
    partnerships = await Partnership.all()
    active = {(p.access_type, p.payment_mode) for p in partnerships if p.status is PartnershipStatus.ACTIVE}
    invited = {p.access_type for p in partnerships if p.status is PartnershipStatus.INVITED}
    assert active == {
        (AccessType.LIMITED, None),
        (AccessType.COMPLETE, PaymentMode.CUSTOMER),
        (AccessType.COMPLETE, PaymentMode.PARTNER),
    }
    assert invited == set(AccessType)
    assert {p.status for p in partnerships} == set(PartnershipStatus)


async def test_each_combination_of_product_rights_is_in_force(demo: Demo) -> None:
    granted = {tuple(access.rights) for access in await ProductAccess.filter(revoked_at__isnull=True)}
    assert granted == {
        (ProductRight.TECHNICAL,),
        (ProductRight.STATISTICS,),
        (ProductRight.TECHNICAL, ProductRight.STATISTICS),
    }


@pytest.mark.parametrize("scale", [1, 2])
async def test_a_quarter_of_all_customers_is_with_the_large_partner(demos: Demos, scale: int) -> None:
    async with demos.connect(scale):
        large = await organisation_of(PAUL.email)
        served = await Partnership.filter(partner_id=large.id, status=PartnershipStatus.ACTIVE)

    assert len({partnership.customer_id for partnership in served}) == 10 * scale


async def test_access_is_only_to_products_of_the_customer_that_were_there(demo: Demo) -> None:
    for access in await ProductAccess.all().select_related("partnership", "product"):
        assert access.product.organisation_id == access.partnership.customer_id
        assert access.product.created_at < access.granted_at
        assert access.partnership.access_type is AccessType.LIMITED


async def test_every_open_invitation_can_be_accepted(demo: Demo) -> None:
    managed = {access.product_id for access in await ProductAccess.filter(revoked_at__isnull=True)}
    named = defaultdict[UUID, set[UUID]](set)
    for request in await RequestedProduct.all():
        named[request.partnership_id].add(request.product_id)
    live = [partnership for partnership in await Partnership.all() if partnership.status in LIVE]
    invitations = [p for p in live if p.status is PartnershipStatus.INVITED]
    for invitation in invitations:
        others = [p for p in live if p.customer_id == invitation.customer_id and p.id != invitation.id]
        requested = named[invitation.id]
        check_acceptance(invitation, PartnerStatus.APPROVED, others, NOW)
        assert bool(requested) == (invitation.access_type is AccessType.LIMITED)
        assert not requested & managed
        assert NOW - invitation.invited_at < timedelta(days=30)
    assert len(invitations) == 8


async def test_registration_numbers_are_valid_in_every_country(demo: Demo) -> None:
    organisations = await Organisation.all()
    for organisation in organisations:
        scheme = registration_scheme(organisation.country)
        assert organisation.registration_scheme is scheme
        number = organisation.registration_number or ""
        assert registration_number(organisation.country, number) == number
    assert {organisation.country for organisation in organisations} == {"CH", "FR", "DE", "IT", "ES"}
    assert {organisation.registration_scheme for organisation in organisations} == set(RegistrationScheme)


async def test_products_have_the_prices_of_the_catalogue(demo: Demo) -> None:
    categories = {item.id: item.category for item in await CatalogueItem.all()}
    listed = {(categories[price.item_id], price.amount_minor, price.currency) for price in await CataloguePrice.all()}
    products = await Product.all().select_related("organisation")
    assert {(product.category, product.price_minor, product.currency) for product in products} <= listed
    assert {product.currency is product.organisation.currency for product in products} == {True}
    assert {product.category for product in products} == set(ProductCategory) - {ProductCategory.OTHER}


async def test_products_stand_as_their_days_say(demo: Demo) -> None:
    products = await Product.all()
    lapsed = {ProductState.SUSPENDED, ProductState.TERMINATED}
    for product in products:
        assert (product.expires_at < NOW) == (product.state in lapsed)
        assert product.created_at < product.expires_at
        assert product.updated_at >= product.created_at
    assert {product.state for product in products} == set(ProductState)
    assert any(product.is_trial for product in products)
    assert any(product.is_locked for product in products)


async def test_every_organisation_has_a_legal_representative_and_partners_have_five_members(demo: Demo) -> None:
    active = await Membership.filter(status=MembershipStatus.ACTIVE).select_related("organisation")
    led = {m.organisation_id for m in active if m.role is Role.LEGAL_REPRESENTATIVE}
    staff = Counter(m.role for m in active if m.organisation.partner_status)
    assert len(led) == 43
    assert staff == {Role.LEGAL_REPRESENTATIVE: 3, Role.ADMINISTRATOR: 3, Role.EMPLOYEE: 9}
