"""Who signs up by the link of a partner's request, and what do they have then (S1.2, M7)?"""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.partnerships.partnerships import PartnershipStatus
from server.models import CustomerInvitation, Membership, Organisation, User
from tests.api.refusals import catch_denial, collect_refusals, not_found
from tests.api.traces import acts, row_of
from tests.clients import Clients
from tests.permissions.matrix import OPERATIONS
from tests.rows import Person
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

PAYLOAD = """
    organisation { id name country currency viewerRole }
    viewer { user { email firstName locale } organisations { nodes { name } } }
    userErrors { code message field }
"""


def signing_up(world: World, **more: Any) -> dict[str, Any]:
    return OPERATIONS["signUp"].variables(world)["input"] | more


async def test_a_person_and_their_organisation_come_into_being(world: World, clients: Clients):
    before = await snapshot()

    answer = await clients.change("signUp", signing_up(world), PAYLOAD, as_=None)

    found = answer.data["signUp"]
    organisation = await row_of(found["organisation"].pop("id"))
    assert found == {
        "organisation": {
            "name": "Newcomer",
            "country": "CH",
            "currency": "CHF",
            "viewerRole": "LEGAL_REPRESENTATIVE",
        },
        "viewer": {
            "user": {"email": "new@come.example", "firstName": "Nova", "locale": "en_GB"},
            "organisations": {"nodes": [{"name": "Newcomer"}]},
        },
        "userErrors": [],
    }
    assert changed_models(before, await snapshot()) == {
        *("AuditEvent", "Membership", "Organisation", "Session", "SignInSource", "User")
    }
    user = await User.get(email="new@come.example")
    assert user.email_verified_at is not None
    assert "correct horse" not in (user.password_hash or "")
    assert [one["action"] for one in await acts(answer)] == [
        "organisation.signedUp",
        "member.joined",
        "session.started",
    ]
    assert (await Membership.get(user_id=user.id)).organisation_id == organisation.id


async def test_somebody_who_signed_up_answers_the_request(world: World, clients: Clients):
    answer = await clients.change("signUp", signing_up(world), PAYLOAD, as_=None)
    cookie = answer.response.headers["set-cookie"].partition("session=")[2].partition(";")[0]
    person = Person(await User.get(email="new@come.example"), await Membership.all().order_by("-id").first(), cookie)  # type: ignore[arg-type]
    input = {
        "customerId": answer.data["signUp"]["organisation"]["id"],
        "token": world.secret_too,
        "access": {"complete": {"paymentMode": "PARTNER"}},
    }

    accepted = await clients.change(
        "acceptCustomerInvitation", input, "partnership { status } userErrors { code }", as_=person
    )

    assert accepted.data["acceptCustomerInvitation"] == {"partnership": {"status": "ACTIVE"}, "userErrors": []}


async def test_everything_wrong_with_an_organisation_is_reported_at_once(world: World, clients: Clients):
    organisation = signing_up(world)["organisation"] | {
        "name": " ",
        "city": "x" * 81,
        "country": "ZZ",
        "registrationNumber": "1",
    }

    answer = await collect_refusals(clients, "signUp", signing_up(world, organisation=organisation), as_=None)

    assert [(code, (field or [])[2:]) for code, _, field in answer] == [
        ("VALIDATION_FAILED", ["name"]),
        ("VALIDATION_FAILED", ["city"]),
        ("VALIDATION_FAILED", ["country"]),
        ("VALIDATION_FAILED", ["registrationNumber"]),
    ]


async def test_a_number_is_refused_with_the_form_of_its_register(world: World, clients: Clients):
    organisation = signing_up(world)["organisation"] | {"country": "LU", "registrationNumber": "52"}
    sent = signing_up(world, organisation=organisation)

    english = await collect_refusals(clients, "signUp", sent, as_=None)
    payload = "userErrors { code message field }"
    german = await clients.change("signUp", sent, payload, as_=None, headers={"Accept-Language": "de"})

    field = ["input", "organisation", "registrationNumber"]
    wanted = "This is not a valid registration number. It should look like B 123456."
    assert english == [("VALIDATION_FAILED", wanted, field)]
    wanted = "Dies ist keine gültige Registernummer. Sie wird zum Beispiel so geschrieben: B 123456."
    assert german.data["signUp"]["userErrors"] == [{"code": "VALIDATION_FAILED", "message": wanted, "field": field}]


async def test_everything_wrong_with_a_person_is_reported_at_once(world: World, clients: Clients):
    person = {"password": "short", "firstName": "", "lastName": "x" * 81, "locale": "tlh"}

    answer = await collect_refusals(clients, "signUp", signing_up(world, newPerson=person), as_=None)

    assert [field for _, _, field in answer] == [
        ["input", "newPerson", name] for name in ("password", "firstName", "lastName", "locale")
    ]


async def test_a_person_with_an_account_signs_in_instead(world: World, clients: Clients):
    answer = await collect_refusals(clients, "signUp", signing_up(world, token=world.secret), as_=None)

    assert [(code, field) for code, _, field in answer] == [("ACCOUNT_EXISTS", ["input", "newPerson"])]


async def test_a_link_that_is_dead_signs_nobody_up(world: World, clients: Clients):
    assert await catch_denial(clients, "signUp", signing_up(world, token="another"), as_=None) == not_found(
        "input", "token"
    )
    late = world.now - timedelta(seconds=1)
    for columns, code in (
        ({"answer_by": late}, "INVITATION_EXPIRED"),
        ({"status": PartnershipStatus.CANCELLED}, "INVITATION_USED"),
    ):
        await CustomerInvitation.filter(id=world.to_newcomer.id).update(**columns)
        answer = await collect_refusals(clients, "signUp", signing_up(world), as_=None)
        assert [code for code, _, _ in answer] == [code]


async def test_the_currency_is_that_of_the_country(world: World, clients: Clients):
    organisation = signing_up(world)["organisation"] | {"country": "FR", "registrationNumber": "732 829 320 00074"}

    await clients.change("signUp", signing_up(world, organisation=organisation), PAYLOAD, as_=None)

    row = await Organisation.get(name="Newcomer")
    assert (row.currency, row.registration_scheme, row.registration_number) == (
        "EUR",
        "FR_SIREN_SIRET",
        "73282932000074",
    )
