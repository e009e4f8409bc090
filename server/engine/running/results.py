"""Results: from the bytes of a statement to the data and errors of an answer.

Mostly the bytes are the data already. Placeholders, which cannot occur in JSON, mark computed fields and refusals. They
are substituted in time slices, so that a large answer does not delay anyone else.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from graphql import GraphQLError, GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type

from server.engine.errors import MAX_ANSWER_BYTES, AnswerTooLarge
from server.engine.planning.statements import OutputType, Placeholder, Statement
from server.engine.reading.selections import Nodes, Root, Selections
from server.engine.reading.types import strawberry_field
from server.engine.running.null_propagation import NullPropagation, Path
from server.engine.running.time_slices import TimeSlices, clock

# `Any` below: values are of whatever type the schema says.


@dataclass
class Result:
    """The data as JSON, and the errors in it."""

    data: bytes
    errors: list[GraphQLError] = field(default_factory=list[GraphQLError])


async def assemble(
    raw: bytes,
    statement: Statement,
    run: Any,
    selections: Selections,
    root: Root,
    time_slices: TimeSlices,
    path: Path = (),
) -> Result:
    """The result of a statement. `path` is its place in the whole answer."""
    if b"\x01" not in raw:
        return Result(raw)
    substitution = _Substitution(statement, run, selections)
    substituted = await substitution.substitute(raw, time_slices)
    if not substitution.failures:
        return Result(substituted)
    propagation = NullPropagation(root, selections, substitution.failures, run, path)
    return Result(await propagation.propagate(substituted, time_slices), propagation.errors)


class _Substitution:
    r"""Substitutes JSON for placeholders, and the number of a failure, delimited as well, for those that fail.

    The value depends only on the placeholder, and is computed once for all equal ones.

    For example, `\x01` written as `<` and `\x03` as `>`, with `0` a field that shouts a name, and `!0` a refusal:

        from the database   {"loud":<0\x02["Ada"]>,"diary":<!0>}
        substituted         {"loud":"ADA","diary":<0>}        and failures[0] is the refusal

    Null propagation turns `<0>` into null and an error.
    """

    def __init__(self, statement: Statement, run: Any, selections: Selections) -> None:
        self.statement = statement
        self.run = run
        self.selections = selections
        self.failures: list[Exception | None] = []
        self._secret = ""

    async def substitute(self, raw: bytes, time_slices: TimeSlices) -> bytes:
        contents: dict[bytes, bytes] = {}
        pieces: list[bytes] = []
        done, size, slice_end = 0, 0, time_slices.slice_end()
        while (begins := raw.find(b"\x01", done)) >= 0:
            pieces.append(raw[done:begins])
            ends = raw.index(b"\x03", begins)
            placeholder = raw[begins + 1 : ends]
            content = contents.get(placeholder)
            if content is None:
                content = contents[placeholder] = self._content(placeholder)
            pieces.append(content)
            size += begins - done + len(content)
            if size > MAX_ANSWER_BYTES:
                raise AnswerTooLarge
            done = ends + 1
            if clock() > slice_end:
                slice_end = await time_slices.wait()
        pieces.append(raw[done:])
        return b"".join(pieces)

    def _content(self, placeholder: bytes) -> bytes:
        if placeholder[:1] == b"!":
            return _failure_placeholder(self._add_failure(self.statement.refusals[int(placeholder[1:])](self.run)))
        if placeholder[:1] == b"?":
            return _failure_placeholder(self._add_failure(None))
        number, _, payload = placeholder.partition(b"\x02")
        return self._compute(self.statement.placeholders[int(number)], payload)

    def _compute(self, placeholder: Placeholder, payload: bytes) -> bytes:
        try:
            value = placeholder.compute(self.run, orjson.loads(payload))
        except Exception as error:  # noqa: BLE001 - whatever a computed field raises is an error at its place
            return _failure_placeholder(self._add_failure(error))
        before = len(self.failures)
        content = orjson.dumps(self.to_json(placeholder.type_, value, placeholder.nodes))
        if len(self.failures) == before:
            return content
        return re.sub(b'"%s:([0-9]+)"' % self._secret.encode(), b"\x01\\1\x03", content)

    def to_json(self, type_: OutputType, value: Any, nodes: Nodes) -> Any:
        """A Python value as GraphQL writes it. What cannot be written is an error at its own place."""
        if isinstance(type_, GraphQLNonNull):
            inside: OutputType = cast("OutputType", type_).of_type
            return self._add_inner_failure(None) if value is None else self.to_json(inside, value, nodes)
        if value is None:
            return None
        try:
            if isinstance(type_, GraphQLList):
                return [self.to_json(type_.of_type, item, nodes) for item in value]
            if is_leaf_type(type_):
                return type_.serialize(value)
            return self._object_to_json(type_, value, nodes)
        except Exception as error:  # noqa: BLE001 - a value of ours that its type does not take
            return self._add_inner_failure(error)

    def _object_to_json(self, type_: GraphQLObjectType, value: Any, nodes: Nodes) -> dict[str, Any]:
        """An object written from its attributes, because it has no resolvers."""
        written: dict[str, Any] = {}
        for key, inner in self.selections.of(type_, nodes).items():
            name = inner[0].name.value
            if name == "__typename":
                written[key] = type_.name
                continue
            field = type_.fields[name]
            try:
                attribute = getattr(value, strawberry_field(field).python_name)
            except Exception as error:  # noqa: BLE001 - a property that raises is an error of its field
                written[key] = self._add_inner_failure(error)
            else:
                written[key] = self.to_json(field.type, attribute, inner)
        return written

    def _add_inner_failure(self, error: Exception | None) -> str:
        """A stand-in for a failure inside a value until the value is JSON. It cannot occur in data."""
        self._secret = self._secret or secrets.token_hex(16)
        return f"{self._secret}:{self._add_failure(error)}"

    def _add_failure(self, error: Exception | None) -> int:
        self.failures.append(error)
        return len(self.failures) - 1


def _failure_placeholder(failure: int) -> bytes:
    return b"\x01%d\x03" % failure
