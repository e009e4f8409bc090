"""Enums of people and organisations, in the schema."""

from server.domain.people.member_invitations import MemberInvitationStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.people.organisations import LegalEntityType, PartnerStatus, RegistrationScheme
from server.schema.enums import describe

__all__ = ["LegalEntityType", "MemberInvitationStatus", "MembershipStatus", "PartnerStatus", "RegistrationScheme"]

describe(
    LegalEntityType,
    "The legal form of an organisation.",
    INDIVIDUAL="A private person.",
    COMPANY="A company.",
    ASSOCIATION="An association.",
    PUBLIC_BODY="A public body.",
    OTHER="Anything else.",
)

describe(
    PartnerStatus,
    "An organisation's standing in the partner programme.",
    APPROVED="A partner.",
    AT_RISK="A partner whose turnover is below the programme's minimum.",
    SUSPENDED="A partner that may not take on new customers.",
    REVOKED="No longer a partner, by the programme's decision.",
    LEFT="No longer a partner, by its own decision.",
)

describe(
    RegistrationScheme,
    "The register that a registration number comes from.",
    CH_UID="The Swiss business register (UID).",
    FR_SIREN_SIRET="The French register (SIREN or SIRET).",
    OTHER_REGISTER="Another country's register.",
)

describe(
    MembershipStatus,
    "The status of a membership.",
    INVITED="Invited, but not yet a member.",
    ACTIVE="A member.",
    REMOVED="No longer a member.",
)

describe(
    MemberInvitationStatus,
    "The status of an invitation to become a member.",
    PENDING="Sent but not yet answered.",
    ACCEPTED="Accepted: the person is now a member.",
    DECLINED="The person declined.",
    CANCELLED="The organisation withdrew it.",
    EXPIRED="It was not answered in time.",
)
