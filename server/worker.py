"""The worker: sends e-mails from the outbox and runs scheduled jobs.

Several can run at once. Each looks for work after a pause, and immediately after a commit in its own process.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from server.domain.errors import Unavailable
from server.jobs import run_due
from server.mail.rendering import preload_templates
from server.models.backlog import read_backlog
from server.models.database import after_commit
from server.models.sqlite import DatabaseLocked
from server.outbox import MAX_EMAILS, MAX_EVENTS, Outbox
from server.settings import Settings

BACKLOG_EVERY: Final = timedelta(minutes=1)
"""How often the backlog is logged while there is one."""
_COLLECTING_SECONDS: Final = 0.2
_LATE_AFTER: Final = timedelta(minutes=1)
"""How long something may wait before it is a warning."""

_log = structlog.get_logger(__name__)


@dataclass
class _Loop:
    """A loop that looks for one kind of work. `look` says whether there may be more to do immediately.

    With `follows_commits` it also looks immediately after this process has committed a change.
    """

    look: Callable[[], Awaitable[bool]]
    follows_commits: bool = True
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Worker:
    """Runs until it has to stop. Work in progress is then finished, or left to the next worker (`TimeLimit`).

    E-mails, long work and scheduled jobs have a loop each, so that none waits for another.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._outbox = Outbox(settings, keeps_connections=True)
        self._loops = (
            _Loop(self._process_mail),
            _Loop(self._process_work),
            _Loop(self._run_jobs, follows_commits=False),
        )
        self._is_stopping = False
        self._backlog_logged_at = datetime.min.replace(tzinfo=UTC)

    def stop(self) -> None:
        self._is_stopping = True
        self._outbox.time_limit.end()
        for one in self._loops:
            one.wake.set()

    async def run(self) -> None:
        if not self._settings.smtp_host and not self._settings.demo:
            _log.warning("no_mail_server", hint="E-mails wait until RESELLER_SMTP_HOST is set.")
        after_commit.add(self._wake)
        try:
            await asyncio.to_thread(preload_templates)
            async with asyncio.TaskGroup() as tasks:
                for one in self._loops:
                    tasks.create_task(self._run_loop(one))
        finally:
            after_commit.discard(self._wake)
            await self._outbox.close()

    def _wake(self) -> None:
        for one in self._loops:
            if one.follows_commits:
                one.wake.set()

    async def _run_loop(self, one: _Loop) -> None:
        """Do all the work there is. Database errors are logged, and the work is retried next time."""
        while not self._is_stopping:
            one.wake.clear()
            try:
                while not self._is_stopping and await one.look():
                    pass
            except (Unavailable, DatabaseLocked):
                pass  # one line for the outage is enough
            except Exception:  # noqa: BLE001 - whatever the database says, the next look may do
                _log.exception("worker_interrupted")
            await self._pause(one.wake)

    async def _process_mail(self) -> bool:
        """Some events and some e-mails, so that neither waits for all of the others.

        Single arrivals are collected briefly: a batch costs hardly more than one, and on SQLite every transaction of a
        worker delays those who change something.
        """
        events = await self._outbox.expand_next(datetime.now(UTC))
        emails = await self._outbox.send_next(datetime.now(UTC))
        if not emails:
            await self._outbox.close()
        if events < MAX_EVENTS and emails < MAX_EMAILS and not self._is_stopping:
            await asyncio.sleep(_COLLECTING_SECONDS)
        return events + emails > 0

    async def _process_work(self) -> bool:
        return await self._outbox.work_next(datetime.now(UTC))

    async def _run_jobs(self) -> bool:
        now = datetime.now(UTC)
        await run_due(self._settings, now)
        if now - self._backlog_logged_at >= BACKLOG_EVERY:
            self._backlog_logged_at = now
            await _log_backlog(now)
        return False

    async def _pause(self, wake: asyncio.Event) -> None:
        if self._is_stopping:
            return
        try:
            async with asyncio.timeout(self._settings.worker_poll_seconds):
                await wake.wait()
        except TimeoutError:
            pass


async def _log_backlog(now: datetime) -> None:
    """Log how much waits and for how long: a warning if it is too long, nothing if nothing waits."""
    backlog = await read_backlog(now)
    if backlog.number:
        write = _log.warning if backlog.seconds > _LATE_AFTER.total_seconds() else _log.info
        write("outbox_backlog", events=backlog.events, emails=backlog.emails, oldest_seconds=round(backlog.seconds, 1))


@asynccontextmanager
async def run_worker_alongside(settings: Settings) -> AsyncGenerator[None]:
    """Run a worker next to the server, if the settings say so."""
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
