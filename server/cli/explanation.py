"""The command `explain`: what will happen to an operation in a file, for the owner of an API token."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

from graphql import GraphQLError, OperationDefinitionNode, parse

from server.authentication import Credentials, authenticate
from server.authentication.viewer_cache import ViewerCache
from server.cli.database import open_current_database
from server.cli.failures import Failure, WrongUsage
from server.cli.settings import read_settings
from server.domain.errors import NotSignedIn
from server.engine.explain import Explanation, explain_operation
from server.engine.sql_format import format_sql
from server.resolvers.context import Context
from server.schema.engine_host import new_engine
from server.schema.limits import limits_for, operation_costs

_CONTROL: Final = re.compile(r"[\x00-\x1f]")
_NOT_SIGNED_IN: Final = "Nobody is signed in. Use --as TOKEN to explain it for a user."


async def explain_file(file: Path, secret: str | None, operation: str | None, variables: str) -> None:
    """Print the path, cost, statement and database plan of each operation in the file."""
    text, given = _read_text(file), _parse_variables(variables)
    names = [operation] if operation else _operation_names(text)
    settings = read_settings()
    async with open_current_database(settings):
        now = datetime.now(UTC)
        try:
            credentials = Credentials(f"Bearer {secret}" if secret else None)
            viewer = await authenticate(credentials, now, ViewerCache())
        except NotSignedIn as error:
            raise Failure(error.message) from error
        engine = new_engine()
        if viewer is None:
            print(_NOT_SIGNED_IN)
        for name in names:
            context = Context(viewer, now, "explain", settings)
            _print_explanation(
                name,
                _describe_cost(text, name, given, context),
                await explain_operation(engine, text, name, given, context),
            )


def _print_explanation(name: str | None, cost: str, explanation: Explanation) -> None:
    print(f"\n# {name or 'the operation'}\nPath: {explanation.path}", end="")
    print(f" ({explanation.reason})" if explanation.reason else "")
    print(f"Cost: {cost}")
    for statement in explanation.statements:
        print(f"\nSQL:\n{readable_sql(statement)}")
    if explanation.plan:
        print("\nPlan:")
        print(*(f"  {line}" for line in explanation.plan), sep="\n")


def readable_sql(statement: str) -> str:
    """The statement on several lines, with the engine's placeholders, which are control characters, as escapes."""
    lines = format_sql(statement).split("\n")
    return "\n".join(_CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", line) for line in lines)


def _describe_cost(text: str, name: str | None, variables: dict[str, Any], context: Context) -> str:
    """The document's cost, next to the caller's limits."""
    limits = limits_for(context)
    for found, _, measured_cost in operation_costs(parse(text), text, variables):
        if found == name:
            return (
                f"{measured_cost.rows} of {limits.rows} rows, {measured_cost.fields} of {limits.fields} fields, "
                f"depth {measured_cost.depth} of {limits.depth}"
            )
    return "unknown"


def _operation_names(text: str) -> list[str | None]:
    try:
        definitions = parse(text).definitions
    except GraphQLError as error:
        raise Failure(f"The file does not contain a GraphQL document: {error.message}") from error
    operations = [node for node in definitions if isinstance(node, OperationDefinitionNode)]
    return [node.name.value if node.name else None for node in operations]


def _read_text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(f"{file} cannot be read: {error}.") from error


def _parse_variables(text: str) -> dict[str, Any]:
    try:
        given: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise WrongUsage(f"--variables: {error}.") from error
    if not isinstance(given, dict):
        raise WrongUsage("--variables must be a JSON object.")
    return cast("dict[str, Any]", given)
