"""Which tests run in this process, and for how long may each of them run?

A run has one database and one length. The markers `postgres`, `only_postgres`, `only_sqlite`, `long` and `scaled` say
where a test belongs; pyproject.toml explains them.
"""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.databases import BACKEND
from tests.long import LONG

SECONDS = 5
"""How long a test may run that is not marked `long`, on a machine whose cores are not all busy with something else."""

_SCHEDULER = Path("/proc/self/schedstat")
_WAITED = pytest.StashKey[float]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what this database and this length are for. A long test that is left out is skipped, so that it is listed."""
    others = [item for item in items if not (_is_for_this_database(item) and _is_for_this_length(item))]
    if others:
        config.hook.pytest_deselected(items=others)
    unwanted = set(others)
    items[:] = [item for item in items if item not in unwanted]
    if not LONG:
        for item in items:
            if _has(item, "long"):
                item.add_marker(pytest.mark.skip("left to `make test-long`"))
            if _has(item, "scaled"):
                item.user_properties.append(("scaled", "its short form"))


def _is_for_this_database(item: pytest.Item) -> bool:
    if BACKEND == "postgres":
        return _has(item, "postgres", "only_postgres") and not _has(item, "only_sqlite")
    return not _has(item, "only_postgres")


def _is_for_this_length(item: pytest.Item) -> bool:
    return not LONG or _has(item, "long", "scaled")


def _has(item: pytest.Item, *names: str) -> bool:
    return any(item.get_closest_marker(name) for name in names)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that takes long without being marked `long`. What it had to wait for a core is not its own time."""
    report = yield
    if report.when == "setup":
        item.stash[_WAITED] = _seconds_without_a_core()
    if report.when == "call" and report.passed and not LONG:
        seconds = call.duration - (_seconds_without_a_core() - item.stash.get(_WAITED, 0.0))
        if seconds > SECONDS * _slowness():
            report.outcome = "failed"
            report.longrepr = (
                f"It took {seconds:.1f} s, and a test may take {SECONDS}. Make it faster, or mark it `long`."
            )
    return report


def _slowness() -> float:
    """By how much a busy machine makes everything slower; at least 1. A hosted runner has slow cores as well."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)) * (2 if os.environ.get("CI") else 1)


def _seconds_without_a_core() -> float:
    """How long this process could have run but had no core, as Linux counts it: at once, unlike the load average."""
    return int(_SCHEDULER.read_text().split()[1]) / 1e9 if _SCHEDULER.exists() else 0.0
