"""Builds the one schema from the declarations, checks that it is safe to serve, and prints it as SDL."""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Final

import strawberry
import structlog
from graphql import GraphQLError
from graphql.utilities.print_schema import print_schema_definition
from strawberry.printer import print_schema
from strawberry.schema.config import StrawberryConfig
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.execution import ExecutionContext
from tortoise.models import Model

from server.domain.errors import Denied, Unavailable
from server.engine.declarations import PLAN, Guarded
from server.engine.running.null_propagation import MAX_ERRORS
from server.resolvers.permissions import Permission
from server.schema.documents import CachedDocuments
from server.schema.fields import KIND
from server.schema.limits import DocumentLimits
from server.schema.resolver_path import BoundedExecution
from server.schema.roots import Mutation, Query
from server.schema.scalars import SCALARS
from server.schema.variable_coercion import CoercedVariables

_log = structlog.get_logger("server.graphql")

DESCRIPTION: Final = """\
The API of the partner programme: organisations, the partners that manage products for them, and who may do what.

Begin with `viewer`, which says who you are, and follow its `organisations` to everything you can see.
People sign in with `signIn`, which sets a session cookie. Programs send `Authorization: Bearer` and an API token, which
`createApiToken` creates. The description of a field says which right it requires.
Every object has a globally unique, opaque `id`, by which `node` and `nodes` find it.
Lists are Relay connections: page with `first` and `after`, or with `last` and `before`.
A mutation that is refused changes nothing and says why in `userErrors`. Other problems, such as a missing right, are in
the response's `errors`, with a stable code in `extensions.code`."""
"""The schema's own description, for people who see the API for the first time."""


class Schema(strawberry.Schema):
    """Strawberry's schema, with errors logged by kind, never with the content of a request."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        log_errors(errors, (execution_context.query if execution_context else None) or "")


def log_errors(errors: Sequence[GraphQLError], document: str) -> None:
    """Log each error in an answer: a caller's mistake with its code, a bug with its traceback.

    Not an outage, which has its own line.
    """
    if not errors:
        return
    digest = document_digest(document)
    for error in errors[:MAX_ERRORS]:
        original = error.original_error
        if isinstance(original, Unavailable):
            continue  # one line for the outage is enough
        is_unwritten = isinstance(original, GraphQLError) and error.path is not None and not original.nodes
        if original is None or (isinstance(original, (Denied, GraphQLError)) and not is_unwritten):
            log_refusals([refusal_code(error)], digest)
        else:
            _log.error("failed", path=error.path, exc_info=original, document=digest)


def log_refusals(codes: Sequence[str], digest: str) -> None:
    """Log mistakes of callers by their codes, with the digest of the document."""
    for code in codes:
        _log.info("refused", code=code, document=digest)


def refusal_code(error: GraphQLError) -> str:
    """The code of a caller's mistake."""
    return getattr(error.original_error, "code", "VALIDATION_FAILED")


def document_digest(document: str) -> str:
    """The name of a document in logs."""
    return hashlib.sha256(document.encode()).hexdigest()[:16]


def _strawberry_config() -> StrawberryConfig:
    return StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)


def _check_permissions(built: Schema) -> None:
    """Refuse a schema in which a field with a resolver does not say who may use it."""
    for definition in built.schema_converter.type_map.values():
        if isinstance(definition.definition, StrawberryObjectDefinition):
            check_fields(definition.definition)


def check_fields(definition: StrawberryObjectDefinition) -> None:
    """Raises TypeError for a type with a resolver that was not declared through `schema/fields.py`."""
    for field in definition.fields:
        if field.base_resolver is not None and KIND not in field.metadata:
            raise TypeError(f"{definition.name}.{field.python_name} does not say who may ask for it")
        _check_guards(field.metadata.get(PLAN), getattr(definition.origin, "model", None))
    if definition.name in ("Query", "Mutation"):
        for field in definition.fields:
            if not field.extensions:
                raise TypeError(f"{definition.name}.{field.python_name} has no permission class")


def _check_guards(plan: object, model: type[Model] | None) -> None:
    """Raises TypeError for a permission that does not look at rows of this model."""
    for guard in plan.guards if isinstance(plan, Guarded) else ():
        if isinstance(guard, Permission):
            guard.check_source(model)


def _build_schema() -> Schema:
    built = Schema(
        query=Query,
        mutation=Mutation,
        config=_strawberry_config(),
        extensions=[DocumentLimits, CachedDocuments, CoercedVariables],
        execution_context_class=BoundedExecution,
    )
    built._schema.description = DESCRIPTION
    _check_permissions(built)
    return built


schema: Final = _build_schema()
"""The only schema of this process."""


@cache
def sdl() -> str:
    """The schema as text, in the order of names: what is committed as schema.graphql.

    Strawberry prints no description of the schema itself; graphql-core does.
    """
    head = print_schema_definition(schema._schema)
    return f"{head}\n\n{print_schema(schema)}\n"
