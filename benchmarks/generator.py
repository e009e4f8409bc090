"""How is a server loaded where wrk is missing? `python -m benchmarks.generator PORT FILE SECONDS bodies|statuses`.

It costs more than wrk, and what it costs is taken from the server on a machine with few cores.
"""

import asyncio
import itertools
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.load import CONNECTIONS

_HEAD: Final = (
    "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
    "Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {length}\r\n\r\n"
)


@dataclass
class Tally:
    """What came back so far."""

    answers: int = 0
    failures: int = 0
    bytes: int = 0
    waited: list[float] = field(default_factory=list[float])

    def of(self, share: float) -> float:
        """The milliseconds within which this share of the answers came."""
        ordered = sorted(self.waited)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000 if ordered else 0.0


def main(port: int, file: Path, seconds: int, *, reads_bodies: bool) -> None:
    requests = itertools.cycle([_encode(line) for line in file.read_bytes().splitlines()])
    tally = Tally()
    began = time.perf_counter()
    asyncio.run(_load(port, requests, began + seconds, tally, reads_bodies=reads_bodies))
    result = {
        "answers": tally.answers,
        "seconds": time.perf_counter() - began,
        "failures": tally.failures,
        "bytes": tally.bytes / max(tally.answers, 1),
        "p50": tally.of(0.5),
        "p99": tally.of(0.99),
    }
    print("RESULT", json.dumps(result))


def _encode(line: bytes) -> bytes:
    token, _, body = line.partition(b"\t")
    return _HEAD.format(token=token.decode(), length=len(body)).encode() + body


async def _load(port: int, requests: Iterator[bytes], end: float, tally: Tally, *, reads_bodies: bool) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_connection(port, requests, end, tally, reads_bodies=reads_bodies))


async def _connection(port: int, requests: Iterator[bytes], end: float, tally: Tally, *, reads_bodies: bool) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (sent := time.perf_counter()) < end:
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(_length(head))
        tally.waited.append(time.perf_counter() - sent)
        tally.answers += 1
        tally.bytes += len(head) + len(body)
        has_errors = reads_bodies and (b'"errors":' in body or b'"code":' in body)
        tally.failures += has_errors or not head.startswith(b"HTTP/1.1 200")
    writer.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise ValueError("an answer does not say how long it is")


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), reads_bodies=sys.argv[4] == "bodies")
