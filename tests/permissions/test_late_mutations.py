"""Does a mutation change anything for a caller who lost the right to it while they waited for their turn (E7)?

Every mutation is let through by its permission classes first. Then, before its transaction begins, somebody else
removes the caller from all their organisations and from the staff, or revokes the token they ask with.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import ApiToken, Membership, User, database
from tests.clients import Answer, Clients, errors_of
from tests.permissions.inputs import Input, prepare, ways
from tests.permissions.matrix import OPERATIONS, TOKENS, cells
from tests.permissions.test_foreign_ids import MUTATIONS
from tests.rows import Person, person
from tests.snapshots import contents
from tests.world import World

pytestmark = pytest.mark.postgres

FOR_NOBODY_YET = {"signIn", "signUp", "acceptMemberInvitation", "declineMemberInvitation"}
"""Asked by somebody who is not a member, or not signed in."""

THEIR_OWN = {"signOut", "declineCustomerInvitation", "revokeApiToken", "revokeSupportAccess"}
"""Only about the person, whatever they are in an organisation; another's token: tests/reliability."""

BY_ROLE = sorted(set(MUTATIONS) - FOR_NOBODY_YET - THEIR_OWN)
BY_TOKEN = [
    (name, actor) for name, actor, outcome in cells() if name in BY_ROLE and actor in TOKENS and outcome == "ok"
]

Loss = Callable[[], Awaitable[object]]


# Rule E7
@pytest.mark.parametrize("mutation", BY_ROLE)
async def test_a_member_removed_while_they_wait_changes_nothing(
    world: World, open_clients: dict[str, Clients], monkeypatch: pytest.MonkeyPatch, mutation: str
) -> None:
    who, input = ways(world, mutation)[0]
    assert who is not None
    await prepare(world, mutation, input)

    async def lose() -> None:
        own = Membership.filter(user_id=who.user.id, status=MembershipStatus.ACTIVE)
        for member in await own.select_related("organisation"):
            await person("successor", member.organisation, Role.LEGAL_REPRESENTATIVE, datetime.now(UTC))
        await own.update(status=MembershipStatus.REMOVED)
        await User.filter(id=who.user.id).update(is_staff=False)

    await check_changes_nothing(open_clients["planned"], mutation, input, who, lose, monkeypatch)


@pytest.mark.parametrize(("mutation", "actor"), BY_TOKEN)
async def test_a_token_that_is_revoked_while_it_waits_changes_nothing(
    world: World, open_clients: dict[str, Clients], monkeypatch: pytest.MonkeyPatch, mutation: str, actor: str
) -> None:
    token, input = world.rows[f"token_{TOKENS[actor]}"], OPERATIONS[mutation].variables(world)["input"]

    async def lose() -> None:
        await ApiToken.filter(id=token.pk).update(revoked_at=datetime.now(UTC))

    secret = world.tokens[TOKENS[actor]]
    await check_changes_nothing(open_clients["planned"], mutation, input, secret, lose, monkeypatch)


async def check_changes_nothing(
    clients: Clients, mutation: str, input: Input, who: Person | str, lose: Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list[list[str]]()
    begin = database.in_transaction

    @asynccontextmanager
    async def late() -> AsyncIterator[None]:
        await lose()
        before.append(await contents())
        async with begin():
            yield

    monkeypatch.setattr(database, "in_transaction", late)
    answer = await clients.change(mutation, input, errors_of(mutation), as_=who)

    assert len(before) == 1, f"not let through, or not once: {answer.json}"
    assert is_refused(answer, mutation), answer.json
    assert await contents() == before[0]


def is_refused(answer: Answer, mutation: str) -> bool:
    return bool(answer.errors or answer.refusals(mutation))
