"""How do tests start the product as people do: as a process of its own?"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

_STARTS_WITHIN = 60


@dataclass(frozen=True)
class DemoServer:
    """A running server with the demo world."""

    url: str
    token: str
    database_url: str


@contextmanager
def demo_server(folder: Path, **settings: str) -> Iterator[DemoServer]:
    """`python -m server serve --demo` on a free port, with its database in `folder` and these settings beside."""
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = os.environ | {
        "RESELLER_DATABASE_URL": f"sqlite://{folder / 'demo.sqlite3'}",
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
        (token,) = set(re.findall(r"rsl_pat_\w+", output.read_text()))
        yield DemoServer(url, token, environment["RESELLER_DATABASE_URL"])
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        assert process.poll() is None, output.read_text()
        try:
            if httpx2.get(f"{url}/readyz").status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not start: {output.read_text()}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
