"""What does a viewer reach in an organisation, and what may they do with what they reach?"""

from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from server.domain.access import Reach, partnership_rights, reach, sees_partnership, serves, side_of, usable
from server.domain.gates import Serving
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, Side
from server.domain.rights import NEVER_BY_TOKEN, AssignmentRight, ProductRight, Right, Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from tests.domain.tables import rows

USER, TOKEN, MEMBERSHIP, COLLEAGUE = (UUID(int=place) for place in range(1, 5))
CUSTOMER, PARTNER, OTHER_CUSTOMER, FOREIGN = (UUID(int=place) for place in range(10, 14))
PRODUCT, OTHER_PRODUCT = UUID(int=20), UUID(int=21)

LIMITED, COMPLETE = AccessType.LIMITED, AccessType.COMPLETE
ACTIVE = PartnershipStatus.ACTIVE
ROLES = {"L": Role.LEGAL_REPRESENTATIVE, "A": Role.ADMINISTRATOR, "E": Role.EMPLOYEE, "X": Role.EXTERNAL}
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

# Role in the customer | in the partner | assigned? | sees an active partnership | sees one that is not active.
SEEN = """
    L | - | no  | yes | yes
    A | - | no  | yes | yes
    E | - | no  | no  | no
    X | - | no  | no  | no
    - | L | no  | yes | yes
    - | A | no  | yes | yes
    - | E | no  | no  | no
    - | E | yes | yes | no
    - | X | no  | no  | no
    - | X | yes | no  | no
    - | - | no  | no  | no
    - | - | yes | no  | no
    E | E | yes | yes | no
    L | X | no  | yes | yes
    X | L | no  | yes | yes
"""


@dataclass(frozen=True)
class Partnership:
    """The facts of one partnership."""

    access_type: AccessType = LIMITED
    status: PartnershipStatus = ACTIVE
    customer_id: UUID = CUSTOMER
    partner_id: UUID = PARTNER
    initiated_by: Side = Side.CUSTOMER


def member(**roles: str) -> Viewer:
    """Who has these roles, each a letter of the tables or a dash."""
    places = {"customer": CUSTOMER, "partner": PARTNER, "other_customer": OTHER_CUSTOMER}
    memberships = [
        ViewerMembership(MEMBERSHIP, places[place], ROLES[role]) for place, role in roles.items() if role != "-"
    ]
    return Viewer(USER, tuple(memberships))


def token(role: str, *scopes: Scope, customers: set[UUID] | None = None) -> Viewer:
    """A token of somebody with this role in the partner."""
    allowed = None if customers is None else frozenset(customers)
    grant = TokenGrant(TOKEN, PARTNER, frozenset(scopes), allowed)
    return Viewer(USER, (ViewerMembership(MEMBERSHIP, PARTNER, ROLES[role]),), grant)


def on_product(cell: str) -> set[Right]:
    return {ON_PRODUCT[letter] for letter in cell.strip("-")}


def parse_rights(cell: str) -> set[Right]:
    return {Right(name) for name in cell.split()}


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
        if serves(viewer, partnership, assigned)
    ]

    rights = reach(viewer, CUSTOMER, servings).rights_on_product(PRODUCT)
    assert rights <= set(ON_PRODUCT.values())
    return "".join(letter for letter, right in ON_PRODUCT.items() if right in rights)


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
def test_a_role_gives_these_rights_in_ones_own_organisation(role, product, organisation):
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
def test_of_a_managed_customer_nothing_but_its_products_is_seen(complete):
    managed = reach(member(partner="L"), CUSTOMER, [Serving(complete, {PRODUCT: list(ProductRight)})])

    assert managed.rights_on_organisation() == {Right.VIEW_PRODUCTS}


def test_a_stranger_reaches_nothing():
    nothing = reach(member(partner="L"), FOREIGN, [])

    assert nothing == Reach(None, ())
    assert nothing.rights_on_organisation() == set()
    assert nothing.rights_on_product(PRODUCT) == set()


@pytest.mark.parametrize(
    ("role", "assigned", "expected"),
    [
        ("L", [], True),
        ("A", [], True),
        ("E", [], False),
        ("E", [COLLEAGUE], False),
        ("E", [COLLEAGUE, MEMBERSHIP], True),
        ("X", [], False),
        ("X", [MEMBERSHIP], False),
        ("-", [], False),
        ("-", [MEMBERSHIP], False),
    ],
)
def test_leaders_serve_every_customer_and_employees_those_they_are_assigned_to(role, assigned, expected):
    assert serves(member(partner=role), Partnership(), assigned) is expected


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", [status for status in PartnershipStatus if status is not ACTIVE])
@pytest.mark.parametrize("role", ["L", "A", "E"])
def test_nobody_serves_before_the_acceptance_or_after_the_end(role, status, access_type):
    assert serves(member(partner=role), Partnership(access_type), {MEMBERSHIP}) is True
    assert serves(member(partner=role), Partnership(access_type, status), {MEMBERSHIP}) is False


@pytest.mark.parametrize("role", ROLES)
def test_the_customer_does_not_serve_itself(role):
    assert serves(member(customer=role), Partnership(), {MEMBERSHIP}) is False


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("role", ["L", "A"])
def test_managing_a_partner_gives_nothing_on_its_customers(role, access_type):
    manager = member(other_customer=role)
    managing = Partnership(COMPLETE, customer_id=PARTNER, partner_id=OTHER_CUSTOMER)
    managed = Partnership(access_type, customer_id=CUSTOMER, partner_id=PARTNER)

    assert serves(manager, managing, []) is True
    assert serves(manager, managed, [MEMBERSHIP]) is False
    assert sees_partnership(manager, managed, [MEMBERSHIP]) is False
    assert partnership_rights(manager, managed) == set()


@pytest.mark.parametrize("role", ["L", "A", "E"])
@pytest.mark.parametrize(
    ("customers", "expected"),
    [
        (None, True),
        ({CUSTOMER}, True),
        ({CUSTOMER, OTHER_CUSTOMER}, True),
        ({OTHER_CUSTOMER}, False),
        ({PARTNER}, False),
        (set(), False),
    ],
    ids=["all", "this", "both", "another", "the partner itself", "none"],
)
def test_a_token_serves_and_sees_only_the_customers_it_is_for(role, customers, expected):
    viewer = token(role, *Scope, customers=customers)

    assert serves(viewer, Partnership(), {MEMBERSHIP}) is expected
    assert sees_partnership(viewer, Partnership(), {MEMBERSHIP}) is expected
    assert bool(partnership_rights(viewer, Partnership())) is expected


def test_a_tokens_customers_do_not_hide_the_partnerships_of_its_own_organisation():
    token_of_the_customer = Viewer(
        USER,
        (ViewerMembership(MEMBERSHIP, CUSTOMER, Role.ADMINISTRATOR),),
        TokenGrant(TOKEN, CUSTOMER, frozenset(Scope), frozenset({OTHER_CUSTOMER})),
    )

    assert sees_partnership(token_of_the_customer, Partnership(), []) is True
    assert partnership_rights(token_of_the_customer, Partnership()) == parse_rights(
        "GRANT_PRODUCT_ACCESS CHANGE_PRODUCT_ACCESS REVOKE_PRODUCT_ACCESS CHANGE_PAYMENT_MODE ANSWER_ACCESS_CHANGE"
        " VIEW_RECEIPTS"
    )


@pytest.mark.parametrize(("customer", "partner", "assigned", "active", "otherwise"), rows(SEEN))
def test_both_sides_leaders_and_assigned_employees_see_a_partnership(customer, partner, assigned, active, otherwise):
    viewer = member(customer=customer, partner=partner)
    memberships = {MEMBERSHIP} if assigned == "yes" else {COLLEAGUE}

    seen = {status for status in PartnershipStatus if sees_partnership(viewer, Partnership(status=status), memberships)}

    assert (ACTIVE in seen) is (active == "yes")
    assert seen - {ACTIVE} == (set(PartnershipStatus) - {ACTIVE} if otherwise == "yes" else set())


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
def test_who_is_on_both_sides_acts_for_the_one_that_gives_the_right(customer, partner, right, expected):
    assert side_of(member(customer=customer, partner=partner), right, Partnership()) is expected


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope.ORGANISATION_READ, ""),
        (Scope.MEMBERS_READ, ""),
        (Scope.PRODUCTS_READ, "VIEW_PRODUCT VIEW_STATISTICS"),
        (
            Scope.PRODUCTS_MANAGE,
            "VIEW_PRODUCT VIEW_STATISTICS MANAGE_PRODUCT TERMINATE_PRODUCT WITHDRAW_PENDING_ACTION",
        ),
        (Scope.PARTNERSHIPS_READ, "VIEW_RECEIPTS VIEW_CUSTOMER_NOTE"),
        (
            Scope.PARTNERSHIPS_MANAGE,
            "ACCEPT_INVITATION DECLINE_INVITATION REVOKE_PRODUCT_ACCESS REQUEST_ACCESS_CHANGE VIEW_RECEIPTS \
VIEW_CUSTOMER_NOTE MANAGE_CUSTOMER_NOTE",
        ),
        (Scope.ASSIGNMENTS_READ, "VIEW_ASSIGNMENTS"),
        (Scope.ASSIGNMENTS_MANAGE, "VIEW_ASSIGNMENTS ASSIGN_EMPLOYEES"),
        (Scope.AUDIT_READ, ""),
        (Scope.EXPORTS_CREATE, ""),
    ],
)
def test_a_token_keeps_of_what_its_owner_holds_on_a_customer_what_its_scope_covers(scope, expected):
    viewer = token("L", scope)
    held = partnership_rights(viewer, Partnership()) | Serving(complete=True, product_rights={}).rights_on(PRODUCT)

    assert usable(viewer, held) == parse_rights(expected)


def test_a_token_without_scopes_keeps_nothing():
    assert usable(token("L"), frozenset(Right)) == set()


def test_a_scope_gives_no_right_that_the_owner_of_the_token_lacks():
    held = partnership_rights(token("E", *Scope), Partnership())

    assert usable(token("E", *Scope), held) == {Right.VIEW_ASSIGNMENTS, Right.VIEW_CUSTOMER_NOTE}


def test_only_people_create_and_revoke_tokens():
    own = reach(member(partner="L"), PARTNER, []).rights_on_organisation()

    assert usable(member(partner="L"), own) == own
    assert own - usable(token("L", *Scope), own) == own & NEVER_BY_TOKEN
