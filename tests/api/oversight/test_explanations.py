"""Which link of the chain gives somebody a right, or withholds it, and in which words?"""

from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.domain.rights import Right
from server.models import Partnership, TeamMember
from server.models.base import new_id
from tests.clients import Answer, Clients
from tests.rows import Person
from tests.world import World

pytestmark = pytest.mark.postgres
MAX_ROOTS = 10

QUERY = """
    query($right: Right!, $id: ID!) {
      explainRight(right: $right, id: $id) { right held links { link holds sentence } }
    }
"""


async def explain(clients: Clients, right: str, id: str, as_: Person | str | None, language: str = "en") -> Answer:
    headers = {"Accept-Language": language}
    return await clients.ask(QUERY, {"right": right, "id": id}, as_=as_, headers=headers)


async def links(clients: Clients, right: str, id: str, as_: Person | str) -> dict[str, bool]:
    """The links of the chain in their order, each with whether it holds."""
    explanation = (await explain(clients, right, id, as_)).data["explainRight"]
    found = {link["link"]: link["holds"] for link in explanation["links"]}
    assert explanation["right"] == right
    assert explanation["held"] is all(found.values())
    return found


async def test_an_owner_reads_about_their_role(world: World, clients: Clients):
    answer = await explain(clients, "MANAGE_PRODUCT", world.id("granted"), world.cL)

    assert answer.data["explainRight"] == {
        "right": "MANAGE_PRODUCT",
        "held": True,
        "links": [
            {"link": "MEMBERSHIP", "holds": True, "sentence": "Your role allows this."},
            {"link": "SCOPE", "holds": True, "sentence": "The credential you are using covers this."},
        ],
    }


# Rule D6
async def test_a_partner_reads_what_the_customer_has_not_granted(world: World, clients: Clients):
    assert await links(clients, "MANAGE_PRODUCT", world.id("watched"), world.pL) == {
        "MEMBERSHIP": True,
        "STATUS": True,
        "TOKEN_CUSTOMERS": True,
        "PRODUCT_GRANT": False,
        "SCOPE": True,
    }


async def test_an_employee_reads_about_their_assignment(world: World, clients: Clients):
    assert await links(clients, "MANAGE_PRODUCT", world.id("granted"), world.pE) == {
        "MEMBERSHIP": True,
        "STATUS": True,
        "TOKEN_CUSTOMERS": True,
        "PRODUCT_GRANT": True,
        "ASSIGNMENT": False,
        "SCOPE": True,
    }


async def test_complete_access_is_a_link_of_its_own(world: World, clients: Clients):
    assert await links(clients, "MANAGE_PRODUCT", world.id("borean"), world.pE) == {
        "MEMBERSHIP": True,
        "STATUS": True,
        "TOKEN_CUSTOMERS": True,
        "ACCESS_TYPE": True,
        "ASSIGNMENT": True,
        "SCOPE": True,
    }


async def test_a_token_reads_which_scope_it_lacks(world: World, clients: Clients):
    assert await links(clients, "GRANT_PRODUCT_ACCESS", world.id("limited"), world.tokens["reader"]) == {
        "MEMBERSHIP": False,
        "PROPOSAL": True,
        "TOKEN_CUSTOMERS": True,
        "STATUS": True,
        "ACCESS_TYPE": True,
        "SCOPE": False,
    }


async def test_a_status_that_withholds_the_right_is_named(world: World, clients: Clients):
    await Partnership.filter(id=world.limited.id).update(status=PartnershipStatus.SUSPENDED)

    assert await links(clients, "GRANT_PRODUCT_ACCESS", world.id("limited"), world.cA) == {
        "MEMBERSHIP": True,
        "PROPOSAL": True,
        "STATUS": False,
        "ACCESS_TYPE": True,
        "SCOPE": True,
    }


@pytest.mark.parametrize(("right", "is_theirs"), [("ACCEPT_REQUEST", True), ("MANAGE_INVITATION", False)])
async def test_the_proposing_side_decides_what_each_side_may_do(
    world: World, clients: Clients, right: str, is_theirs: bool
):
    assert await links(clients, right, world.id("asked"), world.cL) == {
        "MEMBERSHIP": True,
        "PROPOSAL": is_theirs,
        "STATUS": True,
        "ACCESS_TYPE": True,
        "SCOPE": True,
    }


@pytest.mark.parametrize(("right", "is_granted"), [("MANAGE_PRODUCT", True), ("VIEW_STATISTICS", False)])
async def test_an_employee_reads_what_their_organisation_granted_them(
    world: World, clients: Clients, right: str, is_granted: bool
):
    await TeamMember.create(team_id=world.team.id, membership_id=world.cE.membership.id, joined_at=world.now)

    assert await links(clients, right, world.id("kept"), world.cE) == {
        "MEMBERSHIP": True,
        "OWN_GRANT": is_granted,
        "SCOPE": True,
    }


async def test_people_get_explanations_in_their_language(world: World, clients: Clients):
    answer = await explain(clients, "INVITE_PARTNER", world.id("alpina"), world.cA, "de")

    assert answer.data["explainRight"]["links"][0]["sentence"] == "Ihre Rolle erlaubt dies nicht."


async def test_a_stranger_gets_the_answer_for_an_object_that_does_not_exist(world: World, clients: Clients):
    unknown = await explain(clients, "VIEW_PRODUCT", f"prd_{new_id().hex}", world.pU)

    hidden = await explain(clients, "VIEW_PRODUCT", world.id("granted"), world.pU)

    for answer in (unknown, hidden):
        assert answer.errors[0]["extensions"].pop("requestId")
    assert hidden.json == unknown.json
    assert hidden.code == "NOT_FOUND"


@pytest.mark.parametrize("name", ["pE", "assignment"])
async def test_an_object_without_rights_is_not_explained(world: World, clients: Clients, name: str):
    answer = await explain(clients, "VIEW_PRODUCT", world.id(name), world.pE)

    assert answer.code == "BAD_USER_INPUT"
    assert answer.errors[0]["extensions"]["field"] == ["id"]


async def explained_as_held(clients: Clients, id: str, as_: Any) -> list[Right]:
    """The rights for which every link is satisfied; one document asks for as many as it may."""
    held, rights = list[Right](), list(Right)
    for some in (rights[start : start + MAX_ROOTS] for start in range(0, len(rights), MAX_ROOTS)):
        asked = " ".join(f"{right}: explainRight(right: {right}, id: $id) {{ links {{ holds }} }}" for right in some)
        data = (await clients.ask(f"query($id: ID!) {{ {asked} }}", {"id": id}, as_=as_)).data
        held += [right for right in some if all(link["holds"] for link in data[right]["links"])]
    return held


@pytest.mark.parametrize(
    ("type_", "name", "who"),
    [
        ("product", "granted", "cL pL pE token_pE"),
        ("product", "kept", "cL cE"),
        ("partnership", "limited", "cL pL pE token_pE"),
        ("partnership", "asked", "cL cA token_cL"),
        ("partnership", "wooed", "pL pA token_pL"),
        ("organisation", "alpina", "cL cE pL pE token_pE"),
    ],
)
async def test_the_explanation_agrees_with_the_rights_that_are_shown(
    world: World, clients: Clients, type_: str, name: str, who: str
):
    await TeamMember.create(team_id=world.team.id, membership_id=world.cE.membership.id, joined_at=world.now)
    tokens = {f"token_{owner}": token for owner, token in world.tokens.items()}
    query = f"query($id: ID!) {{ {type_}(id: $id) {{ viewerRights }} }}"
    for viewer in ({**world.people, **tokens}[one] for one in who.split()):
        shown: Any = (await clients.ask(query, {"id": world.id(name)}, as_=viewer)).data[type_]["viewerRights"]

        assert await explained_as_held(clients, world.id(name), viewer) == shown
