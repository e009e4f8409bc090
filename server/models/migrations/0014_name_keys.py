"""The keys of names are folded as `server.domain.folding` does it now, and ordered byte by byte on PostgreSQL too."""

from collections.abc import AsyncGenerator
from typing import Any, Final

from tortoise import migrations
from tortoise.migrations import operations as ops

from server.domain.folding import folded, name_key

_ROWS_AT_ONCE: Final = 1_000
_LONGEST_BESIDE_ID: Final = 200
_NAMES: Final = (
    ("organisation", "name", "name_key"),
    ("product", "customer_name", "customer_name_key"),
    ("catalogue_item", "name", "name_key"),
)
_KEYS: Final = (*((table, key) for table, _, key in _NAMES), ("partnership", "customer_name_key"), ("team", "name_key"))

_TRIGGER: Final = """
CREATE TRIGGER organisation_name_to_partnerships AFTER UPDATE OF name_key ON organisation
    FOR EACH ROW WHEN (OLD.name_key <> NEW.name_key) EXECUTE FUNCTION organisation_name_to_partnerships();
"""


async def fold_again(apps: Any, editor: Any) -> None:
    if editor.DIALECT != "sqlite":
        await editor.client.execute_script("SET LOCAL statement_timeout = 0")
        await _collate(editor.client, '"C"')
    for table, name, key in _NAMES:
        async for rows in _batches(editor, table, name):
            await _write(editor, table, key, [(id, name_key(name)) for id, name, _ in rows])
    await _fold_teams(editor)


async def collate_as_before(apps: Any, editor: Any) -> None:
    """Keys stay as they are: what was stored before is not known any more."""
    if editor.DIALECT != "sqlite":
        await _collate(editor.client, '"default"')


async def _collate(client: Any, collation: str) -> None:
    """PostgreSQL changes no column that a trigger is tied to."""
    await client.execute_script("DROP TRIGGER organisation_name_to_partnerships ON organisation")
    for table, key in _KEYS:
        await client.execute_script(f"ALTER TABLE {table} ALTER COLUMN {key} TYPE varchar(240) COLLATE {collation}")
    await client.execute_script(_TRIGGER)


async def _fold_teams(editor: Any) -> None:
    """No two teams of an organisation have the same key: of those whose keys become one, the oldest gets it."""
    await editor.client.execute_script("UPDATE team SET name_key = CAST(id AS varchar(36))")
    taken = set[tuple[str, str]]()
    async for rows in _batches(editor, "team", "name", "CASE WHEN deleted_at IS NULL THEN organisation_id END"):
        keys = list[tuple[Any, str]]()
        for id, name, home in rows:
            key = folded(name)
            if home and (str(home), key) in taken:
                key = f"{key[:_LONGEST_BESIDE_ID]}\n{id}"
            taken.add((str(home), key))
            keys.append((id, key))
        await _write(editor, "team", "name_key", keys)


async def _batches(
    editor: Any, table: str, name: str, other: str = "NULL"
) -> AsyncGenerator[list[tuple[Any, str, Any]]]:
    last = "00000000-0000-0000-0000-000000000000"
    place = "?" if editor.DIALECT == "sqlite" else "$1"
    query = (
        f"SELECT id, {name} AS name, {other} AS other FROM {table} WHERE id > {place}"  # noqa: S608 - names above
        f" ORDER BY id LIMIT {_ROWS_AT_ONCE}"
    )
    while rows := await editor.client.execute_query_dict(query, [last]):
        last = rows[-1]["id"]
        yield [(row["id"], row["name"], row["other"]) for row in rows]


async def _write(editor: Any, table: str, column: str, keys: list[tuple[Any, str]]) -> None:
    key, id = ("?", "?") if editor.DIALECT == "sqlite" else ("$1", "$2")
    query = f"UPDATE {table} SET {column} = {key} WHERE id = {id}"  # noqa: S608 - names above
    await editor.client.execute_many(query, [[key, id] for id, key in keys])


class Migration(migrations.Migration):
    dependencies = [("models", "0013_future_customers")]

    operations = [ops.RunPython(fold_again, reverse_code=collate_as_before)]
