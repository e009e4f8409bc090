"""Assignments of a partner's employees, in the schema."""

import strawberry

from server.resolvers.partnerships import assignments
from server.schema.operations import mutation
from server.schema.partnerships.partnerships import EmployeeAssignment, Partnership
from server.schema.payloads import Payload, VersionedInput
from server.schema.rights import AssignmentRight


@strawberry.input(description="Input for `assignEmployee`.")
class AssignEmployeeInput(VersionedInput):
    partnership_id: strawberry.ID = strawberry.field(description="An active partnership of the partner.")
    membership_id: strawberry.ID = strawberry.field(description="The membership of an active employee of the partner.")
    rights: list[AssignmentRight] = strawberry.field(description="The employee's rights. `VIEW` is always included.")
    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The `version` of the assignment to change, as you last read it. If it has changed since then, "
            "nothing is changed and the answer is `STALE_VERSION`."
        ),
    )


@strawberry.type(description="Result of `assignEmployee`.")
class AssignEmployeePayload(Payload):
    assignment: EmployeeAssignment | None = strawberry.field(description="The assignment, created or changed.")
    partnership: Partnership | None = strawberry.field(description="The partnership the assignment belongs to.")


@strawberry.input(description="Input for `unassignEmployee`.")
class UnassignEmployeeInput(VersionedInput):
    assignment_id: strawberry.ID = strawberry.field(
        description="The assignment to end. One that has already ended is left unchanged."
    )


@strawberry.type(description="Result of `unassignEmployee`.")
class UnassignEmployeePayload(Payload):
    assignment: EmployeeAssignment | None = strawberry.field(description="The assignment, ended.")
    partnership: Partnership | None = strawberry.field(description="The partnership the assignment belonged to.")


@strawberry.type
class AssignmentMutations:
    """Mutations on assignments."""

    assign_employee: AssignEmployeePayload = mutation(assignments.assign_employee, AssignEmployeeInput)
    unassign_employee: UnassignEmployeePayload = mutation(assignments.unassign_employee, UnassignEmployeeInput)
