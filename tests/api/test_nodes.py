"""Which object does an id return, and to whom?"""

import pytest

from server.domain.rights import Role
from server.domain.support.support_access import SupportAccessKind
from server.models import CatalogueItem, Membership, SupportAccessGrant, TeamMember
from server.resolvers import ids
from tests.rows import customer_invitation

pytestmark = pytest.mark.postgres

NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
MALFORMED = (
    "",
    "org",
    "org_",
    "org_0",
    "ORG_" + "0" * 32,
    "org_" + "G" * 32,
    "org_" + "0" * 33,
    "xyz_" + "0" * 32,
    " org_" + "0" * 32,
    "org_" + "0" * 32 + "\n",
    "org_" + "\N{ARABIC-INDIC DIGIT ZERO}" * 32,
    "' OR 1=1 --",
)


async def _lead_alpina_too(world):
    """Makes pL an administrator of Alpina."""
    await Membership.create(user_id=world.pL.user.id, organisation_id=world.alpina.id, role=Role.ADMINISTRATOR)


async def _one_of_each(world):
    """An id of every type that pL sees."""
    item = await CatalogueItem.get(sku="WEB-HOSTING")
    await _lead_alpina_too(world)
    opened = await SupportAccessGrant.create(
        user_id=world.pL.user.id, kind=SupportAccessKind.MAIL, granted_at=world.now, expires_at=world.now
    )
    place = await TeamMember.create(team_id=world.team.id, membership_id=world.cX.membership.id, joined_at=world.now)
    return {
        "AccessChangeRequest": world.id("change"),
        "ApiToken": world.id("token_pE"),
        "AuditEvent": world.id("act"),
        "CatalogueItem": ids.encode(item),
        "CustomerInvitation": ids.encode(await customer_invitation(world.nova, "x@example.com", "x", now=world.now)),
        "EmployeeAssignment": world.id("assignment"),
        "Export": world.id("export"),
        "MemberInvitation": world.id("newcomer"),
        "Membership": world.id("pE"),
        "Organisation": world.id("alpina"),
        "OwnProductGrant": world.id("own_grant"),
        "Partnership": world.id("limited"),
        "PendingAction": world.id("pending"),
        "Product": world.id("granted"),
        "ProductAccess": world.id("access"),
        "SupportAccessGrant": ids.encode(opened),
        "Team": world.id("team"),
        "TeamMember": ids.encode(place),
        "Receipt": world.id("receipt"),
        "User": ids.encode(world.pE.user),
    }


async def test_every_type_is_found_by_its_id(world, clients):
    each = await _one_of_each(world)
    assert len(each) == len(ids.PREFIXES)

    for name, id in each.items():
        answer = await clients.ask(NODE, {"id": id}, as_=world.pL)

        assert answer.data == {"node": {"__typename": name, "id": id}}


async def test_objects_of_many_types_come_in_the_order_in_which_they_were_asked_for(world, clients):
    each = await _one_of_each(world)
    asked = [*reversed(each.items()), ("Product", each["Product"])]

    answer = await clients.ask(NODES, {"ids": [id for _, id in asked]}, as_=world.pL)

    assert answer.data == {"nodes": [{"__typename": name, "id": id} for name, id in asked]}


async def test_an_object_that_does_not_exist_for_the_viewer_is_null_among_others(world, clients):
    asked = [world.id("granted"), world.id("kept"), "prd_" + "0" * 32, "usr_" + "f" * 32, world.id("delta")]

    answer = await clients.ask(NODES, {"ids": asked}, as_=world.pE)
    nobody = await clients.ask(NODES, {"ids": [*asked, world.id("nova")]})

    assert answer.data == {"nodes": [{"__typename": "Product", "id": asked[0]}, None, None, None, None]}
    assert nobody.data == {"nodes": [None] * 5 + [{"__typename": "Organisation", "id": world.id("nova")}]}


# Rule E25
async def test_a_hidden_object_and_one_that_never_existed_are_not_found_alike(world, clients):
    answers = [
        await clients.ask(NODE, {"id": id}, as_=world.pL)
        for id in (world.id("kept"), "prd_" + "0" * 32, "org_" + "0" * 32)
    ]

    told = [(answer.errors[0]["message"], answer.code, answer.errors[0]["extensions"]["field"]) for answer in answers]
    assert told == [("Not found.", "NOT_FOUND", ["id"])] * 3


async def test_a_malformed_id_is_refused_at_its_place(world, clients):
    for id in MALFORMED:
        one = await clients.ask(NODE, {"id": id}, as_=world.pL)
        many = await clients.ask(NODES, {"ids": [world.id("granted"), id]}, as_=world.pL)

        assert (one.code, one.errors[0]["extensions"]["field"]) == ("BAD_USER_INPUT", ["id"]), id
        assert (many.code, many.errors[0]["extensions"]["field"]) == ("BAD_USER_INPUT", ["ids", "1"]), id


async def test_an_id_of_another_type_is_refused(world, clients):
    answer = await clients.ask("query($id: ID!) { product(id: $id) { id } }", {"id": world.id("alpina")}, as_=world.cL)

    assert (answer.code, answer.errors[0]["extensions"]["field"]) == ("BAD_USER_INPUT", ["id"])


async def test_at_most_a_hundred_objects_are_asked_for_at_once(world, clients):
    id = world.id("granted")

    most = await clients.ask(NODES, {"ids": [id] * 100}, as_=world.pL)
    more = await clients.ask(NODES, {"ids": [id] * 101}, as_=world.pL)
    none = await clients.ask(NODES, {"ids": []}, as_=world.pL)

    assert most.data == {"nodes": [{"__typename": "Product", "id": id}] * 100}
    assert (more.code, more.errors[0]["extensions"]["field"]) == ("BAD_USER_INPUT", ["ids"])
    assert none.data == {"nodes": []}
