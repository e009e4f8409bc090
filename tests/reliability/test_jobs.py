"""Does each scheduled job run once when it is due, no matter how many workers there are?"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.rights import Role, Scope
from server.jobs import DEADLINES, JOBS, TOKEN_NOTICE, Job, announce_expiring_tokens, run_due
from server.models import ApiToken, EmailMessage, JobRun, OutboxMessage, Session
from server.models.base import new_id
from server.resolvers import ids
from server.resolvers.context import Context
from server.settings import Settings
from tests.mail.events import announce
from tests.rows import Person, organisation, person, token
from tests.snapshots import changed_models, snapshot

pytestmark = pytest.mark.postgres

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


async def owner() -> Person:
    return await person("owner", await organisation("Company"), Role.LEGAL_REPRESENTATIVE, NOW)


async def expiring(owner: Person, after: timedelta, **columns: object) -> ApiToken:
    row, _ = await token(owner, [Scope.PRODUCTS_READ], [], now=NOW, expires_at=NOW + after, **columns)
    return row


def counting(runs: list[datetime], *, fails: bool = False) -> Job:
    async def run(context: Context) -> None:
        runs.append(context.now)
        if fails:
            raise ValueError("on purpose")

    return Job("counting", HOUR, run)


async def test_a_job_runs_at_once_and_then_after_its_interval(own_database: Settings):
    runs = list[datetime]()
    moments = [NOW, NOW, NOW + HOUR - timedelta(seconds=1), NOW + HOUR, NOW + 5 * HOUR, NOW + 5 * HOUR]

    for moment in moments:
        await run_due(own_database, moment, [counting(runs)])

    assert runs == [NOW, NOW + HOUR, NOW + 5 * HOUR]
    assert (await JobRun.get()).next_run_at == NOW + 6 * HOUR


# Rule E39
def test_the_clock_looks_at_every_deadline_each_minute():
    intervals = {job.name: job.every for job in JOBS if job.name in DEADLINES}

    assert intervals == dict.fromkeys(DEADLINES, timedelta(minutes=1))


async def test_one_of_many_workers_runs_the_job(own_database: Settings):
    runs = list[datetime]()

    taken = await asyncio.gather(*(run_due(own_database, NOW, [counting(runs)]) for _ in range(12)))

    assert (sorted(taken), runs) == ([0] * 11 + [1], [NOW])


async def test_a_job_that_fails_keeps_no_other_from_running(own_database: Settings):
    runs = list[datetime]()
    jobs = [counting(runs, fails=True), Job("other", HOUR, counting(runs).run)]

    assert await run_due(own_database, NOW, jobs) == 2

    assert runs == [NOW, NOW]
    assert await JobRun.filter(next_run_at=NOW + HOUR).count() == 2


async def test_owners_hear_once_that_their_token_expires_in_a_week(own_database: Settings):
    who = await owner()
    soon = await expiring(who, TOKEN_NOTICE)
    await expiring(who, TOKEN_NOTICE + timedelta(seconds=1))
    await expiring(who, -timedelta(seconds=1))
    await expiring(who, timedelta(days=1), revoked_at=NOW)

    for moment in (NOW, NOW + timedelta(milliseconds=500)):
        context = Context(viewer=None, now=moment, request_id="a-run", settings=own_database)
        await announce_expiring_tokens(context)
        assert await OutboxMessage.all().count() == 1

    [event] = await OutboxMessage.all()
    assert (event.topic, event.payload) == ("token.expiring", {"subject": ids.encode(soon), "requestId": "a-run"})


async def test_sent_emails_and_expired_sessions_are_deleted_after_some_days(own_database: Settings):
    long_ago = NOW - timedelta(days=own_database.keep_days, seconds=1)
    who = await owner()
    event = await announce("token.created", ids.encode(await expiring(who, timedelta(days=90))))
    for sent_at, dead_at in ((long_ago, None), (NOW, None), (None, long_ago), (None, None)):
        await EmailMessage.create(
            event_id=event.id,
            template="token.created",
            address="owner@company.example",
            name="",
            locale="en_GB",
            variables={},
            dedupe_key=new_id().hex,
            run_after=long_ago,
            sent_at=sent_at,
            dead_at=dead_at,
        )
    for expires_at in (long_ago, NOW - timedelta(days=1)):
        await Session.create(
            user_id=who.user.id, secret_digest=new_id().hex, password_confirmed_at=long_ago, expires_at=expires_at
        )
    before = await snapshot()

    await run_due(own_database, NOW, JOBS)

    after = await snapshot()
    assert changed_models(before, after) == {"EmailMessage", "JobRun", "Session"}
    gone = {name: len(before[name]) - len(after[name]) for name in ("EmailMessage", "Session")}
    assert gone == {"EmailMessage": 1, "Session": 1}
    assert await EmailMessage.filter(sent_at=long_ago).count() == await Session.filter(expires_at=long_ago).count() == 0


async def test_more_rows_than_one_statement_takes_all_go(own_database: Settings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("server.jobs._BATCH_SIZE", 2)
    who = await owner()
    ended = NOW - timedelta(days=400)
    for _ in range(5):
        await Session.create(
            user_id=who.user.id, secret_digest=new_id().hex, password_confirmed_at=ended, expires_at=ended
        )

    await run_due(own_database, NOW, JOBS)

    assert await Session.filter(expires_at=ended).count() == 0
