"""What does a viewer reach in an organisation, and what may they do with what they reach?"""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.domain.access import Reach, reach, serves_customer
from server.domain.gates import Serving
from server.domain.partnerships.partnerships import AccessType
from server.domain.rights import AssignmentRight, ProductRight, Right
from tests.domain.access import (
    COMPLETE,
    CUSTOMER,
    LIMITED,
    MEMBERSHIP,
    OTHER_PRODUCT,
    PRODUCT,
    Partnership,
    member,
    parse_rights,
)
from tests.domain.tables import rows

GRANTS = {"T": ProductRight.TECHNICAL, "S": ProductRight.STATISTICS}
ASSIGNMENTS = {
    "V": AssignmentRight.VIEW,
    "M": AssignmentRight.MANAGE_PRODUCTS,
    "O": AssignmentRight.ORDER,
    "I": AssignmentRight.VIEW_INVOICES,
}
ON_PRODUCT = {
    "V": Right.VIEW_PRODUCT,
    "M": Right.MANAGE_PRODUCT,
    "S": Right.VIEW_STATISTICS,
    "T": Right.TERMINATE_PRODUCT,
    "A": Right.ANSWER_PENDING_ACTION,
    "W": Right.WITHDRAW_PENDING_ACTION,
}

# Roles in the partner (L legal representative, A administrator, E employee, X external user, - none) | assignments
# (none, or empty, or of V view, M manage products, O order, I view invoices) | rights on the product (V view,
# M manage, S statistics, T terminate, W withdraw what was asked) under limited access with nothing granted | TECHNICAL granted | STATISTICS granted |
# both granted | under complete access.
ON_A_CUSTOMERS_PRODUCT = """
    L A | any             |  | VM | VS | VMS | VMSTW
    E   | none            |  |    |    |     |
    E   | empty           |  |    |    |     |
    E   | V VO VI VOI     |  | V  | VS | VS  | VS
    E   | M MO MI MOI     |  | VM | V  | VM  | VMTW
    E   | O I OI          |  | V  | V  | V   | V
    E   | VM VMO VMI VMOI |  | VM | VS | VMS | VMSTW
    X - | any             |  |    |    |     |
"""
EVERY_ASSIGNMENT = [
    "none",
    "empty",
    *("".join(chosen) for size in range(1, 5) for chosen in combinations("VMOI", size)),
]
EVERY_GRANT = [(LIMITED, ""), (LIMITED, "T"), (LIMITED, "S"), (LIMITED, "TS"), (COMPLETE, "")]

# Role in an organisation | rights on its own products | rights on the organisation.
IN_ONES_OWN_ORGANISATION = """
    L | VMSTA | VIEW_ORGANISATION_DETAILS VIEW_MEMBERS VIEW_PRODUCTS VIEW_PARTNERSHIPS VIEW_MANAGED_CUSTOMERS \
INVITE_PARTNER REQUEST_CUSTOMER VIEW_API_TOKENS CREATE_API_TOKEN REVOKE_API_TOKEN MANAGE_LEGAL_REPRESENTATIVES \
MANAGE_MEMBERS REMOVE_MEMBERS MANAGE_TEAMS GRANT_OWN_PRODUCTS LEAVE_ORGANISATION VIEW_AUDIT_LOG VIEW_PARTNER_ACTIVITY \
SET_EMAIL_WISHES ASSIGN_FUTURE_CUSTOMERS REVIEW_ACCESS EXCLUDE_API_TOKEN CREATE_EXPORT
    A | VMSTA | VIEW_ORGANISATION_DETAILS VIEW_MEMBERS VIEW_PRODUCTS VIEW_PARTNERSHIPS VIEW_MANAGED_CUSTOMERS \
VIEW_API_TOKENS CREATE_API_TOKEN REVOKE_API_TOKEN VIEW_AUDIT_LOG VIEW_PARTNER_ACTIVITY REVIEW_ACCESS \
MANAGE_MEMBERS REMOVE_MEMBERS MANAGE_TEAMS GRANT_OWN_PRODUCTS LEAVE_ORGANISATION \
SET_EMAIL_WISHES ASSIGN_FUTURE_CUSTOMERS CREATE_EXPORT
    E | -   | VIEW_PRODUCTS VIEW_MANAGED_CUSTOMERS LEAVE_ORGANISATION SET_EMAIL_WISHES VIEW_AUDIT_LOG CREATE_EXPORT
    X | -   | VIEW_PRODUCTS LEAVE_ORGANISATION SET_EMAIL_WISHES
    - | -   |
"""


def on_product(cell: str) -> set[Right]:
    return {ON_PRODUCT[letter] for letter in cell.strip("-")}


def cells(roles: str, assignments: str) -> list[tuple[str, str]]:
    """The roles and assignments that a line of the first table is about."""
    named = EVERY_ASSIGNMENT if assignments == "any" else assignments.split()
    return [(role, assignment) for role in roles.split() for assignment in named]


def held_on_product(role: str, assignment: str, access_type: AccessType, grant: str) -> str:
    """What a member of the partner holds on a product of the customer, in letters of the tables."""
    viewer = member(partner=role)
    granted = {PRODUCT: [GRANTS[letter] for letter in grant]}
    kept = [ASSIGNMENTS[letter] for letter in assignment if letter in ASSIGNMENTS]
    assigned = [] if assignment == "none" else [MEMBERSHIP]

    servings = [
        Serving(access_type is COMPLETE, granted, kept if role == "E" else None)
        for partnership in [Partnership(access_type)]
        if serves_customer(viewer, partnership, assigned)
    ]

    rights = reach(viewer, CUSTOMER, servings).rights_on_product(PRODUCT)
    assert rights <= set(ON_PRODUCT.values())
    return "".join(letter for letter, right in ON_PRODUCT.items() if right in rights)


# Rules M25, M26
@pytest.mark.parametrize(
    ("roles", "assignments", "expected"), [(r, a, held) for r, a, *held in rows(ON_A_CUSTOMERS_PRODUCT)]
)
def test_a_partners_rights_on_a_customers_product(roles, assignments, expected):
    held = {
        (role, assignment): [held_on_product(role, assignment, *grant) for grant in EVERY_GRANT]
        for role, assignment in cells(roles, assignments)
    }

    assert held == dict.fromkeys(held, expected)


def test_every_role_and_every_assignment_is_in_the_table_once():
    listed = [cell for roles, assignments, *_ in rows(ON_A_CUSTOMERS_PRODUCT) for cell in cells(roles, assignments)]

    assert len(EVERY_ASSIGNMENT) == 1 + 2 ** len(AssignmentRight)
    assert sorted(listed) == sorted(cells("L A E X -", "any"))


def test_a_grant_on_one_product_says_nothing_of_another():
    serving = Serving(complete=False, product_rights={PRODUCT: list(ProductRight)})

    assert serving.rights_on(PRODUCT) == {Right.VIEW_PRODUCT, Right.MANAGE_PRODUCT, Right.VIEW_STATISTICS}
    assert serving.rights_on(OTHER_PRODUCT) == set()


def test_an_assignment_without_rights_leaves_nothing():
    serving = Serving(complete=True, product_rights={}, assignment=[])

    assert serving.rights_on(PRODUCT) == set()


@settings(deadline=None)
@given(
    complete=some.booleans(),
    granted=some.dictionaries(
        some.sampled_from([PRODUCT, OTHER_PRODUCT]), some.frozensets(some.sampled_from(ProductRight))
    ),
    assignment=some.frozensets(some.sampled_from(AssignmentRight)),
    more=some.frozensets(some.sampled_from(AssignmentRight)),
)
def test_an_employee_never_has_more_than_the_customer_granted(complete, granted, assignment, more):
    of_the_partner = Serving(complete, granted)
    of_the_employee = Serving(complete, granted, assignment)
    with_a_wider_assignment = Serving(complete, granted, assignment | more)

    for product in (PRODUCT, OTHER_PRODUCT):
        assert of_the_employee.rights_on(product) <= of_the_partner.rights_on(product)
        assert of_the_employee.rights_on(product) <= with_a_wider_assignment.rights_on(product)


@settings(deadline=None)
@given(
    granted=some.frozensets(some.sampled_from(ProductRight)),
    assignment=some.frozensets(some.sampled_from(AssignmentRight)),
)
def test_anyone_who_may_do_something_with_a_product_may_view_it(granted, assignment):
    rights = Serving(complete=False, product_rights={PRODUCT: granted}, assignment=assignment).rights_on(PRODUCT)

    assert not rights or Right.VIEW_PRODUCT in rights


@pytest.mark.parametrize(("role", "product", "organisation"), rows(IN_ONES_OWN_ORGANISATION))
def test_a_role_gives_these_rights_in_the_members_own_organisation(role, product, organisation):
    own = reach(member(customer=role), CUSTOMER, [])

    assert own.rights_on_product(PRODUCT) == on_product(product)
    assert own.rights_on_organisation() == parse_rights(organisation)
    assert own.is_whole is (role in "LA")


def test_rights_of_several_partnerships_add_up():
    technical = Serving(complete=False, product_rights={PRODUCT: [ProductRight.TECHNICAL]})
    statistics = Serving(
        complete=False, product_rights={PRODUCT: [ProductRight.STATISTICS]}, assignment=[AssignmentRight.VIEW]
    )

    both = Reach(servings=(technical, statistics))

    assert both.rights_on_product(PRODUCT) == on_product("VMS")
    assert both.rights_on_product(OTHER_PRODUCT) == set()


def test_an_employee_of_the_customer_who_leads_the_partner_has_what_was_granted():
    viewer = member(customer="E", partner="A")
    serving = Serving(complete=False, product_rights={PRODUCT: [ProductRight.STATISTICS]})

    own = reach(viewer, CUSTOMER, [serving])

    assert own.rights_on_product(PRODUCT) == on_product("VS")
    assert own.rights_on_organisation() == parse_rights(
        "VIEW_PRODUCTS VIEW_MANAGED_CUSTOMERS LEAVE_ORGANISATION SET_EMAIL_WISHES VIEW_AUDIT_LOG CREATE_EXPORT"
    )


# Rules R7, R8, E16
@pytest.mark.parametrize(
    ("servings", "whole"),
    [
        ([], False),
        ([Serving(complete=False, product_rights={})], False),
        ([Serving(complete=False, product_rights={PRODUCT: list(ProductRight)})], False),
        ([Serving(complete=True, product_rights={})], True),
        ([Serving(complete=True, product_rights={}, assignment=[AssignmentRight.VIEW])], True),
        ([Serving(complete=False, product_rights={}), Serving(complete=True, product_rights={})], True),
    ],
    ids=["none", "limited", "limited with a grant", "complete", "complete, assigned", "both"],
)
def test_only_complete_access_reaches_every_product_of_a_customer(servings, whole):
    assert reach(member(partner="L"), CUSTOMER, servings).is_whole is whole


@pytest.mark.parametrize("complete", [False, True])
def test_a_partner_sees_nothing_of_a_managed_customer_but_its_products(complete):
    managed = reach(member(partner="L"), CUSTOMER, [Serving(complete, {PRODUCT: list(ProductRight)})])

    assert managed.rights_on_organisation() == {Right.VIEW_PRODUCTS}
