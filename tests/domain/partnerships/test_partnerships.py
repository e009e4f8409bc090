"""When may a partnership begin, change and be used, and what is said when it may not?"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.domain.access import state_gates
from server.domain.partnerships.access_change_requests import check_payment_mode_change
from server.domain.partnerships.assignments import assignment_rights, check_assignable
from server.domain.partnerships.partnerships import (
    LIVE,
    AccessType,
    PartnershipStatus,
    Side,
    check_partnership_active,
)
from server.domain.partnerships.product_accesses import check_product_is_grantable, check_takes_products, product_rights
from server.domain.partnerships.proposals import check_acceptance, check_invitation, check_proposal_open, is_late
from server.domain.partnerships.terminations import check_partnership_may_end
from server.domain.people.organisations import PartnerStatus
from server.domain.rights import AssignmentRight, ProductRight, Right, Role
from tests.domain.refusals import refusals
from tests.domain.tables import rows

CUSTOMER, PARTNER, OTHER_PARTNER, THIRD_PARTNER = (UUID(int=place) for place in range(1, 5))
LIMITED, COMPLETE = AccessType.LIMITED, AccessType.COMPLETE
INVITED, ACTIVE, SUSPENDED = PartnershipStatus.INVITED, PartnershipStatus.ACTIVE, PartnershipStatus.SUSPENDED
APPROVED = PartnerStatus.APPROVED
FIELD = ("access", "limited", "products", "0")

SELF = ("SELF_PARTNERSHIP", "partner_id")
NOT_APPROVED = ("PARTNER_NOT_APPROVED", "partner_id")
EXISTS = ("PARTNERSHIP_EXISTS", "partner_id")
NOT_ACTIVE = ("PARTNERSHIP_NOT_ACTIVE", "")
USED = ("INVITATION_USED", "")
EXPIRED = ("INVITATION_EXPIRED", "")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)

# The customer's other partnerships, each an access type and a status | access asked for | refusal.
SIDE_BY_SIDE = """
                                       | LIMITED  |
                                       | COMPLETE |
    LIMITED ACTIVE                     | LIMITED  |
    LIMITED ACTIVE                     | COMPLETE | LIMITED_PARTNER_EXISTS
    LIMITED ACTIVE, LIMITED ACTIVE     | LIMITED  |
    LIMITED ACTIVE, LIMITED ACTIVE     | COMPLETE | LIMITED_PARTNER_EXISTS
    COMPLETE ACTIVE                    | LIMITED  | COMPLETE_PARTNER_EXISTS
    COMPLETE ACTIVE                    | COMPLETE | COMPLETE_PARTNER_EXISTS
    COMPLETE INVITED                   | LIMITED  |
    COMPLETE INVITED                   | COMPLETE |
    LIMITED INVITED                    | LIMITED  |
    LIMITED INVITED                    | COMPLETE |
    COMPLETE SUSPENDED                 | LIMITED  |
    COMPLETE SUSPENDED                 | COMPLETE |
    LIMITED SUSPENDED                  | LIMITED  |
    LIMITED SUSPENDED                  | COMPLETE |
    LIMITED ACTIVE, COMPLETE INVITED   | LIMITED  |
    LIMITED ACTIVE, COMPLETE INVITED   | COMPLETE | LIMITED_PARTNER_EXISTS
    COMPLETE ACTIVE, LIMITED INVITED   | LIMITED  | COMPLETE_PARTNER_EXISTS
    COMPLETE ACTIVE, LIMITED SUSPENDED | COMPLETE | COMPLETE_PARTNER_EXISTS
"""

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


@dataclass(frozen=True)
class Partnership:
    """The facts of one partnership."""

    access_type: AccessType = LIMITED
    status: PartnershipStatus = ACTIVE
    partner_id: UUID = OTHER_PARTNER
    initiated_by: Side = Side.CUSTOMER
    answer_by: datetime | None = None


def is_possible(right: Right, partnership: Partnership) -> bool:
    """Whether the state of the partnership lets the right through."""
    return all(right in gate.passing for gate in state_gates(partnership))


def others(cell: str) -> list[Partnership]:
    """The partnerships of a cell, each with another partner."""
    words = [written.split() for written in cell.split(",") if written.strip()]
    partners = [OTHER_PARTNER, THIRD_PARTNER]
    return [
        Partnership(AccessType(access_type), PartnershipStatus(status), partner)
        for (access_type, status), partner in zip(words, partners, strict=False)
    ]


def expect(code: str, field: str) -> list[tuple[str, str]]:
    return [(code, field)] if code else []


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", [PartnerStatus.APPROVED, PartnerStatus.AT_RISK])
def test_an_approved_partner_may_be_invited(status, access_type):
    assert refusals(check_invitation, CUSTOMER, PARTNER, status, access_type, []) == []


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", [None, PartnerStatus.SUSPENDED, PartnerStatus.REVOKED, PartnerStatus.LEFT])
def test_nobody_else_may_be_invited(status, access_type):
    assert refusals(check_invitation, CUSTOMER, PARTNER, status, access_type, []) == [NOT_APPROVED]


@pytest.mark.parametrize("status", [None, *PartnerStatus])
def test_an_organisation_does_not_invite_itself(status):
    assert refusals(check_invitation, CUSTOMER, CUSTOMER, status, LIMITED, []) == [SELF]


@pytest.mark.parametrize("status", sorted(LIVE))
def test_one_live_partnership_with_a_partner_is_enough(status):
    existing = Partnership(LIMITED, status, PARTNER)

    assert refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, LIMITED, [existing]) == [EXISTS]


def test_invited_active_and_suspended_partnerships_are_live():
    assert sorted(LIVE) == [ACTIVE, INVITED, SUSPENDED]


@pytest.mark.parametrize(("existing", "access_type", "code"), rows(SIDE_BY_SIDE))
def test_a_customer_has_one_complete_partner_or_several_limited_ones(existing, access_type, code):
    asked = Partnership(AccessType(access_type), INVITED, PARTNER)
    found = others(existing)

    invitation = refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, asked.access_type, found)
    acceptance = refusals(check_acceptance, asked, APPROVED, found, NOW)

    assert invitation == expect(code, "access")
    assert acceptance == expect(code, "")


@pytest.mark.parametrize("status", PartnershipStatus)
def test_only_active_partnerships_block_another(status):
    found = [Partnership(COMPLETE, status)]
    expected = expect("COMPLETE_PARTNER_EXISTS" if status is ACTIVE else "", "access")

    assert refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, LIMITED, found) == expected


def test_every_mistake_of_an_invitation_is_reported_at_once():
    found = [Partnership(COMPLETE, ACTIVE, PARTNER)]

    told = refusals(check_invitation, CUSTOMER, PARTNER, PartnerStatus.LEFT, COMPLETE, found)

    assert told == [NOT_APPROVED, EXISTS, ("COMPLETE_PARTNER_EXISTS", "access")]


def test_the_other_partnerships_are_read_once():
    found = iter([Partnership(LIMITED, ACTIVE, PARTNER)])

    told = refusals(check_invitation, CUSTOMER, PARTNER, APPROVED, COMPLETE, found)

    assert told == [EXISTS, ("LIMITED_PARTNER_EXISTS", "access")]


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", PartnershipStatus)
def test_only_an_unanswered_invitation_is_answered(status, access_type):
    partnership = Partnership(access_type, status)
    expected = [] if status is INVITED else [USED]

    assert refusals(check_proposal_open, partnership, NOW) == expected
    assert refusals(check_acceptance, partnership, APPROVED, [], NOW) == expected


@pytest.mark.parametrize("status", PartnershipStatus)
@pytest.mark.parametrize(("answer_by", "in_time"), [(NOW + INSTANT, True), (NOW, False), (NOW - INSTANT, False)])
def test_a_proposal_is_open_until_its_last_second(status, answer_by, in_time):
    proposal = Partnership(LIMITED, status, answer_by=answer_by)
    expected = [USED] if status is not INVITED else [] if in_time else [EXPIRED]

    assert refusals(check_proposal_open, proposal, NOW) == expected
    assert refusals(check_acceptance, proposal, APPROVED, [], NOW) == expected
    assert is_late(proposal, NOW) is (status is INVITED and not in_time)


def test_a_used_invitation_reports_nothing_else():
    used = Partnership(COMPLETE, PartnershipStatus.DECLINED, PARTNER)

    assert refusals(check_acceptance, used, APPROVED, [Partnership(COMPLETE)], NOW) == [USED]


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", PartnershipStatus)
def test_only_an_active_partnership_is_used(status, access_type):
    expected = [] if status is ACTIVE else [NOT_ACTIVE]

    assert refusals(check_partnership_active, Partnership(access_type, status)) == expected


@pytest.mark.parametrize("status", PartnershipStatus)
def test_products_are_granted_under_active_limited_access_alone(status):
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
def test_what_is_shown_as_possible_is_what_the_checks_allow(status, access_type):
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
