"""Terminations: who may end a partnership, and for which reasons (S4)."""

from enum import StrEnum
from typing import Final

from server.domain.errors import N_, CommonCode, Refusal, Refused
from server.domain.folding import is_same_name
from server.domain.partnerships.error_codes import PartnershipCode
from server.domain.partnerships.partnerships import IN_FORCE, Agreement


class EndedBy(StrEnum):
    """Who ended a partnership."""

    CUSTOMER = "CUSTOMER"
    PARTNER = "PARTNER"
    STAFF = "STAFF"
    CLOCK = "CLOCK"


class TerminationReason(StrEnum):
    """Why a partnership ended (D10)."""

    NO_LONGER_NEEDED = "NO_LONGER_NEEDED"
    DISSATISFIED = "DISSATISFIED"
    TERMS_CHANGED = "TERMS_CHANGED"
    CHANGE_OF_PARTNER = "CHANGE_OF_PARTNER"
    RELATIONSHIP_ENDED = "RELATIONSHIP_ENDED"
    PROGRAMME_EXIT = "PROGRAMME_EXIT"
    DATE_REACHED = "DATE_REACHED"
    OTHER = "OTHER"


GIVEN_BY_PEOPLE: Final = frozenset(TerminationReason) - {
    TerminationReason.PROGRAMME_EXIT,
    TerminationReason.DATE_REACHED,
}
"""The reasons that people can choose. The system sets the others."""


def check_termination(partnership: Agreement, customer_name: str, confirmation: str, reason: TerminationReason) -> None:
    """Either side can end a partnership in force by typing the customer's name to confirm (S4.1).

    The comparison ignores case and accents.
    """
    check_partnership_may_end(partnership)
    refusals = list[Refusal]()
    if not is_same_name(confirmation, customer_name):
        refusals.append(
            Refusal(
                PartnershipCode.CONFIRMATION_MISSING,
                N_("Type the customer's name to confirm that the partnership should end."),
                ("confirmation",),
            )
        )
    if reason not in GIVEN_BY_PEOPLE:
        refusals.append(
            Refusal(CommonCode.VALIDATION_FAILED, N_("Only the programme itself can give this reason."), ("reason",))
        )
    if refusals:
        raise Refused(*refusals)


def check_partnership_may_end(partnership: Agreement) -> None:
    """Only a partnership in force can be ended. A proposal is declined or withdrawn instead."""
    if partnership.status not in IN_FORCE:
        raise Refused(Refusal(PartnershipCode.PARTNERSHIP_NOT_ACTIVE, N_("This partnership is not active.")))
