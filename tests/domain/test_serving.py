"""Who serves which customer, and who sees which partnership?"""

import pytest

from server.domain.access import Reach, partnership_rights, reach, sees_partnership, serves_customer
from server.domain.partnerships.partnerships import AccessType, PartnershipStatus
from server.domain.rights import Role, Scope
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from tests.domain.access import (
    ACTIVE,
    COLLEAGUE,
    COMPLETE,
    CUSTOMER,
    FOREIGN,
    MEMBERSHIP,
    OTHER_CUSTOMER,
    PARTNER,
    PRODUCT,
    ROLES,
    TOKEN,
    USER,
    Partnership,
    member,
    parse_rights,
    token,
)
from tests.domain.tables import rows

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
    assert serves_customer(member(partner=role), Partnership(), assigned) is expected


@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("status", [status for status in PartnershipStatus if status is not ACTIVE])
@pytest.mark.parametrize("role", ["L", "A", "E"])
def test_nobody_serves_before_the_acceptance_or_after_the_end(role, status, access_type):
    assert serves_customer(member(partner=role), Partnership(access_type), {MEMBERSHIP}) is True
    assert serves_customer(member(partner=role), Partnership(access_type, status), {MEMBERSHIP}) is False


@pytest.mark.parametrize("role", ROLES)
def test_the_customer_does_not_serve_itself(role):
    assert serves_customer(member(customer=role), Partnership(), {MEMBERSHIP}) is False


# Rule E12
@pytest.mark.parametrize("access_type", AccessType)
@pytest.mark.parametrize("role", ["L", "A"])
def test_managing_a_partner_gives_nothing_on_its_customers(role, access_type):
    manager = member(other_customer=role)
    managing = Partnership(COMPLETE, customer_id=PARTNER, partner_id=OTHER_CUSTOMER)
    managed = Partnership(access_type, customer_id=CUSTOMER, partner_id=PARTNER)

    assert serves_customer(manager, managing, []) is True
    assert serves_customer(manager, managed, [MEMBERSHIP]) is False
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

    assert serves_customer(viewer, Partnership(), {MEMBERSHIP}) is expected
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
