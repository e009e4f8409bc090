"""Random documents over a schema, as a caller could write them who knows it well.

Selections are nested, spread over fragments, renamed, skipped and repeated; arguments are written out or are
variables, anywhere. `Writer` walks the schema by itself; `dress_document` takes a document of hypothesis-graphql and
gives it values that exist. The same random numbers give the same document.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import graphql
from graphql import (
    GraphQLAbstractType,
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from tests.engine.document_values import Values, Variable, literal, to_json_value


@dataclass
class Writer:
    """Writes one document after the other."""

    schema: GraphQLSchema
    random: Random
    values: Values
    depth: int = 5
    definitions: list[str] = field(default_factory=list[str])
    variables: dict[str, Any] = field(default_factory=dict[str, Any])
    fragments: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    fields: int = 0
    aliases: int = 0

    def document(self) -> tuple[str, dict[str, Any]]:
        """A query and the values of its variables."""
        self.definitions, self.variables, self.fragments, self.fields, self.aliases = [], {}, [], 0, 0
        root: Any = self.schema.query_type
        names = self.random.choices(list(root.fields), k=self.random.choice((1, 1, 1, 2)))
        parts = [
            self._field(root, root.fields[name], name, self.depth, is_renamed=place > 0)
            for place, name in enumerate(names)
        ]
        if self._happens(0.05):
            parts.append("__typename")
        head = f"query{'(' + ', '.join(self.definitions) + ')' if self.definitions else ''}"
        fragments = "".join(f" fragment {name} on {type_} {text}" for name, type_, text in self.fragments)
        return f"{head} {{ {' '.join(parts)} }}{fragments}", dict(self.variables)

    def payload(self, mutation: str, type_: GraphQLObjectType, input_type: str) -> tuple[str, dict[str, Any]]:
        """A mutation that takes `$input`, and the values of its other variables."""
        self.definitions, self.variables, self.fragments, self.fields, self.aliases = [], {}, [], 0, 0
        self.definitions.append(f"$input: {input_type}")
        selection = self._selection(type_, self.depth)
        fragments = "".join(f" fragment {name} on {on} {text}" for name, on, text in self.fragments)
        head = f"mutation({', '.join(self.definitions)})"
        return f"{head} {{ {mutation}(input: $input) {selection} }}{fragments}", dict(self.variables)

    def _happens(self, chance: float) -> bool:
        return self.random.random() < chance

    def _selection(self, type_: Any, depth: int) -> str:
        if isinstance(type_, GraphQLAbstractType):
            return self._of_any(type_, depth)
        names = list(type_.fields)
        leaves = [name for name in names if is_leaf_type(get_named_type(type_.fields[name].type))]
        rest = [name for name in names if name not in leaves]
        chosen = self.random.sample(leaves, min(len(leaves), self.random.choice((0, 1, 1, 2, 4))))
        if depth > 1 and rest and self.fields < 22:
            chosen += self.random.choices(rest, k=self.random.choice((1, 1, 2)))
        if not chosen:
            chosen = [self.random.choice(leaves)] if leaves else ["__typename"]
        parts, seen = list[str](), set[str]()
        for name in chosen:
            if name == "__typename":
                parts.append(name)
                continue
            definition = type_.fields[name]
            parts.append(self._field(type_, definition, name, depth - 1, is_renamed=name in seen))
            seen.add(name)
        if self._happens(0.15):
            parts.insert(self.random.randrange(len(parts) + 1), "__typename")
        if leaves and self._happens(0.1):
            parts.append(self.random.choice(leaves))
        return self._spread(type_, parts, depth)

    def _spread(self, type_: GraphQLObjectType, parts: list[str], depth: int) -> str:
        """The same selection, or some of it moved into fragments."""
        if self._happens(0.12):
            at = self.random.randrange(len(parts))
            condition = self.random.choice(
                [
                    f"on {type_.name}",
                    "",
                    *(f"on {i.name}" for i in type_.interfaces if parts[at] in ("id", "__typename")),
                ]
            )
            parts[at] = f"... {condition} {self._directive()} {{ {parts[at]} }}"
        known = [name for name, on, _ in self.fragments if on == type_.name]
        if known and self._happens(0.3):
            parts.append(f"...{self.random.choice(known)} {self._directive()}")
        text = "{ " + " ".join(parts) + " }"
        if depth < self.depth and self._happens(0.12):
            name = f"f{len(self.fragments)}"
            self.fragments.append((name, type_.name, text))
            return f"{{ ...{name} {self._directive()} }}"
        return text

    def _of_any(self, type_: Any, depth: int) -> str:
        possible = list(self.schema.get_possible_types(type_))
        parts = ["__typename"] if self._happens(0.5) else []
        parts += (
            [self.random.choice(list(type_.fields))] if getattr(type_, "fields", None) and self._happens(0.5) else []
        )
        for chosen in self.random.sample(possible, self.random.choice((1, 2, 3))):
            parts.append(f"... on {chosen.name} {self._directive()} {self._selection(chosen, depth - 1)}")
        return "{ " + " ".join(parts) + " }"

    def _field(
        self, type_: GraphQLObjectType, definition: GraphQLField, name: str, depth: int, *, is_renamed: bool
    ) -> str:
        self.fields += 1
        alias = ""
        if is_renamed or (self._happens(0.1) and self.aliases < 20):
            self.aliases += 1
            alias = f"a{self.aliases}: "
        arguments = self._arguments(f"{type_.name}.{name}", definition.args)
        inner: Any = get_named_type(definition.type)
        selection = "" if is_leaf_type(inner) else " " + self._selection(inner, depth)
        return f"{alias}{name}{arguments} {self._directive()}{selection}"

    def _directive(self) -> str:
        if not self._happens(0.06):
            return ""
        name = self.random.choice(("skip", "include"))
        value: Any = self._happens(0.15 if name == "skip" else 0.85)
        if self._happens(0.6):
            value = self._variable(GraphQLNonNull(graphql.GraphQLBoolean), value)
        return f"@{name}(if: {literal(value)})"

    def _arguments(self, place: str, arguments: Mapping[str, GraphQLArgument]) -> str:
        given = dict[str, Any]()
        for name, argument in arguments.items():
            is_required = isinstance(argument.type, GraphQLNonNull)
            chance = {"first": 0.75, "last": 0.25, "after": 0.1, "before": 0.06, "filter": 0.4, "orderBy": 0.5}.get(
                name, 0.5
            )
            if name == "last" and given.get("first") is not None and not self._happens(0.02):
                continue
            if name in ("after", "before") and not self._happens(0.9):
                continue
            if is_required or self._happens(chance):
                value = (
                    None
                    if not is_required and self._happens(0.06)
                    else self.values.of(self.random, place, name, argument.type)
                )
                given[name] = self._lift(value, argument.type)
        if "first" in arguments and "first" not in given and "last" not in given:
            given["first"] = 2
        return f"({', '.join(f'{name}: {literal(value)}' for name, value in given.items())})" if given else ""

    def _lift(self, value: Any, type_: Any) -> Any:
        """The value, or a variable that holds it, or some of it in variables."""
        if self._happens(0.4):
            return self._variable(type_, value)
        inner: Any = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if isinstance(value, dict):
            return {
                name: self._lift(member, inner.fields[name].type) if self._happens(0.4) else member
                for name, member in value.items()
            }
        if isinstance(value, list):
            return [self._lift(member, inner.of_type) if self._happens(0.3) else member for member in value]
        return value

    def _variable(self, type_: Any, value: Any) -> Variable:
        name = f"v{len(self.definitions)}"
        written = str(type_)
        if value is not None and self._happens(0.25):
            default = literal(value)
            written = written.removesuffix("!") if self._happens(0.5) else written
            self.definitions.append(f"${name}: {written} = {default}")
            if self._happens(0.3):
                self.variables[name] = to_json_value(value)
        else:
            self.definitions.append(f"${name}: {written}")
            self.variables[name] = to_json_value(value)
        return Variable(name)


def dress_document(
    document: graphql.DocumentNode, schema: GraphQLSchema, random: Random, values: Values
) -> tuple[str, dict[str, Any]]:
    """A document with arguments that exist, and here and there a directive, an alias or a fragment."""
    info = graphql.TypeInfo(schema)
    writer = Writer(schema, random, values)

    class Dressing(graphql.Visitor):
        def leave_field(self, node: graphql.FieldNode, *_: Any) -> Any:
            definition, parent = info.get_field_def(), info.get_parent_type()
            if definition is None or parent is None or not definition.args:
                return None
            text = writer._arguments(f"{parent.name}.{node.name.value}", definition.args)
            fresh: Any = graphql.parse(f"{{ x{text} {writer._directive()} }}").definitions[0]
            other = fresh.selection_set.selections[0]
            return graphql.FieldNode(
                alias=node.alias,
                name=node.name,
                arguments=other.arguments,
                directives=other.directives,
                selection_set=node.selection_set,
            )

    changed = graphql.visit(document, graphql.TypeInfoVisitor(info, Dressing()))
    text = graphql.print_ast(changed)
    head = f"query({', '.join(writer.definitions)}) " if writer.definitions else ""
    return head + text, dict(writer.variables)
