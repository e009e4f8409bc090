"""What the arguments of random documents are made of, and how they are written: in the text, or as a variable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import graphql
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
)


@dataclass
class Values:
    """What arguments are made of: ids by the field that asks for them, cursors, and texts to search for."""

    ids: Mapping[str, Sequence[str]]
    cursors: Sequence[str]
    texts: Sequence[str]

    def of(self, random: Random, place: str, name: str, type_: Any) -> Any:
        """A value for an argument or a member of an input; mostly one that can be answered."""
        if isinstance(type_, GraphQLNonNull):
            return self.of(random, place, name, type_.of_type)
        if isinstance(type_, GraphQLList):
            return [self.of(random, place, name, type_.of_type) for _ in range(random.choice((0, 1, 1, 2, 3, 5)))]
        if isinstance(type_, GraphQLEnumType):
            return Enum(random.choice(list(type_.values)))
        if isinstance(type_, GraphQLInputObjectType):
            return self._object(random, place, type_)
        if name in ("first", "last"):
            return (
                random.choice((0, 1, 1, 1, 2, 2, 2, 3, 3, 5, 8))
                if random.random() < 0.99
                else random.choice((-1, 100, 101, 20))
            )
        if name in ("after", "before"):
            return random.choice(self.cursors)
        if type_.name == "ID":
            return self._id(random, place)
        if type_.name == "Boolean":
            return random.random() < 0.5
        return random.choice(self.texts)

    def _object(self, random: Random, place: str, type_: GraphQLInputObjectType) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, member in type_.fields.items():
            if isinstance(member.type, GraphQLNonNull) and member.default_value is graphql.Undefined:
                found[name] = self.of(random, place, name, member.type)
            elif random.random() < 0.35:
                may_be_null = not isinstance(member.type, GraphQLNonNull)
                found[name] = (
                    None if may_be_null and random.random() < 0.2 else self.of(random, place, name, member.type)
                )
        return found

    def _id(self, random: Random, place: str) -> str:
        if random.random() < 0.99 and place in self.ids:
            return random.choice(self.ids[place])
        return random.choice(self.ids["any"] if random.random() < 0.5 else self.ids["wrong"])


class Enum(str):
    """The name of a value of an enum, which is written without quotes."""

    __slots__ = ()


def literal(value: Any) -> str:
    """A value as a document writes it."""
    if isinstance(value, Variable):
        return f"${value.name}"
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, str):
        return graphql.print_ast(graphql.StringValueNode(value=value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {literal(member)}" for name, member in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    return (
        {None: "null", True: "true", False: "false"}.get(value, str(value))
        if not isinstance(value, int) or isinstance(value, bool)
        else str(value)
    )


@dataclass(frozen=True)
class Variable:
    name: str


def to_json_value(value: Any) -> Any:
    """A value as it is sent for a variable."""
    if isinstance(value, dict):
        return {name: to_json_value(member) for name, member in value.items()}
    if isinstance(value, list):
        return [to_json_value(member) for member in value]
    return str(value) if isinstance(value, Enum) else value
