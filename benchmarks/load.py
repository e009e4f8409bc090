"""Load on one server, and the figures that come out of it.

With wrk where it is installed, otherwise with a small generator in Python: 32 connections, each
sending the next request when its answer is there.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CONNECTIONS: Final = 32
_SCRIPT: Final = Path(__file__).with_name("wrk.lua")
_MARGIN_SECONDS: Final = 30
_MAX_SECONDS: Final = 120


@dataclass(frozen=True)
class Request:
    """A body to send, and as whom."""

    token: str
    body: bytes


@dataclass(frozen=True)
class Load:
    """What came back: how many answers in how many seconds, of how many bytes each, and how soon."""

    answers: int
    seconds: float
    failures: int
    bytes: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds


class LoadFailed(Exception):
    """Answers without success, or no answer at all."""


def has_wrk() -> bool:
    return shutil.which("wrk") is not None


def write_requests(requests: Sequence[Request], file: Path) -> Path:
    """The requests in a file, one a line, as the generators read them."""
    file.write_bytes(b"".join(request.token.encode() + b"\t" + request.body + b"\n" for request in requests))
    return file


def drive(port: int, requests: Path, seconds: int, *, reads_bodies: bool = False) -> Load:
    """Send the requests in turn for that long. Raises LoadFailed if one answer is not a success.

    Bodies are looked into only where asked: it costs the generator time that it shares with the server.
    """
    if seconds > _MAX_SECONDS:
        raise LoadFailed(f"port {port} gave no answer")
    url = f"http://127.0.0.1:{port}/graphql"
    mode = "bodies" if reads_bodies else "statuses"
    if has_wrk():
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(_SCRIPT), url]
        command += ["--", str(requests), mode]
    else:
        command = [sys.executable, "-m", "benchmarks.generator", str(port), str(requests), str(seconds), mode]
    load = _result(command, seconds)
    if load.failures:
        raise LoadFailed(f"{load.failures} of {load.answers} answers from {url} failed")
    # A slow server on a busy machine: what is on its way when the time is over is not counted.
    return load if load.answers else drive(port, requests, 2 * seconds, reads_bodies=reads_bodies)


def _result(command: Sequence[str], seconds: int) -> Load:
    ended = subprocess.run(command, capture_output=True, text=True, timeout=seconds + _MARGIN_SECONDS, check=False)
    if ended.returncode or "RESULT " not in ended.stdout:
        raise LoadFailed(f"{command[0]} failed: {ended.stderr or ended.stdout}")
    return Load(**json.loads(ended.stdout.partition("RESULT ")[2]))
