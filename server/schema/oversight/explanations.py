"""What is promised of the reasons for a right."""

import strawberry

from server.domain.gates import Link
from server.schema.enums import Right, describe

describe(
    Link,
    "What a right depends on.",
    MEMBERSHIP="The role in the organisation in which the viewer acts.",
    OWN_GRANT="What the organisation granted one of its own people on the product.",
    PARTNERSHIP="That a partner manages the customer.",
    PROPOSAL="Which side proposed the partnership.",
    STATUS="The status of the partnership.",
    ACCESS_TYPE="How much the partner manages.",
    PRODUCT_GRANT="What the customer granted on the product.",
    ASSIGNMENT="The employee's assignment to the customer.",
    TOKEN_CUSTOMERS="The customers that the API token may be used for.",
    SCOPE="The scopes of the API token.",
)


@strawberry.type(description="One of the things that a right depends on.")
class RightLink:
    link: Link = strawberry.field(description="Which one.")
    holds: bool = strawberry.field(description="Whether it gives the right.")
    sentence: str = strawberry.field(description="The same for people, in the language of the Accept-Language header.")


@strawberry.type(description="Why the viewer holds a right on an object, or what is missing.")
class RightExplanation:
    right: Right = strawberry.field(description="The right.")
    held: bool = strawberry.field(description="Whether it is held now, with this credential: whether all links hold.")
    links: list[RightLink] = strawberry.field(
        description="The chain by which it is held; where it is not, the one on which the most is there."
    )
