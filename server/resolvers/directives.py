"""Who may ask, as the schema prints it: directives for machines, a note at the end of a description for people."""

from collections.abc import Iterable
from typing import Final, Protocol

import strawberry
from strawberry.schema_directive import Location

from server.domain.rights import SCOPE_OF, Right


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="public", description="Requires no authentication."
)
class PublicDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="signedIn",
    description="Requires a session or an API token.",
)
class SignedInDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="visibleRows",
    description="Returns only the rows visible to you.",
)
class VisibleRowsDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="Requires this right. API tokens also need the scope; without one, the field is not available to them.",
)
class RequiresDirective:
    right: str = strawberry.field(name="right", description="The right, a value of the enum Right.")
    scope: str | None = strawberry.field(
        name="scope",
        default=None,
        description="The scope, a value of the enum Scope; null if API tokens never have this right.",
    )


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="personOnly", description="Not available to API tokens."
)
class PersonOnlyDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="sudo", description="You must have entered your password recently."
)
class SudoDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="staffOnly", description="For the programme's staff only."
)
class StaffOnlyDirective:
    pass


class Condition(Protocol):
    """What a description says of a permission class."""

    @property
    def sentence(self) -> str: ...

    @property
    def directive(self) -> object: ...


_FOR_PEOPLE: Final = (PersonOnlyDirective, SudoDirective, StaffOnlyDirective)


def access_note(conditions: Iterable[Condition]) -> str:
    """Each condition once, then once what holds for API tokens.

    One condition that only people meet excludes tokens, whatever scope another one names: of `@personOnly
    @requires(right: "INVITE_PARTNER", scope: "PARTNERSHIPS_MANAGE")` the note does not mention the scope.
    """
    conditions = list(conditions)
    sentences = [condition.sentence for condition in conditions if condition.sentence]
    directives = [condition.directive for condition in conditions]
    scopes = [directive.scope for directive in directives if isinstance(directive, RequiresDirective)]
    if None in scopes or any(isinstance(directive, _FOR_PEOPLE) for directive in directives):
        sentences.append("Not available to API tokens.")
    else:
        sentences += [f"API tokens need the scope `{scope}`." for scope in scopes]
    return " ".join(dict.fromkeys(sentences))


def requires_directive(right: Right) -> RequiresDirective:
    scope = SCOPE_OF.get(right)
    return RequiresDirective(right=right.value, scope=scope.value if scope else None)
