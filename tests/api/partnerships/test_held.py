"""Does a change that declares what it locks and reads take the statements that it should, and decide on what holds now?"""

from typing import Any

import pytest

from server.domain.rights import ProductRight, Right, Role
from server.domain.viewer import Viewer, ViewerMembership
from server.models import Membership, Partnership, ProductAccess, Receipt
from server.resolvers.authorisation import Authorisation
from server.resolvers.context import Context
from server.resolvers.partnerships.product_accesses import grant_product_access
from server.resolvers.permissions import RightOn
from server.settings import Settings
from tests.authorised import begin
from tests.clients import Clients
from tests.rows import Person
from tests.snapshots import contents
from tests.statements import collect_statements
from tests.world import World

pytestmark = pytest.mark.postgres

GRANT = RightOn(Right.GRANT_PRODUCT_ACCESS, Partnership, "partnership_id")


def context_of(world: World, settings: Settings, who: Person) -> Context:
    membership = ViewerMembership(who.membership.id, who.organisation_id, who.membership.role)
    return Context(viewer=Viewer(who.user.id, (membership,)), now=world.now, request_id="held", settings=settings)


def to_grant(world: World, **other: Any) -> dict[str, Any]:
    named = {"partnershipId": world.id("limited"), "productId": world.id("kept"), "rights": ["TECHNICAL"]}
    return named | other


@pytest.mark.only_postgres
async def test_a_grant_is_a_lock_the_facts_what_it_leaves_and_its_payload(world: World, clients: Clients):
    with collect_statements() as statements:
        payload = "productAccess { id } userErrors { code }"
        answer = await clients.change("grantProductAccess", to_grant(world), payload, as_=world.cL)

    assert answer.refusals("grantProductAccess") == []
    locking = ["FOR NO KEY UPDATE" in statement for statement in statements]
    lock, facts, rows, payload_row = statements[locking.index(True) :]
    assert "FOR NO KEY UPDATE" not in facts + rows + payload_row
    assert ["INSERT" in statement for statement in (lock, facts, rows, payload_row)] == [False, False, True, False]


# Rule E7
async def test_a_role_that_still_gives_the_right_is_the_one_that_acts(world: World, settings: Settings):
    waiting = context_of(world, settings, world.cA)
    await begin(waiting, grant_product_access, partnership_id=world.rows["limited"].id)
    await Membership.filter(id=world.cA.membership.id).update(role=Role.LEGAL_REPRESENTATIVE)

    await grant_product_access(
        waiting,
        partnership_id=world.rows["limited"].id,
        product_id=world.kept.id,
        rights=[*ProductRight],
        expected_version=None,
    )

    assert await ProductAccess.filter(product_id=world.kept.id, revoked_at__isnull=True).count() == 1
    receipt = await Receipt.filter(partnership_id=world.rows["limited"].id).order_by("-sequence").first()
    assert receipt is not None
    assert '"role":"LEGAL_REPRESENTATIVE"' in receipt.body


@pytest.mark.parametrize(("who", "code"), [("pL", "FORBIDDEN"), ("qL", "NOT_FOUND")])
async def test_somebody_without_the_right_learns_that_before_any_mistake_of_the_input(
    world: World, clients: Clients, who: str, code: str
):
    before = await contents()

    answer = await clients.change("grantProductAccess", to_grant(world, rights=[]), as_=world.people[who])

    assert answer.code == code
    assert await contents() == before


async def test_a_change_that_ends_without_the_check_fails(world: World, settings: Settings):
    authorisation = Authorisation([GRANT])
    context = context_of(world, settings, world.cL)
    await authorisation.begin(context, {"partnership_id": world.rows["limited"].id})

    with pytest.raises(AssertionError):
        await authorisation.finish(context)
