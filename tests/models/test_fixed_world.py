"""Does each condition of each row policy decide about a row? Who sees what in a world that is written by hand."""

from collections.abc import Mapping
from uuid import UUID

import pytest

from server.models import CatalogueItem, Organisation, Partnership, Product
from server.models.visibility.policies import policy_through
from tests.databases import Databases
from tests.models.fixed_world import Keys, fixed_viewers, fixed_world
from tests.models.fixed_world_table import TABLE
from tests.models.rules import RULES
from tests.models.series import database_for_worlds, while_stored
from tests.models.sight import Sight, sight
from tests.models.stores import rows_of
from tests.models.worlds import RandomWorld

pytestmark = pytest.mark.postgres

Seen = Mapping[str, Sight]
"""By the short name of a viewer: what they see."""


# Rule D1
async def test_everybody_sees_what_the_table_says_and_nothing_else(all_databases: Databases) -> None:
    world, keys = fixed_world()

    async with database_for_worlds(all_databases):
        standing = {row.pk for row in await CatalogueItem.all()}
        async with while_stored(world):
            seen = {name: await sight(viewer) for name, viewer in fixed_viewers(world, keys).items()}

    assert render_table(world, keys, seen) == TABLE
    assert find_strangers(keys, seen) == standing


async def test_a_partnership_shows_its_sides_to_viewers_who_may_read_organisations(all_databases: Databases) -> None:
    world, keys = fixed_world()
    viewers = fixed_viewers(world, keys)

    async with database_for_worlds(all_databases), while_stored(world):
        seen = {name: (await sight(viewer))["Organisation"] for name, viewer in viewers.items()}
        shown = {
            (model, column): {
                name: {row.pk for row in await Organisation.filter(policy_through(Organisation, viewer, model, column))}
                for name, viewer in viewers.items()
            }
            for model, column in (
                (Partnership, "customer_id"),
                (Partnership, "partner_id"),
                (Product, "organisation_id"),
            )
        }

    by_partnership = {name: set(world.organisations) for name in viewers} | {
        name: seen[name] for name in ("vis", "-or")
    }
    assert shown == {
        (Partnership, "customer_id"): by_partnership,
        (Partnership, "partner_id"): by_partnership,
        (Product, "organisation_id"): seen,
    }


def test_the_rules_in_python_say_what_the_table_says() -> None:
    world, keys = fixed_world()

    seen = {
        name: {model.__name__: rule(world, viewer) for model, rule in RULES.items()}
        for name, viewer in fixed_viewers(world, keys).items()
        if viewer
    }

    assert render_table(world, keys, {"vis": {}} | seen) == with_an_empty_column(TABLE)


def test_nobody_knows_a_row_by_another_ones_name() -> None:
    world, keys = fixed_world()

    assert len({row.pk for row in rows_of(world)}) == len(keys)


def render_table(world: RandomWorld, keys: Keys, seen: Seen) -> str:
    """The rows of each model by name, and under the name of each viewer an x if they see it."""
    names, tables = {key: name for name, key in keys.items()}, dict[str, list[str]]()
    for row in rows_of(world):
        model = type(row).__name__
        marks = ["x" if row.pk in sight.get(model, ()) else "·" for sight in seen.values()]
        tables.setdefault(model, []).append(_render_line(f"  {names[row.pk]}", marks))
    lines = [_render_line("", [*seen])]
    for model, rows in tables.items():
        lines += [model, *rows]
    return "\n".join(["", *lines, ""])


def _render_line(name: str, cells: list[str]) -> str:
    return (f"{name:<36}" + "".join(f"{cell:<5}" for cell in cells)).rstrip()


def with_an_empty_column(table: str) -> str:
    """The table for a visitor who sees nothing: the rules are about people who are signed in."""
    return "\n".join(f"{line[:36]}·{line[37:]}" if line[36:37] == "x" else line for line in table.split("\n"))


def find_strangers(keys: Keys, seen: Seen) -> set[UUID]:
    """Rows that somebody sees and that are not of this world."""
    return {key for sight in seen.values() for found in sight.values() for key in found} - set(keys.values())
