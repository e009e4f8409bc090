"""User errors and their codes: what a mutation returns when the business refuses it."""

import strawberry

from server.domain.errors import ErrorCode
from server.schema.enums import describe

describe(
    ErrorCode,
    "Why a mutation was refused. Codes are stable, but new ones may be added.",
    VALIDATION_FAILED="A value is invalid.",
    CONFLICT="Someone else changed the same object at the same time. This attempt changed nothing; you can try again.",
    INVALID_CREDENTIALS="The e-mail address or the password is wrong.",
    TOO_MANY_ATTEMPTS="Too many attempts. Wait before you try again.",
    NOT_FOUND="Among several objects, one does not exist or is not visible to you.",
    RIGHT_MISSING="Among several objects, one is visible to you but you lack the right.",
    ACCESS_ENDED="The product access has ended.",
    ACCESS_NOT_LIMITED="Individual products can only be granted under limited access.",
    ACCESS_TYPE_UNCHANGED="The partner already has this access type.",
    ACCOUNT_EXISTS="The invited address already has an account: sign in, then accept.",
    ACTION_CLOSED="The action has been answered or withdrawn, or has expired.",
    ACTION_PENDING="The customer has already been asked to confirm the same action and has not answered yet.",
    ALREADY_A_MEMBER="The person is already a member of the organisation.",
    ALREADY_GRANTED="The partner already manages this product.",
    ASKER_NOT_ENTITLED="The person who asked for it no longer has the right to do so.",
    COMPLETE_PARTNER_EXISTS="The customer already has a partner with complete access.",
    CONFIRMATION_MISSING="The required confirmation is missing or does not match.",
    LIMITED_PARTNER_EXISTS="The customer has partners with limited access.",
    EXPORT_LIMIT_REACHED="You or the organisation have reached the limit of exports kept at a time.",
    EXPORT_NOT_READY="The export has no file: it is not ready yet, or the file has been deleted.",
    EXPORT_OF_ANOTHER="Only the person who asked for the export may download its file.",
    EXPORT_OUTDATED="The rights of the person who asked have changed since the file was written.",
    INVITATION_EXPIRED="The invitation was not answered in time.",
    INVITATION_PENDING="There is already an open invitation for this address.",
    INVITATION_USED="The invitation has been answered or cancelled, or has expired.",
    LAST_LEGAL_REPRESENTATIVE="The organisation would have no legal representative left.",
    LEGAL_REPRESENTATIVE_ONLY="Only a legal representative may do this.",
    NOT_A_COMPANY="The organisation is not a registered company.",
    NAME_TAKEN="The organisation already uses this name.",
    NOT_A_MEMBER="The person is not an active member of the organisation.",
    NOT_INVITED="The invitation was sent to another address.",
    NOT_AN_EMPLOYEE="The member is not an active employee of the partner.",
    NOT_A_CUSTOMER="The organisation is not one of the partner's customers.",
    PARTNER_IS_AFFILIATE="The organisation is an affiliate, and an affiliate cannot be a partner.",
    PARTNER_NOT_APPROVED="The organisation is not an approved partner.",
    PAYMENT_MODE_NOT_APPLICABLE="A payment mode can only be set with complete access.",
    PARTNERSHIP_EXISTS="There is already a partnership or an open invitation with this partner.",
    PARTNERSHIP_NOT_ACTIVE="The partnership is not active.",
    PRODUCT_ALREADY_MANAGED="Another partner manages this product.",
    PRODUCT_ENDED="The product has ended.",
    PRODUCT_LOCKED="The product is locked and cannot be changed.",
    PRODUCT_NOT_OWNED="The product does not belong to the customer or organisation named.",
    SELF_PARTNERSHIP="An organisation cannot be its own partner.",
    STALE_VERSION="The object has changed since the version given in `expectedVersion`.",
    SUPPORT_ACCESS_OPEN="Support already has this kind of access.",
    TOKEN_LIMIT_REACHED="The organisation has reached its limit of API tokens.",
)


@strawberry.type(description="A problem with the input of a mutation, for programs and for people.")
class UserError:
    code: ErrorCode = strawberry.field(description="The problem, as a stable code.")
    message: str = strawberry.field(description="The problem in words, in the language of the Accept-Language header.")
    field: list[str] | None = strawberry.field(
        description='The path to the argument at fault, such as `["input", "name"]`. Null if there is no single one.'
    )
