"""Which Node runs the peers, and where do their packages come from?

Node itself is one of the packages that the lock file names, so that everybody measures the same release.
"""

import json
import platform
import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

from benchmarks.recipes import PEERS, RECIPES

_MACHINE: Final = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
_MODULES: Final = PEERS / "node_modules"
EXECUTABLE: Final = _MODULES / f"node-linux-{_MACHINE}" / "bin" / "node"


def available(names: Sequence[str]) -> list[str]:
    """Those of the servers that this machine can run. Installs the packages of the peers in Node where it can."""
    if not any(RECIPES[name].is_node for name in names) or _is_ready():
        return list(names)
    print("Without npm, only the servers in Python are measured.")
    return [name for name in names if not RECIPES[name].is_node]


def version_of(package: str) -> str:
    return json.loads((_MODULES / package / "package.json").read_text("utf-8"))["version"]


def _is_ready() -> bool:
    if not shutil.which("npm"):
        return False
    lock, installed = PEERS / "package-lock.json", _MODULES / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        print("Installing the peers' packages…", flush=True)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=PEERS, check=True)
    return EXECUTABLE.exists()
