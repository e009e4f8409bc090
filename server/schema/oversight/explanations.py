"""Explanations of rights, in the schema."""

import strawberry

from server.domain.gates import Link
from server.schema.enums import describe
from server.schema.rights import Right

describe(
    Link,
    "A condition for a right.",
    MEMBERSHIP="Your role in the organisation you act for.",
    OWN_GRANT="The rights on the product that the organisation granted you as its member.",
    PARTNERSHIP="The partnership between partner and customer.",
    PROPOSAL="The side that proposed the partnership.",
    STATUS="The status of the partnership.",
    ACCESS_TYPE="The partner's type of access.",
    PRODUCT_GRANT="The rights on the product that the customer granted.",
    ASSIGNMENT="The employee's assignment to the customer.",
    TOKEN_CUSTOMERS="The customers to which the API token is restricted.",
    SCOPE="The scopes of the API token.",
)


@strawberry.type(description="A condition for a right, and whether it is met.")
class RightLink:
    link: Link = strawberry.field(description="The condition.")
    holds: bool = strawberry.field(description="Whether the condition is met.")
    sentence: str = strawberry.field(
        description="An explanation for people, in the language of the Accept-Language header."
    )


@strawberry.type(description="Why you hold a right on an object, or what is missing.")
class RightExplanation:
    right: Right = strawberry.field(description="The right.")
    held: bool = strawberry.field(
        description="Whether you hold the right now, with the credential in use: whether all conditions are met."
    )
    links: list[RightLink] = strawberry.field(
        description="The conditions for the right. If you can hold it in several ways, "
        "those of the way that is met or closest to being met."
    )
