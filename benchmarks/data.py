"""What do the workloads need beyond the demo world?

Readers: an employee of the large partner and one of a small partner. Each is assigned to twenty customers of the same
shape, half under complete and half under limited access, to one with more than a hundred products, and to two with
many products that are asked for one by one. Granters: customers whose administrators let a partner manage one product
after the other. `python -m benchmarks.data GRANTS` adds them to the database of RESELLER_DATABASE_URL and prints, as
JSON, the ids and the tokens.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from server.demo import employee_token
from server.demo.accounts import EMMA, LARGE_PARTNER
from server.domain.folding import name_key
from server.domain.money import Currency
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.people.organisations import LegalEntityType, PartnerStatus
from server.domain.people.tokens import DEFAULT_LIFETIME, new_token, token_digest
from server.domain.products.products import Period, ProductCategory
from server.domain.rights import AssignmentRight, ProductRight, Role, Scope
from server.models import (
    ApiToken,
    EmployeeAssignment,
    Membership,
    Organisation,
    Partnership,
    Product,
    ProductAccess,
    User,
)
from server.models.database import open_database, transaction
from server.settings import Settings

CUSTOMERS: Final = 20
VISIBLE_PRODUCTS: Final = 12
PRODUCTS_OF_THE_LARGEST: Final = 120
GRANTERS: Final = 64
_READS: Final = (Scope.ORGANISATION_READ, Scope.PARTNERSHIPS_READ, Scope.PRODUCTS_READ, Scope.ASSIGNMENTS_READ)
_GRANTS: Final = (Scope.ORGANISATION_READ, Scope.PARTNERSHIPS_MANAGE, Scope.PRODUCTS_READ)
ASKED_PRODUCTS: Final = 1_000
_NOW: Final = datetime.now(UTC).replace(microsecond=0)


async def add(grants: int) -> dict[str, Any]:
    """Add the readers' customers and `grants` products to be granted; gives what to ask for, and as whom."""
    async with transaction():
        large = await Organisation.get(name=LARGE_PARTNER)
        emma = await Membership.get(organisation_id=large.id, user__email=EMMA.email)
        small = await _organisation("Benchmark Small Partner", partner=True)
        reader = await _member(small, "reader@small.bench.example", Role.EMPLOYEE)
        return {
            "large": await _customers(large, emma) | {"token": employee_token()},
            "small": await _customers(small, reader) | {"token": await _token(reader, _READS)},
            "grants": await _granters(grants) if grants else [],
        }


async def _customers(partner: Organisation, employee: Membership) -> dict[str, Any]:
    """Twenty customers, the first of the partner's by name, and after them those with many products."""
    for number in range(CUSTOMERS):
        await _customer(f"AA Benchmark {number:02}", partner, employee, VISIBLE_PRODUCTS, limited=number % 2 == 1)
    largest = await _organisation("AB Benchmark with many products")
    await _partnership(largest, partner, AccessType.COMPLETE, employee)
    await _products(largest, PRODUCTS_OF_THE_LARGEST)
    half = ASKED_PRODUCTS // 2
    whole = await _customer("AC Benchmark asked one by one", partner, employee, half, limited=False)
    granted = await _customer("AD Benchmark asked one by one", partner, employee, half, limited=True)
    asked = [id.hex for pair in zip(whole, granted, strict=True) for id in pair]
    return {"partner": partner.id.hex, "customer": largest.id.hex, "products": asked}


async def _customer(
    name: str, partner: Organisation, employee: Membership, visible: int, *, limited: bool
) -> list[UUID]:
    """A customer with this number of products that the employee sees; under limited access half of all it has."""
    customer = await _organisation(name)
    if not limited:
        await _partnership(customer, partner, AccessType.COMPLETE, employee)
        return [product.id for product in await _products(customer, visible)]
    partnership = await _partnership(customer, partner, AccessType.LIMITED, employee)
    granted = (await _products(customer, 2 * visible))[::2]
    await ProductAccess.bulk_create(
        ProductAccess(
            partnership_id=partnership.id, product_id=product.id, rights=[ProductRight.TECHNICAL], granted_at=_NOW
        )
        for product in granted
    )
    return [product.id for product in granted]


async def _granters(grants: int) -> list[dict[str, Any]]:
    """Many customers and not one: a grant locks its partnership, and one lock would be all that is measured."""
    partner = await _organisation("Benchmark Granted Partner", partner=True)
    granters = list[dict[str, Any]]()
    for number in range(GRANTERS):
        customer = await _organisation(f"Benchmark Granter {number:02}")
        administrator = await _member(customer, f"administrator{number}@granter.bench.example", Role.ADMINISTRATOR)
        partnership = await _partnership(customer, partner, AccessType.LIMITED)
        products = await _products(customer, -(-grants // GRANTERS))
        granters.append(
            {
                "token": await _token(administrator, _GRANTS),
                "partnership": partnership.id.hex,
                "products": [product.id.hex for product in products],
            }
        )
    return granters


async def _organisation(name: str, *, partner: bool = False) -> Organisation:
    organisation = Organisation.build(
        name=name,
        legal_name=f"{name} SA",
        legal_entity_type=LegalEntityType.COMPANY,
        street="Rue de la Mesure 1",
        postcode="1200",
        city="Genève",
        country="CH",
        currency=Currency.CHF,
        partner_status=PartnerStatus.APPROVED if partner else None,
    )
    await organisation.save()
    return organisation


async def _member(organisation: Organisation, email: str, role: Role) -> Membership:
    user = await User.create(email=email, first_name="Bench", last_name="Mark")
    return await Membership.create(user_id=user.id, organisation_id=organisation.id, role=role, joined_at=_NOW)


async def _token(membership: Membership, scopes: Sequence[Scope]) -> str:
    """A token of the member for their organisation, stored as its digest."""
    secret = new_token()
    await ApiToken.create(
        user_id=membership.user_id,
        organisation_id=membership.organisation_id,
        name="Benchmark",
        secret_digest=token_digest(secret),
        last_four=secret[-4:],
        scopes=[scope.name for scope in scopes],
        expires_at=_NOW + DEFAULT_LIFETIME,
    )
    return secret


async def _partnership(
    customer: Organisation, partner: Organisation, access: AccessType, employee: Membership | None = None
) -> Partnership:
    partnership = await Partnership.create(
        customer_id=customer.id,
        partner_id=partner.id,
        access_type=access,
        payment_mode=PaymentMode.CUSTOMER if access is AccessType.COMPLETE else None,
        status=PartnershipStatus.ACTIVE,
        initiated_by=Side.CUSTOMER,
        invited_at=_NOW,
        activated_at=_NOW,
    )
    if employee is not None:
        await EmployeeAssignment.create(
            membership_id=employee.id,
            partnership_id=partnership.id,
            rights=[AssignmentRight.VIEW, AssignmentRight.MANAGE_PRODUCTS],
            assigned_at=_NOW,
        )
    return partnership


async def _products(owner: Organisation, number: int) -> list[Product]:
    """Products whose names have what has to be escaped in JSON: quotes, accents, a backslash."""
    products = [_product(owner, turn) for turn in range(number)]
    await Product.bulk_create(products, batch_size=1_000)
    return products


def _product(owner: Organisation, turn: int) -> Product:
    name = f'Site « Été » "{turn:03}" \\ {owner.name}'
    return Product(
        organisation_id=owner.id,
        category=list(ProductCategory)[turn % len(ProductCategory)],
        service_name=f"site-{turn:03}.{owner.id.hex[-12:]}.example",
        customer_name=name,
        customer_name_key=name_key(name),
        internal_name=f"bench-{turn:03}",
        price_minor=1_200 + turn,
        currency=Currency.CHF,
        period=Period.YEAR,
        expires_at=_NOW + timedelta(days=turn + 1, seconds=turn),
        auto_renew=turn % 3 > 0,
    )


async def _main(grants: int) -> None:
    async with open_database(Settings()):
        print(json.dumps(await add(grants)))


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1])))
