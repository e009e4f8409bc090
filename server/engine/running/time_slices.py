"""Time slices: long work in Python, split so that the event loop can serve others in between."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

SECONDS_A_SLICE: Final = 0.005
clock: Final[Callable[[], float]] = time.perf_counter


class TimeSlices:
    """Turns of work that takes more than one slice. Only one runs at a time."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()

    def slice_end(self) -> float:
        """The end of the slice that begins now, by `clock`."""
        return clock() + SECONDS_A_SLICE

    async def wait(self) -> float:
        """Let everyone else who is ready go first. Returns the end of the next slice.

        The lock is held for one round of the event loop, so that each round grants only one slice, no matter how many
        wait.
        """
        async with self._one_at_a_time:
            await asyncio.sleep(0)
        return self.slice_end()
