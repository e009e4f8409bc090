"""Terminations of partnerships, and everything that ends with one (S4)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from typing import Any, Final
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from server.domain.access import side_of
from server.domain.errors import Problems
from server.domain.events import AuditAction, Topic
from server.domain.partnerships import terminations as rules
from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import IN_FORCE, MAX_MESSAGE_CHARACTERS, PartnershipStatus, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import Right
from server.domain.text import paragraph
from server.domain.versions import check_version
from server.domain.viewer import Viewer
from server.models import (
    AccessChangeRequest,
    ApiToken,
    ApiTokenCustomer,
    EmployeeAssignment,
    Organisation,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
)
from server.models.conditions import Exists, OneOf, equals
from server.models.questions import Question, ask, rows_where
from server.models.terms import BoundParameter
from server.models.units import leave_columns, remove, store_all_left
from server.models.visibility.lookups import for_update, lock_and_read
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.ids import PartnershipId
from server.resolvers.partnerships.held import Fact, Held, Payload, holds
from server.resolvers.partnerships.partnerships import (
    Note,
    Traces,
    partnership_terms,
    row_keys,
    store_traces,
)
from server.resolvers.people.offboarding import leave_withdrawals
from server.resolvers.permissions import PersonOnly, RightOn, Sudo, allow

_MAY_END = RightOn(Right.TERMINATE_PARTNERSHIP, Partnership, "partnership_id")


@dataclass(frozen=True)
class Consequences:
    """Everything that ends with one customer's partnerships, in the order of the ids."""

    accesses: list[ProductAccess] = field(default_factory=list[ProductAccess])
    assignments: list[EmployeeAssignment] = field(default_factory=list[EmployeeAssignment])
    restrictions: list[ApiTokenCustomer] = field(default_factory=list[ApiTokenCustomer])
    requests: list[AccessChangeRequest] = field(default_factory=list[AccessChangeRequest])
    pending: list[PendingAction] = field(default_factory=list[PendingAction])
    without_payer: list[Product] = field(default_factory=list[Product])


@dataclass(frozen=True)
class Preview:
    """The same, counted for a person to look at."""

    confirmation: str
    product_accesses: int
    employees: int
    restricted_tokens: int
    open_requests: int
    pending_actions: int
    products_without_payer: list[Product]


@dataclass(frozen=True)
class Ending:
    """Who ends something, why, and on whose behalf."""

    by: EndedBy
    reason: TerminationReason
    words: str | None = None

    @property
    def side(self) -> Side | None:
        """The side that ends it (E40)."""
        return {EndedBy.CUSTOMER: Side.CUSTOMER, EndedBy.PARTNER: Side.PARTNER}.get(self.by)


def consequence_questions(customer_id: UUID, partnerships: Sequence[Partnership]) -> tuple[Question[Any], ...]:
    """What `Consequences` are read from, one question for each of its fields.

    Pending actions are locked, so that one that is answered or expires at the same time stays as decided.
    """
    ids, partners = row_keys(partnerships), [row.partner_id for row in partnerships]
    return (
        rows_where(ProductAccess, partnership_id=ids, revoked_at=None),
        rows_where(EmployeeAssignment, partnership_id=ids, ended_at=None),
        Question(ApiTokenCustomer, "of partners", _restrictions, {"customer_id": customer_id, "partners": partners}),
        rows_where(AccessChangeRequest, partnership_id=ids, status=AccessChangeStatus.PENDING),
        for_update(rows_where(PendingAction, partnership_id=ids, status=PendingActionStatus.PENDING)),
        rows_where(Product, payer_id=partners, organisation_id=customer_id),
    )


def consequences_of(answers: Iterable[list[Any]]) -> Consequences:
    """The consequences, from the answers."""
    return Consequences(*(sorted(rows, key=lambda row: row.id) for rows in answers))


def _restrictions() -> QuerySet[ApiTokenCustomer]:
    """The customer, in the tokens of the partners that are only for some customers."""
    partners = OneOf("organisation_id", BoundParameter("partners", "uuid[]", lambda run: run["partners"]))
    is_named = equals("customer_id", BoundParameter("customer_id", "uuid", lambda run: run["customer_id"]))
    return ApiTokenCustomer.filter(
        is_named & Exists(ApiToken, partners & Q(revoked_at__isnull=True), id="api_token_id")
    )


def _consequence(place: int, _: Viewer, given: Mapping[str, Any]) -> Question[Any]:
    return consequence_questions(given["customer_id"], [given["row"]])[place]


_CONSEQUENCES: Final = [Fact(partial(_consequence, place)) for place, _ in enumerate(fields(Consequences))]


@allow(PersonOnly(Right.TERMINATE_PARTNERSHIP), _MAY_END, Sudo())
@holds(*_CONSEQUENCES)
def terminate_partnership(
    context: Context,
    held: Held[Partnership],
    confirmation: str,
    reason: TerminationReason,
    note: str | None,
    expected_version: int | None,
) -> Payload:
    """End a partnership. From the next request the partner has no access, and both sides are notified."""
    row, problems = held.partnership, Problems()
    check_version(row.version, expected_version)
    problems.check(rules.check_termination, row, held.customer_name, confirmation, reason)
    words = problems.check(paragraph, note or "", MAX_MESSAGE_CHARACTERS, ("note",))
    problems.raise_if_any()
    side = side_of(context.signed_in, Right.TERMINATE_PARTNERSHIP, row)
    by = EndedBy.CUSTOMER if side is Side.CUSTOMER else EndedBy.PARTNER
    found = consequences_of(map(held.all, _CONSEQUENCES))
    held.leave_traces(leave_endings(context, [row], found, Ending(by, reason, words or None)))
    return {"partnership": row, "products_without_payer": found.without_payer}


@allow(PersonOnly(Right.TERMINATE_PARTNERSHIP), _MAY_END)
async def preview_termination(context: Context, partnership_id: PartnershipId) -> Preview | None:
    """What ending this partnership would also end. Null if it is not in force. Changes nothing and notifies nobody."""
    row = await Partnership.get(id=partnership_id)
    if row.status not in IN_FORCE:
        return None
    customer = await Organisation.get(id=row.customer_id)
    found = consequences_of(await ask(*consequence_questions(row.customer_id, [row])))
    return Preview(
        customer.name,
        len(found.accesses),
        len(found.assignments),
        len(found.restrictions),
        len(found.requests),
        len(found.pending),
        found.without_payer,
    )


async def end_all(context: Context, partnerships: Sequence[Partnership], ending: Ending) -> None:
    """End partnerships of one customer and everything that depends on them, in a constant number of statements."""
    questions = consequence_questions(partnerships[0].customer_id, partnerships)
    found = consequences_of(await lock_and_read(*questions))
    await store_traces(context, leave_endings(context, partnerships, found, ending))
    await store_all_left()


def leave_endings(context: Context, partnerships: Sequence[Partnership], found: Consequences, ending: Ending) -> Traces:
    """The same, in a change that leaves rows. The caller logs it."""
    before = [partnership_terms(row) for row in partnerships]
    for row in partnerships:
        leave_columns(
            row,
            status=PartnershipStatus.TERMINATED,
            ended_at=context.now,
            ended_by=ending.by,
            termination_reason=ending.reason,
            end_reason=ending.words,
        )
    _leave_consequences(context, found)
    told: dict[str, object] = {"ended_by": ending.by, "reason": ending.reason, "words": ending.words}
    news = [journal.News(Topic.PARTNERSHIP_TERMINATED, row, (), told) for row in partnerships]
    news += _news_of_products(partnerships[0], found.without_payer)
    return Traces(_end_notes(partnerships, before, found, ending), news)


def _end_notes(
    partnerships: Sequence[Partnership], before: Sequence[journal.State], found: Consequences, ending: Ending
) -> list[Note]:
    managed = defaultdict[UUID, list[ProductAccess]](list)
    for access in found.accesses:
        managed[access.partnership_id].append(access)
    return [
        Note(
            AuditAction.PARTNERSHIP_TERMINATED,
            row,
            ending.side,
            before=was,
            after=partnership_terms(row),
            had=managed[row.id],
            has=[],
        )
        for row, was in zip(partnerships, before, strict=True)
    ]


async def release_payer(context: Context, partnership: Partnership) -> None:
    """Stop the partner paying for the customer's products, although the partnership continues (S2.5)."""
    of_customer = Product.filter(organisation_id=partnership.customer_id, payer_id=partnership.partner_id)
    paid = await of_customer.order_by("id")
    _leave_without_payer(paid)
    journal.leave_news(context, _news_of_products(partnership, paid))


def _leave_consequences(context: Context, found: Consequences) -> None:
    for access in found.accesses:
        leave_columns(access, revoked_at=context.now)
    for assignment in found.assignments:
        leave_columns(assignment, ended_at=context.now)
    for request in found.requests:
        leave_columns(request, status=AccessChangeStatus.EXPIRED, answered_at=context.now)
    leave_withdrawals(context, found.pending)
    _leave_without_payer(found.without_payer)
    if found.restrictions:
        remove(*found.restrictions)
        context.viewers_changed()


def _leave_without_payer(products: Sequence[Product]) -> None:
    """Remove the payer. Nothing renews automatically until the customer chooses another one."""
    for product in products:
        leave_columns(product, payer_id=None, auto_renew=False)


def _news_of_products(partnership: Partnership, products: Sequence[Product]) -> list[journal.News]:
    if not products:
        return []
    told = [{"service_name": row.service_name, "expires_at": row.expires_at} for row in products]
    topic = Topic.PARTNERSHIP_PRODUCTS_WITHOUT_PAYER
    return [journal.News(topic, partnership, (partnership.version,), {"products": told})]
