"""Private copies of the project, in which a fault can be put without anyone else noticing."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from tests.mutants.faults import ROOT, Fault

_times = count(1_000_000_000)
"""Python compiles a file again if its time differs, in seconds. Every change of a copy has a time of its own."""


class Tree:
    """A copy of the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        )
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        (folder / ".venv").symlink_to(ROOT / ".venv")

    @contextmanager
    def faulty(self, fault: Fault) -> Iterator[None]:
        """The copy with this fault in it."""
        file = self.folder / fault.file
        sound = file.read_text("utf-8")
        self._write(file, fault.apply(sound))
        try:
            yield
        finally:
            self._write(file, sound)

    def _write(self, file: Path, text: str) -> None:
        file.write_text(text, "utf-8")
        moment = next(_times)
        os.utime(file, (moment, moment))
