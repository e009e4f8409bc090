"""What does a process do beside answering? It works through the outbox and looks at the clock.

Several may run at once. Each looks again after a pause, and at once after a commit in its own process.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import structlog

from server.jobs import run_due
from server.models.database import after_commit
from server.outbox import Outbox
from server.settings import Settings

_log = structlog.get_logger(__name__)


class Worker:
    """Runs until it is told to stop; what it has in hand then is finished, or left to the next one (`Patience`).

    E-mails and the clock have one round, what takes long another beside it: neither waits for the other.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._outbox = Outbox(settings)
        self._wakes = (asyncio.Event(), asyncio.Event())
        self._is_stopping = False

    def stop(self) -> None:
        self._is_stopping = True
        self._outbox.patience.end()
        self._wake()

    async def run(self) -> None:
        if not self._settings.smtp_host and not self._settings.demo:
            _log.warning("no_mail_server", told="E-mails wait until RESELLER_SMTP_HOST is set.")
        after_commit.add(self._wake)
        try:
            async with asyncio.TaskGroup() as rounds:
                for wake, look in zip(self._wakes, (self._look, self._work), strict=True):
                    rounds.create_task(self._rounds(wake, look))
        finally:
            after_commit.discard(self._wake)

    def _wake(self) -> None:
        for wake in self._wakes:
            wake.set()

    async def _rounds(self, wake: asyncio.Event, look: Callable[[], Awaitable[None]]) -> None:
        """Do everything there is to do. What goes wrong with the database is logged, and tried again next time."""
        while not self._is_stopping:
            wake.clear()
            try:
                await look()
            except Exception:  # noqa: BLE001 - whatever the database says, the next look may do
                _log.exception("worker_interrupted")
            await self._rest(wake)

    async def _look(self) -> None:
        await run_due(self._settings, datetime.now(UTC))
        while not self._is_stopping and await self._step():
            pass

    async def _step(self) -> bool:
        """One event and one e-mail. Neither waits until all of the others are done."""
        now = datetime.now(UTC)
        did_expand = await self._outbox.expand_next(now)
        return await self._outbox.send_next(now) or did_expand

    async def _work(self) -> None:
        while not self._is_stopping and await self._outbox.work_next(datetime.now(UTC)):
            pass

    async def _rest(self, wake: asyncio.Event) -> None:
        if self._is_stopping:
            return
        try:
            async with asyncio.timeout(self._settings.worker_poll_seconds):
                await wake.wait()
        except TimeoutError:
            pass


@asynccontextmanager
async def working(settings: Settings) -> AsyncGenerator[None]:
    """A worker beside the serving, where the settings want one."""
    if not settings.runs_worker:
        yield
        return
    worker = Worker(settings)
    running = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        worker.stop()
        await running
