"""Trials: run tests on a copy of the project until one of them notices the fault."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tests.mutants.faults import Fault
from tests.mutants.neighbours import ABOUT_THE_SOURCE, WHOLE, neighbours_of
from tests.mutants.plugin import NOT_STARTED
from tests.mutants.trees import Tree

SECONDS_NEAR, SECONDS_WHOLE = 300, 1_800
"""How long the nearest tests, and the whole suite on one database, may take. A mutant that takes longer is noticed."""
_FAILED = re.compile(r"^(?:FAILED|ERROR) (tests/.+?)(?: - .*)?$", re.MULTILINE)
_BY_LUCK = ("tests/reliability/", "tests/security/", "tests/contract/", "tests/browser/", "tests/engine/")
"""Tests of several processes or of time. One that fails is run once more, so that a coincidence proves nothing."""


class Outcome(StrEnum):
    NOTICED = "noticed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"
    NO_FAULT = "not a fault"


@dataclass
class Trial:
    """How a fault fared: which test noticed it, on which database."""

    fault: Fault
    outcome: Outcome
    by: str = ""
    database: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Stage:
    """Tests that are run together."""

    database: str
    tests: Sequence[str]
    seconds: int = SECONDS_WHOLE


def stages_of(fault: Fault, *, is_near: bool) -> Iterator[Stage]:
    """First what is near, then the whole suite. What only PostgreSQL shows needs no other database."""
    yield Stage("postgres" if fault.is_on_postgres else "sqlite", neighbours_of(fault), SECONDS_NEAR)
    if is_near:
        return
    if not fault.is_on_postgres:
        yield Stage("sqlite", WHOLE.split())
    yield Stage("postgres", WHOLE.split())


def try_fault(tree: Tree, fault: Fault, *, is_near: bool) -> Trial:
    """Run tests on the fault until one notices it."""
    started, trial = time.monotonic(), Trial(fault, Outcome.SURVIVED)
    with tree.faulty(fault):
        for stage in stages_of(fault, is_near=is_near):
            trial.outcome, trial.by = _try_stage(tree, stage)
            trial.database = stage.database
            if trial.outcome is not Outcome.SURVIVED:
                break
    trial.seconds = time.monotonic() - started
    return trial


def _try_stage(tree: Tree, stage: Stage) -> tuple[Outcome, str]:
    """The outcome of one stage, and the test that decided it. A coincidence is left out, and the rest is run again."""
    coincidences = list[str]()
    while True:
        status, output = run_tests(tree, stage, "-x", *(f"--deselect={test}" for test in coincidences))
        found = _FAILED.search(output)
        test = found[1] if found else ""
        if status != 1 or not test.startswith(_BY_LUCK) or test in coincidences:
            return _outcome(status), test or _last_line(output)
        again, _ = run_tests(tree, Stage(stage.database, [test], stage.seconds))
        if again != 0:
            return Outcome.NOTICED, test
        coincidences.append(test)


def _outcome(status: int | None) -> Outcome:
    match status:
        case None:
            return Outcome.TIMED_OUT
        case 0 | 5:
            return Outcome.SURVIVED
        case n if n == NOT_STARTED:
            return Outcome.NO_FAULT
        case _:
            return Outcome.NOTICED


def _last_line(output: str) -> str:
    return (output.strip().splitlines() or [""])[-1]


def run_tests(tree: Tree, stage: Stage, *options: str) -> tuple[int | None, str]:
    """pytest's exit status and output. None if it takes too long."""
    command = [sys.executable, "-m", "pytest", "-q", "--tb=no", "-rfE", "-p", "tests.mutants.plugin", *options]
    command += [f"--ignore={name}" for name in ("tests/mutants", *ABOUT_THE_SOURCE)]
    process = subprocess.Popen(
        [*command, *stage.tests],
        cwd=tree.folder,
        env=os.environ | {"TEST_DATABASE": stage.database},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=stage.seconds)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            return None, f"it took more than {stage.seconds} s"
        raise
    return process.returncode, output
