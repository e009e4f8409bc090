"""How is it printed in the schema who may ask, for machines to read?"""

import strawberry
from strawberry.schema_directive import Location

from server.domain.rights import SCOPE_OF, Right


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="public", description="Everybody may ask this, signed in or not."
)
class PublicDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="signedIn", description="Whoever is signed in may ask this."
)
class SignedInDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="visibleRows",
    description="Whoever sees the object may ask this; rows are shown one by one.",
)
class VisibleRowsDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="The right this needs, and the scope that an API token needs for it.",
)
class RequiresDirective:
    right: str = strawberry.field(name="right", description="A value of the enum Right.")
    scope: str | None = strawberry.field(
        name="scope",
        default=None,
        description="The scope an API token needs, a value of the enum Scope; null if no token is accepted.",
    )


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="personOnly", description="Never callable by an API token."
)
class PersonOnlyDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="sudo", description="Needs a password typed recently."
)
class SudoDirective:
    pass


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="staffOnly", description="Only the programme's staff may ask."
)
class StaffOnlyDirective:
    pass


def by_token(right: Right) -> str:
    """The end of a sentence: what an API token needs for this right."""
    scope = SCOPE_OF.get(right)
    return f"; an API token needs the scope `{scope}`" if scope else "; never by API token"


def requires(right: Right) -> RequiresDirective:
    scope = SCOPE_OF.get(right)
    return RequiresDirective(right=right.value, scope=scope.value if scope else None)
