"""Limits of documents: how large they may be."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from graphql import DocumentNode, OperationDefinitionNode, OperationType
from strawberry.extensions import SchemaExtension

from server.domain.errors import Denied, LimitExceeded, MalformedInput
from server.resolvers.context import Context
from server.schema.introspection import asks_only_for_schema, is_standard
from server.schema.query_cost import Cost, count_literals, operation_costs

MAX_MUTATIONS: Final = 5
MAX_DIGITS: Final = 100
MAX_INPUT_FIELDS: Final = 100
MAX_REPEATED: Final = 100
MAX_PAIRS: Final = 1_000
"""The most operations and fragments, because validation visits every fragment from each operation."""
MAX_INTROSPECTED: Final = 100_000
"""The most introspected values in a document that asks for nothing else. It is answered in a thread."""
MAX_INTROSPECTED_WITH_OTHERS: Final = 20_000
"""The same in any other document: they take some 20 milliseconds, in which nobody else is answered."""


@dataclass(frozen=True)
class Limits:
    """The most that one document may have. Fields are counted with every fragment expanded."""

    depth: int
    aliases: int
    fields: int
    root_fields: int
    directives: int
    rows: int
    introspected: int = MAX_INTROSPECTED


ANONYMOUS: Final = Limits(depth=8, aliases=5, fields=300, root_fields=3, directives=30, rows=500)
SIGNED_IN: Final = Limits(depth=12, aliases=30, fields=600, root_fields=10, directives=30, rows=20_000)


class DocumentLimits(SchemaExtension):
    """Refuses a document that is too large, or does not say what to run, before it is validated."""

    def on_validate(self) -> Iterator[None]:
        asked = self.execution_context
        if asked.graphql_document is not None and asked.query is not None:
            run, limits = asked._provided_operation_name, limits_for(asked.context)
            refusal: Denied | None = None
            if run is None and names_are_needed(asked.graphql_document):
                refusal = MalformedInput("Set `operationName` to the operation to run.")
            else:
                refusal = document_excess(asked.graphql_document, asked.query, asked.variables or {}, limits, run)
            # Raised and not recorded, because the following validation would overwrite it.
            if refusal is not None:
                asked.context.is_document_refused = True
                raise refusal
        yield


def names_are_needed(document: DocumentNode) -> bool:
    """Whether an operation name is needed. Without this check Strawberry would run the first of several."""
    return sum(isinstance(node, OperationDefinitionNode) for node in document.definitions) > 1


def limits_for(context: Context) -> Limits:
    if context.viewer is not None:
        return SIGNED_IN
    return ANONYMOUS if context.settings.introspection else replace(ANONYMOUS, introspected=0)


def document_excess(
    document: DocumentNode, text: str, variables: Mapping[str, Any], limits: Limits, run: str | None = None
) -> LimitExceeded | None:
    """Why this document is too large, or None.

    `text` is what it was parsed from, `run` the name of the operation to run. The others are only validated, so the
    widest limits apply to them.
    """
    whole = count_literals(document, text)
    if whole.digits > MAX_DIGITS:
        return LimitExceeded(f"A number in this document has more than {MAX_DIGITS} digits.")
    if whole.input_fields > MAX_INPUT_FIELDS:
        return LimitExceeded(f"This document writes out more than {MAX_INPUT_FIELDS} input fields. Use variables.")
    if whole.fields > SIGNED_IN.fields:
        return LimitExceeded(f"This document is too large: the limit for fields is {SIGNED_IN.fields}.")
    if whole.operations * whole.fragments > MAX_PAIRS:
        return LimitExceeded("This document has too many operations and fragments. Send fewer of them at once.")
    try:
        operations = operation_costs(document, text, variables)
    except RecursionError:
        return LimitExceeded("This document is nested too deeply.")
    refusals = (
        _cost_refusal(type_, cost, limits if run in (None, name) else SIGNED_IN)
        or _schema_refusal(document, name, cost, limits if run in (None, name) else SIGNED_IN)
        for name, type_, cost in operations
    )
    return next((refusal for refusal in refusals if refusal), None)


def _schema_refusal(document: DocumentNode, name: str | None, cost: Cost, limits: Limits) -> LimitExceeded | None:
    """Why this introspection is too large. Its lists count as rows, except in the query that every tool sends."""
    if not cost.introspected:
        return None
    is_alone = asks_only_for_schema(document, name)
    most = limits.introspected if is_alone else min(limits.introspected, MAX_INTROSPECTED_WITH_OTHERS)
    is_within = cost.introspected <= most and cost.rows + cost.schema_rows <= limits.rows
    if is_within or (most and is_alone and is_standard(document, name)):
        return None
    return LimitExceeded("This document asks for too much of the schema at once.")


def _cost_refusal(type_: OperationType, cost: Cost, limits: Limits) -> LimitExceeded | None:
    for name in ("depth", "aliases", "fields", "directives"):
        most: int = getattr(limits, name)
        if getattr(cost, name) > most:
            return LimitExceeded(f"This document is too large: the limit for {name} is {most}.")
    if cost.repeated_names > MAX_REPEATED:
        return LimitExceeded(f"This document repeats more than {MAX_REPEATED} fields.")
    if cost.root_fields > limits.root_fields:
        return LimitExceeded(f"An operation can have at most {limits.root_fields} root fields.")
    if type_ is OperationType.MUTATION and cost.root_fields > MAX_MUTATIONS:
        return LimitExceeded(f"An operation can have at most {MAX_MUTATIONS} mutations.")
    if cost.sign_ins > 1:
        return LimitExceeded("An operation can sign in only once.")
    if cost.rows > limits.rows:
        return LimitExceeded(f"This document could ask for more than {limits.rows:,} rows. Ask for smaller pages.")
    return None
