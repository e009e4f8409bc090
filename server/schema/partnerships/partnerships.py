"""What is promised of partnerships, and of the product accesses and assignments in them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from server import models
from server.engine.declarations import Column, Rows
from server.resolvers.partnerships import access_change_requests as resolvers_access_change_requests
from server.resolvers.partnerships import (
    assignments,
    customer_notes,
    partnerships,
    receipts,
)
from server.resolvers.partnerships import product_accesses as resolvers_product_accesses
from server.resolvers.partnerships.requested_products import requested_products
from server.resolvers.rights_in_statements import RIGHTS_ON_PARTNERSHIP
from server.resolvers.viewer_rights import rights_on_partnership_now
from server.schema.connections import Connection
from server.schema.enums import (
    AccessChangeStatus,
    AccessType,
    AssignmentRight,
    Direction,
    EndedBy,
    PartnershipStatus,
    PaymentMode,
    ProductRight,
    Right,
    Side,
    TerminationReason,
    describe,
)
from server.schema.fields import computed, connection, embedded, relation, rights, withheld
from server.schema.nodes import Node
from server.schema.partnerships.customer_notes import CustomerNote
from server.schema.partnerships.receipts import Receipt
from server.schema.people.memberships import Membership
from server.schema.people.users import User
from server.schema.products.products import Product

if TYPE_CHECKING:
    from server.schema.people.organisations import Organisation

OrganisationType = Annotated["Organisation", strawberry.lazy("server.schema.people.organisations")]
PartnershipType = Annotated["Partnership", strawberry.lazy("server.schema.partnerships.partnerships")]

describe(
    partnerships.PartnershipOrderField,
    "What partnerships can be ordered by.",
    INVITED_AT="When the invitation was sent.",
)


@strawberry.type(description="A product that a customer lets a limited partner manage.")
class ProductAccess(Node):
    model = models.ProductAccess

    partnership: PartnershipType | None = relation(
        models.Partnership, "partnership_id", "The partnership it belongs to."
    )
    product: Product | None = relation(models.Product, "product_id", "The product; null where it is not visible.")
    rights: list[ProductRight] = strawberry.field(description="What the partner may do with it.")
    granted_by: User | None = relation(
        models.User,
        "granted_by_id",
        "Who granted it; null where that person is not visible, or it was in the invitation.",
    )
    granted_at: datetime = strawberry.field(description="Since when.")
    revoked_at: datetime | None = strawberry.field(description="Until when; null while it holds.")
    version: int = strawberry.field(description="Counts the changes.")


@strawberry.type(description="An employee of a partner who serves a customer.")
class EmployeeAssignment(Node):
    model = models.EmployeeAssignment

    partnership: PartnershipType | None = relation(
        models.Partnership, "partnership_id", "The partnership with the customer."
    )
    member: Membership | None = relation(
        models.Membership, "membership_id", "The employee; null where the member is not visible."
    )
    rights: list[AssignmentRight] = strawberry.field(
        description="What the employee may do, within what the customer granted."
    )
    assigned_at: datetime = strawberry.field(description="Since when.")
    ended_at: datetime | None = strawberry.field(description="Until when; null while it holds.")
    version: int = strawberry.field(description="Counts the changes.")


@strawberry.type(description="A product named in an invitation.")
class RequestedProduct:
    model = models.RequestedProduct

    service_name: str = strawberry.field(description="The name of the service, for the partner to decide upon.")
    product: Product | None = relation(
        models.Product, "product_id", "The product; null for the partner until access is granted."
    )
    rights: list[ProductRight] = strawberry.field(description="What the partner would be allowed to do with it.")


@strawberry.type(description="The access that was proposed, kept beside the one that was granted.")
class RequestedAccess:
    access_type: AccessType = strawberry.field(description="How much the partner was to manage.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who was to pay what the partner orders; null under limited access."
    )


@strawberry.type(description="Another access that a partner asks for while it serves the customer.")
class AccessChangeRequest(Node):
    model = models.AccessChangeRequest

    partnership: PartnershipType | None = relation(
        models.Partnership, "partnership_id", "The partnership that would change."
    )
    access_type: AccessType = strawberry.field(description="How much the partner would like to manage.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who would pay what the partner orders; null under limited access."
    )
    message: str | None = strawberry.field(description="What the partner wrote, such as which products.")
    status: AccessChangeStatus = computed(
        resolvers_access_change_requests.status_now,
        "Whether it was answered, and how, at this moment.",
        ("status", "expires_at"),
    )
    requested_at: datetime = strawberry.field(description="When it was asked.")
    expires_at: datetime = strawberry.field(description="Until when it can be answered.")
    answered_at: datetime | None = strawberry.field(description="When it was answered; null before.")
    answer: str | None = strawberry.field(description="What was said with the answer.")
    version: int = strawberry.field(description="Counts the changes.")


@strawberry.type(description="What a customer lets a partner manage, from the invitation to the end.")
class Partnership(Node):
    model = models.Partnership

    customer: OrganisationType | None = relation(
        models.Organisation, "customer_id", "Whose products are managed; null where a token may not read organisations."
    )
    partner: OrganisationType | None = relation(
        models.Organisation, "partner_id", "Who manages them; null where a token may not read organisations."
    )
    access_type: AccessType = strawberry.field(description="How much the partner manages.")
    payment_mode: PaymentMode | None = strawberry.field(
        description="Who pays what the partner orders; null under limited access."
    )
    status: PartnershipStatus = strawberry.field(description="Where it is in its life.")
    initiated_by: Side = strawberry.field(description="Which side proposed it.")
    message: str | None = strawberry.field(description="What was written with the invitation.")
    invited_at: datetime = strawberry.field(description="When it was proposed.")
    activated_at: datetime | None = strawberry.field(description="When it came into force; null before.")
    ended_at: datetime | None = strawberry.field(description="When it ended or was declined; null before.")
    end_reason: str | None = strawberry.field(description="What was said then.")
    ended_by: EndedBy | None = strawberry.field(description="Who ended it; null for what was not in force.")
    termination_reason: TerminationReason | None = strawberry.field(description="Why it was ended.")
    answer_by: datetime | None = strawberry.field(
        description="Until when the proposal can, or could, be answered; null for the oldest."
    )
    undeliverable_at: datetime | None = withheld(
        lambda row: row.undeliverable_at,
        "When everybody it was sent to refused its e-mail for good; null otherwise, and once it is sent again.",
        partnerships.MAY_SEND_AGAIN,
        Column("undeliverable_at"),
    )
    expires_at: datetime | None = strawberry.field(description="When it ends by itself; null for never.")
    review_at: datetime | None = strawberry.field(description="When it is to be looked at again; null for never.")
    version: int = strawberry.field(description="Counts the changes.")
    requested_access: RequestedAccess | None = embedded(
        "What was proposed; `accessType` and `paymentMode` are what was granted.",
        {"accessType": Column("requested_access_type"), "paymentMode": Column("requested_payment_mode")},
        present="requested_access_type",
    )
    grant_differs: bool = strawberry.field(
        description="Whether the customer granted something else than the partner asked for."
    )
    requested_products: list[RequestedProduct] = computed(
        requested_products,
        "The products named in the invitation, at most 100; empty for complete access.",
        Rows(models.RequestedProduct, "partnership_id"),
    )
    product_accesses: Connection[ProductAccess] = connection(
        resolvers_product_accesses.PRODUCT_ACCESSES,
        "The products granted one by one, those revoked since among them.",
        resolvers_product_accesses.MAY_VIEW_ACCESSES,
    )
    assignments: Connection[EmployeeAssignment] | None = connection(
        assignments.ASSIGNMENTS,
        "The employees who serve the customer, or did. An employee sees their own assignment alone.",
        assignments.MAY_VIEW_ASSIGNMENTS,
    )
    access_change_requests: Connection[AccessChangeRequest] = connection(
        resolvers_access_change_requests.ACCESS_CHANGE_REQUESTS,
        "What the partner asked to have changed.",
        resolvers_access_change_requests.MAY_VIEW_CHANGE_REQUESTS,
    )
    receipts: Connection[Receipt] | None = connection(
        receipts.RECEIPTS,
        "What was granted, changed and ended, from the first to the last, for both sides to keep. The whole chain "
        "is at `/partnerships/ID/receipts.jsonl`.",
        receipts.MAY_VIEW_RECEIPTS,
    )
    customer_note: CustomerNote | None = relation(
        models.CustomerNote,
        "id",
        "What the partner noted of the customer; null where nothing is noted.",
        customer_notes.MAY_VIEW_NOTE,
        by="partnership_id",
    )
    viewer_rights: list[Right] = rights(
        rights_on_partnership_now,
        "What the viewer may do with it in its present state, with this credential.",
        RIGHTS_ON_PARTNERSHIP,
    )


@strawberry.input(description="Narrows an organisation's partnerships.")
class PartnershipFilter:
    status: PartnershipStatus | None = strawberry.field(default=strawberry.UNSET, description="In this status.")
    access_type: AccessType | None = strawberry.field(default=strawberry.UNSET, description="With this access type.")


@strawberry.input(description="Orders an organisation's partnerships.")
class PartnershipOrder:
    field: partnerships.PartnershipOrderField = strawberry.field(description="By what.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="Which end comes first.")
