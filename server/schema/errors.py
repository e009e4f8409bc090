"""User errors and their codes: what a mutation returns when the business refuses it."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, cast

import strawberry

from server.domain.errors import CommonCode
from server.resolvers.shared_tables import SharedTable
from server.schema.enums import complete_meanings, describe
from server.schema.references import ErrorCodeReference

MEANINGS: Final = complete_meanings(
    CommonCode,
    VALIDATION_FAILED="A value is invalid.",
    CONFLICT="Someone else changed the same object at the same time. This attempt changed nothing; you can try again.",
    TOO_MANY_ATTEMPTS="Too many attempts. Wait before you try again.",
    NOT_FOUND="Among several objects, one does not exist or is not visible to you.",
    RIGHT_MISSING="Among several objects, one is visible to you but you lack the right.",
    STALE_VERSION="The object has changed since the version given in `expectedVersion`.",
)


def join_error_codes(description: str, *parts: Mapping[str, str]) -> type[StrEnum]:
    """One GraphQL enum of the codes of all wings. Raises TypeError for a code that two wings have."""
    meanings = SharedTable[str, str]()
    meanings.join(*parts)
    codes = cast("type[StrEnum]", StrEnum("ErrorCode", {name: name for name in meanings}))
    describe(codes, description, **meanings)
    return codes


@strawberry.type(description="A problem with the input of a mutation, for programs and for people.")
class UserError:
    code: ErrorCodeReference = strawberry.field(description="The problem, as a stable code.")
    message: str = strawberry.field(description="The problem in words, in the language of the Accept-Language header.")
    field: list[str] | None = strawberry.field(
        description='The path to the argument at fault, such as `["input", "name"]`. Null if there is no single one.'
    )
