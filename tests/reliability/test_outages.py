"""Is a database that is away reported as that, to callers and in the log, and is everything as before when it is back?"""

import asyncio

import asyncpg
import pytest

from server.models import ApiToken, database, outages, postgres_pool
from server.resolvers import ids
from tests.logs import Lines
from tests.reliability.outages import Far, Line, Served, far, outage_lines, serve_app
from tests.snapshots import snapshot
from tests.waiting import until

pytestmark = pytest.mark.postgres
in_the_log = pytest.mark.parametrize("log", ["INFO"], indirect=True)

__all__ = ["far"]
AWAY = "The database is not responding. Nothing was changed."
UNKNOWN = (
    "The database stopped responding while this was being stored. Check whether it was stored before you repeat it."
)


async def _is_ready(server: Served) -> bool:
    return (await server.clients.http.get("/readyz")).status_code == 200


@in_the_log
@pytest.mark.parametrize("engine", [True, False])
async def test_a_caller_reads_that_the_database_is_away_and_is_answered_when_it_is_back(
    far: Far, log: Lines, monkeypatch: pytest.MonkeyPatch, engine: bool
):
    monkeypatch.setattr(outages, "_QUIET_SECONDS", 0.0)
    async with serve_app(far, engine=engine) as server:
        log()

        await far.go()
        during = [await server.ask_everything(), await server.ask_everything()]
        ready = await server.clients.http.get("/readyz")
        said = log()
        await far.come_back()
        await until(lambda: _is_ready(server))
        after = await server.ask_everything()
        said_after = log()

    for response in (*during[0], *during[1]):
        extensions = {"code": "UNAVAILABLE", "requestId": response.headers["x-request-id"]}
        assert (response.status_code, response.json()) == (
            503,
            {"errors": [{"message": AWAY, "extensions": extensions}]},
        )
        assert response.headers["retry-after"] == "5"
    assert during[0][2].headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert ready.status_code == 503
    assert [response.status_code for response in after] == [200, 200, 200, 200, 401, 200, 200, 404, 200]
    assert outage_lines(said) == ["database_unavailable"]
    assert outage_lines(said_after) == ["database_available"]
    assert [line for line in said + said_after if "exception" in line] == []


@pytest.mark.parametrize("engine", [True, False])
@pytest.mark.only_postgres
async def test_a_change_whose_storing_was_cut_off_is_not_said_to_be_undone(far: Line, engine: bool):
    async with serve_app(far, engine=engine) as server:
        before = await ApiToken.all().count()
        far.cut_at = b"COMMIT"

        answer = await server.make_token()

        await far.come_back()
        assert await ApiToken.all().count() == before + 1
    assert (answer.status, answer.json["data"]) == (200, None)
    (error,) = answer.errors
    assert (error["message"], error["path"], error["extensions"]["code"]) == (
        UNKNOWN,
        ["createApiToken"],
        "OUTCOME_UNKNOWN",
    )


@pytest.mark.parametrize("engine", [True, False])
@pytest.mark.only_postgres
async def test_a_change_that_was_cut_off_before_it_was_stored_changed_nothing(far: Line, engine: bool):
    async with serve_app(far, engine=engine) as server:
        before = await snapshot()
        far.cut_at = b'INSERT INTO "audit_event"'

        answer = await server.make_token()

        await far.come_back()
        assert await snapshot() == before
        assert (await server.make_token()).data["createApiToken"]["userErrors"] == []
    assert (answer.status, answer.code) == (503, "UNAVAILABLE")


async def test_a_change_stored_before_the_database_went_away_is_announced(far: Far):
    input = {"name": "the shop", "scopes": ["PRODUCTS_READ"]}
    query = """mutation($a: CreateApiTokenInput!, $b: CreateApiTokenInput!) {
        a: createApiToken(input: $a) { userErrors { code } } b: createApiToken(input: $b) { userErrors { code } } }"""

    async with serve_app(far) as server:
        input["organisationId"] = ids.encode(server.world.alpina)
        gone = list[asyncio.Task[None]]()
        database.after_commit.add(lambda: gone.append(asyncio.ensure_future(far.go())) if not gone else None)
        try:
            answer = await server.clients.ask(query, {"a": input, "b": input}, as_=server.world.cL)
        finally:
            database.after_commit.clear()

    assert (answer.status, answer.json["data"]) == (200, None)
    assert [(error["path"], error["extensions"]["code"]) for error in answer.errors] == [(["b"], "OUTCOME_UNKNOWN")]


@in_the_log
@pytest.mark.only_postgres
async def test_connections_that_the_database_ended_are_replaced(far: Far, log: Lines):
    async with serve_app(far) as server:
        other = await asyncpg.connect(far.settings.database_url.replace("asyncpg", "postgres"))
        await server.ask_everything()
        log()
        known = server.viewer_cache

        await other.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await until(lambda: not known.is_open)
        after = [response.status_code for response in await server.ask_everything()]
        await other.close()

    assert after == [200, 200, 200, 200, 401, 200, 200, 404, 200]


@pytest.mark.only_postgres
async def test_a_request_to_a_silent_database_does_not_wait_forever(far: Line, monkeypatch: pytest.MonkeyPatch):
    for module in (database, postgres_pool):
        monkeypatch.setattr(module, "SECONDS_TO_WAIT", 0.1)
    async with serve_app(far, statement_milliseconds=100, lock_milliseconds=100) as server:
        far.freeze()
        async with asyncio.timeout(15):
            during = await server.ask_everything()
            ready = await server.clients.http.get("/readyz")
        far.thawed.set()
        await until(lambda: _is_ready(server))
        after = await server.ask_everything()

    assert {response.status_code for response in (*during, ready)} == {503}
    assert [response.status_code for response in after] == [200, 200, 200, 200, 401, 200, 200, 404, 200]
