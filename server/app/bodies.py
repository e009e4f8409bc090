"""What did the caller send? Every malformed body is told apart here, before anything looks into it."""

import re
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from starlette.datastructures import QueryParams

DEEPEST_JSON: Final = 64
LONGEST_DOCUMENT: Final = 100_000
_CONTENT_TYPE: Final = re.compile(r"application/json(\s*;\s*charset\s*=\s*\"?utf-8\"?)?\s*", re.IGNORECASE)


class BadRequest(Exception):
    """The request is no GraphQL request; `status` is what HTTP calls it."""

    def __init__(self, message: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.headers = headers or {}


@dataclass(frozen=True)
class GraphQLRequest:
    """A well-formed request, not yet parsed."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None


def check_content_type(content_type: str) -> None:
    """Exactly JSON in UTF-8: other types can be sent by a foreign page without asking first."""
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise BadRequest("Send the request as application/json in UTF-8.", 415)


def from_body(body: bytes) -> GraphQLRequest:
    """The request in a POST's body."""
    return _request(_json(body, "The body"))


def from_query_string(parameters: QueryParams) -> GraphQLRequest:
    """The request in a GET's address."""
    given: dict[str, Any] = dict(parameters)
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _json(given[name].encode("utf-8", "replace"), f"`{name}`")
        else:
            given.pop(name, None)
    return _request(given)


def _json(text: bytes, what: str) -> Any:
    try:
        value = orjson.loads(text)
    except (orjson.JSONDecodeError, RecursionError):
        raise BadRequest(f"{what} is not valid JSON.") from None
    if is_deep(value):
        raise BadRequest(f"{what} is nested deeper than {DEEPEST_JSON} levels.")
    return value


def is_deep(value: Any) -> bool:
    """Whether it is nested deeper than anything asked for here."""
    level = [value]
    for _ in range(DEEPEST_JSON):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        value = list(cast("dict[str, Any]", value).values())
    inside = cast("list[Any]", value) if isinstance(value, list) else []
    return [inner for inner in inside if isinstance(inner, (dict, list))]


def _request(given: Any) -> GraphQLRequest:
    if isinstance(given, list):
        raise BadRequest("Send one operation in a request; batches are not taken.")
    if not isinstance(given, dict):
        raise BadRequest("A GraphQL request is a JSON object.")
    members = cast("dict[str, Any]", given)
    for name, kinds, what in (
        ("query", str, "a string"),
        ("variables", (dict, type(None)), "an object or null"),
        ("operationName", (str, type(None)), "a string or null"),
        ("extensions", (dict, type(None)), "an object or null"),
    ):
        if not isinstance(members.get(name), kinds):
            raise BadRequest(f"`{name}` must be {what}.")
    if not members["query"]:
        raise BadRequest("`query` must not be empty.")
    if len(members["query"]) > LONGEST_DOCUMENT:
        raise BadRequest(f"`query` is longer than {LONGEST_DOCUMENT:,} characters.")
    return GraphQLRequest(members["query"], members.get("variables") or {}, members.get("operationName"))
