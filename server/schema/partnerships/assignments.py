"""How a partner's employees are assigned to a customer, and no longer."""

import strawberry

from server.resolvers.partnerships import assignments
from server.schema.enums import AssignmentRight
from server.schema.errors import UserError
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import EmployeeAssignment, Partnership


@strawberry.input(description="Whom to assign, with which rights.")
class AssignEmployeeInput:
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership of the partner.")
    membership_id: strawberry.ID = strawberry.field(description="An active employee of the partner.")
    rights: list[AssignmentRight] = strawberry.field(description="What the employee may do; VIEW is always included.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description="Change nothing unless the assignment that is to be changed is in this version.",
    )


@strawberry.type(description="The answer of `assignEmployee`.")
class AssignEmployeePayload:
    assignment: EmployeeAssignment | None = strawberry.field(description="The assignment, new or changed.")
    partnership: Partnership | None = strawberry.field(description="The partnership it belongs to.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.input(description="Which assignment to end.")
class UnassignEmployeeInput:
    assignment_id: strawberry.ID = strawberry.field(
        description="The assignment; one that has ended already stays as it is."
    )
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET, description="Change nothing unless the assignment is in this version."
    )


@strawberry.type(description="The answer of `unassignEmployee`.")
class UnassignEmployeePayload:
    assignment: EmployeeAssignment | None = strawberry.field(description="The assignment, ended.")
    partnership: Partnership | None = strawberry.field(description="The partnership it belonged to.")
    user_errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty when it worked.")


@strawberry.type
class AssignmentMutations:
    """Employees of a partnership."""

    assign_employee: AssignEmployeePayload = mutation(assignments.assign_employee, AssignEmployeeInput)
    unassign_employee: UnassignEmployeePayload = mutation(assignments.unassign_employee, UnassignEmployeeInput)
