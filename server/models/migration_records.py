"""Records of the migrations that a database has had.

Tortoise takes a database that does not answer for one that has had none: a command would then say that it is not up to
date, or begin with the first migration. And it knows migrations by name only, so that a database from before the first
release would count as up to date.
"""

from typing import Any, Final, cast

from tortoise.exceptions import OperationalError
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder

_APPLIED: Final = "SELECT app, name FROM tortoise_migrations ORDER BY applied_at, app, name"
_REPLACED: Final = "0002_guards"
"""The second of the migrations that were replaced by one; the first had the name of that one."""
_LAST_TABLE: Final = "job_run"
"""The first migration makes it; before the first release a later one did."""


class ObsoleteDatabase(Exception):
    """The database was created before the first release, by migrations that have since become one."""

    def __init__(self, remedy: str) -> None:
        super().__init__(
            "This database was created by migrations that no longer exist. "
            f"Nothing has been released, so there is no upgrade. Start afresh: {remedy}"
        )


async def _applied_migrations(recorder: MigrationRecorder) -> list[MigrationKey]:
    """None where there is no such table.

    Raises `Unavailable` where the database does not answer, and `ObsoleteDatabase`. Every command passes here before it
    uses the database.
    """
    # `Any`: the recorder's connection is untyped.
    connection = cast("Any", recorder).connection
    try:
        _, rows = await connection.execute_query(_APPLIED)
    except OperationalError:
        return []
    names = {row["name"] for row in rows}
    if _REPLACED in names or (names and not await _has_last_table(connection)):
        raise ObsoleteDatabase(_remedy(connection))
    return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]


async def _has_last_table(connection: Any) -> bool:
    """Not where the old migrations were broken off after the first."""
    try:
        await connection.execute_query(f"SELECT 1 FROM {_LAST_TABLE} LIMIT 1")  # noqa: S608 - a name above
    except OperationalError:
        return False
    return True


def _remedy(connection: Any) -> str:
    if connection.capabilities.dialect == "sqlite":
        return f"delete {connection.filename} with its -wal and -shm files."
    return "drop and create its schema again (DROP SCHEMA public CASCADE; CREATE SCHEMA public)."


async def check_migrations(connection: Any) -> None:
    """Raises `ObsoleteDatabase` where the migrations of the database are not those of this version."""
    await _applied_migrations(MigrationRecorder(connection))


def patch_migration_recorder() -> None:
    """From now on."""
    cast("Any", MigrationRecorder).applied_migrations = _applied_migrations
