"""The report: figures in tables, as ratios, and against the goals.

RESULTS.md has a section for each part. A part that is measured again replaces its own section and
leaves the others, each of which says when and where it was measured.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks import machine
from benchmarks.goals import Goal, ratio_of
from benchmarks.keys import label_of, way_key
from benchmarks.measuring import Figures, Table
from benchmarks.recipes import RECIPES, Way
from benchmarks.workloads import WORKLOADS

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
COMPARED: Final = tuple(name for name in RECIPES if name != "ours")
RATIOS: Final = "| ours, against |"
_PREFACE: Final = (
    "# Results\n\nWritten by `make bench`; [README.md](README.md) says how it measures. Every server, ours and the "
    "peers alike, caches the viewer of a token in its process, found by the token's SHA-256 digest. It checks the "
    "token's scopes, and reads the rows again for each request.\n"
)


def section(title: str, table: Table, goals: Iterable[Goal], remarks: Sequence[str], *, ratios: bool = True) -> str:
    """One part of the results. `remarks` say what else readers need to know."""
    facts = [f"{datetime.now(UTC):%Y-%m-%d}, `{_command()}`", *machine.description(), *remarks]
    parts = [f"## {title}\n", "\n".join(f"- {fact}" for fact in facts) + "\n"]
    parts += [_figures(workload, row) for workload, row in table.items()]
    if ratios:
        parts.append(_ratios(table))
    parts.append(_goals(goals))
    return "\n".join(part for part in parts if part)


def write(sections: Iterable[str]) -> None:
    """Put the sections into RESULTS.md, each in the place of the one with its title."""
    kept = _sections(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for text in sections:
        kept |= _sections(text)
    RESULTS.write_text(_PREFACE + "".join(f"\n{text.strip()}\n" for text in kept.values()), "utf-8")


def _sections(text: str) -> dict[str, str]:
    found = re.split(r"^(?=## )", text, flags=re.MULTILINE)
    return {part.splitlines()[0]: part for part in found if part.startswith("## ")}


def _figures(workload: str, row: Mapping[str, Figures]) -> str:
    lines = [
        f"**{workload}**: {WORKLOADS[workload]}\n",
        "| | requests/s | CPU ms a request | PostgreSQL CPU ms | p50 ms | p99 ms | MiB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for key, figures in row.items():
        database = f"{figures.database:.3f}" if figures.database else ""
        lines.append(
            f"| {label_of(key)} | {figures.rate:,.0f} | {figures.cpu:.3f} | {database} "
            f"| {figures.p50:.1f} | {figures.p99:.1f} | {figures.memory:.0f} |"
        )
    return "\n".join(lines) + "\n"


def _ratios(table: Table) -> str:
    lines = list(_ratio_lines(table))
    if not lines:
        return ""
    workloads = list(table)
    head = f"{RATIOS} " + " | ".join(f"{workload} requests/s | {workload} CPU" for workload in workloads) + " |"
    return "\n".join([head, "|---|" + "---:|" * (2 * len(workloads)), *lines]) + "\n"


def _ratio_lines(table: Table) -> Iterator[str]:
    for peer in (*COMPARED, *(way_key(name, Way.USUAL, Way.EQUAL) for name in COMPARED)):
        if not any("ours" in row and peer in row for row in table.values()):
            continue
        cells = list[str]()
        for workload in table:
            rate = ratio_of(table, workload, peer, lambda figures: figures.rate)
            cpu = ratio_of(table, workload, peer, lambda figures: figures.cpu)
            cells += [f"{ratio:.2f}" if ratio else "" for ratio in (rate, cpu)]
        yield f"| {label_of(peer)} | " + " | ".join(cells) + " |"


def _goals(goals: Iterable[Goal]) -> str:
    lines = [f"| {goal.promise} | {goal.measured} | {'yes' if goal.is_reached else '**no**'} |" for goal in goals]
    if not lines:
        return ""
    return "\n".join(["| goal | measured | reached |", "|---|---:|---|", *lines]) + "\n"


def _command() -> str:
    """As it was typed; `make bench` is the module without options."""
    return " ".join(["python -m benchmarks", *sys.argv[1:]])
