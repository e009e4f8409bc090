"""Every table, constraint and trigger of the first schema.

Its parts are in `_initial/`, by wing. They import nothing that may change later.
"""

from typing import Any, Final

from tortoise import migrations
from tortoise.migrations import operations as ops

from server.models.migrations._initial import (
    guards,
    outbox,
    oversight,
    partnerships,
    people,
    products,
    support,
    viewer_notifications,
)

_ORDERED_BY_BYTES: Final = (
    ("organisation", "name_key"),
    ("product", "customer_name_key"),
    ("catalogue_item", "name_key"),
    ("partnership", "customer_name_key"),
    ("team", "name_key"),
)
"""Keys of names, folded already: PostgreSQL compares their bytes, as SQLite does."""


async def create_triggers(apps: Any, editor: Any) -> None:
    """On PostgreSQL after the collations: a column that a trigger is tied to can no longer be changed."""
    if editor.DIALECT == "sqlite":
        for trigger in guards.SQLITE:
            await editor.client.execute_query(trigger)
        return
    for table, column in _ORDERED_BY_BYTES:
        await editor.client.execute_script(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(240) COLLATE "C"')
    for script in (*guards.POSTGRES, viewer_notifications.POSTGRES):
        await editor.client.execute_script(script)


class Migration(migrations.Migration):
    initial = True

    operations = [
        *people.TABLES,
        *products.TABLES,
        *partnerships.TABLES,
        *oversight.TABLES,
        *support.TABLES,
        *outbox.TABLES,
        ops.RunPython(create_triggers),
    ]
