"""The locks of the clock, of mail and of the command line: who waits where, and what do they find after it?"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server import jobs
from server.authentication import Credentials, authenticate, token_uses
from server.authentication.viewer_cache import ViewerCache
from server.cli import credentials, people, tokens
from server.cli.failures import Failure
from server.domain.oversight.exports import ExportFormat, ExportKind, ExportState, sheet_name
from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.products.pending_actions import PendingActionStatus
from server.domain.rights import ProductRight
from server.mail import undeliverable
from server.models import EmailMessage, OutboxMessage, Receipt, SignInFailure
from server.models.claims import claim
from server.models.database import transaction
from server.resolvers.oversight import export_files
from server.resolvers.oversight.export_formats import new_file
from server.resolvers.oversight.export_sheets import SHEETS
from server.resolvers.partnerships import partnership_expiry, receipt_backfill
from server.resolvers.partnerships.offers import Wanted, grant_all
from server.resolvers.people import sign_in_attempts, teams
from server.resolvers.support import support_access
from tests.reliability.member_locks import PAST, without
from tests.reliability.stages import Act, Case, Changes, Columns, Stage, mutation

SOON = datetime.now(UTC) + timedelta(hours=3)
FUTURE = datetime.now(UTC) + timedelta(days=900)
EXPIRED = {"expires_at": PAST}


def at_the_command_line(command: Callable[[Stage], Awaitable[object]]) -> Act:
    """A command, over the connection that is open."""

    async def act(stage: Stage) -> object:
        with pytest.MonkeyPatch.context() as patched:
            for module in (tokens, people):
                patched.setattr(module, "read_settings", lambda: stage.settings)
                patched.setattr(module, "open_current_database", lambda _: nullcontext())
            try:
                return await command(stage)
            except Failure as failure:
                return str(failure)

    return act


async def create_token(stage: Stage) -> object:
    return await tokens.create_token(stage.world.cL.user.email, "Alpina", "cli", ["PRODUCTS_READ"], [], 30)


async def revoke_token(stage: Stage) -> object:
    return await tokens.revoke_token(stage.world.id("token_cL"))


async def add_to_staff(stage: Stage) -> object:
    return await people.set_staff(stage.world.cL.user.email, is_staff=True)


async def close_accounts(stage: Stage) -> object:
    with pytest.MonkeyPatch.context() as patched:
        found = credentials.public_credentials

        async def of_one(now: datetime) -> Any:
            return replace(await found(now), user_ids=[stage.world.cL.user.id], token_ids=[])

        patched.setattr(credentials, "public_credentials", of_one)
        return await credentials.close_public_credentials(stage.context())


async def announce_expiring(stage: Stage) -> object:
    await jobs.announce_expiring_tokens(stage.context(days=0))
    return await OutboxMessage.filter(topic="token.expiring").count()


async def end_partnerships(stage: Stage) -> object:
    return await partnership_expiry.end_partnerships(stage.context())


async def backfill(stage: Stage) -> object:
    await receipt_backfill.backfill_receipts(stage.context())
    return await Receipt.filter(partnership_id=stage.world.complete.id).count()


async def expire_proposals(stage: Stage) -> object:
    return await jobs.DEADLINES["expire proposals"](stage.context())


async def begin_export(stage: Stage) -> object:
    return await export_files._begin(stage.world.waiting.id)


async def give_up_export(stage: Stage) -> object:
    return await export_files.give_up(stage.context(), stage.world.waiting.id)


async def keep_file(stage: Stage) -> object:
    columns, name = SHEETS[ExportKind.AUDIT_LOG].columns, sheet_name(ExportKind.AUDIT_LOG)
    with closing(new_file(ExportFormat.CSV, columns, name, stage.world.now)) as file:
        await asyncio.to_thread(file.finish)
        return await export_files._keep(stage.context(), stage.world.waiting.id, file, "a reach")


async def park_email(stage: Stage) -> object:
    email = stage.world.rows["first email"]
    async with transaction():
        await type(email).filter(id=email.id).update(dead_at=stage.world.now)
        await undeliverable.mark_undeliverable(email, stage.world.now)
    row = stage.world.newcomer
    return (await type(row).get(id=row.id)).undeliverable_at is not None


async def park_last_email(stage: Stage) -> object:
    other = stage.world.rows["second email"]
    await type(other).filter(id=other.id).update(dead_at=stage.world.now)
    return await park_email(stage)


async def join_team(stage: Stage) -> object:
    viewer = await authenticate(Credentials(session=stage.world.cL.session), stage.world.now, ViewerCache())
    context = stage.context().for_viewer(viewer)
    return await teams.teams_to_join(context, stage.world.alpina.id, [stage.world.team.id])


async def move_product(stage: Stage) -> object:
    moved = Wanted(stage.world.rivals, [ProductRight.TECHNICAL], moves=True)
    viewer = await authenticate(Credentials(session=stage.world.cL.session), stage.world.now, ViewerCache())
    async with transaction():
        granted = await grant_all(stage.context().for_viewer(viewer), stage.world.limited, [moved], None)
    return len(granted)


async def guess(stage: Stage) -> object:
    context = stage.context()
    attempt = sign_in_attempts.attempt_of(context, "cl@alpina.example")
    async with transaction():
        await sign_in_attempts._count(context, attempt, is_known=True)
    return [row.failures for row in await SignInFailure.filter(key=attempt.pair)]


CASES: dict[str, Case] = {
    "create_token > _lock_home > lock_row Organisation": Case(
        at_the_command_line(create_token),
        "alpina",
        without("cL"),
        "cl@alpina.example is not an active member of Alpina.",
    ),
    "revoke_token > lock_row ApiToken": Case(
        at_the_command_line(revoke_token),
        "token_cL",
        {"token_cL": {"revoked_at": PAST, "version": 5}},
        None,
        leaves={"token_cL": {"revoked_at": PAST, "version": 5}},
    ),
    "set_staff > lock_row User": Case(
        at_the_command_line(add_to_staff),
        "user cL",
        {"user cL": {"is_staff": True, "version": 5}},
        None,
        leaves={"user cL": {"is_staff": True, "version": 5}},
    ),
    "close_public_credentials > select_for_update": Case(
        close_accounts, "user cL", {"user cL": {"version": 5}}, (1, 1), leaves={"user cL": {"version": 6}}
    ),
    "_announce_expiring > lock_row ApiToken": Case(
        announce_expiring,
        "token_cL",
        {"token_cL": {"revoked_at": PAST}},
        0,
        before={"token_cL": {"expires_at": datetime.now(UTC) + timedelta(days=1)}},
    ),
    "_end_due > lock_partnership > lock_named > lock_owned_rows": Case(
        end_partnerships,
        "alpina",
        {"limited": {"expires_at": FUTURE}},
        0,
        leaves={"limited": {"status": PartnershipStatus.ACTIVE}},
        before={"limited": EXPIRED},
    ),
    "end_all > lock_and_read": Case(
        end_partnerships,
        "pending",
        {"pending": {"status": "REFUSED", "version": 5}},
        1,
        leaves={"pending": {"status": PendingActionStatus.REFUSED, "version": 5}},
        before={"complete": EXPIRED},
    ),
    "backfill_receipts > lock_partnerships > lock_owned_rows Partnership": Case(
        backfill, "borea", {"complete": {"status": "TERMINATED"}}, 0
    ),
    "expire_due > lock_due > lock_rows Organisation": Case(
        expire_proposals,
        "delta",
        {"invitation": {"status": "CANCELLED"}},
        0,
        leaves={"invitation": {"status": PartnershipStatus.CANCELLED}},
        before={"invitation": {"answer_by": PAST}},
    ),
    "_begin > lock_row Export": Case(
        begin_export, "waiting", {"waiting": {"state": "READY"}}, None, before={"waiting": {"state": "REQUESTED"}}
    ),
    "_end > lock_row Export": Case(
        give_up_export,
        "waiting",
        {"waiting": {"state": "REFUSED"}},
        None,
        leaves={"waiting": {"state": ExportState.REFUSED}},
        before={"waiting": {"state": "RUNNING"}},
    ),
    "create_export_link > lock_row Export": Case(
        mutation("createExportLink", "cL"), "export", {"export": {"state": "EXPIRED"}}, "EXPORT_NOT_READY"
    ),
    "_keep > lock_row Export": Case(
        keep_file,
        "waiting",
        {"waiting": {"state": "FAILED"}},
        None,
        leaves={"waiting": {"state": ExportState.FAILED}},
        before={"waiting": {"state": "RUNNING"}},
    ),
    "mark_undeliverable > lock_row OutboxMessage": Case(
        park_email, "event", {"second email": {"dead_at": PAST}}, ends=True
    ),
    "_mark_invitation > lock_rows": Case(
        park_last_email, "newcomer", {"newcomer": {"status": "CANCELLED"}}, ends=False
    ),
    "teams_to_join > lock_organisation > lock_row Organisation": Case(join_team, "alpina", without("cL"), "FORBIDDEN"),
    "grant_all > lock_accesses_for_customer > lock_partnerships > lock_owned_rows Partnership": Case(
        move_product, "at_rival", {"at_rival": {"version": 5}}, 1
    ),
    "_count > select_for_update": Case(guess, "failure", {"failure": {"failures": 3}}, [4]),
}


@dataclass(frozen=True)
class Passing:
    """An act passes over `held` while somebody holds it, and does it afterwards. `before` is changed before both."""

    act: Act
    held: str
    during: object
    after: object
    before: Changes = field(default_factory=dict[str, Columns])


async def run_job(stage: Stage) -> object:
    async def nothing(_: object) -> None:
        pass

    return await jobs.run_due(stage.settings, stage.world.now, [jobs.Job("a job", timedelta(hours=1), nothing)])


async def claim_emails(stage: Stage) -> object:
    until = stage.world.now + timedelta(minutes=1)
    return [row.name for row in await claim(EmailMessage, stage.world.now, until, 10)]


async def write_uses(stage: Stage) -> object:
    uses = token_uses.TokenUses()
    uses._waiting[stage.world.token_cL.id] = stage.world.now
    await uses.write_all(stage.settings)
    return len(uses._waiting)


async def expire_access(stage: Stage) -> object:
    return await support_access.expire_support_access(stage.context())


async def warn_of_access(stage: Stage) -> object:
    return await support_access.warn_of_support_access(stage.context())


async def expire_files(stage: Stage) -> object:
    return await export_files.expire_exports(stage.context())


PASSING: dict[str, Passing] = {
    "_claim_run > select_for_update": Passing(run_job, "job", 0, 1),
    "claim > select_for_update": Passing(claim_emails, "first email", ["second"], ["first"]),
    "token_uses > FOR UPDATE": Passing(write_uses, "token_cL", 1, 0),
    "expire_support_access > lock_batch SupportAccessGrant > select_for_update": Passing(
        expire_access, "support_access", 0, 1, {"support_access": {"expires_at": PAST}}
    ),
    "announce_deadline > lock_batch > select_for_update": Passing(
        warn_of_access, "support_access", 0, 1, {"support_access": {"expires_at": SOON}}
    ),
    "lock_due > lock_batch > select_for_update": Passing(
        expire_proposals, "invitation", 0, 1, {"invitation": {"answer_by": PAST}}
    ),
    "expire_exports > select_for_update": Passing(expire_files, "export", 0, 1, {"export": {"expires_at": PAST}}),
}
