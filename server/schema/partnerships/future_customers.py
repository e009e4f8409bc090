"""How a partner's employees are assigned to the customers to come."""

import strawberry

from server.resolvers.partnerships import future_customers
from server.schema.enums import AssignmentRight
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.people.memberships import Membership


@strawberry.input(description="Whether an employee serves customers to come.")
class SetFutureCustomersInput:
    membership_id: strawberry.ID = strawberry.field(description="An active employee of a partner.")
    include_future_customers: bool = strawberry.field(
        description="Whether they are assigned to each new customer, on the day on which a partnership begins."
    )
    rights: list[AssignmentRight] | None = strawberry.field(
        default=strawberry.UNSET,
        description="What they may do for each of those; VIEW is always included. None where none are included.",
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the membership is in this version."
    )


@strawberry.type(description="The answer of `setFutureCustomers`.")
class SetFutureCustomersPayload:
    membership: Membership | None = strawberry.field(description="The employee.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class FutureCustomerMutations:
    """Customers to come."""

    set_future_customers: SetFutureCustomersPayload = mutation(
        future_customers.set_future_customers, SetFutureCustomersInput
    )
