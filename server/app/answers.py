"""Responses: media type, body and errors, which tell a caller what they may know and nothing else."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import orjson
from graphql import GraphQLError
from strawberry.types import ExecutionResult
from strawberry.utils.str_converters import to_camel_case

from server.domain.errors import Denied, OutcomeUnknown, Unavailable
from server.engine.running.null_propagation import MAX_ERRORS

_LONGEST_MESSAGE: Final = 300
LONGEST_ACCEPT: Final = 1_000
"""The number of characters of an Accept header that are read. Browsers send a tenth of that."""
_REFUSED_TYPE: Final = re.compile(r";\s*q=0(\.0*)?\s*(;|$)", re.IGNORECASE)
JSON: Final = "application/json"
GRAPHQL_JSON: Final = "application/graphql-response+json"
RETRY_AFTER: Final = {"Retry-After": "5"}
"""The `Retry-After` of a 503, in seconds."""
_STORED_MESSAGE: Final = (
    "Your change was stored. The database stopped responding before what you asked to see could be read."
)
INTERNAL_ERROR_MESSAGE: Final = "Something went wrong on our side. Quote the requestId when you report it."


def media_type(accept: str) -> str | None:
    """The media type of the answer, by the Accept header. None if the caller accepts neither."""
    return _media_type(accept[:LONGEST_ACCEPT])


@lru_cache(256)
def _media_type(accept: str) -> str | None:
    entries = accept.split(",") if accept.strip() else ["*/*"]
    wanted = [entry.split(";")[0].strip().lower() for entry in entries if not _REFUSED_TYPE.search(entry)]
    for type_ in wanted:
        if type_ == GRAPHQL_JSON:
            return GRAPHQL_JSON
        if type_ in (JSON, "application/*", "*/*"):
            return GRAPHQL_JSON if GRAPHQL_JSON in wanted else JSON
    return None


def result_body(result: ExecutionResult, request_id: str, *, was_executed: bool) -> bytes:
    """The body of an operation's answer. It has `data` exactly when something was executed."""
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [render_error(error, request_id) for error in result.errors[:MAX_ERRORS]]
    if was_executed:
        answer["data"] = result.data
    return encode_json(answer)


def planned_body(data: bytes, errors: Sequence[GraphQLError], request_id: str) -> bytes:
    """The body of an answer whose data is JSON already."""
    if not errors:
        return b'{"data":' + data + b"}"
    mistakes = encode_json([render_error(error, request_id) for error in errors[:MAX_ERRORS]])
    return b'{"errors":' + mistakes + b',"data":' + data + b"}"


def problem_body(message: str, request_id: str, code: str = "BAD_USER_INPUT", **more: object) -> bytes:
    """The body of an answer to a request that never became an operation. `more` are other extensions."""
    extensions = {"code": code} | more | {"requestId": request_id}
    return encode_json({"errors": [{"message": message, "extensions": extensions}]})


def render_error(error: GraphQLError, request_id: str) -> dict[str, Any]:
    """What a caller may know about an error: our own message or that of GraphQL's validation, never an exception's."""
    formatted: dict[str, Any] = {"message": error.message[:_LONGEST_MESSAGE]}
    if error.locations:
        formatted["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        formatted["path"] = error.path
    original = original_exception(error)
    if isinstance(original, Denied):
        formatted["message"] = original.message[:_LONGEST_MESSAGE]
        extensions = original.extensions | ({"field": _spelled_path(original)} if original.field else {})
    elif isinstance(original, Unavailable):
        formatted["message"] = original.message
        extensions = {"code": original.code}
    elif original is None:
        extensions = {"code": "VALIDATION_FAILED"}
    else:
        formatted["message"] = INTERNAL_ERROR_MESSAGE
        extensions = {"code": "INTERNAL"}
    formatted["extensions"] = extensions | {"requestId": request_id}
    return formatted


def outage_error(errors: Sequence[GraphQLError], commits: int) -> Unavailable | None:
    """The error that replaces the whole answer: the database was unavailable, and nothing was stored."""
    for error in errors:
        original = original_exception(error)
        if isinstance(original, Unavailable) and not isinstance(original, OutcomeUnknown) and not commits:
            return original
    return None


def replace_outages_after_commits(errors: Sequence[GraphQLError]) -> list[GraphQLError]:
    """The errors of an operation that stored something before the database became unavailable.

    They say so, because sending the whole request again would repeat what was stored.
    """
    return [_replace_outage_after_commits(error) for error in errors]


def _replace_outage_after_commits(error: GraphQLError) -> GraphQLError:
    if not isinstance(original_exception(error), Unavailable):
        return error
    was_answered = len(error.path or ()) > 1
    what = Unavailable(_STORED_MESSAGE) if was_answered else OutcomeUnknown()
    return GraphQLError(what.message, nodes=error.nodes, path=error.path, original_error=what)


def original_exception(error: GraphQLError) -> BaseException | None:
    """The exception raised by our code or a library. None for an error of GraphQL itself.

    A scalar that cannot serialise our value raises a GraphQL error that is ours nevertheless: it occurs during
    execution and blames no node of the document.
    """
    original: BaseException | None = error
    while isinstance(original, GraphQLError):
        if error.path is not None and original.original_error is None and not original.nodes:
            return original
        original = original.original_error
    return original


def _spelled_path(denied: Denied) -> list[str]:
    """The path of the argument, as the schema spells it."""
    return list(denied.field) if denied.is_spelled else [_camel_case(part) for part in denied.field]


def _camel_case(part: str) -> str:
    return part if part.isdigit() else to_camel_case(part)


def encode_json(answer: Any) -> bytes:
    return orjson.dumps(answer, default=_encode_other)


def _encode_other(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value)


def is_request_error(errors: Sequence[GraphQLError] | None, data: Any) -> bool:
    """Whether the errors stopped the operation before any field was answered (variables, operation name)."""
    return data is None and bool(errors) and all(error.path is None for error in errors or ())
