"""Is a migrated database what the models say, with every index, unique, check and foreign key?

Both databases are compared with the models, and so with each other.
"""

import ast
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from tortoise import Tortoise
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError, OperationalError
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions
from tortoise.migrations.schema_editor.sqlite import SqliteSchemaEditor
from tortoise.transactions import in_transaction

from server.domain.partnerships.partnerships import AccessType, PartnershipStatus, PaymentMode, Side
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import (
    AuditEvent,
    CatalogueItem,
    CataloguePrice,
    Membership,
    Partnership,
    ProductAccess,
    Receipt,
    migrations,
)
from server.models.base import new_id
from server.models.database import connect, dialect, disconnect, tortoise_config
from server.models.upgrade import bring_up_to_date
from server.settings import Settings
from tests.models import structure
from tests.rows import grant, partnership
from tests.world import World

pytestmark = pytest.mark.postgres


async def test_the_database_is_what_the_models_say(world: World) -> None:
    promised = structure.of_models()

    found = await structure.of_database()

    assert found == promised


async def test_no_migration_is_missing(world: World, settings: Settings) -> None:
    detector = MigrationAutodetector(Tortoise.apps, tortoise_config(settings)["apps"])

    missing = [operation for migration in await detector.changes() for operation in migration.operations]
    # A docstring is a table's description, and no reason for a migration.
    assert [operation for operation in missing if not isinstance(operation, AlterModelOptions)] == []


def test_a_migration_imports_nothing_that_may_change() -> None:
    folder = Path(migrations.__path__[0])
    allowed = ("tortoise", migrations.__name__, *sys.stdlib_module_names)

    imported = {
        node.module or "relative"
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.ImportFrom)
    }

    assert [name for name in sorted(imported) if not re.match(rf"({'|'.join(allowed)})(\.|$)", name)] == []


async def test_migrating_again_changes_nothing(own_database: Settings) -> None:
    before = await structure.of_database()
    prices = await CataloguePrice.all().count()
    await disconnect()

    await bring_up_to_date(own_database)

    await connect(own_database)
    assert await structure.of_database() == before
    assert await CataloguePrice.all().count() == prices


async def test_remaking_a_table_keeps_its_indexes_and_triggers(own_database: Settings) -> None:
    if dialect() != "sqlite":
        pytest.skip("PostgreSQL alters tables in place")
    before = await _indexes_and_triggers("partnership")

    await SqliteSchemaEditor(get_connection("default"))._remake_table(Partnership)

    assert await _indexes_and_triggers("partnership") == before
    assert (await structure.of_database())["partnership"] == structure.of_models()["partnership"]


async def _indexes_and_triggers(table: str) -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name = ?"
    rows: Any = (await get_connection("default").execute_query(query, [table]))[1]
    return {row["name"] for row in rows}


async def _is_refused(change: Any) -> bool:
    """Whether the database refuses; in a savepoint, so that the test's transaction goes on."""
    try:
        async with in_transaction():
            await change
    except (IntegrityError, OperationalError):
        return True
    return False


# Rule C1
async def test_one_live_partnership_a_pair_and_side(world: World) -> None:
    invited = PartnershipStatus.INVITED
    again = partnership(world.delta, world.nova, PaymentMode.PARTNER, status=invited, now=world.now)
    assert await _is_refused(again) is True
    await Partnership.filter(id=world.invitation.id).update(initiated_by=Side.PARTNER)

    other_side = partnership(world.delta, world.nova, PaymentMode.PARTNER, status=invited, now=world.now)
    assert await _is_refused(other_side) is False


# Rule C1
async def test_one_partnership_in_force_a_pair(world: World) -> None:
    await Partnership.filter(id=world.limited.id).update(initiated_by=Side.PARTNER)

    assert await _is_refused(partnership(world.alpina, world.nova, now=world.now)) is True


# Rule C2
async def test_one_complete_partner_a_customer(world: World) -> None:
    assert await _is_refused(partnership(world.borea, world.rival, PaymentMode.CUSTOMER, now=world.now)) is True


# Rule C4
async def test_complete_and_limited_access_do_not_coexist(world: World) -> None:
    assert await _is_refused(partnership(world.borea, world.rival, now=world.now)) is True
    assert await _is_refused(partnership(world.alpina, world.third, PaymentMode.CUSTOMER, now=world.now)) is True
    change = Partnership.filter(id=world.limited.id).update(
        access_type=AccessType.COMPLETE, payment_mode=PaymentMode.CUSTOMER
    )
    assert await _is_refused(change) is True


# Rule C3
async def test_one_limited_manager_a_product(world: World) -> None:
    assert await _is_refused(grant(world.at_rival, world.granted, [])) is True
    await ProductAccess.filter(id=world.access.id).update(revoked_at=world.now)
    assert await _is_refused(grant(world.at_rival, world.granted, [])) is False


@pytest.mark.parametrize("payment_mode", [None, PaymentMode.PARTNER])
async def test_the_payment_mode_goes_with_complete_access(world: World, payment_mode: PaymentMode | None) -> None:
    access_type = AccessType.LIMITED if payment_mode else AccessType.COMPLETE
    change = Partnership.filter(id=world.at_rival.id).update(
        access_type=access_type, payment_mode=payment_mode, status=PartnershipStatus.DECLINED
    )

    assert await _is_refused(change) is True


async def test_nobody_is_their_own_partner(world: World) -> None:
    assert await _is_refused(partnership(world.nova, world.nova, now=world.now)) is True


async def test_the_last_legal_representative_stays(world: World) -> None:
    last = Membership.filter(id=world.cL.membership.id)
    assert await _is_refused(last.update(status=MembershipStatus.REMOVED)) is True
    assert await _is_refused(last.update(role=Role.ADMINISTRATOR)) is True
    assert await _is_refused(last.delete()) is True

    await Membership.filter(id=world.cA.membership.id).update(role=Role.LEGAL_REPRESENTATIVE)

    assert await _is_refused(last.update(status=MembershipStatus.REMOVED)) is False


async def test_audit_events_are_never_changed(world: World) -> None:
    event = await AuditEvent.create(action="test", subject_type="Test", subject_id=new_id(), request_id="test")

    assert await _is_refused(AuditEvent.filter(id=event.id).update(action="other")) is True
    assert await _is_refused(AuditEvent.filter(id=event.id).delete()) is True
    assert (await AuditEvent.get(id=event.id)).action == "test"


async def test_receipts_are_never_changed(world: World) -> None:
    receipts = Receipt.filter(id=world.receipt.id)

    assert await _is_refused(receipts.update(what="other")) is True
    assert await _is_refused(receipts.delete()) is True
    again = Receipt.create(partnership_id=world.limited.id, sequence=1, what="test", body="{}", hash="")
    assert await _is_refused(again) is True
    assert (await receipts.get()).what == "partnership.invited"


async def test_the_catalogue_has_both_currencies_for_everything(world: World) -> None:
    items = await CatalogueItem.filter(is_sellable=True).count()

    assert items > 30
    assert await CataloguePrice.all().count() == 2 * items


async def test_names_are_ordered_alike_on_every_database(own_database: Settings) -> None:
    if dialect() == "sqlite":
        pytest.skip("SQLite compares bytes unless it is asked not to")
    columns = "SELECT collation_name FROM information_schema.columns WHERE column_name LIKE '%name_key'"

    found = await get_connection("default").execute_query_dict(columns)

    assert [row["collation_name"] for row in found] == ["C"] * 5
