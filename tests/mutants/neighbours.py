"""Which tests are nearest to a file, and which are left for what these do not notice?"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.mutants.faults import ROOT, Fault

OF_A_FILE = {
    "server/models/visibility/": "tests/models/test_random_worlds.py tests/models tests/permissions tests/engine/test_who_sees_what.py",
    "server/models/claims.py": "tests/reliability/test_outbox_workers.py tests/reliability/test_outbox.py",
    "server/domain/": "tests/domain tests/api tests/models/test_random_worlds.py tests/permissions/test_matrix.py",
    "server/resolvers/": "tests/api tests/permissions",
    "server/engine/": "tests/engine tests/api/test_connections.py tests/api/test_cursors.py",
    "server/app/": "tests/contract tests/security",
    "server/authentication/": (
        "tests/security/test_bearer_tokens.py tests/security/test_browser_sessions.py tests/reliability"
        " tests/permissions/test_viewer_changes.py"
    ),
    "server/mail/": "tests/mail tests/reliability/test_undeliverable.py tests/api",
    "server/outbox.py": "tests/reliability tests/mail",
    "server/jobs.py": "tests/reliability/test_jobs.py tests/contract tests/api",
}
"""By the beginning of a file's name: folders and files of tests, the nearest first."""
RACES = "tests/reliability/test_locks.py tests/reliability tests/engine tests/api tests/permissions"
"""For faults that only PostgreSQL shows."""
FOLDERS = (
    "tests/domain tests/api tests/models tests/permissions tests/mail tests/engine tests/reliability tests/security"
)
WHOLE = f"{FOLDERS} tests/contract tests/browser"
"""The whole suite, with what notices most first."""

ABOUT_THE_SOURCE = tuple(
    f"tests/contract/test_{name}.py" for name in "house wings languages plain_english paths shared_tables".split()
)
"""Tests that read the source. They could notice that something was changed, but not that it is wrong."""
_MOST = 36
"""How many files count as near."""


def neighbours_of(fault: Fault) -> list[str]:
    """The files of tests that a fault is tried with first."""
    first = next(names for start, names in OF_A_FILE.items() if fault.file.startswith(start))
    folders = (RACES if fault.is_on_postgres else first).split()
    files = dict.fromkeys(_files(fault.tests))
    files |= dict.fromkeys(sorted(_files(folders), key=lambda file: _distance(file, fault.file)))
    return [file for file in files if file not in ABOUT_THE_SOURCE][:_MOST]


def _files(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        path = ROOT / name
        found = [path] if path.suffix else sorted(path.rglob("test_*.py"))
        yield from (str(file.relative_to(ROOT)) for file in found)


def _distance(test: str, file: str) -> tuple[bool, bool]:
    """First the tests with the same noun in their name, then those of the same wing; the others stay in order."""
    noun, wing = Path(file).stem.strip("_").rstrip("s"), Path(file).parent.name
    return noun not in Path(test).stem, wing not in Path(test).parts
