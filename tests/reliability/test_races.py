"""What happens when many do the same thing at the same moment? Exactly one of them succeeds."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import pytest

from server.domain.errors import Refused
from server.domain.organisations import PartnerStatus
from server.domain.partnerships import AccessType, PartnershipStatus, PaymentMode
from server.domain.rights import ProductRight, Role
from server.domain.viewer import Standing, Viewer
from server.models import AuditEvent, OutboxMessage, Partnership, ProductAccess
from server.models.rows import new_id
from server.resolvers.accesses import grant_product_access
from server.resolvers.context import Context
from server.resolvers.invitations import accept_invitation
from server.settings import Settings
from tests.world import organisation, partnership, person, product

pytestmark = pytest.mark.database

ACTORS = 16
ROUNDS = 100
NOW = datetime.now(UTC)


def _context(settings: Settings, who: Any) -> Context:
    standing = Standing(who.membership.id, who.organisation_id, who.membership.role)
    return Context(viewer=Viewer(who.user.id, (standing,)), now=NOW, request_id=new_id().hex, settings=settings)


async def _outcomes(attempts: list[Awaitable[Any]]) -> Counter[str]:
    """How many attempts succeeded, and how many were refused with which code. Everything else is a failure."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    outcomes = Counter[str]()
    for result in results:
        if isinstance(result, Refused):
            outcomes[result.refusals[0].code] += 1
        elif isinstance(result, BaseException):
            raise result
        else:
            outcomes["ok"] += 1
    return outcomes


async def test_one_of_sixteen_partners_becomes_the_complete_one(own_database: Settings) -> None:
    customer = await organisation("Customer")
    invitations = list[tuple[Partnership, Any]]()
    for number in range(ACTORS):
        partner = await organisation(f"Partner {number}", partner_status=PartnerStatus.APPROVED)
        leader = await person("leader", partner, Role.LEGAL_REPRESENTATIVE, NOW)
        invitation = await partnership(
            customer, partner, PaymentMode.PARTNER, status=PartnershipStatus.INVITED, now=NOW
        )
        invitations.append((invitation, leader))

    for round_ in range(1, ROUNDS + 1):
        outcomes = await _outcomes(
            [accept_invitation(_context(own_database, leader), row.id, None) for row, leader in invitations]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "COMPLETE_PARTNER_EXISTS", "CONFLICT"}
        assert await Partnership.filter(status=PartnershipStatus.ACTIVE).count() == 1
        assert await OutboxMessage.all().count() == 1
        assert await AuditEvent.all().count() == round_
        await Partnership.all().update(status=PartnershipStatus.INVITED, activated_at=None)
        await OutboxMessage.all().delete()


async def test_complete_and_limited_partners_never_coexist(own_database: Settings) -> None:
    customer = await organisation("Customer")
    invitations = list[tuple[Partnership, Any]]()
    for number in range(ACTORS):
        partner = await organisation(f"Partner {number}", partner_status=PartnerStatus.APPROVED)
        leader = await person("leader", partner, Role.ADMINISTRATOR, NOW)
        mode = PaymentMode.CUSTOMER if number % 2 else None
        invitation = await partnership(customer, partner, mode, status=PartnershipStatus.INVITED, now=NOW)
        invitations.append((invitation, leader))

    for _ in range(ROUNDS // 4):
        await _outcomes(
            [accept_invitation(_context(own_database, leader), row.id, None) for row, leader in invitations]
        )

        active = Counter(row.access_type for row in await Partnership.filter(status=PartnershipStatus.ACTIVE))
        assert active in ({AccessType.COMPLETE: 1}, {AccessType.LIMITED: ACTORS // 2})
        await Partnership.all().update(status=PartnershipStatus.INVITED, activated_at=None)
        await OutboxMessage.all().delete()


async def test_an_invitation_is_accepted_once(own_database: Settings) -> None:
    customer = await organisation("Customer")
    partner = await organisation("Partner", partner_status=PartnerStatus.APPROVED)
    leader = await person("leader", partner, Role.LEGAL_REPRESENTATIVE, NOW)
    invitation = await partnership(customer, partner, PaymentMode.PARTNER, status=PartnershipStatus.INVITED, now=NOW)

    outcomes = await _outcomes(
        [accept_invitation(_context(own_database, leader), invitation.id, None) for _ in range(ACTORS)]
    )

    assert outcomes == {"ok": 1, "INVITATION_USED": ACTORS - 1}


async def test_a_product_gets_one_manager(own_database: Settings) -> None:
    customer = await organisation("Customer")
    owner = await person("owner", customer, Role.LEGAL_REPRESENTATIVE, NOW)
    wanted = await product("wanted", customer)
    partnerships = [
        await partnership(customer, await organisation(f"Partner {number}"), now=NOW) for number in range(ACTORS)
    ]

    for _ in range(ROUNDS // 4):
        outcomes = await _outcomes(
            [
                grant_product_access(_context(own_database, owner), row.id, wanted.id, [ProductRight.TECHNICAL], None)
                for row in partnerships
            ]
        )

        assert outcomes["ok"] == 1, outcomes
        assert set(outcomes) <= {"ok", "PRODUCT_ALREADY_MANAGED", "CONFLICT"}
        assert await ProductAccess.filter(revoked_at__isnull=True).count() == 1
        await ProductAccess.all().delete()
        await OutboxMessage.all().delete()
