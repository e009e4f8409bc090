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
    ACCESS_TYPE_UNCHANGED="The partner has this access type already.",
    ACCOUNT_EXISTS="There is an account with the invited address: sign in, then accept.",
    ACTION_CLOSED="It was answered, withdrawn, or not answered in time.",
    ACTION_PENDING="The customer has been asked for the same, and has not answered.",
    ALREADY_A_MEMBER="The person is a member of the organisation already.",
    ALREADY_GRANTED="The partner manages this product already.",
    ASKER_NOT_ENTITLED="Whoever asked may no longer do so.",
    COMPLETE_PARTNER_EXISTS="The customer has a partner with complete access.",
    CONFIRMATION_MISSING="What confirms the act was not given as it has to be.",
    LIMITED_PARTNER_EXISTS="The customer has partners with limited access.",
    EXPORT_LIMIT_REACHED="The organisation has as many exports at a time as it may have.",
    EXPORT_NOT_READY="The export has no file: not yet, or not any more.",
    EXPORT_OF_ANOTHER="The file is for whoever asked for it.",
    EXPORT_OUTDATED="The rights of whoever asked have changed since the file was written.",
    INVITATION_EXPIRED="The invitation was not answered in time.",
    INVITATION_PENDING="There is an open invitation for this address.",
    INVITATION_USED="The invitation was answered, cancelled or has expired.",
    LAST_LEGAL_REPRESENTATIVE="The organisation would be left without a legal representative.",
    LEGAL_REPRESENTATIVE_ONLY="Only a legal representative may do this.",
    NOT_A_COMPANY="The organisation is no registered company.",
    NAME_TAKEN="Another one of the organisation has this name.",
    NOT_A_MEMBER="The person is no active member of the organisation.",
    NOT_INVITED="The invitation was sent to another address.",
    NOT_AN_EMPLOYEE="The member is not an active employee of the partner.",
    NOT_A_CUSTOMER="The organisation is not a customer that the partner manages.",
    PARTNER_IS_AFFILIATE="The organisation is an affiliate, which excludes being a partner.",
    PARTNER_NOT_APPROVED="The organisation is not an approved partner.",
    PAYMENT_MODE_NOT_APPLICABLE="There is no payment mode without complete access.",
    PARTNERSHIP_EXISTS="There is a partnership or an open invitation with this partner already.",
    PARTNERSHIP_NOT_ACTIVE="The partnership is not active.",
    PRODUCT_ALREADY_MANAGED="Another partner manages this product.",
    PRODUCT_ENDED="The product has ended.",
    PRODUCT_LOCKED="The product is locked: nothing about it changes.",
    PRODUCT_NOT_OWNED="The product does not belong to the customer, or to the organisation.",
    SELF_PARTNERSHIP="An organisation cannot be its own partner.",
    STALE_VERSION="The object is no longer in the version that `expectedVersion` names.",
    SUPPORT_ACCESS_OPEN="Support has access of this kind already.",
    TOKEN_LIMIT_REACHED="The organisation has as many API tokens as it may have.",
)


@strawberry.type(description="One mistake in the input of a mutation. Nothing was changed.")
class UserError:
    code: ErrorCode = strawberry.field(description="Why, for programs.")
    message: str = strawberry.field(description="Why, for people, in the language of the Accept-Language header.")
    field: list[str] | None = strawberry.field(
        description='Where in the arguments the mistake is, such as `["input", "name"]`; null for no one place.'
    )
