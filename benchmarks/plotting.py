"""How do the ratios look? A picture, drawn with matplotlib in an environment of its own.

Without uv or the package there is no chart; the tables have the same numbers.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.databases import ROOT
from benchmarks.goals import ratio_of
from benchmarks.measuring import Table
from benchmarks.recipes import RECIPES
from benchmarks.report import COMPARED

PICTURE: Final = Path(__file__).with_name("ratios.png")
_HERE: Final = Path(__file__).parent
_UV: Final = ROOT / ".venv-tools" / "bin" / "uv"
_ENVIRONMENT: Final = ROOT / ".artifacts" / "venv-bench"


def draw(table: Table) -> None:
    """Write ratios.png: how many times as many requests ours answers, by peer and workload."""
    ratios = {
        RECIPES[peer].label: {
            workload: ratio_of(table, workload, peer, lambda figures: figures.rate) for workload in table
        }
        for peer in COMPARED
        if any(peer in row for row in table.values())
    }
    try:
        python = _prepare_python()
        command = [str(python), str(_HERE / "draw.py"), str(PICTURE)]
        subprocess.run(command, input=json.dumps(ratios), text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"No picture is drawn: {error}")


def _prepare_python() -> Path:
    """The Python that has what the lock names."""
    python = _ENVIRONMENT / "bin" / "python"
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    if not python.exists():
        subprocess.run([_UV, "venv", "--quiet", str(_ENVIRONMENT)], env=environment, check=True)
    lock = str(_HERE / "requirements.lock")
    command = [_UV, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", lock]
    subprocess.run(command, env=environment, check=True)
    return python
