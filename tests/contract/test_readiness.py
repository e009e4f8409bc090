"""What do the health checks and requests say without a database?"""

import httpx2
import pytest
from starlette.applications import Starlette

from server.domain.people.tokens import new_token
from server.models.database import connect, disconnect
from server.settings import Settings
from tests.clients import Clients
from tests.contract.http_application import http
from tests.databases import BACKEND, settings_for

__all__ = ["http"]
READY = '{"status":"ready","outbox":{"events":0,"emails":0,"oldestSeconds":0.0}}'
UNREADY = '{"status":"the database does not answer"}'


async def test_the_process_is_alive_without_a_database(http: httpx2.AsyncClient):
    response = await http.get("/livez")

    assert (response.status_code, response.text) == (200, "alive")


@pytest.mark.postgres
async def test_the_server_is_ready_as_long_as_its_database_answers(own_database: Settings, app: Starlette):
    async with Clients(app) as clients:
        before = await clients.http.get("/readyz")
        await lose_the_database()
        without = await clients.http.get("/readyz")
        alive = await clients.http.get("/livez")
        await disconnect()
        await connect(own_database)
        after = await clients.http.get("/readyz")

    assert [(found.status_code, found.text) for found in (before, without, alive, after)] == [
        (200, READY),
        (503, UNREADY),
        (200, "alive"),
        (200, READY),
    ]


@pytest.mark.postgres
async def test_without_a_database_requests_fail_in_the_words_of_the_api(own_database: Settings, app: Starlette):
    async with Clients(app) as clients:
        await lose_the_database()
        field = await clients.ask("{ catalogue { totalCount } }")
        await lose_the_database()
        authentication = await clients.ask("{ __typename }", as_=new_token())

    message = "The database is not responding. Nothing was changed."
    for answer in (field, authentication):
        extensions = {"code": "UNAVAILABLE", "requestId": answer.response.headers["x-request-id"]}
        assert (answer.status, answer.json) == (503, {"errors": [{"message": message, "extensions": extensions}]})
        assert answer.response.headers["retry-after"] == "5"


async def lose_the_database() -> None:
    """Connect to where no database is."""
    await disconnect()
    missing = "sqlite:///no/such/folder/x.sqlite3" if BACKEND == "sqlite" else "asyncpg://a:b@127.0.0.1:1/c"
    await connect(settings_for(missing))
