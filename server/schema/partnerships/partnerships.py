"""Partnerships, in the schema, with their product accesses, assignments and requests to change access."""

from datetime import datetime

import strawberry

from server import models
from server.engine.declarations import Column, Computed, Embedded, Rows
from server.resolvers.partnerships import access_change_requests as resolvers_access_change_requests
from server.resolvers.partnerships import (
    assignments,
    customer_notes,
    partnerships,
    receipts,
)
from server.resolvers.partnerships import product_accesses as resolvers_product_accesses
from server.resolvers.viewer_rights import RIGHTS_ON_PARTNERSHIP
from server.schema.connections import Connection, Direction
from server.schema.enums import describe
from server.schema.fields import computed, connection, relation, rights, withheld_field
from server.schema.nodes import Node
from server.schema.partnerships.customer_notes import CustomerNote
from server.schema.partnerships.enums import (
    AccessChangeStatus,
    AccessType,
    EndedBy,
    PartnershipStatus,
    PaymentMode,
    Side,
    TerminationReason,
)
from server.schema.partnerships.receipts import Receipt
from server.schema.people.memberships import Membership
from server.schema.people.users import User
from server.schema.references import OrganisationReference, PartnershipReference, ProductReference
from server.schema.rights import AssignmentRight, ProductRight, Right

describe(
    partnerships.PartnershipOrderField,
    "Fields by which partnerships can be sorted.",
    INVITED_AT="When the invitation or request was first sent.",
)


@strawberry.type(description="A partner's limited access to one of a customer's products.")
class ProductAccess(Node):
    model = models.ProductAccess

    partnership: PartnershipReference | None = relation(
        models.Partnership, "partnership_id", "The partnership the access belongs to."
    )
    product: ProductReference | None = relation(
        models.Product, "product_id", "The product. Null if it is not visible to you."
    )
    rights: list[ProductRight] = strawberry.field(description="The partner's rights on the product.")
    granted_by: User | None = relation(
        models.User,
        "granted_by_id",
        "The person who granted the access. Null if that person is not visible to you, or if the "
        "access was part of the invitation.",
    )
    granted_at: datetime = strawberry.field(description="When the access was granted.")
    revoked_at: datetime | None = strawberry.field(description="When the access ended. Null while it lasts.")
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")


@strawberry.type(description="The assignment of a partner's employee to a customer.")
class EmployeeAssignment(Node):
    model = models.EmployeeAssignment

    partnership: PartnershipReference | None = relation(
        models.Partnership, "partnership_id", "The partnership with the customer."
    )
    member: Membership | None = relation(
        models.Membership, "membership_id", "The employee's membership. Null if it is not visible to you."
    )
    rights: list[AssignmentRight] = strawberry.field(
        description="The employee's rights, within what the customer granted."
    )
    assigned_at: datetime = strawberry.field(description="When the assignment began.")
    ended_at: datetime | None = strawberry.field(description="When the assignment ended. Null while it lasts.")
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")


@strawberry.type(description="A product named in an invitation.")
class RequestedProduct:
    model = models.RequestedProduct

    service_name: str = strawberry.field(description="The service's name, so that the partner can decide.")
    product: ProductReference | None = relation(
        models.Product, "product_id", "The product. Null for the partner until access is granted."
    )
    rights: list[ProductRight] = strawberry.field(description="The rights that the partner would have on the product.")


@strawberry.type(description="The access originally proposed, kept alongside the access granted.")
class RequestedAccess:
    access_type: AccessType = strawberry.field(description="The proposed type of access.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who would pay for the partner's orders under the proposal. Null for limited access."
    )


@strawberry.type(description="A partner's request to change its access to a customer it already serves.")
class AccessChangeRequest(Node):
    model = models.AccessChangeRequest

    partnership: PartnershipReference | None = relation(
        models.Partnership, "partnership_id", "The partnership that would change."
    )
    access_type: AccessType = strawberry.field(description="The requested type of access.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who would pay for the partner's orders. Null for limited access."
    )
    message: str | None = strawberry.field(
        description="The partner's message, for example which products it needs. Null if there is none."
    )
    status: AccessChangeStatus = computed(
        Computed(resolvers_access_change_requests.access_change_status, ("status", "expires_at")), "Current status."
    )
    requested_at: datetime = strawberry.field(description="When the request was made.")
    expires_at: datetime = strawberry.field(description="The deadline for an answer.")
    answered_at: datetime | None = strawberry.field(description="When the request was answered. Null until then.")
    answer: str | None = strawberry.field(description="The message sent with the answer. Null if there is none.")
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")


@strawberry.type(
    description="The link between a customer and a partner who manages its products, from the invitation to the end."
)
class Partnership(Node):
    model = models.Partnership

    customer: OrganisationReference | None = relation(
        models.Organisation,
        "customer_id",
        "The organisation whose products are managed. Null if your API token may not read organisations.",
    )
    partner: OrganisationReference | None = relation(
        models.Organisation,
        "partner_id",
        "The organisation that manages them. Null if your API token may not read organisations.",
    )
    access_type: AccessType = strawberry.field(description="The partner's type of access.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who pays for the partner's orders. Null for limited access."
    )
    status: PartnershipStatus = strawberry.field(description="Current status.")
    initiated_by: Side = strawberry.field(description="The side that proposed the partnership.")
    message: str | None = strawberry.field(
        description="The message sent with the invitation or request. Null if there is none."
    )
    invited_at: datetime = strawberry.field(description="When the partnership was proposed.")
    activated_at: datetime | None = strawberry.field(
        description="When the partnership came into force. Null until then."
    )
    ended_at: datetime | None = strawberry.field(
        description="When the partnership ended, or when its proposal was declined, withdrawn or expired. Null until "
        "then."
    )
    end_reason: str | None = strawberry.field(
        description="The message sent when the partnership ended or its proposal was declined. Null if there is none."
    )
    ended_by: EndedBy | None = strawberry.field(
        description="Who ended the partnership. Null if it never came into force."
    )
    termination_reason: TerminationReason | None = strawberry.field(
        description="Why the partnership ended. Null unless it did."
    )
    answer_by: datetime | None = strawberry.field(
        description="The deadline for answering the proposal. Null for the oldest partnerships."
    )
    undeliverable_at: datetime | None = withheld_field(
        Column("undeliverable_at"),
        "When the e-mail proved permanently undeliverable to every recipient. Null otherwise, and "
        "once it is sent again.",
        partnerships.MAY_SEND_AGAIN,
    )
    expires_at: datetime | None = strawberry.field(
        description="When the partnership ends automatically. Null if it has no end date."
    )
    review_at: datetime | None = strawberry.field(
        description="When the partnership is due for review. Null if it has no review date."
    )
    version: int = strawberry.field(description="Incremented on every change; send it as `expectedVersion`.")
    requested_access: RequestedAccess | None = computed(
        Embedded(
            {"accessType": Column("requested_access_type"), "paymentMode": Column("requested_payment_mode")},
            present="requested_access_type",
        ),
        "The access originally proposed; `accessType` and `paymentMode` are what was granted. Null if it is not known.",
    )
    grant_differs: bool = strawberry.field(
        description="Whether the customer granted something other than the partner requested."
    )
    requested_products: list[RequestedProduct] = computed(
        Rows(models.RequestedProduct, "partnership_id"),
        "The products named in the invitation, at most 100. Empty for complete access.",
    )
    product_accesses: Connection[ProductAccess] = connection(
        resolvers_product_accesses.PRODUCT_ACCESSES,
        "The product accesses granted individually, including those since revoked.",
        resolvers_product_accesses.MAY_VIEW_ACCESSES,
    )
    assignments: Connection[EmployeeAssignment] | None = connection(
        assignments.ASSIGNMENTS,
        "The partner's employees who serve, or have served, the customer. An employee sees only their own assignment.",
        assignments.MAY_VIEW_ASSIGNMENTS,
    )
    access_change_requests: Connection[AccessChangeRequest] = connection(
        resolvers_access_change_requests.ACCESS_CHANGE_REQUESTS,
        "The partner's requests to change its access.",
        resolvers_access_change_requests.MAY_VIEW_CHANGE_REQUESTS,
    )
    receipts: Connection[Receipt] | None = connection(
        receipts.RECEIPTS,
        "The receipts for everything granted, changed and ended, oldest first, for both sides to "
        "keep. Download the whole chain from `/partnerships/ID/receipts.jsonl`.",
        receipts.MAY_VIEW_RECEIPTS,
    )
    customer_note: CustomerNote | None = relation(
        models.CustomerNote,
        "id",
        "The partner's note about the customer. Null if there is none.",
        customer_notes.MAY_VIEW_NOTE,
        by="partnership_id",
    )
    viewer_rights: list[Right] = rights(
        RIGHTS_ON_PARTNERSHIP, "Your rights on the partnership in its current state, with the credential you are using."
    )


@strawberry.input(description="Filters an organisation's partnerships.")
class PartnershipFilter:
    status: PartnershipStatus | None = strawberry.field(
        default=strawberry.UNSET, description="Only partnerships with this status."
    )
    access_type: AccessType | None = strawberry.field(
        default=strawberry.UNSET, description="Only partnerships with this access type."
    )


@strawberry.input(description="Sort order of an organisation's partnerships.")
class PartnershipOrder:
    field: partnerships.PartnershipOrderField = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="The sort direction.")
