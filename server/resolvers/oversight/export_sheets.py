"""What is in the file of each kind of export: whose list, who may read it, and its rows as lines of cells?"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from tortoise.models import Model

from server.domain.oversight.access_review import Reviewed, ReviewedCredential
from server.domain.oversight.exports import ExportKind
from server.models import ApiToken, AuditEvent, CustomerNote, Export, Organisation, Partnership, ProductAccess, User
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.listings import Listing, Narrowed
from server.resolvers.oversight import access_review, audit_log
from server.resolvers.oversight.export_formats import Line
from server.resolvers.people import organisations
from server.resolvers.permissions import Permission

ModelT = TypeVar("ModelT", bound=Model)

# `Any` below: the rows of a sheet are of the model of its list.


@dataclass(frozen=True)
class Sheet:
    """A list as a file. `columns` are the names of the API, from a row of the list on.

    Rows come from the list itself, with its row policy, for who has the permissions of its field (D1, E33).
    """

    listing: Listing[Any]
    permissions: Sequence[Permission]
    columns: tuple[str, ...]
    lines: Callable[[Context, Any], Awaitable[list[Line]]]
    """What a row becomes; those of rows that are asked for at once are found by the same statements."""

    @property
    def is_dated(self) -> bool:
        """Whether the list can be narrowed by time."""
        return "since" in self.listing.filters

    def narrowed(self, export: Export) -> Narrowed:
        return self.listing.narrowed({"since": export.since, "until": export.until})


async def _act(context: Context, event: AuditEvent) -> list[Line]:
    actor: str | None = await audit_log.actor_name(context, event)
    token: str | None = await audit_log.token_name(context, event)
    acting, served, partnership, access = await asyncio.gather(
        _seen(context, Organisation, event.acting_organisation_id),
        _seen(context, Organisation, event.on_behalf_of_id),
        _seen(context, Partnership, event.partnership_id),
        _seen(context, ProductAccess, event.product_access_id),
    )
    changes = [asdict(change) for change in audit_log.changes(context, event)]
    line = (
        ids.encode(event),
        event.action,
        event.created_at,
        audit_log.actor_id(context, event),
        actor,
        token,
        acting and acting.name,
        served and served.name,
        event.subject_type,
        audit_log.subject_id(context, event),
        partnership and ids.encode(partnership),
        access and ids.encode(access),
        json.dumps(changes, ensure_ascii=False),
        event.request_id,
    )
    return [line]


_ACT: Final = (
    *("id", "action", "at", "actorId", "actorName", "apiTokenName", "actingOrganisation.name", "onBehalfOf.name"),
    *("subjectType", "subjectId", "partnership.id", "productAccess.id", "changes", "requestId"),
)


async def _reviewed(context: Context, partnership: Partnership) -> list[Line]:
    """A line for each person, and one for each token, of those who may read of tokens."""
    partner, people, tokens = await asyncio.gather(
        _seen(context, Organisation, partnership.partner_id),
        access_review.people(context, partnership),
        access_review.tokens(context, partnership),
    )
    of_all = (
        ids.encode(partnership),
        partner and partner.name,
        partnership.access_type,
        partnership.activated_at,
    )
    of_people = [(*of_all, *_person(person), *[None] * len(_TOKEN)) for person in people]
    return of_people + [(*of_all, *[None] * len(_PERSON), *_token(token)) for token in tokens or ()]


def _person(person: Reviewed) -> Line:
    return (
        ids.encoded(User, person.user_id),
        person.name,
        person.role,
        None if person.rights is None else ", ".join(person.rights),
        person.since,
        person.last_act_at,
    )


def _token(token: ReviewedCredential) -> Line:
    return (
        ids.encoded(ApiToken, token.token_id),
        token.name,
        token.last_four,
        token.owner_name,
        ", ".join(scope.name for scope in token.scopes),
        token.created_at,
        token.expires_at,
        token.last_used_at,
    )


_PERSON: Final = ("actorId", "name", "role", "rights", "since", "lastActAt")
_TOKEN: Final = ("id", "name", "lastFour", "ownerName", "scopes", "createdAt", "expiresAt", "lastUsedAt")
_REVIEWED: Final = (
    *("id", "partner.name", "accessType", "since"),
    *(f"people.{name}" for name in _PERSON),
    *(f"apiTokens.{name}" for name in _TOKEN),
)


async def _managed(context: Context, partnership: Partnership) -> list[Line]:
    customer, note = await asyncio.gather(
        _seen(context, Organisation, partnership.customer_id),
        context.row(CustomerNote, partnership.id, "partnership_id"),
    )
    line = (
        ids.encode(partnership),
        partnership.access_type,
        partnership.payment_mode,
        partnership.activated_at,
        note and note.alias,
        customer and ids.encode(customer),
        customer and customer.name,
        customer and customer.country,
    )
    return [line]


_MANAGED: Final = (
    *("partnership.id", "partnership.accessType", "partnership.paymentMode", "partnership.activatedAt"),
    "partnership.customerNote.alias",
    *("node.id", "node.name", "node.country"),
)

SHEETS: Final[Mapping[ExportKind, Sheet]] = {
    ExportKind.AUDIT_LOG: Sheet(audit_log.AUDIT_LOG, audit_log.MAY_VIEW_LOG, _ACT, _act),
    ExportKind.PARTNER_ACTIVITY: Sheet(audit_log.PARTNER_ACTIVITY, audit_log.MAY_VIEW_ACTIVITY, _ACT, _act),
    ExportKind.ACCESS_REVIEW: Sheet(access_review.ACCESS_REVIEW, access_review.MAY_REVIEW, _REVIEWED, _reviewed),
    ExportKind.MANAGED_CUSTOMERS: Sheet(
        organisations.MANAGED_CUSTOMERS, organisations.MAY_VIEW_MANAGED_CUSTOMERS, _MANAGED, _managed
    ),
}


async def _seen(context: Context, model: type[ModelT], key: UUID | None) -> ModelT | None:
    """The row of this key, if it exists for whoever asked."""
    return None if key is None else await context.row(model, key)
