"""Public ids of rows.

An opaque id is a prefix for the type, an underscore and the 32 hexadecimal digits of the UUID, for example `org_` and
digits. Both databases write it with one concatenation.
"""

import re
from typing import Annotated, Any, Final
from uuid import UUID

from tortoise.models import Model

from server.domain.errors import MalformedInput
from server.models import (
    AccessChangeRequest,
    ApiToken,
    AuditEvent,
    CatalogueItem,
    CustomerInvitation,
    EmployeeAssignment,
    Export,
    MemberInvitation,
    Membership,
    Organisation,
    OwnProductGrant,
    Partnership,
    PendingAction,
    Product,
    ProductAccess,
    Receipt,
    SupportAccessGrant,
    Team,
    TeamMember,
    User,
)

PREFIXES: Final[dict[type[Model], str]] = {
    AccessChangeRequest: "acr",
    ApiToken: "tok",
    AuditEvent: "evt",
    CatalogueItem: "item",
    CustomerInvitation: "cinv",
    EmployeeAssignment: "asg",
    Export: "exp",
    MemberInvitation: "minv",
    Membership: "mem",
    Organisation: "org",
    OwnProductGrant: "own",
    Partnership: "pship",
    PendingAction: "pact",
    Product: "prd",
    ProductAccess: "pacc",
    Team: "team",
    TeamMember: "tmem",
    Receipt: "rcpt",
    SupportAccessGrant: "sagr",
    User: "usr",
}
_MODELS: Final = {prefix: model for model, prefix in PREFIXES.items()}
_FORM: Final = re.compile(r"([a-z]{2,8})_([0-9a-f]{32})")

AnyId = Annotated[str, Model]
"""An id of any type, not decoded yet."""

AccessChangeRequestId = Annotated[UUID, AccessChangeRequest]
ApiTokenId = Annotated[UUID, ApiToken]
AssignmentId = Annotated[UUID, EmployeeAssignment]
CustomerInvitationId = Annotated[UUID, CustomerInvitation]
ExportId = Annotated[UUID, Export]
MemberInvitationId = Annotated[UUID, MemberInvitation]
MembershipId = Annotated[UUID, Membership]
OrganisationId = Annotated[UUID, Organisation]
OwnProductGrantId = Annotated[UUID, OwnProductGrant]
PartnershipId = Annotated[UUID, Partnership]
PendingActionId = Annotated[UUID, PendingAction]
ProductAccessId = Annotated[UUID, ProductAccess]
ProductId = Annotated[UUID, Product]
SupportAccessGrantId = Annotated[UUID, SupportAccessGrant]
TeamId = Annotated[UUID, Team]


def encode(row: Model) -> str:
    """The public id of a row."""
    return encode_key(type(row), row.pk)


def encode_key(model: type[Model], key: UUID) -> str:
    """The public id of the row of this model with this key."""
    return f"{PREFIXES[model]}_{key.hex}"


def decode_any(value: str, field: tuple[str, ...] = ("id",)) -> tuple[type[Model], UUID]:
    """The type and key in an id. Raises MalformedInput, which names the field."""
    form = _FORM.fullmatch(value)
    if form is None or form[1] not in _MODELS:
        raise MalformedInput("This is not an id of this API.", field)
    return _MODELS[form[1]], UUID(form[2])


def decode(value: str, model: type[Model] | Any, field: tuple[str, ...] = ("id",)) -> UUID:
    """The key in an id of this type. Raises MalformedInput for any other id."""
    found, key = decode_any(value, field)
    if found is not model:
        raise MalformedInput(f"This id has the type {found.__name__}; {model.__name__} is expected.", field)
    return key
