"""How do the rates compare? A chart, drawn with matplotlib in an environment of its own.

Without uv or the package, there is no chart; the tables have the same numbers.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Final

from benchmarks.databases import ROOT
from benchmarks.measuring import Table
from benchmarks.recipes import RECIPES

DRAWN: Final = tuple(name for name in RECIPES if name != "off")
PICTURE: Final = Path(__file__).with_name("ratios.png")
_HERE: Final = Path(__file__).parent
_UV: Final = ROOT / ".venv-tools" / "bin" / "uv"
_ENVIRONMENT: Final = ROOT / ".artifacts" / "venv-bench"


def draw(table: Table) -> None:
    """Write ratios.png: requests a second of each server by workload, as multiples of ours."""
    multiples = {
        RECIPES[name].label: {
            workload: row[name].rate / row["ours"].rate for workload, row in table.items() if name in row
        }
        for name in DRAWN
        if any(name in row for row in table.values())
    }
    try:
        command = [str(prepare_python()), str(_HERE / "draw.py"), str(PICTURE)]
        subprocess.run(command, input=json.dumps(multiples), text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"No picture is drawn: {error}")


def prepare_python() -> Path:
    """The Python that has what the lock names."""
    python = _ENVIRONMENT / "bin" / "python"
    environment = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    if not python.exists():
        subprocess.run([_UV, "venv", "--quiet", str(_ENVIRONMENT)], env=environment, check=True)
    lock = str(_HERE / "requirements.lock")
    command = [_UV, "pip", "sync", "--quiet", "--python", str(python), "--require-hashes", lock]
    subprocess.run(command, env=environment, check=True)
    return python
