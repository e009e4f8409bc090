"""Construction of the demo world: the order in which its rows are written."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final
from uuid import UUID

from server.demo.accounts import EMMA, employee_token
from server.demo.assignments import Rota
from server.demo.customer_notes import Notebook
from server.demo.grants import Grants, Holding
from server.demo.insertion import Insertion
from server.demo.organisations import companies, organisation_row
from server.demo.partnerships import Agreement, Negotiations
from server.demo.people import Population
from server.demo.prices import price_list
from server.demo.products import PRODUCTS, product_rows
from server.demo.seed import Calendar, batches, random_stream, row_ids
from server.demo.timelines import OLD_PRODUCTS
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.people.tokens import LONGEST_LIFETIME, token_digest
from server.domain.rights import Role, Scope
from server.models import (
    ApiToken,
    CustomerNote,
    EmployeeAssignment,
    Membership,
    Organisation,
    Partnership,
    Product,
    ProductAccess,
    RequestedProduct,
    User,
)
from server.models.conditions import OneOf

_COMPANY_BATCH_SIZE: Final = 500
_PRODUCT_BATCH_SIZE: Final = 2_000
_PAID_BY_PARTNER: Final = 3
_SCOPES: Final = (Scope.ORGANISATION_READ, Scope.PARTNERSHIPS_READ, Scope.PRODUCTS_READ, Scope.ASSIGNMENTS_READ)


class Construction:
    """Writes the world step by step, and keeps what later steps refer to."""

    def __init__(self, scale: int, calendar: Calendar, report: Callable[[str, int, int], None]) -> None:
        self._scale = scale
        self._calendar = calendar
        self._report = report
        self._insertion = Insertion()
        self._companies = list(companies(scale, calendar))
        self._partners = [company for company in self._companies if company.is_partner]
        self._customers = [company for company in self._companies if not company.is_partner]
        self._signatories = dict[UUID, UUID]()
        self._employees = defaultdict[UUID, list[UUID]](list)
        self._holdings = defaultdict[UUID, list[Holding]](list)

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows written, by table."""
        return dict(self._insertion.counts)

    async def found_companies(self, password_hash: str) -> None:
        """The organisations with their members."""
        population, random = Population(self._calendar, password_hash), random_stream("addresses")
        done = 0
        for batch in batches(self._companies, _COMPANY_BATCH_SIZE):
            members = list(chain.from_iterable(population.members(company) for company in batch))
            await self._insertion.insert(Organisation, [organisation_row(company, random) for company in batch])
            await self._insertion.insert(User, [user for user, _ in members])
            await self._insertion.insert(Membership, [membership for _, membership in members])
            for _, membership in members:
                self._remember_member(membership)
            done += len(batch)
            self._report("organisations", done, len(self._companies))

    def _remember_member(self, membership: Membership) -> None:
        if membership.role is Role.LEGAL_REPRESENTATIVE:
            self._signatories[membership.organisation_id] = membership.user_id
        elif membership.role is Role.EMPLOYEE:
            self._employees[membership.organisation_id].append(membership.id)

    async def sell_products(self) -> None:
        """Everyone's products, at the prices of the stored catalogue."""
        prices = await price_list(self._calendar.today.date())
        done, total = 0, PRODUCTS * self._scale
        for batch in batches(product_rows(self._companies, prices, self._calendar), _PRODUCT_BATCH_SIZE):
            await self._insertion.insert(Product, batch)
            for product in batch:
                held = self._holdings[product.organisation_id]
                if len(held) < OLD_PRODUCTS:
                    held.append(Holding(product.id, product.service_name))
            done += len(batch)
            self._report("products", done, total)

    async def make_agreements(self) -> None:
        """The partnerships, with their products, employees and customer notes."""
        negotiations = Negotiations(self._partners, self._calendar)
        grants, rota = Grants(self._holdings, self._signatories), Rota(self._employees)
        notebook = Notebook()
        done = 0
        for batch in batches(self._customers, _COMPANY_BATCH_SIZE):
            agreements = [agreement for customer in batch for agreement in negotiations.agreements(customer)]
            await self._insertion.insert(Partnership, [agreement.partnership for agreement in agreements])
            await self._let_partners_pay(agreements)
            requested = list(chain.from_iterable(map(grants.requested_products, agreements)))
            await self._insertion.insert(RequestedProduct, requested)
            accesses = list(chain.from_iterable(map(grants.accesses, agreements)))
            await self._insertion.insert(ProductAccess, accesses)
            assignments = list(chain.from_iterable(map(rota.assignments, agreements)))
            await self._insertion.insert(EmployeeAssignment, assignments)
            notes = list(chain.from_iterable(map(notebook.notes, agreements)))
            await self._insertion.insert(CustomerNote, notes)
            done += len(batch)
            self._report("partnerships", done, len(self._customers))

    async def _let_partners_pay(self, agreements: Sequence[Agreement]) -> None:
        """Where the partner pays, it pays for the customer's oldest products."""
        paid = defaultdict[UUID, list[UUID]](list)
        for agreement in agreements:
            if agreement.partnership.status is PartnershipStatus.ACTIVE and agreement.terms.is_paid_by_partner:
                holdings = self._holdings[agreement.customer.id][:_PAID_BY_PARTNER]
                paid[agreement.partner.id] += [holding.id for holding in holdings]
        for payer, products in paid.items():
            await Product.filter(OneOf("id", products)).update(payer_id=payer)

    async def issue_token(self) -> None:
        """Emma's token, for a program that reads what she sees of the large partner's customers."""
        emma, secret = await User.get(email=EMMA.email), employee_token()
        token = ApiToken(
            id=next(row_ids("api_token")),
            created_at=self._calendar.today,
            updated_at=self._calendar.today,
            version=1,
            user_id=emma.id,
            organisation_id=self._partners[0].id,
            name="Customer dashboard",
            secret_digest=token_digest(secret),
            last_four=secret[-4:],
            scopes=[scope.name for scope in _SCOPES],
            is_for_some_customers=False,
            expires_at=self._calendar.today + LONGEST_LIFETIME,
        )
        await self._insertion.insert(ApiToken, [token])
