"""Enums of partnerships, in the schema."""

from server.domain.partnerships.access_change_requests import AccessChangeStatus
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.partnerships.terminations import EndedBy, TerminationReason
from server.schema.enums import describe

__all__ = [
    "AccessChangeStatus",
    "AccessType",
    "EndedBy",
    "PartnershipStatus",
    "PaymentMode",
    "Side",
    "TerminationReason",
]

describe(
    AccessType,
    "How much of a customer's account the partner manages.",
    LIMITED="Only the products the customer has granted individually.",
    COMPLETE="Everything. A customer has at most one partner with complete access.",
)

describe(
    PaymentMode,
    "Whose payment methods pay for the orders of a partner with complete access.",
    CUSTOMER="The customer's payment methods.",
    PARTNER="The partner's payment methods.",
)

describe(
    PartnershipStatus,
    "The status of a partnership.",
    INVITED="Proposed but not yet answered. Nothing is granted.",
    ACTIVE="In force.",
    SUSPENDED="Suspended by staff until further notice.",
    DECLINED="The invitation or request was declined.",
    CANCELLED="The invitation or request was withdrawn.",
    EXPIRED="The invitation or request was not answered in time.",
    TERMINATED="Ended; `endedBy` says by whom.",
)

describe(
    Side,
    "One of the two organisations in a partnership.",
    CUSTOMER="The organisation whose products are managed.",
    PARTNER="The organisation that manages the products.",
)

describe(
    AccessChangeStatus,
    "The status of a partner's request to change its access.",
    PENDING="Not yet answered.",
    GRANTED="Granted.",
    REFUSED="Refused.",
    EXPIRED="Not answered in time, or the partnership ended first.",
)

describe(
    EndedBy,
    "Who ended a partnership.",
    CUSTOMER="The customer.",
    PARTNER="The partner.",
    STAFF="The programme's staff.",
    CLOCK="Nobody: the partnership reached its end date.",
)

describe(
    TerminationReason,
    "Why a partnership ended.",
    NO_LONGER_NEEDED="The customer now manages its products itself, or has none.",
    DISSATISFIED="One side is not satisfied with the other.",
    TERMS_CHANGED="The terms changed, for example who pays.",
    CHANGE_OF_PARTNER="Another partner takes over.",
    RELATIONSHIP_ENDED="The two organisations no longer do business with each other.",
    PROGRAMME_EXIT="The partner left the programme.",
    DATE_REACHED="The partnership reached its end date.",
    OTHER="Another reason.",
)
