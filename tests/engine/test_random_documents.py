"""Do the engine and the resolvers answer random documents alike, no matter who asks?

250 documents on SQLite and 150 on PostgreSQL, other ones in each run; 20,000 on each in `make test-long`. SEED=…
repeats a run, whose seed a failure names. hypothesis-graphql makes some of the selections; it takes forty milliseconds for one, so the rest are
walked through the schema.
"""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import graphql
import pytest
from hypothesis import HealthCheck, Phase, given, seed
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis_graphql import queries

from server.schema import schema
from tests.clients import Clients
from tests.databases import BACKEND, rolled_back
from tests.engine.both import Both, render_planned, render_resolved
from tests.engine.document_values import Values
from tests.engine.documents import Writer, dress_document
from tests.engine.stored_values import stored_values
from tests.long import amount
from tests.permissions.matrix import ACTORS, OPERATIONS
from tests.seeds import SEED
from tests.world import World

DOCUMENTS = amount(150 if BACKEND == "postgres" else 250, long=20_000)
OF_HYPOTHESIS = amount(5, long=1_500)
DRESSED_EACH = 5


@pytest.mark.postgres
@pytest.mark.scaled
async def test_random_documents_are_answered_alike(both: Both) -> None:
    random = Random(SEED)
    paths = Counter[str]()
    reasons = Counter[str | None]()

    for number, (text, variables) in enumerate(documents(random, await stored_values(random), DOCUMENTS)):
        actor = ACTORS[number % len(ACTORS)]
        about = f"\nSEED={SEED} document {number} as {actor}: {variables}\n{text}\n"
        try:
            found, trace = await both.by_engine(text, variables, actor)
        except Exception as error:
            raise AssertionError(about) from error
        paths[trace.path] += 1
        if found is None:
            reasons[trace.reason] += 1
            continue
        ordinary = render_resolved(await both.by_resolvers(text, variables, actor))
        assert render_planned(found) == ordinary, about
        assert "INTERNAL" not in "".join(ordinary[1]), about

    print(dict(paths), reasons.most_common(5))  # noqa: T201 - shown with -s
    assert paths.total() == DOCUMENTS
    assert paths["planned"] >= amount(0.6, long=0.8) * DOCUMENTS, reasons


@pytest.mark.postgres
@pytest.mark.scaled
@pytest.mark.usefixtures("cheap_passwords")
@pytest.mark.parametrize(
    "mutation", sorted({*schema._schema.mutation_type.fields} - {"signOut"})
)  # its cookie holds the second
async def test_random_payloads_are_answered_alike(world: World, clients: Clients, mutation: str) -> None:
    random = Random(SEED)
    writer = Writer(schema._schema, random, await stored_values(random), depth=4)
    field = schema._schema.mutation_type.fields[mutation]
    operation, person = OPERATIONS[mutation], world.people[PEOPLE.get(mutation, "cL")]
    asked = 0

    while asked < amount(2, long=100):
        text, variables = writer.payload(mutation, graphql.get_named_type(field.type), str(field.args["input"].type))
        if "ursor" in text or "lastFour" in text:
            continue  # they have timestamps and secrets of a row that each of the two answers creates
        asked += 1
        given = operation.variables(world) | variables
        async with rolled_back():
            answer = await clients.ask(text, given, as_=person)
            assert "INTERNAL" not in str(answer.errors), (SEED, text)


PEOPLE = {
    "acceptInvitation": "pL",
    "declineInvitation": "pL",
    "assignEmployee": "pL",
    "unassignEmployee": "pL",
    "requestCustomer": "pL",
    "requestCustomerByEmail": "pL",
    "requestAccessChange": "pL",
    "cancelInvitation": "pL",
    "resendInvitation": "pL",
    "acceptCustomerInvitation": "bL",
    "declineCustomerInvitation": "bL",
    "cancelCustomerInvitation": "qL",
    "resendCustomerInvitation": "qL",
    "changePaymentMode": "bL",
}
"""Who may make a change, where that is not Alpina's legal representative."""


def documents(random: Random, values: Values, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Documents with the values of their variables; a few are not valid."""
    given = 0
    for document in _of_hypothesis():
        for _ in range(DRESSED_EACH):
            given += 1
            yield dress_document(document, schema._schema, random, values)
    writer = Writer(schema._schema, random, values)
    for _ in range(number - given):
        yield writer.document()


def _of_hypothesis() -> list[graphql.DocumentNode]:
    found = list[graphql.DocumentNode]()
    scalars: Any = {
        name: st.just(graphql.StringValueNode(value="x")) for name in ("DateTime", "Decimal", "EmailAddress")
    }

    @seed(SEED)
    @hypothesis_settings(
        max_examples=OF_HYPOTHESIS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(queries(schema._schema, custom_scalars=scalars, print_ast=lambda document: document))
    def collect(document: Any) -> None:
        found.append(document)

    collect()
    return found
