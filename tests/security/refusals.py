"""How does a test look at a refusal?"""

import httpx2

MAX_ERRORS = 20
LONGEST_MESSAGE = 300


def refusal(response: httpx2.Response) -> tuple[int, str, str]:
    """The status, the code and the message of the one error in the answer, which holds nothing but what is promised."""
    (told,) = errors(response)
    return response.status_code, told["extensions"]["code"], told["message"]


def errors(response: httpx2.Response) -> list[dict]:
    """The errors of an answer without data, each as every error of this API is."""
    assert response.headers["content-type"] in (
        "application/json; charset=utf-8",
        "application/graphql-response+json; charset=utf-8",
    )
    assert response.headers["cache-control"] == "no-store"
    answer = response.json()
    assert list(answer) == ["errors"]
    for error in answer["errors"]:
        check_error(error, response.headers["x-request-id"])
    assert 0 < len(answer["errors"]) <= MAX_ERRORS
    return answer["errors"]


def check_error(error: dict, request_id: str) -> None:
    assert set(error) <= {"message", "locations", "path", "extensions"}
    assert 0 < len(error["message"]) <= LONGEST_MESSAGE
    assert set(error["extensions"]) <= {"code", "requestId", "field", "right", "scope"}
    assert error["extensions"]["requestId"] == request_id
