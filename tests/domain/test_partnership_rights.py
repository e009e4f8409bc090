"""Which rights does a role give on a partnership?"""

import pytest

from server.domain.access import partnership_rights, side_of
from server.domain.partnerships.partnerships import Side
from server.domain.rights import Right
from tests.domain.access import Partnership, member, parse_rights
from tests.domain.tables import rows

# Role in the customer | role in the partner | rights on their partnership, no matter who proposed it | and where the
# customer did | and where the partner did.
ON_A_PARTNERSHIP = """
    L | - | GRANT_PRODUCT_ACCESS CHANGE_PRODUCT_ACCESS REVOKE_PRODUCT_ACCESS CHANGE_ACCESS_TYPE CHANGE_PAYMENT_MODE \
SET_PARTNERSHIP_DATES ANSWER_ACCESS_CHANGE TERMINATE_PARTNERSHIP VIEW_RECEIPTS | MANAGE_INVITATION \
| ACCEPT_REQUEST DECLINE_REQUEST
    A | - | GRANT_PRODUCT_ACCESS CHANGE_PRODUCT_ACCESS REVOKE_PRODUCT_ACCESS CHANGE_PAYMENT_MODE ANSWER_ACCESS_CHANGE \
VIEW_RECEIPTS | |
    E | - | | |
    X | - | | |
    - | L | REVOKE_PRODUCT_ACCESS REQUEST_ACCESS_CHANGE VIEW_ASSIGNMENTS ASSIGN_EMPLOYEES TERMINATE_PARTNERSHIP \
VIEW_RECEIPTS VIEW_CUSTOMER_NOTE MANAGE_CUSTOMER_NOTE | ACCEPT_INVITATION DECLINE_INVITATION | MANAGE_INVITATION
    - | A | REVOKE_PRODUCT_ACCESS REQUEST_ACCESS_CHANGE VIEW_ASSIGNMENTS ASSIGN_EMPLOYEES VIEW_RECEIPTS \
VIEW_CUSTOMER_NOTE MANAGE_CUSTOMER_NOTE | ACCEPT_INVITATION DECLINE_INVITATION |
    - | E | VIEW_ASSIGNMENTS VIEW_CUSTOMER_NOTE | |
    - | X | | |
    - | - | | |
    A | E | GRANT_PRODUCT_ACCESS CHANGE_PRODUCT_ACCESS REVOKE_PRODUCT_ACCESS CHANGE_PAYMENT_MODE ANSWER_ACCESS_CHANGE \
VIEW_RECEIPTS VIEW_ASSIGNMENTS VIEW_CUSTOMER_NOTE | |
    E | L | REVOKE_PRODUCT_ACCESS REQUEST_ACCESS_CHANGE VIEW_ASSIGNMENTS ASSIGN_EMPLOYEES TERMINATE_PARTNERSHIP \
VIEW_RECEIPTS VIEW_CUSTOMER_NOTE MANAGE_CUSTOMER_NOTE | ACCEPT_INVITATION DECLINE_INVITATION | MANAGE_INVITATION
    L | L | GRANT_PRODUCT_ACCESS CHANGE_PRODUCT_ACCESS REVOKE_PRODUCT_ACCESS CHANGE_ACCESS_TYPE CHANGE_PAYMENT_MODE \
SET_PARTNERSHIP_DATES ANSWER_ACCESS_CHANGE TERMINATE_PARTNERSHIP VIEW_RECEIPTS REQUEST_ACCESS_CHANGE VIEW_ASSIGNMENTS \
ASSIGN_EMPLOYEES VIEW_CUSTOMER_NOTE MANAGE_CUSTOMER_NOTE | MANAGE_INVITATION ACCEPT_INVITATION DECLINE_INVITATION \
| MANAGE_INVITATION ACCEPT_REQUEST DECLINE_REQUEST
"""


@pytest.mark.parametrize(("customer", "partner", "always", "invited", "requested"), rows(ON_A_PARTNERSHIP))
def test_roles_on_either_side_give_these_rights_on_a_partnership(customer, partner, always, invited, requested):
    viewer = member(customer=customer, partner=partner)

    for side, more in ((Side.CUSTOMER, invited), (Side.PARTNER, requested)):
        found = partnership_rights(viewer, Partnership(initiated_by=side))
        assert found == parse_rights(always) | parse_rights(more), side


@pytest.mark.parametrize(
    ("customer", "partner", "right", "expected"),
    [
        ("L", "-", Right.TERMINATE_PARTNERSHIP, Side.CUSTOMER),
        ("-", "L", Right.TERMINATE_PARTNERSHIP, Side.PARTNER),
        ("A", "L", Right.TERMINATE_PARTNERSHIP, Side.PARTNER),
        ("L", "L", Right.TERMINATE_PARTNERSHIP, Side.CUSTOMER),
        ("A", "A", Right.REVOKE_PRODUCT_ACCESS, Side.CUSTOMER),
        ("E", "A", Right.REVOKE_PRODUCT_ACCESS, Side.PARTNER),
    ],
)
def test_a_member_of_both_sides_acts_for_the_one_that_gives_the_right(customer, partner, right, expected):
    assert side_of(member(customer=customer, partner=partner), right, Partnership()) is expected
