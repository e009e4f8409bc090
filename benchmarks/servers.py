"""How is a server started, asked and ended?

Each has a port of its own on loopback, and each of its processes ten connections to the database.
"""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks import node
from benchmarks.databases import ROOT, World
from benchmarks.load import Request
from benchmarks.recipes import RECIPES, Recipe, Way
from benchmarks.workloads import Dialect

_SECONDS_TO_START: Final = 60
_SECONDS_TO_END: Final = 10


class ServerFailed(Exception):
    """It did not start, or gave no answer."""


@dataclass(frozen=True)
class Server:
    """A running server."""

    name: str
    way: Way
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


@contextmanager
def running(name: str, world: World, folder: Path, way: Way = Way.EQUAL, processes: int = 1) -> Iterator[Server]:
    """The server of this name, from the time it listens; it is always ended."""
    recipe, port = RECIPES[name], _free_port()
    log = folder / f"{name}-{port}.log"
    environment = os.environ | dict(recipe.settings) | _addresses(world, port) | _ways(way, processes)
    with log.open("wb") as output:
        process = subprocess.Popen(_command(recipe), cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_until(lambda: _listens(port, process, log), f"{name} does not listen")
        yield Server(name, way, recipe.other_dialects.get(way, recipe.dialect), port, process.pid)
    except Exception:
        if said := log.read_text()[-2_000:]:
            print(f"What {name} wrote:\n{said}", file=sys.stderr)
        raise
    finally:
        _end(process)


def _command(recipe: Recipe) -> Sequence[str]:
    return (str(node.EXECUTABLE), *recipe.command[1:]) if recipe.is_node else recipe.command


def _ways(way: Way, processes: int) -> dict[str, str]:
    return {"BENCH_WAY": way, "BENCH_PROCESSES": str(processes), "RESELLER_WORKERS": str(processes)}


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
