"""How does long work in Python leave the event loop to others in between? In slices, one of all at a time."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

SECONDS_A_SLICE: Final = 0.005
clock: Final[Callable[[], float]] = time.perf_counter


class TimeSlices:
    """Whose turn it is to go on with work that takes more than a slice."""

    def __init__(self) -> None:
        self._one_at_a_time = asyncio.Lock()

    def slice_end(self) -> float:
        """When the slice that begins now is over, by `clock`."""
        return clock() + SECONDS_A_SLICE

    async def wait(self) -> float:
        """Let everybody else who is ready go first; the end of the next slice.

        The lock is held until the loop comes round: however many wait, it gives away one slice each time.
        """
        async with self._one_at_a_time:
            await asyncio.sleep(0)
        return self.slice_end()
