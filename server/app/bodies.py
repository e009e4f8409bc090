"""Request bodies: parsing and validation. Every malformed body is refused here, before anything uses it."""

import re
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import parse_qsl

import orjson

LONGEST_DOCUMENT: Final = 100_000
LARGE_BODY_BYTES: Final = 16_384
"""The size in bytes from which a body takes so much time to parse that it waits for its turn."""
_MAX_PARAMETERS: Final = 16
"""The most parameters in an address. GraphQL over HTTP has four; tens of thousands take long to parse."""
_NUL_SEARCH_BYTES: Final = 4
"""JSON in UTF-16 or UTF-32 has a zero byte near its start."""
_COMPRESSION_MAGIC: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
"""The first bytes of gzip, zstd and zlib."""
_CONTENT_TYPE: Final = re.compile(r"application/json(\s*;\s*charset\s*=\s*\"?utf-8\"?)?\s*", re.IGNORECASE)


class BadRequest(Exception):
    """The request is not a GraphQL request. `status` is the HTTP status."""

    code = "BAD_USER_INPUT"
    is_well_formed = False
    """Whether only the operation is refused. As plain JSON, such an answer has the status 200."""

    def __init__(self, message: str, status: int = 400, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.headers = headers or {}


class PersistedQueryNotSupported(BadRequest):
    """The document is given only by its hash. This message and code make Apollo's clients send its text."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"
    is_well_formed = True

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class DocumentTooLong(BadRequest):
    """The document has too many characters to be parsed. It has the code of every document beyond a limit."""

    code = "VALIDATION_FAILED"
    is_well_formed = True

    def __init__(self) -> None:
        super().__init__(f"This document is longer than {LONGEST_DOCUMENT:,} characters.")


@dataclass(frozen=True)
class GraphQLRequest:
    """A well-formed request whose document is not parsed yet."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None


def check_content_type(content_type: str) -> None:
    """Accept only JSON in UTF-8. A foreign page can send other types without a preflight request."""
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise BadRequest("Send the request as application/json in UTF-8.", 415)


def check_content_encoding(content_encoding: str) -> None:
    """Refuse compressed bodies, because a few bytes could expand to very many."""
    if content_encoding.strip().lower() not in ("", "identity"):
        raise _compression_error("The body")


def from_body(body: bytes) -> GraphQLRequest:
    """The request in the body of a POST."""
    return _build_request(_parse_json(body, "The body"))


def from_query_string(query_string: bytes) -> GraphQLRequest:
    """The request in the query string of a GET."""
    try:
        given = _parse_parameters(query_string.decode())
    except UnicodeDecodeError:
        raise BadRequest("The address is not in UTF-8.") from None
    for name in ("variables", "extensions"):
        if given.get(name):
            given[name] = _parse_json(given[name].encode("utf-8", "replace"), f"`{name}`")
        else:
            given.pop(name, None)
    return _build_request(given)


def _parse_parameters(query_string: str) -> dict[str, Any]:
    if query_string.count("&") >= _MAX_PARAMETERS:
        raise BadRequest(f"An address can have at most {_MAX_PARAMETERS} parameters.")
    return dict(parse_qsl(query_string, keep_blank_values=True, errors="strict"))


def _parse_json(text: bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise _json_error(text, what, error) from None


def _json_error(text: bytes, what: str, error: orjson.JSONDecodeError) -> BadRequest:
    """Why a text is not valid JSON, without repeating any of it."""
    if not text.strip():
        return BadRequest(f"{what} is empty.")
    if text.startswith(_COMPRESSION_MAGIC):
        return _compression_error(what)
    if text.startswith(b"\xef\xbb\xbf"):
        return BadRequest(f"{what} begins with a byte order mark; send it without one.")
    if b"\0" in text[1:_NUL_SEARCH_BYTES] or not _is_utf8(text):
        return BadRequest(f"{what} is not in UTF-8.")
    if "surrogate" in error.msg:
        return BadRequest(f"{what} contains half a character: an escape such as `\\ud83d` needs its other half.")
    if "depth" in error.msg:
        return BadRequest(f"{what} is nested too deeply.")
    return BadRequest(f"{what} is not valid JSON: look at line {error.lineno}, column {error.colno}.")


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _compression_error(what: str) -> BadRequest:
    return BadRequest(f"{what} is compressed; send it as it is.", 415, {"Accept-Encoding": "identity"})


def _build_request(given: Any) -> GraphQLRequest:
    if isinstance(given, list):
        raise BadRequest("Send one operation per request. Batches are not supported.")
    if not isinstance(given, dict):
        raise BadRequest("A GraphQL request must be a JSON object.")
    members = cast("dict[str, Any]", given)
    for name, kinds, what in (
        ("variables", (dict, type(None)), "an object or null"),
        ("operationName", (str, type(None)), "a string or null"),
        ("extensions", (dict, type(None)), "an object or null"),
    ):
        if not isinstance(members.get(name), kinds):
            raise BadRequest(f"`{name}` must be {what}.")
    _check_query(members)
    # Some clients send an empty name for none.
    return GraphQLRequest(members["query"], members.get("variables") or {}, members.get("operationName") or None)


def _check_query(members: dict[str, Any]) -> None:
    query = members.get("query")
    if not query and isinstance((members.get("extensions") or {}).get("persistedQuery"), dict):
        raise PersistedQueryNotSupported
    if not isinstance(query, str):
        raise BadRequest("`query` must be a string.")
    if not query:
        raise BadRequest("`query` must not be empty.")
    if len(query) > LONGEST_DOCUMENT:
        raise DocumentTooLong
