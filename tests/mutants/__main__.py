"""`python -m tests.mutants`: try deliberate faults, and report which of them no test notices."""

import argparse
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import TypeVar

from tests.mutants.faults import ROOMS, Fault, all_faults
from tests.mutants.neighbours import WHOLE, neighbours_of
from tests.mutants.reports import MOST, last_survivors, share_of_survivors, store_report, write_report
from tests.mutants.trees import Tree
from tests.mutants.trials import Stage, Trial, run_tests, try_fault

T = TypeVar("T")
R = TypeVar("R")


class Crew:
    """A few trees, each of which does one thing at a time."""

    def __init__(self, folder: Path, jobs: int) -> None:
        self.jobs = jobs
        self.free = SimpleQueue[Tree]()
        for number in range(jobs):
            (folder / str(number)).mkdir()
            self.free.put(Tree(folder / str(number)))

    def do_all(self, work: Callable[[Tree, T], R], items: Sequence[T]) -> list[R]:
        with ThreadPoolExecutor(self.jobs) as pool:
            try:
                return list(pool.map(lambda item: self._do(work, item), items))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise

    def _do(self, work: Callable[[Tree, T], R], item: T) -> R:
        tree = self.free.get()
        try:
            return work(tree, item)
        finally:
            self.free.put(tree)


def main() -> int:
    options = _options()
    faults = _choose(all_faults(), options)
    with TemporaryDirectory(prefix="reseller-mutants-") as folder:
        crew = Crew(Path(folder), options.jobs)
        _say(f"{len(faults)} faults. First the tests without any.")
        if not all(crew.do_all(_is_sound, _stages_without_faults(faults, is_near=options.near))):
            return 2
        trials = crew.do_all(lambda tree, fault: _try(tree, fault, is_near=options.near), faults)
    store_report(trials)
    _say(write_report(trials))
    return 1 if share_of_survivors(trials) > MOST else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("which", nargs="*", help="only these: a room, `engine/7`, or part of a file's name")
    parser.add_argument("--jobs", type=int, default=2, help="how many at a time")
    parser.add_argument(
        "--near", action="store_true", help="only the nearest tests of each, to look for survivors quickly"
    )
    parser.add_argument("--survivors", action="store_true", help="only what survived according to the last report")
    return parser.parse_args()


def _choose(faults: list[Fault], options: argparse.Namespace) -> list[Fault]:
    if options.survivors:
        faults = last_survivors(faults)
    which: list[str] = options.which
    return [fault for fault in faults if not which or any(_is_meant(fault, part) for part in which)]


def _is_meant(fault: Fault, part: str) -> bool:
    return part in (fault.room, fault.name) or (part not in ROOMS and part in fault.file)


def _stages_without_faults(faults: Sequence[Fault], *, is_near: bool) -> list[Stage]:
    """Everything that is run later, on the code as it is: it has to pass, or its failures would prove nothing."""
    if not is_near:
        return [Stage("sqlite", WHOLE.split()), Stage("postgres", WHOLE.split())]
    near = {"sqlite": dict[str, None](), "postgres": dict[str, None]()}
    for fault in faults:
        near["postgres" if fault.is_on_postgres else "sqlite"] |= dict.fromkeys(neighbours_of(fault))
    return [Stage(database, list(tests)) for database, tests in near.items() if tests]


def _is_sound(tree: Tree, stage: Stage) -> bool:
    status, output = run_tests(tree, stage)
    if status != 0:
        _say(f"{stage.database}: without any fault, these fail:\n{output[-3_000:]}")
    return status == 0


def _try(tree: Tree, fault: Fault, *, is_near: bool) -> Trial:
    trial = try_fault(tree, fault, is_near=is_near)
    _say(f"{fault.name:15} {trial.outcome:12} {trial.seconds:5.0f} s  {trial.by}")
    return trial


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
