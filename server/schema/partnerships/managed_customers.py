"""Managed customers, in the schema."""

import strawberry

from server import models
from server.engine.declarations import Followed, SameRow
from server.resolvers.paging import Direction
from server.resolvers.partnerships import managed_customers
from server.schema.connections import PageInfo, page_part
from server.schema.enums import describe
from server.schema.fields import computed, relation
from server.schema.partnerships.enums import AccessType, PaymentMode
from server.schema.partnerships.partnerships import Partnership
from server.schema.references import OrganisationReference

describe(
    managed_customers.ManagedCustomerOrderField,
    "Fields by which managed customers can be sorted.",
    NAME="The customer's name, ignoring case and accents.",
    SINCE="When the partner began to manage the customer.",
)


@strawberry.input(description="Filters a partner's customers.")
class ManagedCustomerFilter:
    access_type: AccessType | None = strawberry.field(
        default=strawberry.UNSET, description="Only customers managed with this access type."
    )
    payment_mode: PaymentMode | None = strawberry.field(
        default=strawberry.UNSET, description="Only customers managed with this payment mode."
    )
    search: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only organisations whose name contains this text, ignoring case and accents.",
    )


@strawberry.input(description="Sort order of a partner's customers.")
class ManagedCustomerOrder:
    field: managed_customers.ManagedCustomerOrderField = strawberry.field(description="The field to sort by.")
    direction: Direction = strawberry.field(default=Direction.ASC, description="The sort direction.")


@strawberry.type(description="A customer and the partnership through which it is managed.")
class ManagedCustomerEdge:
    model = models.Partnership
    is_another_view = True

    cursor: str = page_part("cursor", "The row's position in the list, for `after` and `before`.")
    partnership: Partnership = computed(SameRow(), "The partnership through which the customer is managed.")
    node: OrganisationReference | None = relation(
        models.Organisation, "customer_id", "The customer. Null if your API token may not read organisations."
    )


@strawberry.type(description="A page of the customers a partner manages.")
class ManagedCustomerConnection:
    edges: list[ManagedCustomerEdge] = page_part("edges", "The customers of this page, each with its partnership.")
    nodes: list[OrganisationReference] = computed(
        Followed(models.Organisation, "customer_id"),
        "The customers of this page. Empty if your API token may not read organisations.",
    )
    page_info: PageInfo = page_part("page_info", "The position of this page in the list.")
    total_count: int = page_part("total_count", "The number of customers visible to you. Counted only when requested.")
