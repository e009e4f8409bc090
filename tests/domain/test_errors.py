"""Does each way of saying no have its code, its words and nothing else?"""

import pytest

from server.domain.errors import (
    CommonCode,
    Denied,
    LimitExceeded,
    MalformedInput,
    NotFound,
    NotSignedIn,
    Problems,
    ProgrammeError,
    Refusal,
    Refused,
    RightMissing,
    SudoRequired,
)
from server.domain.rights import Right, Scope


@pytest.mark.parametrize(
    ("denial", "message", "field", "extensions"),
    [
        (NotSignedIn(), "Sign in or send an API token.", (), {"code": "UNAUTHENTICATED"}),
        (NotSignedIn("This API token is not valid."), "This API token is not valid.", (), {"code": "UNAUTHENTICATED"}),
        (
            RightMissing(Right.INVITE_PARTNER),
            "You need the right INVITE_PARTNER.",
            (),
            {"code": "FORBIDDEN", "right": "INVITE_PARTNER"},
        ),
        (
            RightMissing(Right.INVITE_PARTNER, Scope.PARTNERSHIPS_MANAGE),
            "This token lacks the scope PARTNERSHIPS_MANAGE.",
            (),
            {"code": "FORBIDDEN", "right": "INVITE_PARTNER", "scope": "PARTNERSHIPS_MANAGE"},
        ),
        (
            RightMissing(Right.CREATE_API_TOKEN, reason="Tokens make no tokens."),
            "Tokens make no tokens.",
            (),
            {"code": "FORBIDDEN", "right": "CREATE_API_TOKEN"},
        ),
        (NotFound(), "Not found.", (), {"code": "NOT_FOUND"}),
        (NotFound(["input", "partner_id"]), "Not found.", ("input", "partner_id"), {"code": "NOT_FOUND"}),
        (
            MalformedInput("This is no cursor.", ("after",)),
            "This is no cursor.",
            ("after",),
            {"code": "BAD_USER_INPUT"},
        ),
        (
            LimitExceeded("Too deep.", limit=15),
            "Too deep.",
            (),
            {"code": "VALIDATION_FAILED", "limit": 15},
        ),
        (
            SudoRequired(),
            "Confirm your password first: sign in again, then repeat this.",
            (),
            {"code": "SUDO_REQUIRED"},
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Denied) else "",
)
def test_a_denial_says_this_and_no_more(denial, message, field, extensions):
    assert str(denial) == message
    assert denial.message == message
    assert denial.field == field
    assert denial.extensions == extensions
    assert isinstance(denial, ProgrammeError)
    assert not isinstance(denial, Refused)


def test_what_a_denial_says_to_one_caller_is_not_repeated_to_the_next():
    NotFound().extensions["partner"] = "Nova"

    assert NotFound().extensions == {"code": "NOT_FOUND"}


def test_a_refusal_keeps_every_mistake_in_order():
    first = Refusal(CommonCode.CONFLICT, "Look again.")
    second = Refusal(CommonCode.VALIDATION_FAILED, "At most {most}.", ("access", "limited"), {"most": 5})

    refused = Refused(first, second)

    assert refused.refusals == (first, second)
    assert str(refused) == "CONFLICT, VALIDATION_FAILED"
    assert isinstance(refused, ProgrammeError)
    assert not isinstance(refused, Denied)


def test_a_refusal_of_no_single_field_has_neither_field_nor_values():
    refusal = Refusal(CommonCode.CONFLICT, "Look again.")

    assert (refusal.field, refusal.values) == ((), {})


def test_all_mistakes_are_reported_at_once_and_in_the_order_they_were_found():
    wrong = [Refusal(CommonCode.CONFLICT, text) for text in ("first", "second", "third")]

    def rule(value: int, *refusals: Refusal) -> int:
        if refusals:
            raise Refused(*refusals)
        return value

    problems = Problems()
    found = [problems.check(rule, 1, *wrong[:2]), problems.check(rule, 2), problems.check(rule, 3, wrong[2])]

    assert found == [None, 2, None]
    with pytest.raises(Refused) as refused:
        problems.raise_if_any()
    assert refused.value.refusals == tuple(wrong)


def test_where_nothing_was_noted_nothing_is_refused():
    problems = Problems()

    assert problems.check(lambda: "given") == "given"
    problems.raise_if_any()


def test_a_rule_that_denies_ends_it_at_once():
    def deny() -> None:
        raise NotFound(("id",))

    with pytest.raises(NotFound):
        Problems().check(deny)
