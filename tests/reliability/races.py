"""How do many do something at the same time, and what holds afterwards, no matter who was first?

Each attempt is a request of its own to the application, with a transaction of its own; PostgreSQL runs as many of
them at once as the application has connections.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

from server.domain.partnerships.partnerships import LIVE, AccessType, PartnershipStatus
from server.domain.people.memberships import MembershipStatus
from server.domain.rights import Role
from server.models import (
    AuditEvent,
    EmployeeAssignment,
    Membership,
    OutboxMessage,
    Partnership,
    ProductAccess,
)
from tests.clients import Clients
from tests.long import amount
from tests.rows import Person

ACTORS = 16
ROUNDS = amount(2, long=100)


@dataclass(frozen=True)
class Attempt:
    """A mutation, and who tries it."""

    mutation: str
    input: dict[str, Any]
    who: Person


@dataclass
class Race:
    """What came of all attempts so far: `accepted` and `refused` are the ids of requests."""

    clients: Clients
    accepted: set[str] = field(default_factory=set[str])
    refused: set[str] = field(default_factory=set[str])

    async def run(self, attempts: Sequence[Attempt], seed: int) -> Counter[tuple[str, str]]:
        """Try all at once, in an order that the seed decides; how often each mutation ended how."""
        shuffled = Random(seed).sample(attempts, len(attempts))
        outcomes = await asyncio.gather(*(self.outcome(attempt) for attempt in shuffled))
        await check_rules()
        await self.check_traces()
        return Counter(outcomes)

    async def outcome(self, attempt: Attempt) -> tuple[str, str]:
        """Try it: which mutation, and how it ended."""
        request_id = uuid4().hex
        answer = await self.clients.change(
            attempt.mutation, attempt.input, as_=attempt.who, headers={"X-Request-Id": request_id}
        )
        codes = [error["code"] for error in answer.data[attempt.mutation]["userErrors"]]
        (self.refused if codes else self.accepted).add(request_id)
        return attempt.mutation, codes[0] if codes else "ok"

    async def check_traces(self) -> None:
        """Each change has one audit event and one message, in the name of a request that was accepted."""
        events = await AuditEvent.all()
        by = Counter(event.request_id for event in events)
        assert set(by) <= self.accepted
        assert set(by).isdisjoint(self.refused)
        assert Counter(message.payload["requestId"] for message in await OutboxMessage.all()) == by
        told = Counter((event.subject_type, event.subject_id) for event in events)
        for model in (Partnership, ProductAccess, EmployeeAssignment):
            for row in await model.all():
                assert told[model.__name__, row.pk] == row.version - began_untold(row), (model, row.pk)


def began_untold(row: Any) -> bool:
    """Partnerships are there before the race; what an invitation named is announced with its acceptance."""
    return isinstance(row, Partnership) or (isinstance(row, ProductAccess) and row.granted_by_id is None)


async def check_rules() -> None:
    """C1 to C4, R14, and one live assignment of an employee to a customer."""
    partnerships = await Partnership.filter(status__in=sorted(LIVE))
    in_force = [one for one in partnerships if one.status is not PartnershipStatus.INVITED]
    active = [one for one in partnerships if one.status is PartnershipStatus.ACTIVE]
    assert_once("C1", [(one.customer_id, one.partner_id, one.initiated_by) for one in partnerships])
    assert_once("C1", [(one.customer_id, one.partner_id) for one in in_force])
    assert_once("C2", [one.customer_id for one in active if one.access_type is AccessType.COMPLETE])
    assert_once("C4", {(one.customer_id, one.access_type) for one in active}, by=lambda pair: pair[0])
    assert_once("C3", [access.product_id for access in await ProductAccess.filter(revoked_at__isnull=True)])
    assignments = await EmployeeAssignment.filter(ended_at__isnull=True)
    assert_once("assignment", [(one.membership_id, one.partnership_id) for one in assignments])
    members = await Membership.filter(status=MembershipStatus.ACTIVE)
    led = {one.organisation_id for one in members if one.role is Role.LEGAL_REPRESENTATIVE}
    assert {one.organisation_id for one in members} <= led, "R14"


def assert_once(rule: str, found: Any, by: Any = lambda one: one) -> None:
    """None of these is there twice."""
    twice = [one for one, number in Counter(map(by, found)).items() if number > 1]
    assert not twice, (rule, twice)
