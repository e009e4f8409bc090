"""Who holds which right by role, by grant and by assignment, and which scope does a token need for each?

The tables are those of the permission matrix in docs/programme.md (M8 to M42).
"""

import pytest

from server.domain.rights import (
    BY_ASSIGNMENT_RIGHT,
    BY_COMPLETE_ACCESS,
    BY_PRODUCT_RIGHT,
    CUSTOMER_SIDE,
    LEADING_ROLES,
    MANAGED_CUSTOMER,
    NEVER_BY_TOKEN,
    OWN_ORGANISATION,
    OWN_PRODUCT,
    PARTNER_SIDE,
    SCOPE_OF,
    AssignmentRight,
    ProductRight,
    Right,
    Role,
    Scope,
)
from tests.domain.tables import rows

BY_ROLE = [OWN_ORGANISATION, CUSTOMER_SIDE, PARTNER_SIDE]

# L legal representative, A administrator, E employee, X external user.
HOLDERS = """
    VIEW_ORGANISATION_DETAILS | own organisation LA   |                  |
    VIEW_MEMBERS              | own organisation LA   |                  |
    VIEW_PRODUCTS             | own organisation LAEX |                  |
    VIEW_PARTNERSHIPS         | own organisation LA   |                  |
    VIEW_MANAGED_CUSTOMERS    | own organisation LAE  |                  |
    INVITE_PARTNER            | own organisation L    |                  |
    REQUEST_CUSTOMER          | own organisation L    |                  |
    MANAGE_MEMBERS            | own organisation LA   |                  |
    REMOVE_MEMBERS            | own organisation LA   |                  |
    MANAGE_LEGAL_REPRESENTATIVES | own organisation L |                  |
    MANAGE_TEAMS              | own organisation LA   |                  |
    GRANT_OWN_PRODUCTS        | own organisation LA   |                  |
    LEAVE_ORGANISATION        | own organisation LAEX |                  |
    SET_EMAIL_WISHES          | own organisation LAEX |                  |
    ASSIGN_FUTURE_CUSTOMERS   | own organisation LA   |                  |
    VIEW_API_TOKENS           | own organisation LA   |                  |
    CREATE_API_TOKEN          | own organisation LA   |                  |
    REVOKE_API_TOKEN          | own organisation LA   |                  |
    VIEW_AUDIT_LOG            | own organisation LAE  |                  |
    VIEW_PARTNER_ACTIVITY     | own organisation LA   |                  |
    REVIEW_ACCESS             | own organisation LA   |                  |
    EXCLUDE_API_TOKEN         | own organisation L    |                  |
    CREATE_EXPORT             | own organisation LAE  |                  |
    ADMINISTER_PROGRAMME      |                       |                  |
    GRANT_SUPPORT_ACCESS      |                       |                  |
    ACCEPT_INVITATION         |                       |                  | as partner LA
    DECLINE_INVITATION        |                       |                  | as partner LA
    ACCEPT_REQUEST            |                       | as customer L    |
    DECLINE_REQUEST           |                       | as customer L    |
    MANAGE_INVITATION         |                       | as customer L    | as partner L
    GRANT_PRODUCT_ACCESS      |                       | as customer LA   |
    CHANGE_PRODUCT_ACCESS     |                       | as customer LA   |
    REVOKE_PRODUCT_ACCESS     |                       | as customer LA   | as partner LA
    CHANGE_ACCESS_TYPE        |                       | as customer L    |
    CHANGE_PAYMENT_MODE       |                       | as customer LA   |
    SET_PARTNERSHIP_DATES     |                       | as customer L    |
    REQUEST_ACCESS_CHANGE     |                       |                  | as partner LA
    ANSWER_ACCESS_CHANGE      |                       | as customer LA   |
    TERMINATE_PARTNERSHIP     |                       | as customer L    | as partner L
    VIEW_ASSIGNMENTS          |                       |                  | as partner LAE
    ASSIGN_EMPLOYEES          |                       |                  | as partner LA
    VIEW_RECEIPTS             |                       | as customer LA   | as partner LA
    VIEW_CUSTOMER_NOTE        |                       |                  | as partner LAE
    MANAGE_CUSTOMER_NOTE      |                       |                  | as partner LA
    VIEW_PRODUCT              |                       |                  |
    MANAGE_PRODUCT            |                       |                  |
    VIEW_STATISTICS           |                       |                  |
    TERMINATE_PRODUCT         |                       |                  |
    ANSWER_PENDING_ACTION     |                       |                  |
    WITHDRAW_PENDING_ACTION   |                       |                  |
"""

SCOPES = """
    VIEW_ORGANISATION_DETAILS | ORGANISATION_READ
    VIEW_MEMBERS              | MEMBERS_READ
    VIEW_PRODUCTS             | PRODUCTS_READ
    VIEW_PARTNERSHIPS         | PARTNERSHIPS_READ
    VIEW_MANAGED_CUSTOMERS    | PARTNERSHIPS_READ
    INVITE_PARTNER            | PARTNERSHIPS_MANAGE
    REQUEST_CUSTOMER          | PARTNERSHIPS_MANAGE
    MANAGE_MEMBERS            | MEMBERS_MANAGE
    REMOVE_MEMBERS            | never
    MANAGE_LEGAL_REPRESENTATIVES | never
    MANAGE_TEAMS              | MEMBERS_MANAGE
    GRANT_OWN_PRODUCTS        | MEMBERS_MANAGE
    LEAVE_ORGANISATION        | never
    SET_EMAIL_WISHES          | never
    ASSIGN_FUTURE_CUSTOMERS   | ASSIGNMENTS_MANAGE
    VIEW_API_TOKENS           | never
    CREATE_API_TOKEN          | never
    REVOKE_API_TOKEN          | never
    VIEW_AUDIT_LOG            | AUDIT_READ
    VIEW_PARTNER_ACTIVITY     | AUDIT_READ
    REVIEW_ACCESS             | AUDIT_READ
    EXCLUDE_API_TOKEN         | never
    CREATE_EXPORT             | EXPORTS_CREATE
    ADMINISTER_PROGRAMME      | never
    GRANT_SUPPORT_ACCESS      | never
    ACCEPT_INVITATION         | PARTNERSHIPS_MANAGE
    DECLINE_INVITATION        | PARTNERSHIPS_MANAGE
    ACCEPT_REQUEST            | never
    DECLINE_REQUEST           | never
    MANAGE_INVITATION         | PARTNERSHIPS_MANAGE
    GRANT_PRODUCT_ACCESS      | PARTNERSHIPS_MANAGE
    CHANGE_PRODUCT_ACCESS     | PARTNERSHIPS_MANAGE
    REVOKE_PRODUCT_ACCESS     | PARTNERSHIPS_MANAGE
    CHANGE_ACCESS_TYPE        | never
    CHANGE_PAYMENT_MODE       | never
    SET_PARTNERSHIP_DATES     | never
    REQUEST_ACCESS_CHANGE     | PARTNERSHIPS_MANAGE
    ANSWER_ACCESS_CHANGE      | never
    TERMINATE_PARTNERSHIP     | never
    VIEW_ASSIGNMENTS          | ASSIGNMENTS_READ
    ASSIGN_EMPLOYEES          | ASSIGNMENTS_MANAGE
    VIEW_RECEIPTS             | PARTNERSHIPS_READ
    VIEW_CUSTOMER_NOTE        | PARTNERSHIPS_READ
    MANAGE_CUSTOMER_NOTE      | PARTNERSHIPS_MANAGE
    VIEW_PRODUCT              | PRODUCTS_READ
    MANAGE_PRODUCT            | PRODUCTS_MANAGE
    VIEW_STATISTICS           | PRODUCTS_READ
    TERMINATE_PRODUCT         | PRODUCTS_MANAGE
    ANSWER_PENDING_ACTION     | never
    WITHDRAW_PENDING_ACTION   | PRODUCTS_MANAGE
"""

# Rows: the scope a token has; cells: what it covers.
COVERED = """
    ORGANISATION_READ   | ORGANISATION_READ
    MEMBERS_READ        | MEMBERS_READ
    MEMBERS_MANAGE      | MEMBERS_READ MEMBERS_MANAGE
    PRODUCTS_READ       | PRODUCTS_READ
    PRODUCTS_MANAGE     | PRODUCTS_READ PRODUCTS_MANAGE
    PARTNERSHIPS_READ   | PARTNERSHIPS_READ
    PARTNERSHIPS_MANAGE | PARTNERSHIPS_READ PARTNERSHIPS_MANAGE
    ASSIGNMENTS_READ    | ASSIGNMENTS_READ
    ASSIGNMENTS_MANAGE  | ASSIGNMENTS_READ ASSIGNMENTS_MANAGE
    AUDIT_READ          | AUDIT_READ
    EXPORTS_CREATE      | EXPORTS_CREATE
"""


def roles(cell: str) -> set[Role]:
    letters = {"L": Role.LEGAL_REPRESENTATIVE, "A": Role.ADMINISTRATOR, "E": Role.EMPLOYEE, "X": Role.EXTERNAL}
    return {letters[letter] for letter in cell.rpartition(" ")[2]}


# Rules R10, Q2
@pytest.mark.parametrize(("right", "cells"), [(Right(name), cells) for name, *cells in rows(HOLDERS)])
def test_these_roles_and_no_others_have_a_right(right, cells):
    holders = [{role for role, rights in table.items() if right in rights} for table in BY_ROLE]

    assert holders == [roles(cell) for cell in cells]


@pytest.mark.parametrize(("right", "scope"), [(Right(name), scope) for name, scope in rows(SCOPES)])
def test_a_token_needs_this_scope_for_a_right(right, scope):
    assert (SCOPE_OF.get(right, "never"), right in NEVER_BY_TOKEN) == (scope, scope == "never")


@pytest.mark.parametrize("table", [HOLDERS, SCOPES], ids=["holders", "scopes"])
def test_no_right_is_missing_in_the_tables_above(table):
    assert [name for name, *_ in rows(table)] == [right.value for right in Right]


@pytest.mark.parametrize(("held", "covered"), [(Scope(held), cell.split()) for held, cell in rows(COVERED)])
def test_managing_includes_reading_and_never_the_reverse(held, covered):
    assert [scope.value for scope in Scope if scope.is_granted_by(frozenset({held}))] == covered


def test_no_scope_is_missing_in_the_table_above():
    assert [held for held, _ in rows(COVERED)] == [scope.value for scope in Scope]


def test_a_token_without_scopes_covers_nothing():
    assert [scope for scope in Scope if scope.is_granted_by(frozenset())] == []


def test_several_scopes_cover_what_each_of_them_covers():
    held = frozenset({Scope.PRODUCTS_MANAGE, Scope.MEMBERS_READ})

    assert {scope for scope in Scope if scope.is_granted_by(held)} == {
        Scope.MEMBERS_READ,
        Scope.PRODUCTS_READ,
        Scope.PRODUCTS_MANAGE,
    }


def test_legal_representatives_and_administrators_lead():
    assert {Role.LEGAL_REPRESENTATIVE, Role.ADMINISTRATOR} == LEADING_ROLES


def test_a_leader_has_every_right_on_the_products_of_the_organisation():
    assert {
        Right.VIEW_PRODUCT,
        Right.MANAGE_PRODUCT,
        Right.VIEW_STATISTICS,
        Right.TERMINATE_PRODUCT,
        Right.ANSWER_PENDING_ACTION,
    } == OWN_PRODUCT


def test_complete_access_lets_a_partner_ask_what_no_grant_does_and_never_answer_itself():
    assert {Right.TERMINATE_PRODUCT, Right.WITHDRAW_PENDING_ACTION} == BY_COMPLETE_ACCESS
    assert all(BY_COMPLETE_ACCESS.isdisjoint(rights) for rights in BY_PRODUCT_RIGHT.values())


def test_a_managed_customer_is_seen_only_through_its_products():
    assert {Right.VIEW_PRODUCTS} == MANAGED_CUSTOMER


def test_a_grant_gives_what_its_name_says_and_the_view_of_the_product():
    assert {
        ProductRight.TECHNICAL: {Right.VIEW_PRODUCT, Right.MANAGE_PRODUCT},
        ProductRight.STATISTICS: {Right.VIEW_PRODUCT, Right.VIEW_STATISTICS},
    } == BY_PRODUCT_RIGHT


def test_an_assignment_leaves_what_its_name_says_and_the_view_of_the_product():
    assert {
        AssignmentRight.VIEW: {Right.VIEW_PRODUCT, Right.VIEW_STATISTICS},
        AssignmentRight.MANAGE_PRODUCTS: BY_COMPLETE_ACCESS | {Right.VIEW_PRODUCT, Right.MANAGE_PRODUCT},
        AssignmentRight.ORDER: {Right.VIEW_PRODUCT},
        AssignmentRight.VIEW_INVOICES: {Right.VIEW_PRODUCT},
    } == BY_ASSIGNMENT_RIGHT
