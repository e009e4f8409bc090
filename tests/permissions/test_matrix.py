"""Does every operation answer every actor as the matrix says, and change nothing where it denies?"""

from typing import Any

import pytest
from strawberry.permission import PermissionExtension
from strawberry.types.base import StrawberryObjectDefinition

from server.schema import schema
from tests.clients import Answer, Clients
from tests.permissions.matrix import ACTORS, OPERATIONS, cells, credential
from tests.permissions.reads import Operation
from tests.snapshots import contents, writes
from tests.world import World

CODES = {"UA": "UNAUTHENTICATED", "NF": "NOT_FOUND", "FB": "FORBIDDEN"}


@pytest.mark.postgres
@pytest.mark.parametrize(("operation", "actor", "outcome"), cells())
async def test_cell(
    world: World, initial_contents: list[str], asking: Clients, operation: str, actor: str, outcome: str
) -> None:
    asked = OPERATIONS[operation]
    variables = asked.variables(world)
    before = await writes()

    answer = await asking.ask(asked.document, variables, as_=credential(world, actor))

    assert _outcome(answer, asked) == outcome
    if outcome != "ok" and await writes() != before:
        assert await contents() == initial_contents


def test_every_guarded_field_has_a_row() -> None:
    covered = {field for operation in OPERATIONS.values() for field in operation.covers}

    assert _guarded_fields() <= covered


def test_every_row_has_an_operation_and_every_operation_a_row() -> None:
    rows = [operation for operation, actor, _ in cells() if actor == ACTORS[0]]

    assert rows == list(OPERATIONS)


def _outcome(answer: Answer, operation: Operation) -> str:
    if answer.errors:
        (code,) = set(answer.codes)
        return next(name for name, known in CODES.items() if known == code)
    value: Any = answer.data
    for step in operation.answer:
        value = value[step]
    if value is None:
        return "··"
    return "no" if isinstance(value, dict) and value.get("userErrors") else "ok"


def _guarded_fields() -> set[str]:
    """The root fields, and every field with a permission class."""
    guarded = set[str]()
    for entry in schema.schema_converter.type_map.values():
        definition = entry.definition
        if not isinstance(definition, StrawberryObjectDefinition):
            continue
        for field in definition.fields:
            asks = any(isinstance(extension, PermissionExtension) for extension in field.extensions)
            if asks or definition.name in ("Query", "Mutation"):
                guarded.add(f"{definition.name}.{schema.config.name_converter.get_graphql_name(field)}")
    return guarded
