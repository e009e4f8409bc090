"""Who belongs to an organisation?"""

from enum import StrEnum

from server.domain.errors import N_, ErrorCode, Refusal, Refused
from server.domain.rights import Role


class MembershipStatus(StrEnum):
    """Where a membership is in its life; only an active one gives rights."""

    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    REMOVED = "REMOVED"


def check_keeps_a_legal_representative(role: Role, other_legal_representatives: int) -> None:
    """An organisation has at least one active legal representative, always (R14, E8).

    `role` is that of the member who is to be removed or given another role.
    """
    if role is Role.LEGAL_REPRESENTATIVE and other_legal_representatives == 0:
        raise Refused(
            Refusal(
                ErrorCode.LAST_LEGAL_REPRESENTATIVE,
                N_("An organisation keeps at least one legal representative."),
            )
        )
