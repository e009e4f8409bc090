"""Bases of payloads and versioned inputs: `userErrors` and `expectedVersion`."""

import strawberry

from server.schema.errors import UserError


@strawberry.type
class Payload:
    """The result of a mutation."""

    user_errors: list[UserError] = strawberry.field(
        description="Why the mutation was refused and changed nothing. Empty if it succeeded."
    )


@strawberry.input
class VersionedInput:
    """The input of a mutation that changes one versioned object."""

    expected_version: int | None = strawberry.field(
        default=strawberry.UNSET,
        description=(
            "The `version` of the object you mean to change, as you last read it. If it has changed since then, "
            "nothing is changed and the answer is `STALE_VERSION`."
        ),
    )
