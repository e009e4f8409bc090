"""Error codes of partnerships, in the schema."""

from typing import Final

from server.domain.partnerships.error_codes import PartnershipCode
from server.schema.enums import complete_meanings

MEANINGS: Final = complete_meanings(
    PartnershipCode,
    ACCESS_ENDED="The product access has ended.",
    ACCESS_NOT_LIMITED="Individual products can only be granted under limited access.",
    ACCESS_TYPE_UNCHANGED="The partner already has this access type.",
    ALREADY_GRANTED="The partner already manages this product.",
    COMPLETE_PARTNER_EXISTS="The customer already has a partner with complete access.",
    CONFIRMATION_MISSING="The required confirmation is missing or does not match.",
    LIMITED_PARTNER_EXISTS="The customer has partners with limited access.",
    NOT_AN_EMPLOYEE="The member is not an active employee of the partner.",
    PARTNERSHIP_EXISTS="There is already a partnership or an open invitation with this partner.",
    PARTNERSHIP_NOT_ACTIVE="The partnership is not active.",
    PAYMENT_MODE_NOT_APPLICABLE="A payment mode can only be set with complete access.",
    PRODUCT_ALREADY_MANAGED="Another partner manages this product.",
    PRODUCT_NOT_OWNED="The product does not belong to the customer or organisation named.",
    SELF_PARTNERSHIP="An organisation cannot be its own partner.",
)
