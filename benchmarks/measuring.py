"""What does a request cost a server?

Rounds are interleaved: every server has a turn in each, beginning with another one each time, so
that what the machine does meanwhile disturbs all alike. A figure is the median of its rounds.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final, TypeVar

from benchmarks.databases import World
from benchmarks.equality import Turn, count_granted
from benchmarks.load import CONNECTIONS, Load, LoadFailed, Request, drive, write_requests
from benchmarks.processes import cpu_seconds, resident_mebibytes, settle
from benchmarks.servers import Server

WARMING_SECONDS: Final = 2
_BYTES_APART: Final = 0.01
_SHARE_FOR_WARMING: Final = 0.4
_SHARE_OF_GRANTS: Final = 0.9


@dataclass(frozen=True)
class Figures:
    """Requests a second; milliseconds of CPU a request, in the server and in PostgreSQL; milliseconds waited; MiB."""

    rate: float
    cpu: float
    database: float
    p50: float
    p99: float
    memory: float


@dataclass(frozen=True)
class Subject:
    """One line of a table: a server, the world it serves, and whose requests are sent. `key` is its name there."""

    key: str
    server: Server
    world: World
    reader: str = "large"


@dataclass(frozen=True)
class Plan:
    """How long is measured, and where the requests are written. `database` is PostgreSQL's first process."""

    rounds: int
    seconds: int
    folder: Path
    database: int | None


Table = Mapping[str, Mapping[str, Figures]]
"""Figures by workload and subject."""


def measure(subjects: Sequence[Subject], workloads: Sequence[str], plan: Plan) -> Table:
    """Load all in turn. Raises LoadFailed where a server answers with an error or does not do the work."""
    taken = defaultdict[str, dict[str, list[Figures]]](lambda: defaultdict(list))
    for round_number in range(plan.rounds):
        for workload in workloads:
            for subject in _in_turn(subjects, round_number):
                figures = _reads(subject, workload, plan)
                taken[workload][subject.key].append(figures)
                print(_progress(round_number, workload, subject.key, figures), flush=True)
    return {
        workload: {subject.key: _median(of_workload[subject.key]) for subject in subjects}
        for workload, of_workload in taken.items()
    }


def measure_grants(turns: Mapping[str, Turn], plan: Plan) -> Table:
    """The same for W4. Each turn has a server and a world of its own, so that nobody finds what another one left."""
    taken = defaultdict[str, list[Figures]](list)
    for round_number in range(plan.rounds):
        for key, turn in _in_turn(list(turns.items()), round_number):
            with turn() as (server, world):
                figures = _grants(Subject(key, server, world), plan)
            taken[key].append(figures)
            print(_progress(round_number, "W4", key, figures), flush=True)
    return {"W4": {key: _median(of_key) for key, of_key in taken.items()}}


_T = TypeVar("_T")


def _in_turn(items: Sequence[_T], round_number: int) -> Sequence[_T]:
    first = round_number % len(items)
    return [*items[first:], *items[:first]]


def _reads(subject: Subject, workload: str, plan: Plan) -> Figures:
    requests = _requests(subject, workload, plan)
    warm = drive(subject.server.port, requests, WARMING_SECONDS, reads_bodies=True)
    settle(subject.server.pid)
    load, figures = _time_load(subject, plan, lambda: drive(subject.server.port, requests, plan.seconds))
    if abs(load.bytes / warm.bytes - 1) > _BYTES_APART:
        raise LoadFailed(f"{workload} of {subject.key}: answers of {load.bytes} bytes, looked at {warm.bytes}")
    return figures


def _grants(subject: Subject, plan: Plan) -> Figures:
    """As long as there are products to be granted; every answer must have left its row."""
    requests = subject.server.dialect.requests("W4", subject.world.facts)
    to_warm = int(len(requests) * _SHARE_FOR_WARMING)
    warm = drive(subject.server.port, _write(subject, requests[:to_warm], plan), WARMING_SECONDS, reads_bodies=True)
    settle(subject.server.pid)
    before = count_granted(subject.world)
    products = len(requests) - to_warm
    seconds = max(1, min(plan.seconds, int(products * _SHARE_OF_GRANTS / warm.rate)))
    file = _write(subject, requests[to_warm:], plan)
    load, figures = _time_load(subject, plan, lambda: drive(subject.server.port, file, seconds))
    if (granted := count_granted(subject.world) - before) < load.answers:
        raise LoadFailed(f"W4 of {subject.key}: {load.answers} answers and {granted} rows")
    return figures


def _requests(subject: Subject, workload: str, plan: Plan) -> Path:
    return _write(subject, subject.server.dialect.requests(workload, subject.world.facts, subject.reader), plan)


def _write(subject: Subject, requests: Sequence[Request], plan: Plan) -> Path:
    return write_requests(requests, plan.folder / f"{subject.server.name}-{subject.server.port}.requests")


def _time_load(subject: Subject, plan: Plan, run: Callable[[], Load]) -> tuple[Load, Figures]:
    """The load with what it cost: the time of the processes before and after.

    What was on its way in the end counts as half done.
    """
    pid = subject.server.pid
    server, database = cpu_seconds(pid), _database_seconds(plan)
    load = run()
    answers = load.answers + CONNECTIONS / 2
    figures = Figures(
        rate=load.rate,
        cpu=(cpu_seconds(pid) - server) * 1000 / answers,
        database=(_database_seconds(plan) - database) * 1000 / answers,
        p50=load.p50,
        p99=load.p99,
        memory=resident_mebibytes(pid),
    )
    settle(pid)
    return load, figures


def _database_seconds(plan: Plan) -> float:
    return 0.0 if plan.database is None else cpu_seconds(plan.database)


def _median(taken: Sequence[Figures]) -> Figures:
    """Of each figure the median, of memory the most."""
    return Figures(
        rate=median(figures.rate for figures in taken),
        cpu=median(figures.cpu for figures in taken),
        database=median(figures.database for figures in taken),
        p50=median(figures.p50 for figures in taken),
        p99=median(figures.p99 for figures in taken),
        memory=max(figures.memory for figures in taken),
    )


def _progress(round_number: int, workload: str, key: str, figures: Figures) -> str:
    return (
        f"round {round_number + 1}  {workload}  {key:<22}{figures.rate:>10,.0f} requests/s  "
        f"{figures.cpu:.3f} + {figures.database:.3f} ms CPU  p99 {figures.p99:.1f} ms  {figures.memory:.0f} MiB"
    )
