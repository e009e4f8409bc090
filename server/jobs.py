"""Scheduled jobs.

Each job has an interval and a row with its next time. The process that moves this time forward runs the job, so that
several processes never run it for the same time. A failed run is logged and due again after the interval: jobs look at
what there is to do, not at what they did.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import structlog
from tortoise.models import Model
from tortoise.queryset import QuerySet
from tortoise.transactions import in_transaction

from server.domain.errors import Unavailable
from server.domain.events import Topic
from server.domain.people.sign_ins import FAILURES_COUNT_FOR
from server.models import ApiToken, EmailMessage, JobRun, OutboxMessage, Session, SignInFailure, SignInSource
from server.models.base import new_id
from server.models.database import transaction
from server.models.visibility.lookups import lock_row
from server.resolvers import journal
from server.resolvers.context import Context
from server.resolvers.oversight import deadlines as oversight_deadlines
from server.resolvers.partnerships import deadlines as partnership_deadlines
from server.resolvers.partnerships.customer_notes import delete_customer_notes
from server.resolvers.partnerships.receipt_backfill import backfill_receipts
from server.resolvers.people import deadlines as people_deadlines
from server.resolvers.products import deadlines as product_deadlines
from server.resolvers.support import deadlines as support_deadlines
from server.settings import Settings

TOKEN_NOTICE: Final = timedelta(days=7)
_EVERY_MINUTE: Final = timedelta(minutes=1)
_BATCH_SIZE: Final = 500

RowT = TypeVar("RowT", bound=Model)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """A scheduled job. `run` gets the current time and the settings; the system is the actor."""

    name: str
    every: timedelta
    run: Callable[[Context], Awaitable[None]]


def system_context(settings: Settings, now: datetime) -> Context:
    """What the server does on its own: the audit log names nobody."""
    return Context(viewer=None, now=now, request_id=new_id().hex, settings=settings)


async def run_due(settings: Settings, now: datetime, jobs: Sequence[Job] | None = None) -> int:
    """Run the jobs that are due. Returns how many this process ran."""
    chosen = JOBS if jobs is None else jobs
    known = {row.name: row.next_run_at for row in await JobRun.all()}
    new = [JobRun(name=job.name, next_run_at=now) for job in chosen if job.name not in known]
    await JobRun.bulk_create(new, ignore_conflicts=True)
    taken = [job for job in chosen if known.get(job.name, now) <= now and await _claim_run(job, now)]
    for job in taken:
        await _run_job(job, system_context(settings, now))
    return len(taken)


async def _claim_run(job: Job, now: datetime) -> bool:
    """Whether the job is still due and this process moved its next time forward."""
    async with in_transaction():
        due = JobRun.filter(name=job.name, next_run_at__lte=now)
        row = await due.select_for_update(skip_locked=True).get_or_none()
        if row is not None:
            row.next_run_at = now + job.every
            await row.save(update_fields=["next_run_at"])
    return row is not None


async def _run_job(job: Job, context: Context) -> None:
    try:
        await job.run(context)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 - the other jobs go on
        _log.exception("job_failed", job=job.name)
    else:
        _log.debug("job_done", job=job.name)


async def announce_expiring_tokens(context: Context) -> None:
    """Announce tokens that expire within a week, once each."""
    soon = ApiToken.filter(
        revoked_at__isnull=True, expires_at__gt=context.now, expires_at__lte=context.now + TOKEN_NOTICE
    )
    async for tokens in _in_batches(soon):
        keys = {journal.announcement_key(Topic.TOKEN_EXPIRING, token): token for token in tokens}
        known = await OutboxMessage.filter(dedupe_key__in=list(keys)).values_list("dedupe_key", flat=True)
        for key in keys.keys() - set(known):
            await _announce_expiring(context, keys[key].id)


async def _announce_expiring(context: Context, id: UUID) -> None:
    async with transaction():
        token = await lock_row(ApiToken, id)
        if token.revoked_at is None:
            await journal.announce(context, Topic.TOKEN_EXPIRING, token)


async def clean_up(context: Context) -> None:
    """Delete expired sessions, sent e-mails and sign-in locations after some days."""
    before = context.now - timedelta(days=context.settings.keep_days)
    context.viewers_changed()
    await _delete_in_batches(Session.filter(expires_at__lt=before))
    known = timedelta(days=context.settings.known_address_days)
    await _delete_in_batches(SignInSource.filter(seen_at__lt=context.now - known))
    await _delete_in_batches(EmailMessage.filter(sent_at__lt=before))


async def forget_sign_in_failures(context: Context) -> None:
    """Delete failed sign-ins that no longer count, so that a stranger's guesses do not fill the table."""
    await _delete_in_batches(SignInFailure.filter(since__lt=context.now - 2 * FAILURES_COUNT_FOR))


async def _delete_in_batches(rows: QuerySet[RowT]) -> None:
    async for batch in _in_batches(rows):
        await rows.filter(id__in=[row.pk for row in batch]).delete()


async def _in_batches(rows: QuerySet[RowT]) -> AsyncGenerator[list[RowT]]:
    """The rows in batches, in the order of their ids, so that no statement takes long."""
    batch = await rows.order_by("id").limit(_BATCH_SIZE)
    while batch:
        yield batch
        batch = await rows.filter(id__gt=batch[-1].pk).order_by("id").limit(_BATCH_SIZE)


def _repeat_until_done(part: Callable[[Context], Awaitable[int]]) -> Callable[[Context], Awaitable[None]]:
    async def run(context: Context) -> None:
        while await part(context):
            pass

    return run


DEADLINES: Final[Mapping[str, Callable[[Context], Awaitable[int]]]] = {
    **support_deadlines.DEADLINES,
    **product_deadlines.DEADLINES,
    **oversight_deadlines.DEADLINES,
    **partnership_deadlines.DEADLINES,
    **people_deadlines.DEADLINES,
}
"""The work on deadlines, done every minute: reminders, warnings, expiry and ends. Each wing adds its own."""

JOBS: Final = (
    *(Job(name, _EVERY_MINUTE, _repeat_until_done(part)) for name, part in DEADLINES.items()),
    # Once a day is enough: it reads all notes, because no index finds those whose partnership ended long ago.
    Job("delete customer notes", timedelta(days=1), _repeat_until_done(delete_customer_notes)),
    Job("backfill receipts", timedelta(days=1), _repeat_until_done(backfill_receipts)),
    Job("announce expiring tokens", timedelta(hours=1), announce_expiring_tokens),
    Job("forget sign-in failures", timedelta(hours=1), forget_sign_in_failures),
    Job("clean up", timedelta(days=1), clean_up),
)
"""The scheduled jobs. Running one once more than needed changes nothing."""
