"""How do tests start the product as people do: as a process of its own?"""

import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For clients on loopback: reading the authorities' certificates takes longer than all that they ask."""

_STARTS_WITHIN = 60
_KEPT = TemporaryDirectory(prefix="reseller-demo-")
_BUILT = Path(_KEPT.name) / "demo.sqlite3"
"""The world that the first server has built."""


@dataclass(frozen=True)
class DemoServer:
    """A running server with the demo world."""

    url: str
    token: str
    database_url: str
    banner: str
    """What it says before it serves."""


@contextmanager
def demo_server(folder: Path, stop: signal.Signals = signal.SIGTERM, **settings: str) -> Iterator[DemoServer]:
    """`python -m server serve --demo` on a free port, with its database in `folder` and these settings as well.

    The first one builds the demo world; the others of a run begin with a copy of it. One that is given the
    address of another database builds it there.
    """
    database = folder / "demo.sqlite3"
    if "RESELLER_DATABASE_URL" not in settings:
        _begin_with_what_is_built(database)
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "RESELLER_DATABASE_URL": f"sqlite://{database}",
        "RESELLER_PORT": str(port),
        "RESELLER_PUBLIC_URL": url,
        **settings,
    }
    output = folder / "output.txt"
    with output.open("wb") as sink:
        command = [sys.executable, "-m", "server", "serve", "--demo"]
        process = subprocess.Popen(command, env=environment, stdout=sink, stderr=subprocess.STDOUT)
    try:
        _wait_until_ready(url, process, output)
        if database.exists() and not _BUILT.exists():
            _copy(database, _BUILT)
        said = output.read_text()
        (token,) = set(re.findall(r"rsl_pat_\w+", said))
        banner = "\n".join(line for line in said.splitlines() if not line.startswith("{"))  # the log is JSON
        yield DemoServer(url, token, environment["RESELLER_DATABASE_URL"], banner)
    finally:
        process.send_signal(stop)
        exit_code = process.wait(timeout=30)
    assert exit_code == (0 if stop is signal.SIGINT else -stop), output.read_text()


def _begin_with_what_is_built(database: Path) -> None:
    """Put the demo world where a server is to look for it, if one of this run has built it already."""
    if _BUILT.exists():
        shutil.copyfile(_BUILT, database)


def _copy(database: Path, copy: Path) -> None:
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        assert process.poll() is None, output.read_text()
        try:
            if httpx2.get(f"{url}/readyz", verify=NO_CERTIFICATES).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {output.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
