"""What has a process used, with all the processes it started?"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_KIBIBYTE: Final = 1024
_LULL_SECONDS: Final = 0.5
_IDLE_SHARE: Final = 0.05
_MAX_SECONDS: Final = 60


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, of those it waited for, and of its living descendants."""
    # utime, stime, cutime and cstime are the fields 14 to 17; those behind the name begin with 3.
    try:
        own = sum(int(field) for field in _stat(pid)[11:15]) / _TICKS
        return own + sum(cpu_seconds(child) for child in list(_children(pid)))
    except FileNotFoundError:
        return 0.0  # it ended since its parent named it


def resident_mebibytes(pid: int) -> float:
    """Memory of the process and its descendants that is in RAM now."""
    status = (_PROC / str(pid) / "status").read_text()
    own = next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
    return own / _KIBIBYTE + sum(resident_mebibytes(child) for child in _children(pid))


def settle(pid: int) -> None:
    """Wait until the process has nothing to do any more: what was asked of it may go on when nobody waits for it."""
    used, deadline = cpu_seconds(pid), time.monotonic() + _MAX_SECONDS
    while time.monotonic() < deadline:
        time.sleep(_LULL_SECONDS)
        before, used = used, cpu_seconds(pid)
        if used - before <= _IDLE_SHARE * _LULL_SECONDS:
            return


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on; the name before may have spaces in it."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> Iterator[int]:
    for task in (_PROC / str(pid) / "task").iterdir():
        yield from map(int, (task / "children").read_text().split())
