"""Is a person found by their address and let in by their password, however the two are typed?"""

import unicodedata

import pytest

from server.models import Membership, User
from server.resolvers.people import passwords
from tests.api.partnerships.test_customer_invitations import INVITATION, asking, secret_of
from tests.api.people.member_invitations import NEW_PERSON, call, invite_member, payload
from tests.api.refusals import collect_refusals
from tests.clients import Clients
from tests.domain.people.test_users import SPELLINGS
from tests.rows import CHEAP, PASSWORD, customer_invitation
from tests.waiting import meet
from tests.world import INVITED, World

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("cheap_passwords")]

STORED = "rené@exämple.ch"
COMPOSED = "ein schönes Passwort"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
SEEN = "query($token: String!) { customerInvitation(token: $token) { email } }"


@pytest.fixture
async def rene(world: World) -> User:
    """A member of Alpina."""
    await User.filter(id=world.cE.user.id).update(email=STORED)
    return await User.get(id=world.cE.user.id)


async def sign_in(clients: Clients, email: str, password: str) -> list[str]:
    """What signing in is refused with."""
    answer = await clients.change("signIn", {"email": email, "password": password})
    return [error["code"] for error in answer.data["signIn"]["userErrors"]]


# Addresses


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_somebody_signs_in_with_their_address(rene: User, engine_clients: Clients, spelling: str):
    assert await sign_in(engine_clients, spelling, PASSWORD) == []


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_guesses_at_an_address_count_for_one_account(rene: User, engine_clients: Clients, spelling: str):
    for _ in range(5):
        await sign_in(engine_clients, STORED, "wrong")

    assert await sign_in(engine_clients, spelling, PASSWORD) == ["TOO_MANY_ATTEMPTS"]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_member_is_not_invited_again(world: World, rene: User, engine_clients: Clients, spelling: str):
    answer = await collect_refusals(engine_clients, "inviteMember", call(world, spelling), as_=world.cL)

    assert [code for code, _, _ in answer] == ["ALREADY_A_MEMBER"]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_an_invited_address_is_not_invited_again(world: World, engine_clients: Clients, spelling: str):
    answer = await invite_member(engine_clients, call(world, spelling), world.cL)
    again = await collect_refusals(engine_clients, "inviteMember", call(world, STORED), as_=world.cL)

    assert (await payload(answer))["email"] == STORED
    assert [code for code, _, _ in again] == ["INVITATION_PENDING"]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_an_invited_person_accepts_with_their_account(
    world: World, rene: User, engine_clients: Clients, spelling: str
):
    input = call(world, spelling) | {"organisationId": world.id("borea")}
    token = (await payload(await invite_member(engine_clients, input, world.bL)))["secret"]

    answer = await engine_clients.change("acceptMemberInvitation", {"token": token}, as_=world.cE)

    assert answer.data["acceptMemberInvitation"]["userErrors"] == []
    assert await Membership.filter(user_id=rene.id, organisation_id=world.borea.id).count() == 1


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_an_invited_person_with_an_account_signs_in_first(
    world: World, rene: User, engine_clients: Clients, spelling: str
):
    input = call(world, spelling) | {"organisationId": world.id("borea")}
    token = (await payload(await invite_member(engine_clients, input, world.bL)))["secret"]

    answer = await collect_refusals(
        engine_clients, "acceptMemberInvitation", {"token": token, "newPerson": NEW_PERSON}, as_=None
    )

    assert [code for code, _, _ in answer] == ["ACCOUNT_EXISTS"]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_an_address_is_asked_for_access_once(world: World, engine_clients: Clients, spelling: str):
    await customer_invitation(world.nova, STORED, "once", now=world.now)

    answer = await collect_refusals(engine_clients, "requestCustomerByEmail", asking(world, spelling), as_=world.pL)

    assert [code for code, _, _ in answer] == ["PARTNERSHIP_EXISTS"]


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_person_asked_by_email_sees_the_request(
    world: World, rene: User, engine_clients: Clients, spelling: str
):
    asked = await engine_clients.change("requestCustomerByEmail", asking(world, spelling), INVITATION, as_=world.pL)
    token = await secret_of(asked.data["requestCustomerByEmail"]["customerInvitation"]["id"])

    answer = await engine_clients.ask(SEEN, {"token": token}, as_=world.cE)

    assert answer.data == {"customerInvitation": {"email": STORED}}


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_staff_recover_an_organisation_for_somebody(
    world: World, rene: User, engine_clients: Clients, spelling: str
):
    input = {"organisationId": world.id("delta"), "email": spelling, "reason": "The old one left"}

    answer = await engine_clients.change("recoverOrganisation", input, as_=world.kL)

    assert answer.data["recoverOrganisation"]["userErrors"] == []
    assert await Membership.filter(user_id=rene.id, organisation_id=world.delta.id).count() == 1


# Passwords


@pytest.mark.parametrize(("set_as", "typed"), [(COMPOSED, DECOMPOSED), (DECOMPOSED, COMPOSED)])
async def test_a_password_is_the_same_from_every_keyboard(engine_clients: Clients, set_as: str, typed: str):
    input = {"token": INVITED, "newPerson": NEW_PERSON | {"password": set_as}}
    await engine_clients.change("acceptMemberInvitation", input)

    codes = [await sign_in(engine_clients, "newcomer@alpina.example", password) for password in (typed, set_as)]

    assert codes == [[], []]


async def test_a_password_that_was_hashed_as_typed_still_works_and_is_hashed_again(rene: User, engine_clients: Clients):
    await User.filter(id=rene.id).update(password_hash=CHEAP.hash(DECOMPOSED))
    before = await User.get(id=rene.id)

    first = await sign_in(engine_clients, STORED, DECOMPOSED)
    between = await User.get(id=rene.id)
    then = [await sign_in(engine_clients, STORED, password) for password in (COMPOSED, DECOMPOSED)]
    after = await User.get(id=rene.id)

    assert (first, then) == ([], [[], []])
    assert between.password_hash not in (None, before.password_hash)
    assert (between.version, between.updated_at) == (before.version, before.updated_at)
    assert after.password_hash == between.password_hash


async def test_a_password_that_was_set_meanwhile_is_not_replaced_by_a_better_hash_of_the_old_one(
    rene: User, engine_clients: Clients
):
    changed = CHEAP.hash("the new one")
    await User.filter(id=rene.id).update(password_hash=CHEAP.hash(DECOMPOSED))

    async def set_another() -> None:
        await User.filter(id=rene.id).update(password_hash=changed)

    with meet(passwords, "compare_password", set_another, after=True):
        await sign_in(engine_clients, STORED, DECOMPOSED)

    assert (await User.get(id=rene.id)).password_hash == changed


async def test_a_wrong_password_leaves_an_old_hash_as_it_is(rene: User, engine_clients: Clients):
    stored = CHEAP.hash(DECOMPOSED)
    await User.filter(id=rene.id).update(password_hash=stored)

    assert await sign_in(engine_clients, STORED, "ein häßliches") == ["INVALID_CREDENTIALS"]
    assert (await User.get(id=rene.id)).password_hash == stored


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("", "A password must have 12 to 256 characters."),
        ("e\u0301" * 11, "A password must have 12 to 256 characters."),
        ("x" * 257, "A password must have 12 to 256 characters."),
        ("correct horse\x1bbattery", "This must not contain control characters."),
    ],
)
async def test_a_password_that_is_not_allowed_is_refused_by_its_field(
    world: World, engine_clients: Clients, password: str, message: str
):
    input = {"token": INVITED, "newPerson": NEW_PERSON | {"password": password}}

    answer = await collect_refusals(engine_clients, "acceptMemberInvitation", input, as_=None)

    assert answer == [("VALIDATION_FAILED", message, ["input", "newPerson", "password"])]
