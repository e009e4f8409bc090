"""Refused documents: their answers are cached, so that a refusal costs no more than an answer.

Whether a document is refused depends on its text, on the operation, on the sizes of the variables that decide how many
rows it may ask for, and on whether somebody is signed in. Nothing else of a request is in a key, and a key is only a
digest: neither texts nor values are stored.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from graphql import GraphQLError
from strawberry.types import ExecutionResult

from server.app import answers
from server.app.bodies import GraphQLRequest
from server.engine.lru_cache import LRUCache
from server.engine.running.null_propagation import MAX_ERRORS
from server.resolvers.context import Context
from server.schema.build import document_digest, log_refusals, refusal_code
from server.schema.query_cost import given_size

MAX_REFUSALS: Final = 1_000
MAX_REFUSAL_BYTES: Final = 2**20
_BYTES_OF_A_REFUSAL: Final = 500
_BYTES_OF_AN_ERROR: Final = 100
_REQUEST_ID: Final = secrets.token_hex(16)
"""Stands for the request id in a cached answer. No document can contain it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The answer to a refused document, cut where the request id belongs, and the code of each error."""

    digest: str
    pieces: tuple[bytes, ...]
    codes: tuple[str, ...]

    def body(self, request_id: str) -> bytes:
        """The answer to another request with this document. It is logged like the first one."""
        log_refusals(self.codes, self.digest)
        return request_id.encode().join(self.pieces)


class RefusedDocuments:
    """The answers to refused documents."""

    def __init__(self) -> None:
        self._refusals: LRUCache[bytes, Refusal] = LRUCache(MAX_REFUSALS, MAX_REFUSAL_BYTES)

    def __len__(self) -> int:
        return len(self._refusals)

    def find(self, asked: GraphQLRequest, context: Context, method: str) -> Refusal | None:
        return self._refusals.get(_key(asked, context, method)) if len(self._refusals) else None

    def keep(self, asked: GraphQLRequest, context: Context, method: str, errors: Sequence[GraphQLError]) -> None:
        """Cache the answer with these errors."""
        result = ExecutionResult(data=None, errors=list(errors))
        pieces = answers.result_body(result, _REQUEST_ID, was_executed=False).split(_REQUEST_ID.encode())
        codes = tuple(refusal_code(error) for error in errors[:MAX_ERRORS])
        refusal = Refusal(document_digest(asked.query), tuple(pieces), codes)
        size = _BYTES_OF_A_REFUSAL + sum(map(len, pieces)) + _BYTES_OF_AN_ERROR * len(codes)
        self._refusals.put(_key(asked, context, method), refusal, size)


def _key(asked: GraphQLRequest, context: Context, method: str) -> bytes:
    """A digest of everything that decides. A GET refuses a mutation before it reads on, so the method does too."""
    sizes = [(name, given_size(value)) for name, value in asked.variables.items()]
    decides = repr((asked.query, asked.operation_name, context.viewer is None, method == "POST", sizes))
    return hashlib.sha256(decides.encode("utf-8", "surrogatepass")).digest()
