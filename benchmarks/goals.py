"""The goals: what was promised, and whether it is kept."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from benchmarks.measuring import Figures, Table
from benchmarks.workloads import READS

MAX_MEMORY: Final = 120
MAX_GROWTH: Final = 1.3
FASTER_ON_SQLITE: Final = 10
_RATES: Final = (
    (READS, "limit", 0.8),
    (READS, "mercurius", 1.2),
    (READS, "postgraphile", 3),
    (("W3",), "plain", 100),
    (("W4",), "plain", 2),
)


@dataclass(frozen=True)
class Goal:
    """One promise, what was measured, and whether that keeps it."""

    promise: str
    measured: str
    is_reached: bool


def on_postgres(table: Table) -> Iterator[Goal]:
    """The goals for those servers and workloads that were measured."""
    for workloads, peer, least in _RATES:
        for workload in workloads:
            if ratio := ratio_of(table, workload, peer, lambda figures: figures.rate):
                promise = f"{workload}: requests/s at least {least} times {peer}'s"
                yield Goal(promise, f"{ratio:.2f}", ratio >= least)
    yield from _waits(table)
    memory = max((row["ours"].memory for row in table.values() if "ours" in row), default=None)
    if memory is not None:
        yield Goal(f"memory of a process below {MAX_MEMORY} MiB", f"{memory:.0f} MiB", memory < MAX_MEMORY)


def _waits(table: Table) -> Iterator[Goal]:
    """The limit is not a peer: nobody serves an API with it."""
    for workload, row in table.items():
        peers = {name: figures.p99 for name, figures in row.items() if name not in {"ours", "off", "limit"}}
        if peers and "ours" in row:
            fastest = min(row[name].p99 for name in peers)
            ours = row["ours"].p99
            yield Goal(f"{workload}: p99 not above the best peer's {fastest:.1f} ms", f"{ours:.1f} ms", ours <= fastest)


def on_sqlite(table: Table) -> Iterator[Goal]:
    for workload in ("W2", "W3"):
        if ratio := ratio_of(table, workload, "plain", lambda figures: figures.rate):
            promise = f"{workload}: requests/s at least {FASTER_ON_SQLITE} times plain's"
            yield Goal(promise, f"{ratio:.2f}", ratio >= FASTER_ON_SQLITE)


def on_growth(table: Table) -> Iterator[Goal]:
    """What a request costs the server and the database, where it is dearest against the smallest partner and world.

    The rows are in the order of size.
    """
    for workload, row in table.items():
        costs = [figures.cpu + figures.database for figures in row.values()]
        growth = max(costs) / costs[0]
        yield Goal(
            f"{workload}: at most {MAX_GROWTH} times the cost of the smallest", f"{growth:.2f}", growth <= MAX_GROWTH
        )


def ratio_of(table: Table, workload: str, peer: str, figure: Callable[[Figures], float]) -> float | None:
    """Ours by the peer's; None where one of the two was not measured, or too little to divide by."""
    row = table.get(workload, {})
    if "ours" not in row or peer not in row or not figure(row[peer]):
        return None
    return figure(row["ours"]) / figure(row[peer])
