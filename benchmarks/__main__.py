"""What is measured when? `python -m benchmarks --help` names the options."""

import argparse
import signal
import sys
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

from benchmarks import parts, report
from benchmarks.databases import postgres
from benchmarks.equality import Different
from benchmarks.load import LoadFailed, has_wrk
from benchmarks.measuring import Plan
from benchmarks.parts import Choice
from benchmarks.recipes import RECIPES
from benchmarks.servers import ServerFailed
from benchmarks.summary import write_summary
from benchmarks.workloads import WORKLOADS


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what was asked for and write it down. Gives the exit code."""
    options = _parser().parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds, options.scale = 1, 3, 1
    if options.check:
        options.rounds, options.seconds, options.scale, options.part = 0, 1, 1, options.part or ["postgres", "bare"]
    # Told to stop, everything that was started is ended as on Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    if not has_wrk():
        print("wrk is not installed: a generator in Python loads the servers, and takes more of the machine.")
    try:
        sections = _measure_sections(options)
    except (Different, LoadFailed, ServerFailed) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if options.check:
        return 0
    print("\n" + "\n".join(sections))
    if not options.quick:
        report.write(sections)
        write_summary()
    return 0


def _measure_sections(options: argparse.Namespace) -> list[str]:
    scales = (1, 10) if options.quick else parts.GROWTH_SCALES
    choice = Choice(
        tuple(options.only), tuple(options.workloads), options.scale, scales, draws=not (options.quick or options.check)
    )
    only_parts = options.part or ["postgres", "bare", "sqlite"]
    sections = list[str]()
    with TemporaryDirectory(prefix="reseller-bench-") as folder, postgres() as server:
        plan = Plan(options.rounds, options.seconds, Path(folder), server.pid)
        if "postgres" in only_parts or "bare" in only_parts:
            sections += parts.on_postgres(server, choice, plan, bare="bare" in only_parts)
        if "sqlite" in only_parts:
            sections += parts.on_sqlite(choice, plan)
        if "growth" in only_parts:
            sections += parts.on_growth(server, choice, plan)
    return sections


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Measure the server beside its peers.")
    parser.add_argument("--rounds", type=int, default=3, help="how often each server has its turn")
    parser.add_argument("--seconds", type=int, default=5, help="how long a turn is, after two seconds of warming")
    parser.add_argument("--scale", type=int, default=10, help="of the demo world")
    parser.add_argument("--only", type=_names_of(RECIPES), default=list(RECIPES), help="servers, with commas between")
    parser.add_argument("--workloads", type=_names_of(WORKLOADS), default=list(WORKLOADS), help="such as W1,W3")
    for part, meaning in _PARTS.items():
        parser.add_argument(f"--{part}", dest="part", action="append_const", const=part, help=meaning)
    parser.add_argument("--check", action="store_true", help="only compare the answers and the rows; writes nothing")
    parser.add_argument("--quick", action="store_true", help="a smoke run; writes nothing")
    return parser


_PARTS = {
    "postgres": "ours beside the peers on PostgreSQL",
    "bare": "the same, and the peers again without authentication and row filter",
    "sqlite": "ours beside plain Strawberry and Tortoise on SQLite",
    "growth": "ours at scale 1, 10 and 100; parts that are named are measured alone",
}


def _names_of(known: Collection[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        found = text.split(",")
        if unknown := [name for name in found if name not in known]:
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
        return found

    return names


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
