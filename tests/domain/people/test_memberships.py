"""Who decides about members, and does an organisation always keep somebody who can bind it?"""

from functools import partial

import pytest

from server.domain.people.memberships import (
    EmailPreference,
    MembershipStatus,
    check_billing,
    check_keeps_a_legal_representative,
    check_lower_role,
    check_may_change,
    check_member_active,
    check_notified,
    check_successor,
    email_preferences,
    is_lower,
    may_change,
    may_manage_billing,
)
from server.domain.rights import Role
from tests.domain.refusals import refusals

BILLING, PRODUCTS = EmailPreference.BILLING, EmailPreference.PRODUCTS
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


L, A, E, X = Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR, Role.EMPLOYEE, Role.EXTERNAL


@pytest.mark.parametrize(
    ("actor", "roles", "expected"),
    [
        (L, (L,), True),
        (L, (E, L), True),
        (A, (L,), False),
        (A, (E, L), False),
        (A, (L, E), False),
        (A, (A, E), True),
        (A, (), True),
        (E, (X,), False),
        (X, (X,), False),
        (None, (X,), False),
    ],
)
def test_only_one_of_them_decides_about_legal_representatives(actor, roles, expected):
    assert may_change(actor, *roles) is expected
    assert refusals(check_may_change, actor, *roles) == ([] if expected else [("LEGAL_REPRESENTATIVE_ONLY", "")])


def test_roles_have_an_order():
    ordered = [X, E, A, L]

    lower = {(role, before) for role in Role for before in Role if is_lower(role, before)}
    assert lower == {(ordered[low], ordered[high]) for high in range(4) for low in range(high)}


@pytest.mark.parametrize(("role", "off", "on"), [(L, True, True), (A, True, True), (E, False, True), (X, False, False)])
def test_the_billing_permission_is_a_switch_for_employees(role, off, on):
    refused = [("VALIDATION_FAILED", "can_manage_billing")]

    assert (may_manage_billing(role, False), may_manage_billing(role, True)) == (off, on)
    assert refusals(check_billing, role, None) == []
    assert refusals(check_billing, role, False) == (refused if off else [])
    assert refusals(check_billing, role, True) == ([] if on else refused)


@pytest.mark.parametrize(
    ("role", "wanted", "others", "expected"),
    [
        (L, False, 0, [("LAST_LEGAL_REPRESENTATIVE", "notify_billing")]),
        (L, False, 1, []),
        (L, True, 0, []),
        (L, None, 0, []),
        (A, False, 0, []),
        (E, False, 1, []),
    ],
)
def test_the_last_legal_representative_who_gets_billing_emails_keeps_them(role, wanted, others, expected):
    assert refusals(check_notified, role, wanted, others) == expected


@pytest.mark.parametrize(
    ("role", "switch", "expected"),
    [(L, False, {BILLING}), (A, False, {BILLING}), (E, False, set()), (E, True, {BILLING}), (X, True, set())],
)
def test_members_who_may_not_manage_billing_get_no_emails_about_it(role, switch, expected):
    told = partial(email_preferences, role, can_manage_billing=switch)

    assert told(notify_billing=True, notify_products=False) == expected
    assert told(notify_billing=False, notify_products=True) == {PRODUCTS}
    assert told(notify_billing=False, notify_products=False) == set()


@pytest.mark.parametrize("status", [MembershipStatus.INVITED, MembershipStatus.REMOVED])
def test_a_member_who_is_not_active_is_not_changed(status):
    assert refusals(check_member_active, status) == [("NOT_A_MEMBER", "membership_id")]
    assert refusals(check_member_active, MembershipStatus.ACTIVE) == []


@pytest.mark.parametrize(
    ("outgoing", "incoming", "expected"),
    [
        (L, E, []),
        (L, X, []),
        (L, L, [("VALIDATION_FAILED", "incoming_membership_id")]),
        (A, E, [("VALIDATION_FAILED", "outgoing_membership_id")]),
    ],
)
def test_a_legal_representative_is_replaced_by_somebody_who_is_not_one(outgoing, incoming, expected):
    assert refusals(check_successor, outgoing, incoming) == expected


def test_a_replaced_member_gets_a_lower_role_or_none():
    assert [role for role in (*Role, None) if refusals(check_lower_role, role)] == [L]
