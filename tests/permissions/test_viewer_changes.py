"""Does every write to a table that a cached viewer depends on announce it (`Context.viewers_changed`)?"""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import server
from server import jobs
from server.authentication import Credentials, authenticate
from server.authentication.viewer_cache import ViewerCache
from server.models import ApiToken, ApiTokenCustomer, ApiTokenExclusion, Membership, Session, base, units
from server.resolvers.context import Context
from server.resolvers.people.offboarding import end_rows
from server.schema import schema
from server.settings import Settings
from tests.databases import rolled_back
from tests.permissions.inputs import Input, prepare, ways
from tests.permissions.test_foreign_ids import MUTATIONS
from tests.rows import Person
from tests.statements import collect_statements
from tests.world import World

VIEWER_TABLES = (ApiToken, ApiTokenCustomer, ApiTokenExclusion, Membership, Session)
"""What `authenticate` reads a viewer from."""

WRITE = re.compile(
    rf'(?:INSERT INTO|UPDATE|DELETE FROM) "(?:{"|".join(model._meta.db_table for model in VIEWER_TABLES)})"'
)
WRITING = {
    "bulk_create",
    "bulk_update",
    "create",
    "delete",
    "get_or_create",
    "save",
    "update",
    "update_or_create",
    *(name for name in vars(base) if name.startswith("store_")),
    units.remove.__name__,
    *(name for name in vars(units) if name.startswith("leave")),
    end_rows.__name__,
    jobs._delete_in_batches.__name__,
}
OTHER_TABLES = {
    "cli/credentials.py close_public_credentials",
    "resolvers/partnerships/assignments.py _leave_assignment",
    "resolvers/partnerships/future_customers.py assign_all",
    "resolvers/people/offboarding.py _cancel_invitations",
    "resolvers/people/offboarding.py _end_assignments",
    "resolvers/people/offboarding.py _leave_teams",
    "resolvers/people/teams.py _add",
    "resolvers/people/teams.py join_teams",
}
"""Functions that name one of these models and write other tables only."""

SERVER = Path(server.__file__).parent
SOURCES = [path for path in SERVER.rglob("*.py") if not {"models", "demo"} & {*path.relative_to(SERVER).parts}]
"""The demo writes into an empty database only, which nobody can have used yet."""


@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_mutation_announces_that_it_changed_what_viewers_stand_for(
    world: World, settings: Settings, mutation: str
) -> None:
    for who, input in ways(world, mutation):
        async with rolled_back():
            await prepare(world, mutation, input)

            context, statements = await _change(mutation, input, who, settings)

            writes = [statement for statement in statements if WRITE.match(statement)]
            assert context.has_changed_viewers is bool(writes), writes


def test_every_function_that_writes_such_a_table_announces_it() -> None:
    silent = {name for name, called in _writers() if "viewers_changed" not in called}

    assert silent == OTHER_TABLES


async def _change(mutation: str, input: Input, who: Person | None, settings: Settings) -> tuple[Context, list[str]]:
    """The context of a mutation that worked, and its statements."""
    now = datetime.now(UTC)
    viewer = await authenticate(Credentials(session=who.session if who else None), now, ViewerCache())
    context = Context(viewer, now, "0" * 32, settings)
    document = (
        f"mutation($input: {MUTATIONS[mutation].args['input'].type}) {{ {mutation}(input: $input) {{ __typename }} }}"
    )
    with collect_statements() as statements:
        answer = await schema.execute(document, variable_values={"input": input}, context_value=context)
    assert not answer.errors
    return context, statements


def _writers() -> Iterator[tuple[str, set[str]]]:
    """Functions that name one of the models and write something, with the names of all that they call."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            names = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
            called = {_name(inner.func) for inner in ast.walk(node) if isinstance(inner, ast.Call)}
            if names & {model.__name__ for model in VIEWER_TABLES} and called & WRITING:
                yield f"{path.relative_to(SERVER).as_posix()} {node.name}", called


def _name(function: ast.expr) -> str:
    """What a call calls, without the object that it is called on."""
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
