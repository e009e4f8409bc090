"""Which of its owner's rights does an API token have?"""

import pytest

from server.domain.access import partnership_rights, reach, usable_rights
from server.domain.gates import Serving
from server.domain.rights import NEVER_BY_TOKEN, Right, Scope
from tests.domain.access import PARTNER, PRODUCT, Partnership, member, parse_rights, token


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

    assert usable_rights(viewer, held) == parse_rights(expected)


def test_a_token_without_scopes_keeps_nothing():
    assert usable_rights(token("L"), frozenset(Right)) == set()


def test_a_scope_gives_no_right_that_the_owner_of_the_token_lacks():
    held = partnership_rights(token("E", *Scope), Partnership())

    assert usable_rights(token("E", *Scope), held) == {Right.VIEW_ASSIGNMENTS, Right.VIEW_CUSTOMER_NOTE}


def test_only_people_create_and_revoke_tokens():
    own = reach(member(partner="L"), PARTNER, []).rights_on_organisation()

    assert usable_rights(member(partner="L"), own) == own
    assert own - usable_rights(token("L", *Scope), own) == own & NEVER_BY_TOKEN
