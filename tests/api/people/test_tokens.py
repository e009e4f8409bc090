"""How are API tokens created, what do they give access to, and how do they end?"""

from datetime import timedelta

import pytest

from server.domain.people.memberships import MembershipStatus
from server.domain.people.tokens import token_digest
from server.domain.rights import Role, Scope
from server.models import ApiTokenCustomer, Membership
from server.schema.scalars import moment_text
from tests.api.people.api_tokens import CREATED, create_token, token_input
from tests.api.refusals import catch_denial, not_found
from tests.api.traces import act, acts, announced_topics, row_of
from tests.snapshots import changed_models, snapshot

pytestmark = pytest.mark.postgres
REVOKED = "apiToken { id revokedAt } userErrors { code message field }"
CUSTOMERS = "query($id: ID!) { organisation(id: $id) { managedCustomers { nodes { name } totalCount } } }"
MEMBERS = "query($id: ID!) { organisation(id: $id) { members { totalCount } } }"
PRODUCTS = "query($id: ID!) { organisation(id: $id) { products { nodes { customerName } } } }"


# Rule R23
async def test_a_new_token_is_shown_once_and_only_its_digest_is_stored(world, clients):
    before = await snapshot()

    answer = await clients.change(
        "createApiToken",
        token_input(world, name="  the shop ", scopes=["MEMBERS_READ", "PRODUCTS_READ"]),
        CREATED,
        as_=world.cL,
    )

    made, after = answer.data["createApiToken"], await snapshot()
    secret = made["secret"]
    assert made == {
        "secret": secret,
        "userErrors": [],
        "apiToken": {
            "id": made["apiToken"]["id"],
            "name": "the shop",
            "lastFour": secret[-4:],
            "scopes": ["MEMBERS_READ", "PRODUCTS_READ"],
            "owner": {"email": "cl@alpina.example"},
            "organisation": {"name": "Alpina"},
            "customers": None,
            "lastUsedAt": None,
            "revokedAt": None,
        },
    }
    assert changed_models(before, after) == {"ApiToken", "AuditEvent", "OutboxMessage"}
    assert secret.removeprefix("rsl_pat_") not in repr(after)
    assert repr(after).count(token_digest(secret)) == 1


async def test_a_new_token_is_written_down_and_announced(world, clients):
    answer = await clients.change("createApiToken", token_input(world), CREATED, as_=world.cA)

    made = await row_of(answer.data["createApiToken"]["apiToken"]["id"])
    after = {"name": "the shop", "scopes": ["PRODUCTS_READ"], "expires_at": made.expires_at.isoformat()}
    assert made.user_id == world.cA.user.id
    assert await acts(answer) == [act("apiToken.created", made, world.cA, world.alpina, after=after)]
    assert await announced_topics(answer) == [("token.created", answer.data["createApiToken"]["apiToken"]["id"])]


async def test_a_new_token_works_at_once_within_its_scopes(world, clients):
    made = await create_token(world, clients, world.cL, scopes=["ORGANISATION_READ", "PRODUCTS_READ"])

    products = await clients.ask(PRODUCTS, {"id": world.id("alpina")}, as_=made["secret"])
    members = await clients.ask(MEMBERS, {"id": world.id("alpina")}, as_=made["secret"])

    names = [row["customerName"] for row in products.data["organisation"]["products"]["nodes"]]
    assert names == ["granted", "kept", "rivals", "watched"]
    assert members.code == "FORBIDDEN"
    assert members.errors[0]["extensions"]["right"] == "VIEW_MEMBERS"
    assert members.errors[0]["extensions"]["scope"] == "MEMBERS_READ"


async def test_a_token_for_some_customers_sees_only_these_customers(world, clients):
    borea, corvo = world.id("borea"), world.id("corvo")
    scopes = [scope.name for scope in Scope]

    made = await create_token(world, clients, world.pL, "nova", scopes=scopes, customerIds=[corvo, borea, borea])

    answer = await clients.ask(CUSTOMERS, {"id": world.id("nova")}, as_=made["secret"])
    other = await clients.ask(PRODUCTS, {"id": world.id("alpina")}, as_=made["secret"])
    row = await row_of(made["apiToken"]["id"])
    assert made["apiToken"]["customers"] == [{"name": "Corvo"}, {"name": "Borea"}]
    assert await ApiTokenCustomer.filter(api_token_id=row.id).count() == 2
    assert answer.data["organisation"]["managedCustomers"] == {
        "nodes": [{"name": "Borea"}, {"name": "Corvo"}],
        "totalCount": 2,
    }
    assert other.code == "NOT_FOUND"


async def test_a_token_for_no_customer_by_name_is_for_all(world, clients):
    scopes = [scope.name for scope in Scope]

    made = await create_token(world, clients, world.pL, "nova", scopes=scopes, customerIds=None)

    answer = await clients.ask(CUSTOMERS, {"id": world.id("nova")}, as_=made["secret"])
    assert made["apiToken"]["customers"] is None
    assert answer.data["organisation"]["managedCustomers"]["totalCount"] == 3


# Rule E7
async def test_a_token_loses_at_once_what_its_owner_loses(world, clients):
    scopes = [scope.name for scope in Scope]
    secret = (await create_token(world, clients, world.pA, "nova", scopes=scopes))["secret"]
    nova, mine = {"id": world.id("nova")}, Membership.filter(id=world.pA.membership.id)

    as_leader = await clients.ask(CUSTOMERS, nova, as_=secret)
    await mine.update(role=Role.EMPLOYEE)
    as_employee = await clients.ask(CUSTOMERS, nova, as_=secret)
    members = await clients.ask(MEMBERS, nova, as_=secret)
    await mine.update(status=MembershipStatus.REMOVED)
    as_nobody = await clients.ask(CUSTOMERS, nova, as_=secret)

    assert as_leader.data["organisation"]["managedCustomers"]["totalCount"] == 3
    assert as_employee.data["organisation"]["managedCustomers"] == {"nodes": [], "totalCount": 0}
    assert members.code == "FORBIDDEN"
    assert as_nobody.code == "UNAUTHENTICATED"


async def test_a_token_ends_after_ninety_days_unless_asked_otherwise(world, clients):
    asked = world.now + timedelta(days=364)

    made = await row_of((await create_token(world, clients, world.cL))["apiToken"]["id"])
    longer = await create_token(world, clients, world.cL, expiresAt=moment_text(asked))

    assert abs(made.expires_at - world.now - timedelta(days=90)) < timedelta(hours=1)
    assert (await row_of(longer["apiToken"]["id"])).expires_at == asked


@pytest.mark.parametrize("who", ["pE", "pL", "pA"])
async def test_an_owner_or_a_leader_ends_a_token_at_once(world, clients, who):
    actor, ended = world.people[who], world.token_pE

    answer = await clients.change("revokeApiToken", {"apiTokenId": world.id("token_pE")}, REVOKED, as_=actor)

    row = await row_of(world.id("token_pE"))
    assert answer.data["revokeApiToken"] == {
        "apiToken": {"id": world.id("token_pE"), "revokedAt": moment_text(row.revoked_at)},
        "userErrors": [],
    }
    assert await acts(answer) == [act("apiToken.revoked", ended, actor, world.nova, before={"revoked_at": None})]
    assert await announced_topics(answer) == [("token.revoked", world.id("token_pE"))]
    assert (await clients.ask("{ viewer { user { id } } }", as_=world.tokens["pE"])).code == "UNAUTHENTICATED"


async def test_a_token_that_has_ended_stays_as_it_is(world, clients):
    given = {"apiTokenId": world.id("token_cL")}
    first = await clients.change("revokeApiToken", given, REVOKED, as_=world.cL)
    before = await snapshot()

    second = await clients.change("revokeApiToken", given, REVOKED, as_=world.cA)

    assert second.data == first.data
    assert await snapshot() == before


async def test_an_employee_ends_no_token_of_another(world, clients):
    given = {"apiTokenId": world.id("token_pL")}

    assert await catch_denial(clients, "revokeApiToken", given, as_=world.pE) == not_found("input", "apiTokenId")


async def test_a_list_of_tokens_holds_those_that_have_ended_and_no_secret(world, clients):
    await clients.change("revokeApiToken", {"apiTokenId": world.id("token_cL")}, as_=world.cL)
    made = await create_token(world, clients, world.cA)
    query = "query($id: ID!) { organisation(id: $id) { apiTokens { nodes { id name owner { firstName } } } } }"

    answer = await clients.ask(query, {"id": world.id("alpina")}, as_=world.cL)

    assert answer.data["organisation"]["apiTokens"]["nodes"] == [
        {"id": world.id("token_cL"), "name": "a tool", "owner": {"firstName": "cL"}},
        {"id": made["apiToken"]["id"], "name": "the shop", "owner": {"firstName": "cA"}},
    ]
    assert made["secret"] not in answer.response.text


@pytest.mark.parametrize(
    ("customers", "code", "field"),
    [
        ([], "VALIDATION_FAILED", ["input", "customerIds"]),
        (["rival"], "NOT_A_CUSTOMER", ["input", "customerIds", "0"]),
        (["borea", "delta"], "NOT_A_CUSTOMER", ["input", "customerIds", "1"]),
        (["nova"], "NOT_A_CUSTOMER", ["input", "customerIds", "0"]),
    ],
)
async def test_a_token_is_restricted_only_to_managed_customers(world, clients, customers, code, field):
    given = token_input(world, "nova", customerIds=[world.id(name) for name in customers])
    before = await snapshot()

    answer = await clients.change("createApiToken", given, as_=world.pL)

    (refusal,) = answer.data["createApiToken"]["userErrors"]
    assert (refusal["code"], refusal["field"]) == (code, field)
    assert await snapshot() == before
