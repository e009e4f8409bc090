"""How does a statement's text become the answer to a request, with as little as possible in between?"""

import asyncio
import hashlib
import os
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

import asyncpg
import orjson

from benchmarks.limit import statements
from benchmarks.limit.statements import BARE, EMPLOYEE, LEADER
from benchmarks.recipes import Way
from benchmarks.workloads import OURS

POOL_SIZE: Final = 10
WAY: Final = Way(os.environ["BENCH_WAY"])
_HEADERS: Final = [(b"content-type", b"application/json; charset=utf-8")]
_NOT_FOUND: Final = b'{"data":null,"errors":[{"message":"NOT_FOUND"}]}'
_UNAUTHENTICATED: Final = b'{"errors":[{"message":"UNAUTHENTICATED"}]}'
_REFUSED: Final = (
    b'{"data":{"grantProductAccess":{"productAccess":null,"userErrors":[{"code":"PRODUCT_ALREADY_MANAGED"}]}}}'
)
_LEADING: Final = frozenset({"LEGAL_REPRESENTATIVE", "ADMINISTRATOR"})

Answer = Callable[["Server", "Viewer", dict[str, Any]], Coroutine[Any, Any, bytes]]


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks: how they read, and what their statements' parameters are."""

    reads_as: str
    key: tuple[Any, ...] = ()
    organisation: str = ""
    scopes: frozenset[str] = frozenset()
    granter: tuple[Any, ...] = (None, None, None)

    def may(self, *scopes: str) -> bool:
        """Whether the token has these scopes; to manage includes to read."""
        return self.reads_as == BARE or all(
            scope in self.scopes or scope.replace("_READ", "_MANAGE") in self.scopes for scope in scopes
        )


_ANYBODY: Final = Viewer(BARE)


class Connections:
    """Connections with every statement prepared, handed out in turn; nothing is reset in between."""

    def __init__(self) -> None:
        self._idle = deque[dict[str, Any]]()
        self._waiting = deque[asyncio.Future[dict[str, Any]]]()

    async def open(self, url: str, texts: dict[str, str]) -> None:
        for _ in range(POOL_SIZE):
            connection = await asyncpg.connect(
                url, server_settings={"timezone": "UTC", "jit": "off", "plan_cache_mode": "force_generic_plan"}
            )
            # Text as the bytes that came: nothing is decoded only to be encoded again.
            await connection.set_type_codec(
                "text", schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary"
            )
            prepared = {name: (await connection.prepare(text)).fetchval for name, text in texts.items()}
            await connection.execute("SELECT")  # ends what preparing began, with its locks on the tables
            self._idle.append(prepared)

    async def fetch(self, name: str, *values: Any) -> Any:
        statements_of_one = self._idle.pop() if self._idle else await self._wait()
        try:
            return await statements_of_one[name](*values)
        finally:
            self._give_back(statements_of_one)

    async def _wait(self) -> dict[str, Any]:
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.append(waiting)
        return await waiting

    def _give_back(self, statements_of_one: dict[str, Any]) -> None:
        while self._waiting:
            waiting = self._waiting.popleft()
            if not waiting.done():
                waiting.set_result(statements_of_one)
                return
        self._idle.append(statements_of_one)


class Server:
    """An ASGI application that knows four documents."""

    def __init__(self) -> None:
        self.is_bare = WAY is Way.BARE
        self.connections = Connections()
        self._viewers = dict[bytes, Viewer]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        viewer = _ANYBODY if self.is_bare else await self._viewer(scope["headers"])
        body = (await receive())["body"]
        answer = _UNAUTHENTICATED if viewer is None else await self._answer(viewer, orjson.loads(body))
        headers = [*_HEADERS, (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(self, viewer: Viewer, asked: dict[str, Any]) -> bytes:
        return await ANSWERS[asked["query"]](self, viewer, asked["variables"])

    async def _live(self, receive: Any, send: Any) -> None:
        await receive()
        await self.connections.open(os.environ["BENCH_DATABASE_URL"], _texts(is_bare=self.is_bare))
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _viewer(self, headers: list[tuple[bytes, bytes]]) -> Viewer | None:
        """By the token's digest, and kept: the rows themselves are read again for every request."""
        authorization = next((value for name, value in headers if name == b"authorization"), b"")
        digest = hashlib.sha256(authorization[7:]).digest()
        viewer = self._viewers.get(digest)
        if viewer is None and (row := await _stored_viewer(digest.hex())):
            viewer = self._viewers[digest] = _as_viewer(row)
        return viewer


async def _stored_viewer(digest: str) -> Any:
    connection = await asyncpg.connect(os.environ["BENCH_DATABASE_URL"])
    try:
        return await connection.fetchrow(statements.VIEWER, digest)
    finally:
        await connection.close()


def _as_viewer(row: Any) -> Viewer:
    leads = row["role"] in _LEADING
    return Viewer(
        reads_as=LEADER if leads else EMPLOYEE,
        key=(row["organisation_id"] if leads else row["membership_id"],),
        organisation=row["organisation_id"].hex,
        scopes=frozenset(orjson.loads(row["scopes"])),
        granter=(row["organisation_id"], row["user_id"], row["token_id"]),
    )


def _texts(*, is_bare: bool) -> dict[str, str]:
    """Every statement by its name and its reader."""
    writers = (statements.product, statements.products, statements.managed_customers, statements.usual_grant)
    readers = (BARE,) if is_bare else (EMPLOYEE, LEADER)
    texts = {f"{writer.__name__} {reader}": writer(reader) for writer in writers for reader in readers}
    return texts | {"grant": statements.GRANT}


async def _product(server: Server, viewer: Viewer, variables: dict[str, Any]) -> bytes:
    return await _read(server, "product", viewer, variables["id"], "PRODUCTS_READ")


async def _products(server: Server, viewer: Viewer, variables: dict[str, Any]) -> bytes:
    return await _read(server, "products", viewer, variables["id"], "ORGANISATION_READ", "PRODUCTS_READ")


async def _managed_customers(server: Server, viewer: Viewer, variables: dict[str, Any]) -> bytes:
    """Customers are listed only for members of the partner."""
    id = variables["id"]
    if viewer.reads_as != BARE and id[-32:] != viewer.organisation:
        return _NOT_FOUND
    scopes = ("ORGANISATION_READ", "PARTNERSHIPS_READ", "PRODUCTS_READ")
    return await _read(server, "managed_customers", viewer, id, *scopes)


async def _read(server: Server, name: str, viewer: Viewer, id: str, *scopes: str) -> bytes:
    if not viewer.may(*scopes):
        return _NOT_FOUND
    return await server.connections.fetch(f"{name} {viewer.reads_as}", id[-32:], *viewer.key) or _NOT_FOUND


async def _grant(server: Server, viewer: Viewer, variables: dict[str, Any]) -> bytes:
    if not (viewer.may("PARTNERSHIPS_MANAGE", "PRODUCTS_READ") and viewer.reads_as in {BARE, LEADER}):
        return _NOT_FOUND
    asked = variables["input"]
    organisation, user, token = viewer.granter
    partnership, product = asked["partnershipId"][-32:], asked["productId"][-32:]
    if WAY is not Way.EQUAL:
        rights = orjson.dumps(asked["rights"]).decode()
        values = (partnership, organisation, product, rights, user, token, uuid4().hex)
        return await server.connections.fetch(f"usual_grant {viewer.reads_as}", *values) or _REFUSED
    try:
        return await server.connections.fetch("grant", user, token, organisation, partnership, product, asked["rights"])
    except asyncpg.RaiseError:
        return _REFUSED


ANSWERS: Final[dict[str, Answer]] = dict(
    zip(
        (OURS.documents[workload] for workload in ("W1", "W2", "W3", "W4")),
        (_product, _products, _managed_customers, _grant),
        strict=True,
    )
)
