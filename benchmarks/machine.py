"""On which machine, and with which versions, was measured?"""

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from benchmarks import node

_PYTHON: Final = ("strawberry-graphql", "tortoise-orm", "asyncpg", "starlette", "uvicorn", "uvloop", "httptools")
_NODE: Final = ("fastify", "mercurius", "graphql-jit", "postgraphile", "grafast", "graphql", "pg")


def description() -> Iterator[str]:
    """One line each for the machine, Python and Node."""
    yield f"{os.cpu_count()} cores ({_processor()}), {_memory_gibibytes()} GiB, Linux {platform.release()}"
    yield f"Python {platform.python_version()}: " + ", ".join(f"{name} {version(name)}" for name in _PYTHON)
    if node.EXECUTABLE.exists():
        packages = ", ".join(f"{name} {node.version_of(name)}" for name in _NODE)
        yield f"Node {_run(str(node.EXECUTABLE), '--version').lstrip('v')}: {packages}"
    generator = re.search(r"wrk \S+", _run("wrk", "-v")) if shutil.which("wrk") else None
    yield f"load: {generator[0] if generator else 'the generator in Python'}"


def _processor() -> str:
    found = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    return found[1].strip() if found else platform.machine()


def _memory_gibibytes() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3)


def _run(*command: str) -> str:
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    return (ended.stdout + ended.stderr).strip()
