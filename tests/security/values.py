"""Wrong values, and the errors they are answered with."""

from tests.clients import Answer


def read_refusal(answer: Answer) -> tuple[str, str, list[str]]:
    """The code, the message and the field of the one error."""
    (error,) = answer.errors
    assert answer.status == 200
    return error["extensions"]["code"], error["message"], error["extensions"]["field"]
