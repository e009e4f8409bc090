"""How do members say which e-mails of an organisation they want, and what is refused?"""

from typing import Any

import pytest

from server.domain.rights import Role
from server.models import Membership
from server.resolvers import ids
from tests.api.people.members import stale, terms
from tests.api.refusals import catch_denial, check_id, collect_refusals, missing, not_found
from tests.api.traces import act, acts, announced_topics
from tests.clients import Answer, Clients
from tests.rows import Person, person
from tests.snapshots import changed_models, contents, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

MEMBER = "membership { id role notifyBilling notifyProducts version } userErrors { code message field }"
MEMBERS = {"cL": "alpina", "cA": "alpina", "cE": "alpina", "cX": "alpina", "pE": "nova", "pU": "nova"}
TOLD = [
    (
        "LAST_LEGAL_REPRESENTATIVE",
        "At least one legal representative must receive the billing e-mails.",
        ["input", "notifyBilling"],
    )
]


async def set_preferences(clients: Clients, as_: Person, organisation: str, **input: Any) -> Answer:
    """Set the preferences of a member, which works."""
    answer = await clients.change("setEmailWishes", {"organisationId": organisation, **input}, MEMBER, as_=as_)
    assert answer.data["setEmailWishes"]["userErrors"] == []
    return answer


@pytest.mark.parametrize(("who", "at"), MEMBERS.items())
async def test_every_member_says_which_emails_they_want(world: World, clients: Clients, who: str, at: str):
    before, member = await snapshot(), world.people[who]

    answer = await set_preferences(clients, member, world.id(at), notifyProducts=False)

    assert answer.data["setEmailWishes"]["membership"] == {
        "id": world.id(who),
        "role": member.membership.role.value,
        "notifyBilling": True,
        "notifyProducts": False,
        "version": 2,
    }
    assert changed_models(before, await snapshot()) == {"Membership", "AuditEvent", "OutboxMessage"}
    after = terms(member, notify_products=False)
    company = world.rows[at]
    assert await acts(answer) == [
        act("member.updated", member.membership, member, company, before=terms(member), after=after)
    ]
    assert await announced_topics(answer) == [("member.updated", world.id(who))]


async def test_a_members_preferences_are_theirs_to_read(world: World, clients: Clients):
    await set_preferences(clients, world.cE, world.id("alpina"), notifyBilling=False)
    query = """{ viewer { memberships { totalCount nodes {
        id role organisation { name } user { firstName } notifyBilling notifyProducts version
    } } } }"""

    answer = await clients.ask(query, as_=world.cE)

    assert answer.data["viewer"]["memberships"] == {
        "totalCount": 1,
        "nodes": [
            {
                "id": world.id("cE"),
                "role": "EMPLOYEE",
                "organisation": {"name": "Alpina"},
                "user": {"firstName": "cE"},
                "notifyBilling": False,
                "notifyProducts": True,
                "version": 2,
            }
        ],
    }
    of_token = await clients.ask("{ viewer { memberships { nodes { id } } } }", as_=world.tokens["products"])
    assert of_token.data["viewer"]["memberships"]["nodes"] == []


async def test_a_leader_lists_only_their_own_memberships_in_force(world: World, clients: Clients):
    mine = await Membership.create(user_id=world.cL.user.id, organisation_id=world.borea.id, role=Role.EMPLOYEE)
    await Membership.create(
        user_id=world.cL.user.id, organisation_id=world.corvo.id, role=Role.EMPLOYEE, status="REMOVED"
    )

    answer = await clients.ask("{ viewer { memberships { nodes { id } } } }", as_=world.cL)

    assert answer.data["viewer"]["memberships"]["nodes"] == [{"id": world.id("cL")}, {"id": ids.encode(mine)}]


@pytest.mark.parametrize("input", [{}, {"notifyBilling": True, "notifyProducts": None}])
async def test_a_preference_that_is_known_changes_nothing(world: World, clients: Clients, input: dict[str, Any]):
    before = await contents()

    answer = await set_preferences(clients, world.cE, world.id("alpina"), **input)

    assert answer.data["setEmailWishes"]["membership"]["version"] == 1
    assert await contents() == before


async def test_a_preference_is_set_without_a_password_typed_recently(world: World, clients: Clients):
    await stale(world.cE, world)

    answer = await set_preferences(clients, world.cE, world.id("alpina"), notifyProducts=False)

    assert answer.data["setEmailWishes"]["membership"]["notifyProducts"] is False


async def test_one_legal_representative_always_receives_the_billing_emails(world: World, clients: Clients):
    second = await person("second", world.alpina, Role.LEGAL_REPRESENTATIVE, world.now)
    input = {"organisationId": world.id("alpina"), "notifyBilling": False}
    await set_preferences(clients, second, world.id("alpina"), notifyBilling=False)

    assert await collect_refusals(clients, "setEmailWishes", input | {"notifyProducts": False}, as_=world.cL) == TOLD
    as_manager = {"membershipId": world.id("cL"), "notifyBilling": False}
    assert await collect_refusals(clients, "updateMember", as_manager, as_=second) == TOLD
    await set_preferences(clients, second, world.id("alpina"), notifyBilling=True)
    await set_preferences(clients, world.cL, world.id("alpina"), notifyBilling=False)
    await set_preferences(clients, world.cA, world.id("alpina"), notifyBilling=False)


async def test_where_nobody_who_is_left_receives_them_all_legal_representatives_do(world: World, clients: Clients):
    others = [await person(name, world.alpina, Role.LEGAL_REPRESENTATIVE, world.now) for name in ("second", "third")]
    for other in others:
        await set_preferences(clients, other, world.id("alpina"), notifyBilling=False)

    input = {"membershipId": world.id("cL"), "role": "EMPLOYEE"}
    answer = await clients.change("changeMemberRole", input, MEMBER, as_=others[0])

    assert answer.data["changeMemberRole"]["userErrors"] == []
    told = Membership.filter(id__in=[other.membership.id for other in others])
    assert await told.values_list("notify_billing", flat=True) == [True, True]


async def test_a_preference_for_another_version_is_refused(world: World, clients: Clients):
    input = {"organisationId": world.id("alpina"), "notifyProducts": False, "expectedVersion": 2}

    assert await collect_refusals(clients, "setEmailWishes", input, as_=world.cE) == [
        (
            "STALE_VERSION",
            "Someone has changed this since you last read it. Read it again, then decide.",
            ["input", "expectedVersion"],
        )
    ]


async def test_no_token_sets_what_a_person_wants(world: World, clients: Clients):
    input = {"organisationId": world.id("alpina"), "notifyProducts": False}

    assert await catch_denial(clients, "setEmailWishes", input, as_=world.tokens["cL"]) == missing("SET_EMAIL_WISHES")


async def test_nobody_sets_preferences_where_they_are_not_a_member(world: World, clients: Clients):
    input = {"organisationId": world.id("alpina"), "notifyProducts": False}

    assert await catch_denial(clients, "setEmailWishes", input, as_=world.pL) == missing("SET_EMAIL_WISHES")
    await check_id(clients, "setEmailWishes", input, "organisationId", foreign=world.corvo, as_=world.cE)
    await Membership.filter(id=world.cE.membership.id).update(status="REMOVED")
    assert await catch_denial(clients, "setEmailWishes", input, as_=world.cE) == not_found("input", "organisationId")
