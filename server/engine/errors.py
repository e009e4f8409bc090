"""Exceptions of the engine: why an operation is not planned, or not answered."""

from typing import Final

from graphql import GraphQLError

MAX_ANSWER_BYTES: Final = 8 * 2**20
"""The most bytes of data in an answer. Copying and sending more would delay everyone else."""
DOCUMENT_REFUSED: Final = "the document is refused"
"""The reason that the limits or validation refuse a document."""


class Unplannable(Exception):
    """The operation takes the resolver path, for this reason. Nothing has been done yet."""


class Undeclared(TypeError):
    """A declaration that can never be planned. It keeps the server from starting."""


class AnswerTooLarge(GraphQLError):
    """The answer would exceed the limit."""

    def __init__(self) -> None:
        longest = MAX_ANSWER_BYTES // 2**20
        super().__init__(f"The answer would have more than {longest} MiB. Ask for smaller pages or fewer fields.")
