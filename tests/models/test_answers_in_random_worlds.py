"""Do the engine and the resolvers answer alike in random worlds, where what is on the path proves what is below it?

A statement relies on the rows that lead to a field. Resolvers ask each policy on its own, so they cannot.
"""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.viewer import Viewer
from server.engine.dispatch import answer_by_plan
from server.engine.engine import Engine
from server.resolvers.context import Context
from server.resolvers.work_budget import Work
from server.schema import schema
from server.schema.engine_host import new_engine
from server.settings import Settings
from tests.databases import BACKEND, Databases
from tests.engine.both import REQUEST_ID, render_planned, render_resolved
from tests.engine.documents import Writer
from tests.engine.stored_values import stored_values
from tests.long import amount
from tests.models.series import database_for_worlds, random_worlds, while_stored
from tests.models.worlds import NOW, RandomWorld
from tests.seeds import SEED

pytestmark = [pytest.mark.postgres, pytest.mark.scaled]

WORLDS = amount(9 if BACKEND == "postgres" else 30, long=900)
DOCUMENTS_EACH = 2

_PRODUCTS = "products(first: 8) { totalCount nodes { serviceName organisation { name } viewerRights } }"
_ACCESSES = "productAccesses(first: 8) { nodes { product { serviceName organisation { name } } partnership { id } } }"
PATHS = [
    *(
        f"query($organisation: ID!) {{ organisation(id: $organisation) {{ name {selection} }} }}"
        for selection in (
            f"{_PRODUCTS} managedCustomers(first: 8) {{ totalCount nodes {{ name viewerRights {_PRODUCTS} }} }}",
            f"managedCustomers(first: 8) {{ edges {{ partnership {{ partner {{ {_PRODUCTS} }} customer {{ {_PRODUCTS} }} }} }} }}",
            f"managedCustomers(first: 8) {{ edges {{ partnership {{ {_ACCESSES} }} }} nodes {{ {_PRODUCTS} }} }}",
            f"managedCustomers(first: 8) {{ nodes {{ customerPartnerships(first: 4) {{ nodes {{ {_ACCESSES} }} }} }} }}",
            f"customerPartnerships(first: 8) {{ nodes {{ customer {{ {_PRODUCTS} }} {_ACCESSES} }} }}",
            f"partnerships(first: 8) {{ nodes {{ partner {{ name }} customer {{ {_PRODUCTS} }} {_ACCESSES} }} }}",
            f"pendingActions(first: 8) {{ nodes {{ partnership {{ {_ACCESSES} }} product {{ id }} }} }}",
        )
    ),
    f"""query($partnership: ID!) {{ partnership(id: $partnership) {{
        customer {{ {_PRODUCTS} }} partner {{ name }} {_ACCESSES}
        assignments(first: 8) {{ totalCount nodes {{ partnership {{ customer {{ {_PRODUCTS} }} }} }} }} }} }}""",
]
"""What is reached through partnerships, several of them on one path. Some are too deep for SQLite."""


async def test_everybody_is_answered_alike_both_ways(all_databases: Databases, settings: Settings) -> None:
    engine = new_engine()
    planned = asked = 0

    async with database_for_worlds(all_databases):
        for about, world in random_worlds(WORLDS):
            async with while_stored(world):
                writer = Writer(schema._schema, Random(f"{SEED} {about}"), await stored_values(Random(about)))
                for viewer in world.few_viewers():
                    for text, variables in _documents(world, writer, viewer):
                        is_planned = await _is_answered_alike(
                            engine, Context(viewer, NOW, REQUEST_ID, settings), text, variables, about
                        )
                        asked, planned = asked + 1, planned + is_planned

    assert planned > 0.6 * asked


def _documents(world: RandomWorld, writer: Writer, viewer: Viewer) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in PATHS:
        organisation = writer.random.choice(_organisations(world, viewer))
        partnership = writer.random.choice([link.id for link in world.links] or [UUID(int=0)])
        given = {"organisation": f"org_{organisation.hex}", "partnership": f"pship_{partnership.hex}"}
        yield path, {name: value for name, value in given.items() if f"${name}" in path}
    for _ in range(DOCUMENTS_EACH):
        yield writer.document()


def _organisations(world: RandomWorld, viewer: Viewer) -> list[UUID]:
    """Those that have customers and the viewer as a member, if there are any."""
    partners = {link.partner_id for link in world.links if link.status is PartnershipStatus.ACTIVE}
    own = [one.organisation_id for one in viewer.memberships if one.organisation_id in partners]
    return own or [*world.organisations]


async def _is_answered_alike(
    engine: Engine, context: Context, text: str, variables: dict[str, Any], about: str
) -> bool:
    """Whether the engine answers it; then it answers as the resolvers do."""
    found, _ = await answer_by_plan(engine, text, None, variables, context)
    if found is None:
        return False
    context.work = Work(most=10**9)
    resolved: Any = await schema.execute(text, variable_values=variables, context_value=context)
    assert render_planned(found) == render_resolved(resolved), f"\n{about} {context.viewer!r}\n{variables}\n{text}"
    return True
