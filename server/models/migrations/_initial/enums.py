"""Enums, with the values that they had when the first migration was written."""

from enum import StrEnum
from typing import Any, cast


def _values(name: str, *values: str) -> type[StrEnum]:
    return cast("Any", StrEnum)(name, [(value, value) for value in values])


AccessChangeStatus = _values("AccessChangeStatus", "PENDING", "GRANTED", "REFUSED", "EXPIRED")
AccessType = _values("AccessType", "LIMITED", "COMPLETE")
Currency = _values("Currency", "CHF", "EUR")
EndedBy = _values("EndedBy", "CUSTOMER", "PARTNER", "STAFF", "CLOCK")
ExportFailure = _values("ExportFailure", "TOO_MANY_ROWS", "INTERNAL")
ExportFormat = _values("ExportFormat", "CSV", "XLSX")
ExportKind = _values("ExportKind", "AUDIT_LOG", "PARTNER_ACTIVITY", "ACCESS_REVIEW", "MANAGED_CUSTOMERS")
ExportState = _values("ExportState", "REQUESTED", "RUNNING", "READY", "FAILED", "REFUSED", "EXPIRED")
LegalEntityType = _values("LegalEntityType", "INDIVIDUAL", "COMPANY", "ASSOCIATION", "PUBLIC_BODY", "OTHER")
MemberInvitationStatus = _values("MemberInvitationStatus", "PENDING", "ACCEPTED", "DECLINED", "CANCELLED", "EXPIRED")
MembershipStatus = _values("MembershipStatus", "INVITED", "ACTIVE", "REMOVED")
PartnerStatus = _values("PartnerStatus", "APPROVED", "AT_RISK", "SUSPENDED", "REVOKED", "LEFT")
PartnershipStatus = _values(
    "PartnershipStatus", "INVITED", "ACTIVE", "SUSPENDED", "DECLINED", "CANCELLED", "EXPIRED", "TERMINATED"
)
PaymentMode = _values("PaymentMode", "CUSTOMER", "PARTNER")
PendingActionKind = _values("PendingActionKind", "TERMINATE_PRODUCT")
PendingActionStatus = _values("PendingActionStatus", "PENDING", "CONFIRMED", "REFUSED", "WITHDRAWN", "EXPIRED")
Period = _values("Period", "MONTH", "YEAR")
ProductCategory = _values(
    "ProductCategory",
    "DOMAIN",
    "WEB_HOSTING",
    "WORDPRESS_HOSTING",
    "MAIL",
    "KSUITE",
    "KDRIVE",
    "CLOUD_SERVER",
    "PUBLIC_CLOUD",
    "SWISS_BACKUP",
    "SSL",
    "STREAMING",
    "NEWSLETTER",
    "TICKETING",
    "SUPPORT",
    "OTHER",
)
ProductState = _values("ProductState", "ACTIVE", "EXPIRING", "SUSPENDED", "TERMINATED")
RegistrationScheme = _values("RegistrationScheme", "CH_UID", "FR_SIREN_SIRET", "OTHER_REGISTER")
Role = _values("Role", "LEGAL_REPRESENTATIVE", "ADMINISTRATOR", "EMPLOYEE", "EXTERNAL")
Side = _values("Side", "CUSTOMER", "PARTNER")
SupportAccessKind = _values("SupportAccessKind", "MAIL", "KDRIVE")
SupportAccessRevocation = _values("SupportAccessRevocation", "OWN_WISH", "MEMBERSHIP_ENDED")
SupportAccessStatus = _values("SupportAccessStatus", "ACTIVE", "REVOKED", "EXPIRED")
TerminationReason = _values(
    "TerminationReason",
    "NO_LONGER_NEEDED",
    "DISSATISFIED",
    "TERMS_CHANGED",
    "CHANGE_OF_PARTNER",
    "RELATIONSHIP_ENDED",
    "PROGRAMME_EXIT",
    "DATE_REACHED",
    "OTHER",
)
