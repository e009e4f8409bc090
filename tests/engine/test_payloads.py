"""Does the engine read every payload that a mutation can return?"""

import pytest
from graphql import get_named_type

from server.engine.explain import explain_operation
from tests.engine.both import Both
from tests.permissions.matrix import OPERATIONS
from tests.permissions.walks import SCHEMA, walks
from tests.world import World

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("mutation", SCHEMA.mutation_type.fields)
async def test_the_whole_payload_of_a_mutation_is_planned(standing_world: World, both: Both, mutation: str) -> None:
    field = SCHEMA.mutation_type.fields[mutation]
    (payload,) = walks(get_named_type(field.type), 2)
    document = f"mutation($input: {field.args['input'].type}) {{ {mutation}(input: $input) {{ {payload} }} }}"

    found = await explain_operation(
        both.engine, document, None, OPERATIONS[mutation].variables(standing_world), both.context("cL")
    )

    assert (found.path, found.reason) == ("planned", None)
