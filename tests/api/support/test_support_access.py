"""What support access may a person grant, for how long, and what ends it?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.domain.errors import RightMissing
from server.domain.people.memberships import MembershipStatus
from server.domain.support.support_access import SupportAccessKind, SupportAccessRevocation, SupportAccessStatus
from server.domain.viewer import Viewer
from server.models import Membership, SupportAccessGrant
from server.resolvers import ids
from server.resolvers.context import Context
from server.resolvers.support.support_access import grant_support_access
from server.schema.scalars import moment_text
from server.settings import Settings
from tests.api.refusals import catch_denial, check_id, collect_refusals, missing
from tests.api.traces import act, acts, announced_topics, row_of
from tests.clients import Clients
from tests.rows import Person
from tests.snapshots import changed_models, snapshot
from tests.world import World

pytestmark = pytest.mark.postgres

GRANT = """
    supportAccessGrant {
        id person { email } personName kind ticket status grantedAt expiresAt revokedAt revocationReason
    }
    userErrors { code message field }
"""
MINE = "{ viewer { supportAccessGrants { totalCount nodes { kind ticket status } } } }"


def terms(row: Any, status: str = "ACTIVE", reason: str | None = None) -> dict[str, Any]:
    """What an audit event writes down of a grant."""
    return {
        "user_id": row.user_id.hex,
        "kind": row.kind.value,
        "ticket": row.ticket,
        "status": status,
        "expires_at": row.expires_at.isoformat(),
        "revocation_reason": reason,
    }


async def mine(clients: Clients, who: Person) -> list[dict[str, Any]]:
    answer = await clients.ask(MINE, as_=who)
    return answer.data["viewer"]["supportAccessGrants"]["nodes"]


# Opening


# Rules S13.4, R15
async def test_an_employee_opens_their_drive_for_seven_days(world: World, clients: Clients):
    before, start = await snapshot(), datetime.now(UTC)

    answer = await clients.change("grantSupportAccess", {"kind": "KDRIVE", "ticket": " 4711 "}, GRANT, as_=world.cE)

    made = answer.data["grantSupportAccess"]["supportAccessGrant"]
    row = await row_of(made["id"])
    assert start <= row.granted_at <= datetime.now(UTC)
    assert row.expires_at == row.granted_at + timedelta(days=7)
    assert made == {
        "id": ids.encode(row),
        "person": {"email": world.cE.user.email},
        "personName": "cE Alpina",
        "kind": "KDRIVE",
        "ticket": "4711",
        "status": "ACTIVE",
        "grantedAt": moment_text(row.granted_at),
        "expiresAt": moment_text(row.expires_at),
        "revokedAt": None,
        "revocationReason": None,
    }
    assert changed_models(before, await snapshot()) == {"SupportAccessGrant", "AuditEvent", "OutboxMessage"}
    assert await acts(answer) == [act("supportAccess.granted", row, world.cE, None, after=terms(row))]
    assert await announced_topics(answer) == [("support.access_granted", made["id"])]
    assert await mine(clients, world.cE) == [
        {"kind": "KDRIVE", "ticket": "4711", "status": "ACTIVE"},
        {"kind": "MAIL", "ticket": "a request for support", "status": "ACTIVE"},
    ]


# Rule S13.4
async def test_open_support_access_is_not_extended_and_all_mistakes_are_reported_at_once(
    world: World, clients: Clients
):
    open_ = "You have already given support access to this. To start again, revoke that access first."

    assert await collect_refusals(
        clients, "grantSupportAccess", {"kind": "MAIL", "ticket": "x" * 41}, as_=world.cE
    ) == [
        ("VALIDATION_FAILED", "This must not be longer than 40 characters.", ["input", "ticket"]),
        ("SUPPORT_ACCESS_OPEN", open_, ["input", "kind"]),
    ]


async def test_ended_support_access_is_granted_again_before_its_end_is_recorded(world: World, clients: Clients):
    over = world.support_access
    await SupportAccessGrant.filter(id=over.id).update(expires_at=world.now - timedelta(seconds=1))

    answer = await clients.change("grantSupportAccess", {"kind": "MAIL"}, GRANT, as_=world.cE)

    assert answer.data["grantSupportAccess"]["supportAccessGrant"]["ticket"] is None
    assert (await SupportAccessGrant.get(id=over.id)).status is SupportAccessStatus.EXPIRED
    assert [(one["action"], one["actor_id"]) for one in await acts(answer)] == [
        ("supportAccess.expired", None),
        ("supportAccess.granted", world.cE.user.id),
    ]


# Closing


# Rule S13.5
async def test_the_person_closes_what_they_opened(world: World, clients: Clients):
    row = world.support_access

    answer = await clients.change(
        "revokeSupportAccess", {"supportAccessGrantId": world.id("support_access")}, GRANT, as_=world.cE
    )

    closed = answer.data["revokeSupportAccess"]["supportAccessGrant"]
    now = await SupportAccessGrant.get(id=row.id)
    assert (closed["status"], closed["revocationReason"]) == ("REVOKED", "OWN_WISH")
    assert closed["revokedAt"] == moment_text(now.revoked_at)
    assert await acts(answer) == [
        act(
            "supportAccess.revoked",
            row,
            world.cE,
            None,
            before=terms(row),
            after=terms(row, "REVOKED", "OWN_WISH"),
        )
    ]
    assert await announced_topics(answer) == [("support.access_revoked", ids.encode(row))]


@pytest.mark.parametrize(
    "ended",
    [
        {"expires_at": datetime(2026, 1, 1, tzinfo=UTC)},
        {
            "status": SupportAccessStatus.REVOKED,
            "revoked_at": datetime(2026, 1, 1, tzinfo=UTC),
            "revocation_reason": SupportAccessRevocation.OWN_WISH,
        },
    ],
)
async def test_support_access_that_has_ended_stays_as_it_is(world: World, clients: Clients, ended: dict[str, Any]):
    await SupportAccessGrant.filter(id=world.support_access.id).update(**ended)
    before = await snapshot()

    answer = await clients.change(
        "revokeSupportAccess", {"supportAccessGrantId": world.id("support_access")}, GRANT, as_=world.cE
    )

    assert answer.data["revokeSupportAccess"]["userErrors"] == []
    assert changed_models(before, await snapshot()) == set()


async def test_nobody_revokes_another_persons_support_access(world: World, clients: Clients):
    input = {"supportAccessGrantId": world.id("support_access")}

    await check_id(
        clients, "revokeSupportAccess", input, "supportAccessGrantId", foreign=world.support_access, as_=world.cL
    )
    assert await catch_denial(clients, "revokeSupportAccess", input, as_=world.kL) == missing("GRANT_SUPPORT_ACCESS")


# What ends with a membership (E36)


# Rules S13.5, E36
@pytest.mark.parametrize(
    ("mutation", "who"), [("removeMember", "cL"), ("leaveOrganisation", "cE")], ids=["removed", "left"]
)
async def test_the_support_access_of_a_person_who_leaves_or_is_removed_ends(
    world: World, clients: Clients, mutation: str, who: str
):
    row = world.support_access
    named = {"membershipId": world.id("cE")} if mutation == "removeMember" else {"organisationId": world.id("alpina")}

    answer = await clients.change(mutation, named, as_=world.people[who])

    now = await SupportAccessGrant.get(id=row.id)
    assert (now.status, now.revocation_reason, now.version) == ("REVOKED", "MEMBERSHIP_ENDED", 2)
    assert now.revoked_at is not None
    assert ("support.access_revoked", ids.encode(row)) in await announced_topics(answer)
    revoked = act(
        "supportAccess.revoked",
        row,
        world.people[who],
        None,
        before=terms(row),
        after=terms(row, "REVOKED", "MEMBERSHIP_ENDED"),
    )
    assert revoked in await acts(answer)


async def test_a_person_removed_meanwhile_grants_no_support_access(world: World, clients: Clients, settings: Settings):
    """The viewer was found before the person left; the membership is read again under the lock."""
    await Membership.filter(id=world.cE.membership.id).update(status=MembershipStatus.REMOVED)
    context = Context(Viewer(world.cE.user.id), world.now, "a request", settings)

    with pytest.raises(RightMissing):
        await grant_support_access(context, SupportAccessKind.KDRIVE, None)

    assert await SupportAccessGrant.all().count() == 1


# Seeing


# Rule S13.4
async def test_the_staff_see_what_is_open_and_whose_it_is(world: World, clients: Clients):
    query = "query($id: ID!) { node(id: $id) { ... on SupportAccessGrant { kind personName person { email } } } }"
    asked = {"id": world.id("support_access")}

    answer = await clients.ask(query, asked, as_=world.kL)

    assert answer.data["node"] == {"kind": "MAIL", "personName": "cE Alpina", "person": None}
    assert await mine(clients, world.kL) == []


async def test_what_has_expired_is_not_revoked_when_its_person_leaves(world: World, engine_clients: Clients):
    await SupportAccessGrant.filter(id=world.support_access.id).update(expires_at=world.now)

    answer = await engine_clients.change("removeMember", {"membershipId": world.id("cE")}, as_=world.cL)

    assert answer.data["removeMember"]["userErrors"] == []
    row = await SupportAccessGrant.get(id=world.support_access.id)
    assert (row.status, row.version) == (SupportAccessStatus.ACTIVE, 1)


async def test_what_one_person_has_opened_another_may_open_too(world: World, engine_clients: Clients):
    answer = await engine_clients.change("grantSupportAccess", {"kind": "MAIL"}, as_=world.cL)

    assert answer.data["grantSupportAccess"]["userErrors"] == []
