"""Assignments of a partner's employees to future customers, in the schema."""

import strawberry

from server.resolvers.partnerships import future_customers
from server.schema.operations import mutation
from server.schema.payloads import Payload, VersionedInput
from server.schema.people.memberships import Membership
from server.schema.rights import AssignmentRight


@strawberry.input(description="Input for `setFutureCustomers`.")
class SetFutureCustomersInput(VersionedInput):
    membership_id: strawberry.ID = strawberry.field(description="The membership of an active employee of a partner.")
    include_future_customers: bool = strawberry.field(
        description="Whether to assign the employee to each new customer when the partnership begins."
    )
    rights: list[AssignmentRight] | None = strawberry.field(
        default=strawberry.UNSET,
        description="The employee's rights for each new customer. `VIEW` is always included. Leave out if they "
        "are not assigned to new customers.",
    )


@strawberry.type(description="Result of `setFutureCustomers`.")
class SetFutureCustomersPayload(Payload):
    membership: Membership | None = strawberry.field(description="The employee's membership.")


@strawberry.type
class FutureCustomerMutations:
    """Mutations on future customers."""

    set_future_customers: SetFutureCustomersPayload = mutation(
        future_customers.set_future_customers, SetFutureCustomersInput
    )
