"""The goals: what was promised, and whether it is kept."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.keys import GROWTH_READERS, growth_key, is_peer, label_of
from benchmarks.measuring import Figures, Table
from benchmarks.recipes import RECIPES

MAX_MEMORY: Final = 120
MAX_GROWTH: Final = 1.3
FASTER_ON_SQLITE: Final = 10
MAX_CPU_OF_A_GRANT: Final = 1.5
_RATES: Final = (
    (("W1",), "limit", 1.0),
    (("W2",), "limit", 0.8),
    (("W3",), "limit", 0.85),
    (("W1",), "mercurius", 1.7),
    (("W4",), "mercurius", 1.0),
    (("W4",), "mercurius usual", 0.6),
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
                promise = f"{workload}: requests/s at least {least} times those of {label_of(peer)}"
                yield Goal(promise, f"{ratio:.2f}", ratio >= least)
    yield from _peers(table)
    if ratio := ratio_of(table, "W4", "mercurius usual", lambda figures: figures.cpu):
        promise = f"W4: CPU of the server at most {MAX_CPU_OF_A_GRANT} times that of {label_of('mercurius usual')}"
        yield Goal(promise, f"{ratio:.2f}", ratio <= MAX_CPU_OF_A_GRANT)
    memory = max((row["ours"].memory for row in table.values() if "ours" in row), default=None)
    if memory is not None:
        yield Goal(f"memory of a process below {MAX_MEMORY} MiB", f"{memory:.0f} MiB", memory < MAX_MEMORY)


def _peers(table: Table) -> Iterator[Goal]:
    """Ours ahead of each, and nobody waits longer for ours than for the best of them, all with the same duties."""
    for workload, row in table.items():
        peers = {name: figures for name, figures in row.items() if is_peer(name)}
        if not peers or "ours" not in row:
            continue
        ours, fastest = row["ours"], min(figures.p99 for figures in peers.values())
        best = max(peers, key=lambda name: peers[name].rate)
        ratio = ours.rate / peers[best].rate
        yield Goal(f"{workload}: more requests/s than {label_of(best)}, the best peer", f"{ratio:.2f}", ratio > 1)
        yield Goal(
            f"{workload}: p99 not above the best peer's {fastest:.1f} ms", f"{ours.p99:.1f} ms", ours.p99 <= fastest
        )


def on_sqlite(table: Table) -> Iterator[Goal]:
    for workload in ("W2", "W3"):
        if ratio := ratio_of(table, workload, "plain", lambda figures: figures.rate):
            promise = f"{workload}: requests/s at least {FASTER_ON_SQLITE} times plain's"
            yield Goal(promise, f"{ratio:.2f}", ratio >= FASTER_ON_SQLITE)


def on_growth(table: Table, names: Sequence[str], scales: Sequence[int]) -> Iterator[Goal]:
    """What a request of a reader costs the server and the database in a larger world, by what it costs in the smallest.

    Each line has as many rounds as the others, and is compared with the same reader and server only.
    """
    smallest, *larger = scales
    for workload, row in table.items():
        for name in names:
            growth = max(
                _cost(row[growth_key(name, scale, reader)]) / _cost(row[growth_key(name, smallest, reader)])
                for scale in larger
                for reader in GROWTH_READERS
            )
            promise = f"{workload}: {RECIPES[name].label} at most {MAX_GROWTH} times the cost in the smallest world"
            yield Goal(promise, f"{growth:.2f}", growth <= MAX_GROWTH)


def _cost(figures: Figures) -> float:
    return figures.cpu + figures.database


def ratio_of(table: Table, workload: str, peer: str, figure: Callable[[Figures], float]) -> float | None:
    """Ours by the peer's; None where one of the two was not measured, or too little to divide by."""
    row = table.get(workload, {})
    if "ours" not in row or peer not in row or not figure(row[peer]):
        return None
    return figure(row["ours"]) / figure(row[peer])
