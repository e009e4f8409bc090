"""Null propagation: nulls and errors in an answer in which something failed, as the specification says.

The text of the answer is read once, from bracket to bracket. Everything in between stays as the database wrote it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
from graphql import GraphQLError, GraphQLNonNull, GraphQLObjectType, is_leaf_type, located_error

from server.engine.planning.statements import OutputType
from server.engine.reading.selections import Nodes, Root, Selections
from server.engine.reading.types import nullable
from server.engine.running.time_slices import TimeSlices, clock

# `Any` below: values are of whatever type the schema says.

MAX_ERRORS: Final = 20
"""The most errors that an answer reports; no more are created."""
Path = tuple[str | int, ...]

# Skips strings, unless they name what a bracket or placeholder opens, and commas that do not separate objects. Of
# `{"a":"x","b":[{"c":1},{"c":<0>}]}` the matches end in `{`, `"b":[`, `{`, `}`, `,`, `{`, `"c":<0>`, `}`, `]` and `}`.
# The possessive `++` keeps a long answer from being read twice.
_SKIPPED: Final = rb'(?:[^"{}\[\],\x01]++|"(?:[^"\\]++|\\.)*+"(?!:[{\[\x01])|,(?![{\[n\x01]))*+'
_NEXT: Final = re.compile(_SKIPPED + rb'(?:"([^"\\]*)":)?([{}\[\],]|\x01([0-9]+)\x03)')
_FAILURE: Final = re.compile(rb"\x01[0-9]+\x03")


@dataclass(slots=True)
class _Open:
    """An object or a list that is still open.

    `fields` are those of an object, `place` is the index in a list. `begins` is its first byte; `pieces` and `copied`
    say how far the answer was written when it began. `is_lost` says that something in it is null but must not be.
    """

    key: str | int
    type_: Any
    nodes: Nodes
    fields: Mapping[str, Nodes]
    is_nullable: bool
    is_list: bool
    begins: int
    pieces: int
    copied: int
    place: int = 0
    is_lost: bool = False


class NullPropagation:
    """Propagates nulls in one answer, in which each failure is a number between control characters.

    For example, with `<0>` for failure 0, `name: String!` and `author: Author`:

        substituted   {"book":{"title":"A","author":{"name":<0>}},"total":3}
        propagated    {"book":{"title":"A","author":null},"total":3}       and an error at book, author, name

    `name` must not be null, so its object is lost; `author` may be null, so it ends there. What was written of the
    object is cut off again: `_Open.pieces` and `_Open.copied` say where it began.
    """

    def __init__(
        self, root: Root, selections: Selections, failures: Sequence[Exception | None], run: Any, path: Path
    ) -> None:
        self.root = root
        self.selections = selections
        self.failures = failures
        self.concrete_types = root.concrete_types(run)
        self.path = path
        self.errors: list[GraphQLError] = []
        self._text = b""
        self._pieces: list[bytes] = []
        self._copied = 0
        self._around: list[_Open] = []
        self._lost_lists = 0
        """How many enclosing lists are lost. Failures after that in such a list are not reported."""

    async def propagate(self, text: bytes, time_slices: TimeSlices) -> bytes:
        """The answer with its nulls. The errors are collected."""
        self._text = text
        end = time_slices.slice_end()
        for found in _NEXT.finditer(text):
            self._step(found)
            if clock() > end:
                end = await time_slices.wait()
        self._pieces.append(text[self._copied :])
        return b"".join(self._pieces)

    def _step(self, found: re.Match[bytes]) -> None:
        key, sign, failure = found.groups()
        if failure is not None:
            self._fail(key, int(failure), found)
        elif sign in b"{[":
            self._open(key, sign == b"[", found.start(2))
        elif sign == b",":
            self._around[-1].place += 1
        else:
            self._close(found.end(2))

    def _open(self, key: bytes | None, is_list: bool, begins: int) -> None:
        if not self._around:
            root = self.root
            self._around.append(_Open("", root.type_, (), root.fields, True, False, begins, 0, 0))
            return
        name, type_, nodes = self._position(key)
        is_nullable, inside = not isinstance(type_, GraphQLNonNull), nullable(type_)
        fields: Mapping[str, Nodes] = {}
        if not is_list and not is_leaf_type(inside):
            inside = self._concrete_type(inside, nodes, name)
            fields = self.selections.of(inside, nodes)
        pieces, copied = len(self._pieces), self._copied
        self._around.append(_Open(name, inside, nodes, fields, is_nullable, is_list, begins, pieces, copied))

    def _position(self, key: bytes | None) -> tuple[str | int, OutputType, Nodes]:
        """The position of a value in its container, its type, and the fields that selected it."""
        around = self._around[-1]
        if around.is_list:
            return around.place, around.type_.of_type, around.nodes
        name = (key or b"").decode()
        nodes = around.fields[name]
        return name, around.type_.fields[nodes[0].name.value].type, nodes

    def _concrete_type(self, type_: Any, nodes: Nodes, name: str | int) -> GraphQLObjectType:
        if isinstance(type_, GraphQLObjectType):
            return type_
        concrete: Any = self.concrete_types[id(nodes[0])]
        return concrete[name] if isinstance(name, int) else concrete

    def _fail(self, key: bytes | None, failure: int, found: re.Match[bytes]) -> None:
        around = self._around[-1]
        if around.is_list and is_leaf_type(nullable(around.type_.of_type)):
            around.place = self._count(around.begins, found.start(2))
        name, type_, nodes = self._position(key)
        if not self._lost_lists and len(self.errors) < MAX_ERRORS:
            self.errors.append(self._locate(self.failures[failure], nodes, name))
        self._write(b"null", found.start(2), found.end(2))
        if isinstance(type_, GraphQLNonNull):
            self._propagate_null(around)

    def _count(self, begins: int, ends: int) -> int:
        """The number of values in a list before this place that are not objects."""
        before = _FAILURE.sub(b"null", self._text[begins:ends]).rstrip(b",")
        return len(orjson.loads(before + b"]"))

    def _write(self, what: bytes, begins: int, ends: int) -> None:
        self._pieces += (self._text[self._copied : begins], what)
        self._copied = ends

    def _propagate_null(self, around: _Open) -> None:
        if around.is_list and not around.is_lost:
            self._lost_lists += 1
        around.is_lost = True

    def _close(self, ends: int) -> None:
        closed = self._around.pop()
        if not closed.is_lost:
            return
        self._lost_lists -= closed.is_list
        if closed.is_nullable:
            del self._pieces[closed.pieces :]
            self._copied = closed.copied
            self._write(b"null", closed.begins, ends)
        else:
            self._propagate_null(self._around[-1])

    def _locate(self, error: Exception | None, nodes: Nodes, name: str | int) -> GraphQLError:
        if error is None:
            parent = next(around.type_ for around in reversed(self._around) if not around.is_list)
            error = TypeError(f"Cannot return null for non-nullable field {parent.name}.{nodes[0].name.value}.")
        inside = (around.key for around in self._around[1:])
        return located_error(error, list(nodes), [*self.path, *inside, name])
