"""Does the process that changes a viewer know it in the next request, although nothing notifies it?

On PostgreSQL it listens to a channel on which nobody speaks; on SQLite it does not look whether the file has changed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

import pytest

from server.authentication import viewer_cache
from server.authentication.viewer_cache import ViewerCache
from server.domain.people.email_links import link_digest
from server.domain.rights import Role
from server.domain.viewer import TokenGrant, Viewer, ViewerMembership
from server.models import ApiToken, MemberInvitation
from server.models.database import after_commit
from server.resolvers import ids
from tests.databases import Databases, settings_for
from tests.reliability.houses import CUSTOMERS, WHO, House, customers, elsewhere, open_house, revoking
from tests.rows import Person
from tests.waiting import until

pytestmark = pytest.mark.postgres

ALL = ["Alpina", "Borea", "Corvo"]
Answers = tuple[dict[str, list[str]] | None, list[str] | str | None]
"""The customers of each organisation that a session shows, and those that a token shows or why it shows none."""


@dataclass
class Scene:
    """Somebody with a session and a token, both of which the process knows, and who leads with them."""

    house: House
    owner: Person
    leader: Person
    row: ApiToken
    secret: str

    async def get_to_know(self) -> None:
        await until(self.house.is_listening)
        for credential in (self.owner, self.secret):
            await self.house.clients.ask(WHO, as_=credential)
        known = [kept.viewer.user_id for kept in self.house.viewer_cache._entries.values()]
        assert known.count(self.owner.user.id) == 2

    async def change(self, who: Person, mutation: str, **input: Any) -> Any:
        answer = await self.house.clients.change(mutation, input, "__typename userErrors { code }", as_=who)
        assert answer.data[mutation]["userErrors"] == []

    async def answers(self) -> Answers:
        viewer = (await self.house.clients.ask(CUSTOMERS, as_=self.owner)).data["viewer"]
        nodes = None if viewer is None else viewer["organisations"]["nodes"]
        names = (
            None
            if nodes is None
            else {node["name"]: [each["name"] for each in node["managedCustomers"]["nodes"]] for node in nodes}
        )
        return names, await customers(self.house, self.secret)


@pytest.fixture(scope="module", params=[True, False], ids=["engine", "resolvers"])
async def muted_house(all_databases: Databases, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    own = settings_for(await all_databases.copy(), engine=request.param)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(viewer_cache, "CHANNEL", "silence")
        patched.setattr(ViewerCache, "_drop_if_file_changed", lambda _: None)
        async with open_house(own) as house:
            yield house


@pytest.fixture
async def scene(muted_house: House) -> Scene:
    owner, leader = await muted_house.employee(Role.ADMINISTRATOR), await muted_house.employee()
    row, secret = await muted_house.token(owner)
    scene = Scene(muted_house, owner, leader, row, secret)
    await scene.get_to_know()
    return scene


async def sign_out(scene: Scene) -> None:
    await scene.change(scene.owner, "signOut")


async def sign_out_elsewhere(scene: Scene) -> None:
    input = {"email": scene.owner.user.email, "password": "correct horse battery staple"}
    signed_in = await scene.house.clients.change("signIn", input)
    await scene.get_to_know()
    other = Person(scene.owner.user, scene.owner.membership, signed_in.response.cookies["session"])
    await scene.change(other, "signOut", everywhere=True)


async def revoke_own_token(scene: Scene) -> None:
    await scene.change(scene.owner, "revokeApiToken", apiTokenId=ids.encode(scene.row))


async def revoke_token_of_member(scene: Scene) -> None:
    await scene.change(scene.leader, "revokeApiToken", apiTokenId=ids.encode(scene.row))


async def exclude_token(scene: Scene) -> None:
    world = scene.house.world
    await scene.change(world.cL, "excludeApiToken", customerId=world.id("alpina"), apiTokenId=ids.encode(scene.row))


async def demote(scene: Scene) -> None:
    member = ids.encode(scene.owner.membership)
    await scene.change(scene.leader, "changeMemberRole", membershipId=member, role="EMPLOYEE")


async def replace_leader(scene: Scene) -> None:
    await demote(scene)
    leader, owner = ids.encode(scene.leader.membership), ids.encode(scene.owner.membership)
    await scene.answers()
    await scene.change(
        scene.leader,
        "replaceLegalRepresentative",
        outgoingMembershipId=leader,
        incomingMembershipId=owner,
        outgoingRole="EMPLOYEE",
    )


async def remove(scene: Scene) -> None:
    await scene.change(scene.leader, "removeMember", membershipId=ids.encode(scene.owner.membership))


async def leave(scene: Scene) -> None:
    await scene.change(scene.owner, "leaveOrganisation", organisationId=scene.house.world.id("nova"))


async def recover(scene: Scene) -> None:
    world = scene.house.world
    reason = {"email": scene.owner.user.email, "reason": "Documents"}
    await scene.change(world.kL, "recoverOrganisation", organisationId=world.id("third"), **reason)


async def join(scene: Scene) -> None:
    world, secret = scene.house.world, scene.owner.user.email
    await MemberInvitation.create(
        organisation_id=world.alpina.id,
        email=scene.owner.user.email,
        first_name="An",
        last_name="Other",
        locale="en_GB",
        role=Role.EMPLOYEE,
        secret_digest=link_digest(secret),
        invited_by_id=world.cL.user.id,
        invited_at=world.now,
        expires_at=world.now + timedelta(days=14),
    )
    await scene.change(scene.owner, "acceptMemberInvitation", token=secret)


NOVA = {"Nova": ALL}
CHANGES: dict[Callable[[Scene], Awaitable[None]], Answers] = {
    sign_out: (None, ALL),
    sign_out_elsewhere: (None, ALL),
    revoke_own_token: (NOVA, "UNAUTHENTICATED"),
    revoke_token_of_member: (NOVA, "UNAUTHENTICATED"),
    exclude_token: (NOVA, ["Borea", "Corvo"]),
    demote: ({"Nova": []}, "UNAUTHENTICATED"),
    replace_leader: (NOVA, "UNAUTHENTICATED"),
    remove: (None, "UNAUTHENTICATED"),
    leave: (None, "UNAUTHENTICATED"),
    recover: (NOVA | {"Third": []}, ALL),
    join: (NOVA | {"Alpina": []}, ALL),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_process_knows_what_it_has_changed_itself(scene: Scene, change: Callable[[Scene], Awaitable[None]]):
    before = await scene.answers()

    await change(scene)

    assert before == (NOVA, ALL)
    assert await scene.answers() == CHANGES[change]


async def test_a_process_that_nothing_notifies_does_not_know_what_another_has_changed(scene: Scene):
    await elsewhere(scene.house.settings, revoking(scene.row))

    assert await scene.answers() == (NOVA, ALL)


async def test_a_process_knows_what_it_has_changed_for_a_caller_who_did_not_wait(scene: Scene):
    input, read_afterwards = {"apiTokenId": ids.encode(scene.row)}, "apiToken { organisation { name } }"
    asking = scene.house.clients.change("revokeApiToken", input, read_afterwards, as_=scene.owner)
    asked = asyncio.create_task(asking)

    with call_after_commit(asked.cancel):
        await asyncio.wait([asked])

    assert asked.cancelled()
    assert await scene.answers() == (NOVA, "UNAUTHENTICATED")


@contextmanager
def call_after_commit(call: Callable[[], object]) -> Iterator[None]:
    def run() -> None:
        call()

    after_commit.add(run)
    try:
        yield
    finally:
        after_commit.discard(run)


def test_nothing_is_remembered_of_a_viewer_but_what_these_changes_are_about():
    """All else is read with the rows of each request: assignments, suspensions, the staff, support access."""
    remembered = {
        kind.__name__: [field.name for field in fields(kind)] for kind in (Viewer, ViewerMembership, TokenGrant)
    }

    assert remembered == {
        "Viewer": ["user_id", "memberships", "token", "session_id", "password_confirmed_at"],
        "ViewerMembership": ["membership_id", "organisation_id", "role"],
        "TokenGrant": ["token_id", "organisation_id", "scopes", "customer_ids", "excluded_ids"],
    }
