"""What is known about the caller, and what does their credential allow?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from server.domain.rights import NEVER_BY_TOKEN, Right, Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from tests.domain.tables import rows

USER, TOKEN = UUID(int=1), UUID(int=2)
LED, ADMINISTERED, SERVED, VISITED, FOREIGN = (UUID(int=10 + place) for place in range(5))
CUSTOMER, OTHER_CUSTOMER = UUID(int=20), UUID(int=21)
NOW = datetime(2026, 2, 28, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
SUDO = timedelta(minutes=15)

STANDINGS = (
    ViewerMembership(UUID(int=30), LED, Role.LEGAL_REPRESENTATIVE),
    ViewerMembership(UUID(int=31), ADMINISTERED, Role.ADMINISTRATOR),
    ViewerMembership(UUID(int=32), SERVED, Role.EMPLOYEE),
    ViewerMembership(UUID(int=33), VISITED, Role.EXTERNAL),
)
PERSON = Viewer(USER, STANDINGS)

USABLE = """
    ORGANISATION_READ   | VIEW_ORGANISATION_DETAILS
    MEMBERS_READ        | VIEW_MEMBERS
    MEMBERS_MANAGE      | VIEW_MEMBERS MANAGE_MEMBERS MANAGE_TEAMS GRANT_OWN_PRODUCTS
    PRODUCTS_READ       | VIEW_PRODUCTS VIEW_PRODUCT VIEW_STATISTICS
    PRODUCTS_MANAGE     | VIEW_PRODUCTS VIEW_PRODUCT MANAGE_PRODUCT VIEW_STATISTICS TERMINATE_PRODUCT WITHDRAW_PENDING_ACTION
    PARTNERSHIPS_READ   | VIEW_PARTNERSHIPS VIEW_MANAGED_CUSTOMERS VIEW_RECEIPTS VIEW_CUSTOMER_NOTE
    PARTNERSHIPS_MANAGE | VIEW_PARTNERSHIPS VIEW_MANAGED_CUSTOMERS INVITE_PARTNER REQUEST_CUSTOMER ACCEPT_INVITATION \
DECLINE_INVITATION MANAGE_INVITATION GRANT_PRODUCT_ACCESS CHANGE_PRODUCT_ACCESS REVOKE_PRODUCT_ACCESS \
REQUEST_ACCESS_CHANGE VIEW_RECEIPTS VIEW_CUSTOMER_NOTE MANAGE_CUSTOMER_NOTE
    ASSIGNMENTS_READ    | VIEW_ASSIGNMENTS
    ASSIGNMENTS_MANAGE  | ASSIGN_FUTURE_CUSTOMERS VIEW_ASSIGNMENTS ASSIGN_EMPLOYEES
    AUDIT_READ          | VIEW_AUDIT_LOG VIEW_PARTNER_ACTIVITY REVIEW_ACCESS
    EXPORTS_CREATE      | CREATE_EXPORT
"""


def token(*scopes: Scope, customers: frozenset[UUID] | None = None) -> Viewer:
    """Who asks with a token of these scopes."""
    return Viewer(USER, STANDINGS[:1], TokenGrant(TOKEN, LED, frozenset(scopes), customers))


@pytest.mark.parametrize(
    ("role", "leads"),
    [
        (Role.LEGAL_REPRESENTATIVE, True),
        (Role.ADMINISTRATOR, True),
        (Role.EMPLOYEE, False),
        (Role.EXTERNAL, False),
    ],
)
def test_legal_representatives_and_administrators_lead(role, leads):
    assert ViewerMembership(UUID(int=30), LED, role).leads is leads


def test_a_viewer_has_memberships_only_in_their_own_organisations():
    stood = [PERSON.membership_in(organisation) for organisation in (LED, ADMINISTERED, SERVED, VISITED, FOREIGN)]

    assert stood == [*STANDINGS, None]


def test_a_viewers_organisations_are_distinguished_by_role():
    assert PERSON.organisation_ids == [LED, ADMINISTERED, SERVED, VISITED]
    assert PERSON.led_organisation_ids == [LED, ADMINISTERED]
    assert PERSON.employee_membership_ids == [UUID(int=32)]
    assert PERSON.grantee_membership_ids == [UUID(int=32), UUID(int=33)]


def test_a_viewer_of_no_organisation_has_no_role():
    newcomer = Viewer(USER)

    assert newcomer.membership_in(LED) is None
    assert newcomer.organisation_ids == []
    assert newcomer.led_organisation_ids == []
    assert newcomer.employee_membership_ids == []
    assert newcomer.grantee_membership_ids == []


def test_a_person_has_every_scope_and_may_use_every_right():
    assert [scope for scope in Scope if not PERSON.has_scope(scope)] == []
    assert [right for right in Right if not PERSON.may_use(right)] == []


@pytest.mark.parametrize(("scope", "usable"), [(Scope(scope), cell.split()) for scope, cell in rows(USABLE)])
def test_a_token_may_use_the_rights_of_its_scopes(scope, usable):
    assert [right.value for right in Right if token(scope).may_use(right)] == usable


def test_no_scope_is_missing_in_the_table_above():
    assert [scope for scope, _ in rows(USABLE)] == [scope.value for scope in Scope]


def test_a_token_with_every_scope_still_makes_and_ends_no_tokens():
    assert {right for right in Right if not token(*Scope).may_use(right)} == NEVER_BY_TOKEN


def test_a_token_without_scopes_may_use_nothing():
    assert [scope for scope in Scope if token().has_scope(scope)] == []
    assert [right for right in Right if token().may_use(right)] == []


@pytest.mark.parametrize(
    ("viewer", "may_serve"),
    [
        (PERSON, [True, True]),
        (token(*Scope), [True, True]),
        (token(*Scope, customers=frozenset({CUSTOMER})), [True, False]),
        (token(*Scope, customers=frozenset({CUSTOMER, OTHER_CUSTOMER})), [True, True]),
        (token(*Scope, customers=frozenset()), [False, False]),
        (token(customers=frozenset({CUSTOMER})), [True, False]),
    ],
    ids=["person", "token for all", "for one", "for both", "for none", "for one, without scopes"],
)
def test_a_token_serves_the_customers_it_is_for(viewer, may_serve):
    assert [viewer.may_serve(customer) for customer in (CUSTOMER, OTHER_CUSTOMER)] == may_serve


@pytest.mark.parametrize(
    ("confirmed_at", "confirmed"),
    [
        (None, False),
        (NOW, True),
        (NOW - SUDO + INSTANT, True),
        (NOW - SUDO, False),
        (NOW - SUDO - INSTANT, False),
        (NOW - timedelta(days=400), False),
    ],
)
def test_a_password_stays_confirmed_for_a_while(confirmed_at, confirmed):
    viewer = Viewer(USER, password_confirmed_at=confirmed_at)

    assert viewer.has_confirmed_password(NOW, within=SUDO) is confirmed
