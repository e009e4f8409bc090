"""What may be done in an active partnership, and which moves are possible in which status?"""

from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.domain.access import state_gates
from server.domain.partnerships.access_change_requests import check_payment_mode_change
from server.domain.partnerships.assignments import assignment_rights, check_assignable
from server.domain.partnerships.partnerships import (
    AccessType,
    PartnershipStatus,
    check_partnership_active,
)
from server.domain.partnerships.product_accesses import check_product_is_grantable, check_takes_products, product_rights
from server.domain.partnerships.proposals import check_acceptance, check_proposal_open
from server.domain.partnerships.terminations import check_partnership_may_end
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import AssignmentRight, ProductRight, Right, Role
from tests.domain.partnerships.partnerships import (
    ACTIVE,
    COMPLETE,
    CUSTOMER,
    LIMITED,
    NOW,
    PARTNER,
    Partnership,
    expect,
)
from tests.domain.refusals import refusals
from tests.domain.tables import rows

FIELD = ("access", "limited", "products", "0")
NOT_ACTIVE = ("PARTNERSHIP_NOT_ACTIVE", "")

# Right | the statuses in which it may be used, under limited access | under complete access.
POSSIBLE = """
    ACCEPT_INVITATION     | INVITED          | INVITED
    DECLINE_INVITATION    | INVITED          | INVITED
    ACCEPT_REQUEST        | INVITED          | INVITED
    DECLINE_REQUEST       | INVITED          | INVITED
    MANAGE_INVITATION     | INVITED          | INVITED
    GRANT_PRODUCT_ACCESS  | ACTIVE           |
    CHANGE_PRODUCT_ACCESS | ACTIVE           |
    REVOKE_PRODUCT_ACCESS | ACTIVE           |
    CHANGE_ACCESS_TYPE    | ACTIVE           | ACTIVE
    CHANGE_PAYMENT_MODE   |                  | ACTIVE
    SET_PARTNERSHIP_DATES | ACTIVE           | ACTIVE
    REQUEST_ACCESS_CHANGE | ACTIVE           | ACTIVE
    ANSWER_ACCESS_CHANGE  | ACTIVE           | ACTIVE
    ASSIGN_EMPLOYEES      | ACTIVE           | ACTIVE
    TERMINATE_PARTNERSHIP | ACTIVE SUSPENDED | ACTIVE SUSPENDED
"""
MOVES = {Right(name) for name, *_ in rows(POSSIBLE)}


def is_possible(right: Right, partnership: Partnership) -> bool:
    """Whether the state of the partnership lets the right through."""
    return all(right in gate.passing for gate in state_gates(partnership))


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", PartnershipStatus)
def test_only_an_active_partnership_is_used(status, access_type):
    expected = [] if status is ACTIVE else [NOT_ACTIVE]

    assert refusals(check_partnership_active, Partnership(access_type, status)) == expected


@pytest.mark.parametrize("status", PartnershipStatus)
def test_products_are_granted_only_under_active_limited_access(status):
    not_limited = ("ACCESS_NOT_LIMITED", "")

    limited = refusals(check_takes_products, Partnership(LIMITED, status))
    complete = refusals(check_takes_products, Partnership(COMPLETE, status))

    assert limited == ([] if status is ACTIVE else [NOT_ACTIVE])
    assert complete == ([not_limited] if status is ACTIVE else [NOT_ACTIVE])


@pytest.mark.parametrize(
    ("owner", "managed_here", "managed_elsewhere", "code"),
    [
        (CUSTOMER, False, False, ""),
        (CUSTOMER, True, False, "ALREADY_GRANTED"),
        (CUSTOMER, False, True, "PRODUCT_ALREADY_MANAGED"),
        (CUSTOMER, True, True, "ALREADY_GRANTED"),
        (PARTNER, False, False, "PRODUCT_NOT_OWNED"),
        (PARTNER, True, False, "PRODUCT_NOT_OWNED"),
        (PARTNER, False, True, "PRODUCT_NOT_OWNED"),
        (PARTNER, True, True, "PRODUCT_NOT_OWNED"),
    ],
)
def test_a_customer_grants_its_own_products_to_one_partner_each(owner, managed_here, managed_elsewhere, code):
    told = refusals(check_product_is_grantable, owner, CUSTOMER, managed_here, managed_elsewhere, FIELD)

    assert told == expect(code, "access.limited.products.0")


@pytest.mark.parametrize("organisation", [PARTNER, CUSTOMER])
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("is_active", [True, False])
def test_only_active_employees_of_the_partner_are_assigned(organisation, role, is_active):
    assignable = organisation == PARTNER and role is Role.EMPLOYEE and is_active

    told = refusals(check_assignable, organisation, PARTNER, role, is_active)

    assert told == expect("" if assignable else "NOT_AN_EMPLOYEE", "membership_id")


@pytest.mark.parametrize("empty", [[], (), frozenset()])
def test_a_grant_names_at_least_one_right(empty):
    assert refusals(product_rights, empty, FIELD) == [("VALIDATION_FAILED", "access.limited.products.0")]


@settings(deadline=None)
@given(some.lists(some.sampled_from(ProductRight), min_size=1, max_size=5))
def test_granted_rights_are_stored_once_each_in_the_order_of_the_enum(asked):
    stored = product_rights(asked, FIELD)

    assert set(stored) == set(asked)
    assert stored == [right for right in (ProductRight.TECHNICAL, ProductRight.STATISTICS) if right in stored]
    assert product_rights(stored, FIELD) == stored


@pytest.mark.parametrize(
    ("asked", "stored"),
    [
        ("", "VIEW"),
        ("VIEW", "VIEW"),
        ("VIEW VIEW", "VIEW"),
        ("MANAGE_PRODUCTS", "VIEW MANAGE_PRODUCTS"),
        ("ORDER", "VIEW ORDER"),
        ("VIEW_INVOICES ORDER ORDER", "VIEW ORDER VIEW_INVOICES"),
        ("VIEW_INVOICES ORDER MANAGE_PRODUCTS VIEW", "VIEW MANAGE_PRODUCTS ORDER VIEW_INVOICES"),
    ],
)
def test_an_assignment_always_holds_the_view(asked, stored):
    assert assignment_rights([AssignmentRight(name) for name in asked.split()]) == stored.split()


@pytest.mark.parametrize(("right", "limited", "complete"), rows(POSSIBLE))
def test_a_move_is_possible_in_these_states_and_no_other(right, limited, complete):
    possible = {
        access_type: [status for status in PartnershipStatus if is_possible(right, Partnership(access_type, status))]
        for access_type in AccessType
    }

    assert possible == {LIMITED: limited.split(), COMPLETE: complete.split()}


@pytest.mark.parametrize("right", [right for right in Right if right not in MOVES])
def test_every_other_right_is_possible_in_every_state(right):
    impossible = [
        (access_type, status)
        for access_type in AccessType
        for status in PartnershipStatus
        if not is_possible(right, Partnership(access_type, status))
    ]

    assert impossible == []


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", PartnershipStatus)
def test_the_rights_shown_as_possible_are_those_that_the_checks_allow(status, access_type):
    partnership = Partnership(access_type, status)
    is_open = partial(check_proposal_open, now=NOW)

    for right, check in [
        (Right.ACCEPT_INVITATION, is_open),
        (Right.DECLINE_INVITATION, is_open),
        (Right.ACCEPT_REQUEST, is_open),
        (Right.DECLINE_REQUEST, is_open),
        (Right.MANAGE_INVITATION, is_open),
        (Right.TERMINATE_PARTNERSHIP, check_partnership_may_end),
        (Right.CHANGE_PAYMENT_MODE, check_payment_mode_change),
        (Right.GRANT_PRODUCT_ACCESS, check_takes_products),
        (Right.CHANGE_PRODUCT_ACCESS, check_takes_products),
        (Right.REVOKE_PRODUCT_ACCESS, check_takes_products),
        (Right.ASSIGN_EMPLOYEES, check_partnership_active),
    ]:
        assert is_possible(right, partnership) is (refusals(check, partnership) == [])


@pytest.mark.parametrize("status", [PartnerStatus.SUSPENDED, PartnerStatus.REVOKED, PartnerStatus.LEFT, None])
def test_only_an_approved_partner_accepts(status):
    invitation = Partnership(COMPLETE, PartnershipStatus.INVITED, PARTNER)

    assert refusals(check_acceptance, invitation, status, [], NOW) == expect("PARTNER_NOT_APPROVED", "")
