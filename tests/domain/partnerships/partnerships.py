"""Partnerships as values, for the rules."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from server.domain.partnerships.partnerships import (
    AccessType,
    PartnershipStatus,
    Side,
)

CUSTOMER, PARTNER, OTHER_PARTNER, THIRD_PARTNER = (UUID(int=place) for place in range(1, 5))
LIMITED, COMPLETE = AccessType.LIMITED, AccessType.COMPLETE
INVITED, ACTIVE, SUSPENDED = PartnershipStatus.INVITED, PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Partnership:
    """The facts of one partnership."""

    access_type: AccessType = LIMITED
    status: PartnershipStatus = ACTIVE
    partner_id: UUID = OTHER_PARTNER
    initiated_by: Side = Side.CUSTOMER
    answer_by: datetime | None = None


def expect(code: str, field: str) -> list[tuple[str, str]]:
    return [(code, field)] if code else []
