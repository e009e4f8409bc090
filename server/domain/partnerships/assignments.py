"""Assignments: which employee of a partner serves which customer, with which rights."""

from collections.abc import Collection
from uuid import UUID

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.rights import AssignmentRight, Role


def check_assignable(organisation_id: UUID, partner_id: UUID, role: Role, is_active: bool) -> None:
    """Only active employees of the partner are assigned. The other roles need no assignment."""
    if organisation_id != partner_id or role is not Role.EMPLOYEE or not is_active:
        raise Refused(
            Refusal(
                PartnershipCode.NOT_AN_EMPLOYEE,
                N_("Only active employees of the partner can be assigned to a customer."),
                ("membership_id",),
            )
        )


def future_rights(rights: Collection[AssignmentRight] | None, *, is_included: bool) -> list[AssignmentRight] | None:
    """The rights an employee gets for each new customer. None if they are not assigned to new customers."""
    if rights and not is_included:
        raise Refused(
            Refusal(
                CommonCode.VALIDATION_FAILED,
                N_("Leave out the rights if future customers are not included."),
                ("rights",),
            )
        )
    return assignment_rights(rights or ()) if is_included else None


def assignment_rights(rights: Collection[AssignmentRight]) -> list[AssignmentRight]:
    """The rights as they are stored. `VIEW` is always included, because every other right needs it."""
    return [right for right in AssignmentRight if right is AssignmentRight.VIEW or right in rights]
