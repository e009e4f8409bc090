"""Does an organisation always keep somebody who can bind it?"""

import pytest

from server.domain.memberships import check_keeps_a_legal_representative
from server.domain.rights import Role
from tests.domain.refusals import refusals

LAST = [("LAST_LEGAL_REPRESENTATIVE", "")]


@pytest.mark.parametrize(
    ("role", "other_legal_representatives", "expected"),
    [
        (Role.LEGAL_REPRESENTATIVE, 0, LAST),
        (Role.LEGAL_REPRESENTATIVE, 1, []),
        (Role.LEGAL_REPRESENTATIVE, 2, []),
        (Role.ADMINISTRATOR, 0, []),
        (Role.ADMINISTRATOR, 1, []),
        (Role.EMPLOYEE, 0, []),
        (Role.EMPLOYEE, 1, []),
        (Role.EXTERNAL, 0, []),
        (Role.EXTERNAL, 1, []),
    ],
)
def test_only_the_last_legal_representative_must_stay(role, other_legal_representatives, expected):
    assert refusals(check_keeps_a_legal_representative, role, other_legal_representatives) == expected
