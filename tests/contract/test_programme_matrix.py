"""Do the rows of the permission matrix in docs/programme.md say the same as the matrix that the tests run?"""

from tests.contract.programme import NEVER_IN_FORCE, rule_rows, statuses
from tests.permissions.matrix import cells

OPERATIONS = {
    "M1": ["catalogue", "partners"],
    "M7": ["signUp"],
    "M8": ["its address", "its legal name", "its kind", "its registration"],
    "M10": [
        "its members",
        "its member invitations",
        "inviteMember",
        "changeMemberRole",
        "updateMember",
        "removeMember",
    ],
    "M12": ["its teams", "its own product grants", "createTeam", "addTeamMember", "grantOwnProducts"],
    "M13": ["invitePartner"],
    "M14": ["requestCustomer", "requestCustomerByEmail"],
    "M15": ["acceptRequest", "declineRequest"],
    "M16": ["acceptInvitation", "declineInvitation"],
    "M17": ["its partnerships", "Nova's partnerships"],
    "M18": ["changeAccessType"],
    "M19": ["grantProductAccess", "changeProductAccess", "revokeProductAccess"],
    "M20": ["changePaymentMode"],
    "M21": ["terminatePartnership"],
    "M22": ["assignEmployee", "unassignEmployee", "setFutureCustomers"],
    "M24": ["product, granted", "product, not granted", "product, complete access", "its products"],
    "M27": ["its members", "its partnerships", "its address"],
    "M39": ["grantSupportAccess", "revokeSupportAccess"],
    "M42": ["createApiToken", "revokeApiToken"],
    "M43": ["its audit log"],
    "M44": ["terminateProduct", "the end of a customer's"],
    "M45": ["confirmPendingAction", "refusePendingAction"],
    "M46": ["its customer note", "updateCustomerNote"],
    "M47": ["setEmailWishes"],
}
"""The rows of the tests' matrix that show each row of the page. M11, M25 and M26 are proved by tests of their own."""

PEOPLE = ["AN", "cL", "cA", "cE", "pL", "pA", "pE"]
"""The columns of the page that have an actor in the tests. An actor is seen from the customer Alpina."""

TOKENS = ["tC", "tP", "tE"]
"""Tokens with every scope: if they may not, no token may."""

OUTCOMES = {(operation, actor): outcome for operation, actor, outcome in cells()}


def test_every_row_of_the_page_in_force_has_rows_in_the_tests():
    rows = {number for number, status in statuses().items() if number.startswith("M") and status not in NEVER_IN_FORCE}

    assert rows - {"M11", "M25", "M26"} == set(OPERATIONS)


def test_what_the_page_forbids_is_denied_in_the_tests():
    assert {
        (number, actor): allowed
        for number, actor, cell in people_cells()
        if cell.startswith("✘") and (allowed := allowed_operations(number, actor))
    } == {}


def test_what_the_page_allows_without_a_condition_is_allowed_in_the_tests():
    denied = [
        (number, actor)
        for number, actor, cell in people_cells()
        if cell.startswith("✔") and not cell.startswith(("✔ o", "✔ s o")) and not allowed_operations(number, actor)
    ]

    # Confirming concerns a customer with complete access, Borea, which has no administrator in the tests.
    assert denied == [("M45", "cA")]


def test_what_no_token_may_do_is_denied_to_the_tokens_in_the_tests():
    never = [number for number, row in rule_rows() if number in OPERATIONS and row[9].startswith("never")]

    assert len(never) > 5
    assert {(number, actor): allowed_operations(number, actor) for number in never for actor in TOKENS} == {
        (number, actor): [] for number in never for actor in TOKENS
    }


def people_cells() -> list[tuple[str, str, str]]:
    """Row, actor and cell of the page, for the rows that the tests show."""
    return [
        (number, actor, cell)
        for number, row in rule_rows()
        if number in OPERATIONS
        for actor, cell in zip(PEOPLE, row[1:8], strict=True)
    ]


def allowed_operations(number: str, actor: str) -> list[str]:
    """What an actor may do of a row. Borea's legal representative stands in where the customer is Borea."""
    actors = [actor, "bL"] if actor == "cL" else [actor]
    return [name for name in OPERATIONS[number] if any(OUTCOMES[name, who] == "ok" for who in actors)]
