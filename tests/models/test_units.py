"""Is what a change leaves stored as Tortoise would store it, at its end, or not at all?"""

from typing import Any

import pytest
from tortoise.models import Model

from server.domain.errors import Refused
from server.domain.events import AuditAction
from server.domain.rights import ProductRight
from server.models import AuditEvent, OutboxMessage, Partnership, ProductAccess
from server.models.database import joined_transaction, transaction
from server.models.units import leave, leave_columns, store_left
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres


def event(world: World, **more: Any) -> AuditEvent:
    known = {"action": AuditAction.ACCESS_GRANTED, "subject_type": "Organisation", "request_id": "“ü” \\ '"}
    return AuditEvent(**known | {"subject_id": world.rows["alpina"].id} | more)


def message(world: World, key: str) -> OutboxMessage:
    return OutboxMessage(topic="x", payload={"a": [1, None, {"ü": "\\"}]}, dedupe_key=key, run_after=world.now)


def access(world: World) -> ProductAccess:
    return ProductAccess(
        partnership_id=world.rows["limited"].id,
        product_id=world.kept.id,
        rights=[*ProductRight][:1],
        granted_at=world.now,
    )


def columns(row: Model) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row._meta.fields_db_projection}


async def test_rows_are_stored_as_tortoise_stores_them(world: World):
    made = [event(world, before=None, after={"rights": ["a"], "at": None}), message(world, "one"), access(world)]

    async with transaction():
        leave(*made)
        assert not await AuditEvent.filter(id=made[0].pk).exists()

    for row in made:
        assert columns(await type(row).get(id=row.pk)) == columns(row)


async def test_changed_columns_are_stored_as_tortoise_stores_them(world: World):
    row = await Partnership.get(id=world.rows["limited"].id)
    stored, version = await Partnership.get(id=row.id), row.version

    async with transaction():
        leave_columns(row, expires_at=world.now, end_reason="“ü” \\ '")
        leave_columns(row, notices=3, expires_at=None)
        assert columns(await Partnership.get(id=row.id)) == columns(stored)

    found = await Partnership.get(id=row.id)
    assert columns(found) == columns(row)
    assert (found.version, found.notices, found.expires_at, found.end_reason) == (version + 2, 3, None, "“ü” \\ '")
    assert found.updated_at > stored.updated_at


async def test_a_change_has_one_copy_of_a_row(world: World):
    one, two = [await Partnership.get(id=world.rows["limited"].id) for _ in range(2)]

    with pytest.raises(AssertionError):
        async with transaction():
            leave_columns(one, notices=1)
            leave_columns(two, notices=2)


async def test_what_a_product_loses_is_stored_before_what_it_gets(world: World):
    async with transaction():
        leave(first := access(world))

    async with transaction():
        leave(second := access(world))
        leave_columns(first, revoked_at=world.now)

    assert [row.id for row in await ProductAccess.filter(product_id=world.kept.id, revoked_at__isnull=True)] == [
        second.id
    ]


@pytest.mark.only_postgres
async def test_rows_of_several_models_are_one_statement(world: World):
    granted = access(world)

    with collect_statements() as statements:
        async with transaction():
            leave(event(world, product_access_id=granted.id), granted, message(world, "one"), event(world))

    assert len(statements) == 1


async def test_a_change_that_fails_leaves_nothing(world: World):
    made = event(world)

    with pytest.raises(ZeroDivisionError):
        async with transaction():
            leave(made)
            raise ZeroDivisionError

    assert not await AuditEvent.filter(id=made.id).exists()


async def test_a_row_that_the_database_refuses_is_a_lost_race(world: World):
    async with transaction():
        leave(message(world, "one"))

    with pytest.raises(Refused):
        async with transaction():
            leave(message(world, "one"))


async def test_what_somebody_will_read_is_stored_before(world: World):
    made, other = event(world), message(world, "one")

    async with transaction():
        leave(made, other)
        await store_left(ProductAccess)
        assert not await AuditEvent.filter(id=made.id).exists()
        await store_left(AuditEvent)
        assert await AuditEvent.filter(id=made.id).exists()

    assert await OutboxMessage.filter(id=other.id).exists()


async def test_each_change_within_another_stores_what_it_left(world: World):
    made = event(world)

    async with joined_transaction():
        async with transaction():
            leave(made)
        assert await AuditEvent.filter(id=made.id).exists()


async def test_nothing_is_left_outside_a_transaction(world: World):
    with pytest.raises(LookupError):
        leave(event(world))
