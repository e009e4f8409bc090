"""How do tests speak to a server byte by byte, as clients do that no library would be?"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

import uvicorn

from server.app.protocol import BoundedProtocol


@asynccontextmanager
async def serve_app(app: Any, **config: Any) -> AsyncIterator[int]:
    """The port on which the application is served, by the protocol that `serve` uses."""
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            port=0,
            lifespan="off",
            http=BoundedProtocol,
            ws="none",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            **config,
        )
    )
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    await server.on_tick(0)  # it writes the time that all answers have in their headers
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        await _stop(server)


async def _stop(server: uvicorn.Server) -> None:
    """As the server stops, but without its waits of tenths of a second."""
    for listener in server.servers:
        listener.close()
    state = server.server_state
    for connection in list(state.connections):
        connection.shutdown()
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            while state.connections or state.tasks:  # noqa: ASYNC110 - uvicorn has nothing to wait for
                await asyncio.sleep(0.005)
    for connection in list(state.connections):
        connection.transport.abort()
    for task in list(state.tasks):
        task.cancel()


@dataclass(frozen=True)
class Heard:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def refusal(self) -> tuple[int, str, str]:
        """Status, code and message of a refusal in the form of the API."""
        (error,) = json.loads(self.body)["errors"]
        return self.status, error["extensions"]["code"], error["message"]


class Line:
    """A connection. It ends with the `async with` around it."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self.port = port
        self.source = source

    async def __aenter__(self) -> Self:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(self.source, 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        self.writer.transport.abort()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def say(self, *pieces: bytes, pause: float = 0.0) -> None:
        """Send these pieces, until the server takes no more."""
        with suppress(ConnectionError):
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()
                if pause:
                    await asyncio.sleep(pause)

    async def answer(self, seconds: float = 5) -> Heard:
        """The next answer."""
        async with asyncio.timeout(seconds):
            status, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = dict(line.split(": ", 1) for line in lines if line)
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Heard(int(status.split()[1]), headers, body)

    async def rest(self, seconds: float = 5) -> bytes:
        """All that comes before the server closes the connection."""
        heard = b""
        async with asyncio.timeout(seconds):
            with suppress(ConnectionError):
                while piece := await self.reader.read(65_536):
                    heard += piece
        return heard
