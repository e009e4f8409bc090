"""Assignments of the demo's employees to customers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from server.demo.partnerships import Agreement
from server.demo.seed import row_ids
from server.domain.partnerships.assignments import assignment_rights
from server.domain.rights import AssignmentRight
from server.models import EmployeeAssignment

_SERVED_BY: Final = ((0,), (0, 1), (1,), (0,), ())
"""Which of the partner's employees serve a customer, in turn: the first most often, the third never."""

_RIGHTS: Final[tuple[tuple[AssignmentRight, ...], ...]] = (
    (AssignmentRight.MANAGE_PRODUCTS,),
    (AssignmentRight.VIEW,),
    (AssignmentRight.MANAGE_PRODUCTS, AssignmentRight.ORDER),
    (AssignmentRight.VIEW_INVOICES,),
    tuple(AssignmentRight),
)
_ASSIGNED_AFTER: Final = timedelta(days=1)


class Rota:
    """Divides a partner's customers among its employees, whose memberships are given by organisation."""

    def __init__(self, employees: Mapping[UUID, Sequence[UUID]]) -> None:
        self._employees = employees
        self._ids = row_ids("employee_assignment")

    def assignments(self, agreement: Agreement) -> Iterator[EmployeeAssignment]:
        """The assignments of a partnership. There are none before it is accepted, and they end with it."""
        partnership, slot = agreement.partnership, agreement.customer.slot
        if partnership.activated_at is None:
            return
        assigned_at = partnership.activated_at + _ASSIGNED_AFTER
        for employee in _SERVED_BY[slot // 4 % len(_SERVED_BY)]:
            yield EmployeeAssignment(
                id=next(self._ids),
                created_at=assigned_at,
                updated_at=partnership.ended_at or assigned_at,
                version=2 if partnership.ended_at else 1,
                membership_id=self._employees[agreement.partner.id][employee],
                partnership_id=partnership.id,
                rights=assignment_rights(_RIGHTS[(slot + employee) % len(_RIGHTS)]),
                assigned_at=assigned_at,
                ended_at=partnership.ended_at,
            )
