"""Do questions that are asked together find what Tortoise finds, and build the same rows?"""

from typing import Any

import pytest
from tortoise.models import Model

from server import models
from server.domain.people.memberships import MembershipStatus
from server.models import Membership, Organisation, Partnership, Product, ProductAccess
from server.models.questions import ask, ask_one, rows_where
from server.models.visibility.lookups import visible
from tests.engine.both import viewers_of
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres

MODELS = [getattr(models, name) for name in sorted(models.__all__)]


def columns(row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
async def test_a_row_is_built_as_tortoise_builds_it(world: World, model: type[Model]):
    expected = await model.all().limit(20)

    found = await ask_one(rows_where(model, id=[row.pk for row in expected]))

    assert sorted(map(repr, map(columns, found))) == sorted(map(repr, map(columns, expected)))
    assert [type(row) for row in found] == [type(row) for row in expected]
    assert [vars(row).keys() - {"_await_when_save"} for row in found] == [
        vars(row).keys() - {"_await_when_save"} for row in expected
    ]


async def test_questions_asked_together_are_one_statement_with_an_answer_each(world: World):
    alpina, employee = world.rows["alpina"], (await viewers_of(world))["pE"]

    with collect_statements() as statements:
        members, nobody, products, managed, named = await ask(
            rows_where(Membership, organisation_id=alpina.id, status=MembershipStatus.ACTIVE),
            rows_where(Membership, organisation_id=world.rows["limited"].id),
            visible(Product, employee, [world.granted.id, world.kept.id]),
            rows_where(ProductAccess, product_id=world.granted.id, revoked_at=None),
            rows_where(Organisation, name=alpina.name),
        )

    assert len(statements) == 1
    active = await Membership.filter(organisation_id=alpina.id, status=MembershipStatus.ACTIVE)
    assert {row.id for row in members} == {row.id for row in active}
    assert nobody == []
    assert [row.id for row in products] == [world.granted.id]
    assert [row.partnership_id for row in managed] == [world.rows["limited"].id]
    assert [row.id for row in named] == [alpina.id]


async def test_a_row_that_was_asked_for_can_be_changed_and_saved(world: World):
    (row,) = await ask_one(rows_where(Partnership, id=world.rows["limited"].id))

    row.version += 1
    await row.save(update_fields=["version"])

    assert (await Partnership.get(id=row.id)).version == row.version
