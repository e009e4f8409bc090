"""A fair semaphore that serves two queues in turn: expected callers and all others."""

import asyncio
from collections import deque


class Turns:
    """A limited number of turns at once. Every second one goes to an expected caller, if one is waiting.

    So many strangers delay an expected caller by one turn each, and expected callers never make a stranger wait
    forever.
    """

    def __init__(self, at_once: int) -> None:
        self._free = at_once
        self._queues = (deque[asyncio.Future[None]](), deque[asyncio.Future[None]]())
        self._was_expected = False

    async def begin(self, *, is_expected: bool) -> None:
        """Wait for a turn, which lasts until `end` is called."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._queues[is_expected].append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self.end()  # its turn had just come
            raise

    def end(self) -> None:
        """Pass the turn to the next caller."""
        turn = self._next()
        if turn is None:
            self._free += 1
        else:
            turn.set_result(None)

    def _next(self) -> asyncio.Future[None] | None:
        first = not self._was_expected
        for is_expected in (first, not first):
            queue = self._queues[is_expected]
            while queue:
                turn = queue.popleft()
                if not turn.cancelled():
                    self._was_expected = is_expected
                    return turn
        return None
