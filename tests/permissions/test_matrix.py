"""Does every operation answer every actor as the matrix says, and change nothing where it denies?

A row is compared as the line of text that it is. The engine is asked where it plans; `make test-long` asks the resolvers
too, and compares. Between them, tests/api asks both in every test, and tests/engine/test_random_documents.py as every
actor of the matrix.
"""

from typing import Any

import pytest
from strawberry.permission import PermissionExtension
from strawberry.types.base import StrawberryObjectDefinition

from server.schema import schema
from tests.clients import Answer, Clients
from tests.databases import rolled_back
from tests.permissions.matrix import ACTORS, HEAD, OPERATIONS, credential, name_of, render_row, rows
from tests.permissions.reads import Operation
from tests.snapshots import contents, writes
from tests.world import World

CODES = {"UNAUTHENTICATED": "UA", "NOT_FOUND": "NF", "FORBIDDEN": "FB"}


@pytest.mark.postgres
@pytest.mark.scaled
@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize("row", rows(), ids=name_of)
async def test_row(standing_world: World, initial_contents: list[str], asking: Clients, row: str) -> None:
    operation = name_of(row)

    outcomes = [await _cell(standing_world, initial_contents, asking, operation, actor) for actor in ACTORS]

    answered = render_row(operation, outcomes)
    assert answered == row, f"the head, what is answered, what should be:\n{HEAD}\n{answered}\n{row}"


async def _cell(world: World, initial_contents: list[str], asking: Clients, operation: str, actor: str) -> str:
    """What an actor is answered; with an exclamation mark if it is no, and yet something changed."""
    asked = OPERATIONS[operation]
    async with rolled_back():  # A transaction for each cell: PostgreSQL only says whether one has ever written.
        before = await writes()
        answer = await asking.ask(asked.document, asked.variables(world), as_=credential(world, actor))
        outcome = _outcome(answer, asked)
        if outcome != "ok" and await writes() != before and await contents() != initial_contents:
            outcome += "!"
    return outcome


def test_every_guarded_field_has_a_row() -> None:
    covered = {field for operation in OPERATIONS.values() for field in operation.covers}

    assert _guarded_fields() <= covered


def test_every_row_has_an_operation_and_every_operation_a_row() -> None:
    assert [name_of(row) for row in rows()] == list(OPERATIONS)


def _outcome(answer: Answer, operation: Operation) -> str:
    if answer.errors:
        return " ".join(sorted({CODES.get(code, code) for code in answer.codes}))
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
