"""Somebody holds a row, an operation is seen to wait for it, and then acts on what it finds."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tortoise.models import Model

from server.app import create_app
from server.domain.errors import Denied, Refused
from server.domain.partnerships.partnerships import PartnershipStatus, PaymentMode
from server.domain.rights import Role
from server.models import EmailMessage, JobRun, SignInFailure
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.people.sign_in_attempts import attempt_of
from server.settings import Settings
from tests.clients import Answer, Clients, errors_of
from tests.databases import Databases, connected_to, rolled_back, settings_for
from tests.lock_sites import waiting_sites
from tests.mail.events import announce
from tests.permissions.matrix import OPERATIONS
from tests.rows import export, partnership, person
from tests.waiting import Holder, hold, until_waiting_for
from tests.world import World, build_world

Columns = Mapping[str, object]
Changes = Mapping[str, Columns]
"""What is changed, by the name of the row in the world: `member …` and `user …` are those of a person."""

WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
"""The database's own guards lock a partnership's customer as well."""


@dataclass
class Stage:
    """The application on a database of its own, with the world in it."""

    settings: Settings
    world: World
    clients: Clients

    def row(self, name: str) -> Any:
        kind, _, who = name.partition(" ")
        if kind in ("member", "user") and who:
            person = self.world.people[who]
            return person.membership if kind == "member" else person.user
        return self.world.rows[name]

    def context(self, **later: float) -> Context:
        """What the server does on its own."""
        return Context(None, self.world.now + timedelta(**later), "a-request", self.settings)


Act = Callable[[Stage], Awaitable[object]]


@dataclass(frozen=True)
class Case:
    """An act meets somebody who holds `held`, changes `changes` and commits.

    `ends` is how the act ends then, and `leaves` which columns it leaves so. `before` is changed before all of it.
    """

    act: Act
    held: str
    changes: Changes
    ends: object
    leaves: Changes = field(default_factory=dict[str, Columns])
    before: Changes = field(default_factory=dict[str, Columns])


def mutation(name: str, who: str | None, **input: Any) -> Act:
    """The mutation with the input of the permission matrix; `$name` in its place is the id of a row."""

    async def act(stage: Stage) -> str:
        variables = OPERATIONS[name].variables(stage.world)["input"] | _with_ids(stage.world, input)
        answer = await stage.clients.change(name, variables, errors_of(name), as_=who and stage.world.people[who])
        return _ending(answer, name)

    return act


def _with_ids(world: World, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _with_ids(world, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_ids(world, inner) for inner in value]
    return world.id(value[1:]) if isinstance(value, str) and value.startswith("$") else value


def _ending(answer: Answer, name: str) -> str:
    if answer.errors:
        return answer.code
    return " ".join(answer.refusals(name)) or "ok"


async def play(stage: Stage, case: Case) -> tuple[set[str], object, Changes]:
    """Where the act waited, how it ended, and the columns that it left. Nothing of it stays."""
    left: dict[str, Columns] = {}

    async def act() -> object:
        try:
            return await case.act(stage)
        except (Refused, Denied) as refused:
            return refused.refusals[0].code if isinstance(refused, Refused) else refused.code

    async def take_back() -> object:
        async with rolled_back():
            ending = await act()
            for name, columns in case.leaves.items():
                row = stage.row(name)
                found = await type(row).get(pk=row.pk)
                left[name] = {column: getattr(found, column) for column in columns}
        return ending

    async with (
        commit_changes(stage, case.before),
        commit_changes(stage, {}) as undo,
        hold(stage.settings, WITHOUT_TRIGGERS, lock(stage.row(case.held))) as holder,
    ):
        running = asyncio.create_task(take_back())
        try:
            await until_waiting_for(holder, running)
            where = waiting_sites()
            undo.update(await change(stage, holder, case.changes))
            await holder.run("COMMIT")
            return where, await running, left
        finally:
            running.cancel()


def lock(row: Model) -> str:
    return f"SELECT 1 FROM {_table(row)} FOR NO KEY UPDATE"


def _table(row: Model) -> str:
    return f"\"{row._meta.db_table}\" WHERE id = '{row.pk}'"


@asynccontextmanager
async def commit_changes(stage: Stage, changes: Changes) -> AsyncIterator[dict[str, Columns]]:
    """Commit these changes; they, and those that are added to what is given, are undone afterwards."""
    undo = dict[str, Columns]()
    if changes:
        async with hold(stage.settings) as holder:
            undo |= await change(stage, holder, changes)
            await holder.run("COMMIT")
    try:
        yield undo
    finally:
        async with hold(stage.settings, WITHOUT_TRIGGERS) as holder:
            await change(stage, holder, undo)
            await holder.run("COMMIT")


async def change(stage: Stage, holder: Holder, changes: Changes) -> Changes:
    """Change these columns. Gives what they were."""
    before = dict[str, Columns]()
    for name, columns in changes.items():
        row = stage.row(name)
        texts = ", ".join(f'"{column}"::text' for column in columns)
        table, _, where = _table(row).partition(" WHERE ")
        before[name] = dict(zip(columns, await holder.read(f"SELECT {texts} FROM {_table(row)}"), strict=True))
        values = ", ".join(f'"{column}" = {_literal(value)}' for column, value in columns.items())
        await holder.run(f"UPDATE {table} SET {values} WHERE {where}")
    return before


def _literal(value: object) -> str:
    return "NULL" if value is None else "'" + str(value).replace("'", "''") + "'"


@pytest.fixture(scope="module")
async def stage(all_databases: Databases) -> AsyncIterator[Stage]:
    """One for all tests of a module, each of which takes back what it did."""
    own = settings_for(await all_databases.copy())
    async with connected_to(own):
        world = await build_world()
        await _add(world, own)
        async with Clients(create_app(own)) as clients:
            yield Stage(own, world, clients)


async def _add(world: World, settings: Settings) -> None:
    """Second leaders, so that the first can leave, and rows that only the clock and the mail ask about."""
    rows = world.rows
    for name in ("nova", "rival", "alpina", "borea", "delta", "third"):
        world.people[f"second {name}"] = await person(f"second{name}", rows[name], Role.LEGAL_REPRESENTATIVE, world.now)
    invited = PartnershipStatus.INVITED
    rows["another"] = await partnership(rows["delta"], rows["rival"], status=invited, now=world.now)
    rows["moving"] = await partnership(
        rows["borea"], rows["rival"], PaymentMode.CUSTOMER, status=invited, now=world.now
    )
    attempt = attempt_of(Context(None, world.now, "", settings), world.cL.user.email)
    rows["failure"] = await SignInFailure.create(key=attempt.pair, since=world.now)
    rows["job"] = await JobRun.create(name="a job", next_run_at=world.now)
    rows["waiting"] = await export(world.cL, now=world.now)
    rows["event"] = await announce("member.invited", ids.encode(rows["newcomer"]), world.now, email="x@alpina.example")
    for name in ("first", "second"):
        rows[f"{name} email"] = await EmailMessage.create(
            event_id=rows["event"].id,
            template="member.invited",
            address=f"{name}@alpina.example",
            name=name,
            locale="en_GB",
            zone="UTC",
            variables={},
            dedupe_key=name,
            run_after=world.now,
        )
