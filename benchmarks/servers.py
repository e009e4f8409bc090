"""Which servers are measured, and how is each started and ended?

Each is one process on a port of its own on loopback, with ten connections to the database.
"""

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.databases import ROOT, World
from benchmarks.load import Request
from benchmarks.workloads import BARE_POSTGRAPHILE, MERCURIUS, OURS, PLAIN, POSTGRAPHILE, Dialect

PEERS: Final = Path(__file__).parent / "peers"
_SECONDS_TO_START: Final = 60
_SECONDS_TO_END: Final = 10


class ServerFailed(Exception):
    """It did not start, or gave no answer."""


@dataclass(frozen=True)
class Recipe:
    """How a server is started; `is_node` where it needs Node and its packages, `is_ours` where it is never bare."""

    label: str
    command: tuple[str, ...]
    dialect: Dialect
    settings: Mapping[str, str]
    is_node: bool = False
    is_ours: bool = False


def _ours(label: str, **settings: str) -> Recipe:
    environment = {"RESELLER_LOG_LEVEL": "WARNING", "RESELLER_POOL_SIZE": "10", "RESELLER_DEMO": "true"} | settings
    return Recipe(label, (sys.executable, "-m", "server", "serve"), OURS, environment, is_ours=True)


def _in_python(factory: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "benchmarks.python_peer", factory)


_NODE: Final = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}

RECIPES: Final = {
    "ours": _ours("ours"),
    "off": _ours("ours, engine off", RESELLER_ENGINE="false"),
    "limit": Recipe("limit", _in_python("benchmarks.limit.server:Server"), OURS, {}),
    "mercurius": Recipe("Mercurius + jit", ("node", str(PEERS / "mercurius.js")), MERCURIUS, _NODE, is_node=True),
    "postgraphile": Recipe("PostGraphile", ("node", str(PEERS / "postgraphile.js")), POSTGRAPHILE, _NODE, is_node=True),
    "plain": Recipe("Strawberry + Tortoise", _in_python("benchmarks.plain.app:create_app"), PLAIN, {}),
}

BARE_DIALECTS: Final = {"postgraphile": BARE_POSTGRAPHILE}


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    dialect: Dialect
    port: int
    pid: int

    def ask(self, request: Request) -> bytes:
        """The body of one answer. Raises ServerFailed for a status other than success."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {request.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/graphql", request.body, headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise ServerFailed(f"{self.name} answered with status {answer.status}: {body[:500].decode()}")
        return body


def available(names: list[str]) -> list[str]:
    """Those of the servers that this machine can run. Installs the packages of the peers in Node where it can."""
    if not any(RECIPES[name].is_node for name in names) or _node_is_ready():
        return names
    print("Without Node 20 and npm the servers in Python alone are measured.")
    return [name for name in names if not RECIPES[name].is_node]


def _node_is_ready() -> bool:
    if not (shutil.which("node") and shutil.which("npm")):
        return False
    lock = PEERS / "package-lock.json"
    installed = PEERS / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        print("Installing the peers' packages…", flush=True)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=PEERS, check=True)
    return True


@contextmanager
def running(name: str, world: World, folder: Path, *, bare: bool = False) -> Iterator[Server]:
    """The server of this name, from the time it listens; it is always ended."""
    recipe, port = RECIPES[name], _free_port()
    log = folder / f"{name}-{port}.log"
    environment = os.environ | dict(recipe.settings) | _addresses(world, port) | ({"BENCH_BARE": "1"} if bare else {})
    with log.open("wb") as output:
        process = subprocess.Popen(recipe.command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_until(lambda: _listens(port, process, log), f"{name} does not listen")
        yield Server(name, BARE_DIALECTS.get(name, recipe.dialect) if bare else recipe.dialect, port, process.pid)
    except Exception:
        if said := log.read_text()[-2_000:]:
            print(f"What {name} wrote:\n{said}", file=sys.stderr)
        raise
    finally:
        _end(process)


def _addresses(world: World, port: int) -> dict[str, str]:
    return {
        "BENCH_DATABASE_URL": world.node_url,
        "BENCH_PORT": str(port),
        "RESELLER_DATABASE_URL": world.url,
        "RESELLER_HOST": "127.0.0.1",
        "RESELLER_PORT": str(port),
    }


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


def _listens(port: int, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise ServerFailed(f"{process.args} ended at once:\n{log.read_text()[-2_000:]}")
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def _wait_until(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _SECONDS_TO_START
    while not is_so():
        if time.monotonic() > deadline:
            raise ServerFailed(otherwise)
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
