"""Why is an operation not planned, or its answer not given?"""

from typing import Final

from graphql import GraphQLError

MAX_ANSWER_BYTES: Final = 8 * 2**20
"""How long the data of an answer may be: what is longer holds up everybody else while it is copied and sent."""


class Unplannable(Exception):
    """The operation takes the resolver path, for this reason; nothing has been done yet."""


class Undeclared(TypeError):
    """A declaration that can never be planned: the server does not start with it."""


class AnswerTooLarge(GraphQLError):
    """The answer would be longer than answers may be."""

    def __init__(self) -> None:
        longest = MAX_ANSWER_BYTES // 2**20
        super().__init__(f"The answer would have more than {longest} MiB. Ask for smaller pages or fewer fields.")
