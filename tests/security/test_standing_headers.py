"""Does every answer have the headers that every answer has, whichever route it is of and whatever went wrong?"""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from starlette.routing import Route

from server.app import Application, create_app
from server.settings import Settings
from tests.wire import Line, serve_app

PROMISE = "max-age=31536000"
ASSET = next(iter(Path("server/explorer/assets").iterdir())).name


def application(public_url: str) -> Application:
    """All routes there are; without a database, so that some fail."""
    app = create_app(Settings(_env_file=None, log_level="ERROR", demo=True, public_url=public_url))
    assert isinstance(app, Application)
    return app


def requests(app: Application) -> list[bytes]:
    """One request to each route, and one for each kind of refusal."""
    paths = [re.sub(r"\{[^}]+\}", "x", route.path) for route in app.routes if isinstance(route, Route)]
    assert "/graphql" in paths
    assert "/mailbox/x/html" in paths
    ask = b"GET %b HTTP/1.1\r\nConnection: close\r\n\r\n"
    post = b"POST %b HTTP/1.1\r\nConnection: close\r\n%b\r\n"
    return [
        *[ask % path.encode() for path in [*paths, f"/graphiql/assets/{ASSET}", "/", "/nowhere", "/graphql/"]],
        *[post % (path.encode(), b"") for path in paths],
        ask % b"/graphql?query={__typename}",
        post % (b"/graphql", b"Content-Type: application/json\r\nAuthorization: Bearer x\r\nContent-Length: 0\r\n"),
        post % (b"/graphql", b"Content-Length: 900000\r\n"),
        post % (b"/graphql", b"X: %b\r\n" % (b"x" * 9_000)),
        post % (b"/graphql", b"X: x\r\n" * 101),
        b"\0",
    ]


@pytest.fixture(params=["https://api.example", "HTTPS://api.example/", "http://127.0.0.1:8000"])
async def served_app(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Application, int]]:
    app = application(request.param)
    async with serve_app(app) as port:
        yield app, port


async def test_every_answer_has_its_headers_and_promises_https_only_where_it_is_public(
    served_app: tuple[Application, int],
):
    app, port = served_app
    expected = PROMISE if app.fast_path.endpoint.settings.is_https else None

    for sent in requests(app):
        async with Line(port) as line:
            await line.say(sent)
            answer = await line.answer()

        assert answer.headers.get("strict-transport-security") == expected, sent
        assert answer.headers["x-content-type-options"] == "nosniff", sent
        assert "cache-control" in answer.headers, sent
        assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"]), sent
