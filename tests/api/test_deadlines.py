"""Is everything in force until its deadline, and over at it (E39)?

At a clock that stands still: with the deadline an instant later each mutation works, and with the deadline now it is
refused, changes nothing, and what waits is shown as over.
"""

from datetime import timedelta
from typing import Any

import pytest

from server.models import Session
from tests.api.clocks import INSTANT, StandingClock, standing_clock
from tests.clients import Answer, Clients
from tests.databases import rolled_back
from tests.permissions.inputs import ways
from tests.snapshots import contents
from tests.world import World

__all__ = ["standing_clock"]

EXPIRED = ("INVITATION_EXPIRED", "This invitation has expired. Ask for a new one.")
USED = ("INVITATION_USED", "This invitation is no longer open.")
NOT_OPEN = ("INVITATION_USED", "This request is no longer open.")
CLOSED = ("ACTION_CLOSED", "This is no longer waiting for an answer.")
NO_FILE = (
    "EXPORT_NOT_READY",
    "This export has no file: it is not ready yet, or the file has been deleted. Wait, or request a new export.",
)

DEADLINES: dict[str, tuple[str, str, tuple[str, str]]] = {
    "acceptInvitation": ("invitation", "answer_by", EXPIRED),
    "declineInvitation": ("invitation", "answer_by", EXPIRED),
    "acceptRequest": ("asked", "answer_by", EXPIRED),
    "declineRequest": ("asked", "answer_by", EXPIRED),
    "cancelInvitation": ("wooed", "answer_by", EXPIRED),
    "resendInvitation": ("wooed", "answer_by", EXPIRED),
    "acceptCustomerInvitation": ("by_email", "answer_by", EXPIRED),
    "declineCustomerInvitation": ("by_email", "answer_by", EXPIRED),
    "cancelCustomerInvitation": ("by_email", "answer_by", EXPIRED),
    "resendCustomerInvitation": ("by_email", "answer_by", EXPIRED),
    "signUp": ("to_newcomer", "answer_by", EXPIRED),
    "grantAccessChange": ("change", "expires_at", NOT_OPEN),
    "refuseAccessChange": ("change", "expires_at", NOT_OPEN),
    "confirmPendingAction": ("pending", "expires_at", CLOSED),
    "refusePendingAction": ("pending", "expires_at", CLOSED),
    "withdrawPendingAction": ("pending", "expires_at", CLOSED),
    "acceptMemberInvitation": ("newcomer", "expires_at", EXPIRED),
    "declineMemberInvitation": ("newcomer", "expires_at", EXPIRED),
    "resendMemberInvitation": ("newcomer", "expires_at", USED),
    "cancelMemberInvitation": ("newcomer", "expires_at", USED),
    "createExportLink": ("export", "expires_at", NO_FILE),
}
"""By mutation: the row that waits, its deadline, and the refusal from then on."""


@pytest.mark.parametrize("mutation", DEADLINES)
async def test_a_mutation_works_before_the_deadline_and_not_at_it(
    world: World, engine_clients: Clients, clock: StandingClock, cheap_passwords: None, mutation: str
):
    name, column, refusal = DEADLINES[mutation]
    who, input = ways(world, mutation)[0]

    async def ask() -> list[tuple[str, str]]:
        answer = await engine_clients.change(mutation, input, as_=who)
        return [(error["code"], error["message"]) for error in answer.data[mutation]["userErrors"]]

    async with rolled_back():
        await _set(world, name, column, clock.moment + INSTANT)
        in_time = await ask()
    await _set(world, name, column, clock.moment)
    before = await contents()
    late = await ask()

    assert (in_time, late) == ([], [refusal])
    assert await contents() == before


async def _set(world: World, name: str, column: str, moment: Any) -> None:
    row = world.rows[name]
    assert getattr(row, column) is not None
    await type(row).filter(id=row.id).update(**{column: moment})


async def test_a_token_works_before_its_expiry_and_not_at_it(
    world: World, engine_clients: Clients, clock: StandingClock
):
    async def ask() -> Answer:
        return await engine_clients.ask("{ viewer { user { id } } }", as_=world.tokens["cL"])

    await _set(world, "token_cL", "expires_at", clock.moment + INSTANT)
    in_time = await ask()
    await _set(world, "token_cL", "expires_at", clock.moment)
    late = await ask()

    assert in_time.data["viewer"] is not None
    assert (late.status, late.code) == (401, "UNAUTHENTICATED")


async def test_a_session_works_before_its_end_and_not_at_it(
    world: World, engine_clients: Clients, clock: StandingClock
):
    sessions, found = Session.filter(user_id=world.cL.user.id), list[Any]()
    for ends_at in (clock.moment + INSTANT, clock.moment):
        await sessions.update(expires_at=ends_at)
        found.append((await engine_clients.ask("{ viewer { user { id } } }", as_=world.cL)).data["viewer"])

    assert found[0] is not None
    assert found[1] is None


async def test_sending_again_counts_for_a_day_and_no_instant_longer(
    world: World, engine_clients: Clients, clock: StandingClock
):
    row, input = world.wooed, {"partnershipId": world.id("wooed")}
    day = timedelta(days=1)
    sent = {"sendings": 1 + 3}

    found = list[list[str]]()
    for sent_at in (clock.moment - day + INSTANT, clock.moment - day):
        await type(row).filter(id=row.id).update(sent_at=sent_at, **sent)
        answer = await engine_clients.change("resendInvitation", input, as_=world.pL)
        found.append([error["code"] for error in answer.data["resendInvitation"]["userErrors"]])

    assert found == [["TOO_MANY_ATTEMPTS"], []]
    assert await type(row).get(id=row.id).values("sendings", "sent_at") == {"sendings": 2, "sent_at": clock.moment}
