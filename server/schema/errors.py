"""What is promised when the business says no."""

import strawberry

from server.domain.errors import ErrorCode
from server.schema.enums import describe

describe(
    ErrorCode,
    "Why a mutation was refused. Codes are stable; new ones may be added.",
    VALIDATION_FAILED="A value is not one that can be stored.",
    CONFLICT="Somebody else changed the same thing at the same moment; nothing was changed by this attempt.",
    INVALID_CREDENTIALS="The e-mail address or the password is wrong.",
    TOO_MANY_ATTEMPTS="Too many attempts; wait before the next.",
    NOT_FOUND="It does not exist, or not for you; said of one of many.",
    RIGHT_MISSING="You see it and lack the right; said of one of many.",
    ACCESS_ENDED="The product access has ended.",
    ACCESS_NOT_LIMITED="Single products are granted under limited access alone.",
    ALREADY_GRANTED="The partner manages this product already.",
    COMPLETE_PARTNER_EXISTS="The customer has a partner with complete access.",
    LIMITED_PARTNER_EXISTS="The customer has partners with limited access.",
    INVITATION_EXPIRED="The invitation was not answered in time.",
    INVITATION_USED="The invitation was answered, cancelled or has expired.",
    LAST_LEGAL_REPRESENTATIVE="The organisation would be left without a legal representative.",
    NOT_AN_EMPLOYEE="The member is not an active employee of the partner.",
    NOT_A_CUSTOMER="The organisation is not a customer that the partner manages.",
    PARTNER_NOT_APPROVED="The organisation is not an approved partner.",
    PARTNERSHIP_EXISTS="There is a partnership or an open invitation with this partner already.",
    PARTNERSHIP_NOT_ACTIVE="The partnership is not active.",
    PRODUCT_ALREADY_MANAGED="Another partner manages this product.",
    PRODUCT_NOT_OWNED="The product does not belong to the customer.",
    SELF_PARTNERSHIP="An organisation cannot be its own partner.",
    STALE_VERSION="The object is no longer in the version that `expectedVersion` names.",
    TOKEN_LIMIT_REACHED="The organisation has as many API tokens as it may have.",
)


@strawberry.type(description="One mistake in the input of a mutation. Nothing was changed.")
class UserError:
    code: ErrorCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why, for people, in the language of the Accept-Language header.")
    field: list[str] | None = strawberry.field(
        description='Where in the arguments the mistake is, such as `["input", "name"]`; null for no one place.'
    )
