"""How do the bytes of a statement become the data of an answer, and its errors?

Mostly they are it already. Marks, which JSON itself cannot hold, stand where Python works something out
(a hole) or where something is refused. It is done in slices: a large answer keeps nobody else waiting.
"""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
from graphql import GraphQLError, GraphQLList, GraphQLNonNull, GraphQLObjectType, is_leaf_type

from server.engine.errors import MAX_ANSWER_BYTES, AnswerTooLarge
from server.engine.planning.statements import OutputType, Placeholder, Statement
from server.engine.reading.field_index import strawberry_field
from server.engine.reading.selections import Nodes, Selections
from server.engine.running.null_propagation import Healing, Path, Root
from server.engine.running.time_slices import Turns, clock

# `Any` below: values are of whatever type the schema says.


@dataclass
class Result:
    """The data as JSON, and what went wrong in it."""

    data: bytes
    errors: list[GraphQLError] = field(default_factory=list[GraphQLError])


async def assembled(
    raw: bytes, statement: Statement, run: Any, selections: Selections, root: Root, turns: Turns, path: Path = ()
) -> Result:
    """The answer that a statement gave; `path` is where in the whole answer it stands."""
    if b"\x01" not in raw:
        return Result(raw)
    filling = _Filling(statement, run, selections)
    filled = await filling.fill(raw, turns)
    if not filling.failures:
        return Result(filled)
    healing = Healing(root, selections, filling.failures, run, path)
    return Result(await healing.heal(filled, turns), healing.errors)


class _Filling:
    """Puts JSON into the marked places, and the number of a failure, marked as well, into those of what fails.

    What a place gets depends on its mark alone, and is worked out once for all that have the same.
    """

    def __init__(self, statement: Statement, run: Any, selections: Selections) -> None:
        self.statement = statement
        self.run = run
        self.selections = selections
        self.failures: list[Exception | None] = []
        self._secret = ""

    async def fill(self, raw: bytes, turns: Turns) -> bytes:
        known: dict[bytes, bytes] = {}
        pieces: list[bytes] = []
        done, size, slice_end = 0, 0, turns.slice_end()
        while (begins := raw.find(b"\x01", done)) >= 0:
            pieces.append(raw[done:begins])
            ends = raw.index(b"\x03", begins)
            mark = raw[begins + 1 : ends]
            content = known.get(mark)
            if content is None:
                content = known[mark] = self._content(mark)
            pieces.append(content)
            size += begins - done + len(content)
            if size > MAX_ANSWER_BYTES:
                raise AnswerTooLarge
            done = ends + 1
            if clock() > slice_end:
                slice_end = await turns.wait()
        pieces.append(raw[done:])
        return b"".join(pieces)

    def _content(self, mark: bytes) -> bytes:
        if mark[:1] == b"!":
            return _marked(self._failed(self.statement.refusals[int(mark[1:])](self.run)))
        if mark[:1] == b"?":
            return _marked(self._failed(None))
        number, _, payload = mark.partition(b"\x02")
        return self._computed(self.statement.placeholders[int(number)], payload)

    def _computed(self, hole: Placeholder, payload: bytes) -> bytes:
        try:
            value = hole.compute(self.run, orjson.loads(payload))
        except Exception as error:  # noqa: BLE001 - whatever a hole raises is an error at its place
            return _marked(self._failed(error))
        before = len(self.failures)
        content = orjson.dumps(self.written(hole.type_, value, hole.nodes))
        if len(self.failures) == before:
            return content
        return re.sub(b'"%s:([0-9]+)"' % self._secret.encode(), b"\x01\\1\x03", content)

    def written(self, type_: OutputType, value: Any, nodes: Nodes) -> Any:
        """A Python value as GraphQL writes it; what cannot be written is an error at its own place."""
        if isinstance(type_, GraphQLNonNull):
            inside: OutputType = cast("OutputType", type_).of_type
            return self._lost(None) if value is None else self.written(inside, value, nodes)
        if value is None:
            return None
        try:
            if isinstance(type_, GraphQLList):
                return [self.written(type_.of_type, item, nodes) for item in value]
            if is_leaf_type(type_):
                return type_.serialize(value)
            return self._written_object(type_, value, nodes)
        except Exception as error:  # noqa: BLE001 - a value of ours that its type does not take
            return self._lost(error)

    def _written_object(self, type_: GraphQLObjectType, value: Any, nodes: Nodes) -> dict[str, Any]:
        """By the attributes of its fields: such an object has no resolvers."""
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
                written[key] = self._lost(error)
            else:
                written[key] = self.written(field.type, attribute, inner)
        return written

    def _lost(self, error: Exception | None) -> str:
        """What stands for a failure within a value, until the value is JSON: no data can hold it."""
        self._secret = self._secret or secrets.token_hex(16)
        return f"{self._secret}:{self._failed(error)}"

    def _failed(self, error: Exception | None) -> int:
        self.failures.append(error)
        return len(self.failures) - 1


def _marked(failure: int) -> bytes:
    return b"\x01%d\x03" % failure
