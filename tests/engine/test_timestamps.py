"""Does PostgreSQL write every timestamp and id with the same bytes, whatever its session would write?

The expected text comes from PostgreSQL's own `to_char`, which depends on no setting of a session.
"""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from tortoise.connection import get_connection

from server.app import engine_connections
from server.engine.planning.dialects import DIALECTS
from server.models.database import connect, disconnect
from server.schema.engine_host import new_engine
from server.settings import Settings

pytestmark = pytest.mark.only_postgres

POSTGRES = DIALECTS["postgres"]
ENDS = {"infinity": "9999-12-31T23:59:59.999999Z", "-infinity": "0001-01-01T00:00:00.000000Z"}
MOMENTS = (
    "4713-11-24 00:00:00+00 BC",
    "0044-03-15 12:00:00+00 BC",
    "0001-12-31 23:59:59+00 BC",
    "0001-12-31 23:59:59.999999+00 BC",
    "0001-01-01 00:00:00+00",
    "0001-01-01 00:00:00.000001+00",
    "0999-02-28 01:02:03+00",
    "1883-11-18 12:03:57+00",
    "1969-12-31 23:59:59.5+00",
    "1970-01-01 00:00:00+00",
    "2024-02-29 23:59:59+00",
    "2024-02-29 23:59:59.999999+00",
    "2024-02-29 23:59:59.120000+00",
    "2024-03-31 01:00:00+00",
    "2024-10-27 00:30:00+00",
    "9999-12-31 23:59:59+00",
    "9999-12-31 23:59:59.000001+00",
    "9999-12-31 23:59:59.999999+00",
    "10000-01-01 00:00:00+00",
    "10000-01-01 00:00:00.5+00",
    "294276-12-31 23:59:59+00",
    "294276-12-31 23:59:59.999999+00",
    "infinity",
    "-infinity",
)
ZONES = ("UTC", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati", "<+14:30>-14:30", "Europe/Dublin")


@pytest.fixture
async def postgres(own_database: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(own_database.database_url.replace("asyncpg://", "postgresql://"))
    yield connection
    await connection.close()


@pytest.mark.parametrize("zone", ZONES)
async def test_every_timestamp_is_written_alike_in_each_time_zone(postgres: asyncpg.Connection, zone: str) -> None:
    await postgres.execute(f"SET timezone = '{zone}'")
    moments = f"unnest('{{{','.join(MOMENTS)}}}'::timestamptz[]) AS listed(moment)"

    rows = await postgres.fetch(
        f"SELECT {POSTGRES.timestamp('moment').sql} AS written, moment::text AS text,"
        """ to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS expected"""
        f" FROM {moments}"
    )

    assert len(rows) == len(MOMENTS)
    assert [row["written"] for row in rows] == [ENDS.get(row["text"], row["expected"]) for row in rows]


async def test_a_missing_timestamp_stays_null(postgres: asyncpg.Connection) -> None:
    assert await postgres.fetchval(f"SELECT {POSTGRES.timestamp('NULL::timestamptz').sql}") is None


async def test_an_id_is_written_with_its_32_digits(postgres: asyncpg.Connection) -> None:
    rows = await postgres.fetch(
        f"SELECT {POSTGRES.digits('id')} AS written, replace(id::text, '-', '') AS expected FROM ("
        " SELECT gen_random_uuid() AS id FROM generate_series(1, 100)"
        " UNION ALL SELECT '00000000-0000-0000-0000-00000000000a' UNION ALL SELECT NULL) AS ids"
    )

    assert [row["written"] for row in rows] == [row["expected"] for row in rows]


async def test_the_date_style_of_a_database_does_not_matter(
    postgres: asyncpg.Connection, own_database: Settings
) -> None:
    name = await postgres.fetchval("SELECT current_database()")
    await postgres.execute(f"ALTER DATABASE {name} SET datestyle = 'German'")
    await postgres.execute(f"ALTER DATABASE {name} SET timezone = 'Asia/Kolkata'")
    moment = POSTGRES.timestamp("'2024-02-29 23:59:59+00'::timestamptz").sql
    await disconnect()
    await connect(own_database)
    engine = new_engine()

    async with engine_connections(engine, own_database):
        assert engine.reader is not None
        by_reader = await engine.reader.read(f"SELECT convert_to({moment}, 'UTF8')", [])
        _, rows = await get_connection("default").execute_query(f"SELECT {moment} AS written")
    await postgres.execute(f"ALTER DATABASE {name} RESET ALL")

    assert (by_reader.decode(), rows[0]["written"]) == ("2024-02-29T23:59:59.000000Z",) * 2
