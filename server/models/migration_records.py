"""Which migrations has this database had?

Tortoise takes a database that does not answer for one that had none: then a command would say that it is not up to
date, or begin with the first migration.
"""

from typing import Any, Final, cast

from tortoise.exceptions import OperationalError
from tortoise.migrations.graph import MigrationKey
from tortoise.migrations.recorder import MigrationRecorder

_APPLIED: Final = "SELECT app, name FROM tortoise_migrations ORDER BY applied_at, app, name"


async def _applied_migrations(recorder: MigrationRecorder) -> list[MigrationKey]:
    """None where there is no such table. Raises `Unavailable` where the database does not answer."""
    # `Any`: the recorder's connection is untyped.
    connection = cast("Any", recorder).connection
    try:
        _, rows = await connection.execute_query(_APPLIED)
    except OperationalError:
        return []
    return [MigrationKey(app_label=row["app"], name=row["name"]) for row in rows]


def tell_outages_from_new_databases() -> None:
    """From now on."""
    cast("Any", MigrationRecorder).applied_migrations = _applied_migrations
